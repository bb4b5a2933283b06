"""The application as it is served, with small pieces of exports, which must be taken soon."""

from __future__ import annotations

from litestar import Litestar

from app.api import edge
from app.api.bounds import ApplicationBounds
from app.serving import asgi

PIECE_SECONDS = 1.0


def create_app() -> Litestar:
    """For a server process of its own."""
    edge.PIECE_SECONDS = PIECE_SECONDS
    return asgi.create_app(ApplicationBounds(export_page=100))
