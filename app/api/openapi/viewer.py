"""The OpenAPI page, and what it loads: served from our own origin, Swagger UI as its package ships it."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import swagger_ui_bundle
from litestar import Request, Router
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.static_files import create_static_files_router

_BASE = "/schema-assets"
_JS = f"{_BASE}/swagger-ui-bundle.js"
_CSS = f"{_BASE}/swagger-ui.css"
_PRESET = f"{_BASE}/swagger-ui-standalone-preset.js"

_FILES = Path(swagger_ui_bundle.swagger_ui_path)
_INLINE = re.compile(rb"<script type='text/javascript'>(.*?)</script>", re.DOTALL)

ROUTES: Router = create_static_files_router(path=_BASE, directories=[_FILES], include_in_schema=False)


class Viewer(SwaggerRenderPlugin):
    """Swagger UI, whose page runs no script but ours: files of our origin, and the one it holds, by its digest."""

    def __init__(self) -> None:
        super().__init__(
            js_url=_JS, css_url=_CSS, standalone_preset_js_url=_PRESET, favicon="<link rel='icon' href='data:,'>"
        )

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        page = super().render(request, openapi_schema)
        allowed = b" ".join(
            b"'sha256-%s'" % base64.b64encode(hashlib.sha256(script).digest()) for script in _INLINE.findall(page)
        )
        policy = b"""<meta http-equiv="Content-Security-Policy" content="script-src 'self' %s">""" % allowed
        return page.replace(b"<head>", b"<head>" + policy, 1)
