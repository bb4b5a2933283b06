"""What the OpenAPI page loads, served from our own origin: Swagger UI as its package ships it."""

from __future__ import annotations

from pathlib import Path

import swagger_ui_bundle
from litestar import Router
from litestar.static_files import create_static_files_router

_BASE = "/schema-assets"
JS = f"{_BASE}/swagger-ui-bundle.js"
CSS = f"{_BASE}/swagger-ui.css"
PRESET = f"{_BASE}/swagger-ui-standalone-preset.js"

_FILES = Path(swagger_ui_bundle.swagger_ui_path)

ROUTES: Router = create_static_files_router(path=_BASE, directories=[_FILES], include_in_schema=False)
