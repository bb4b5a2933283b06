"""The application as it is served, with small pieces of exports, which must be taken soon."""

from __future__ import annotations

from litestar import Litestar

from app.api import edge, export
from app.search import export as writing
from app.serving import asgi

PIECE_SECONDS = 1.0


def create_app() -> Litestar:
    """For a server process of its own."""
    edge.PIECE_SECONDS = PIECE_SECONDS
    for module in (export, writing):
        module.__dict__["PAGE"] = 100
    return asgi.create_app()
