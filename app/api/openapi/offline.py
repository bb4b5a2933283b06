"""The application without engines, for its OpenAPI document."""

from __future__ import annotations

from litestar import Litestar

from app.api.application import create_app
from app.api.index import Operator
from app.engines import Engines, open_search, open_search_async
from app.settings import Settings


def application() -> Litestar:
    """The API over engines that are never asked."""
    engines, settings = Engines("", "http://127.0.0.1"), Settings()
    return create_app(
        database_url="",
        search=open_search_async(engines.opensearch_url, settings),
        operator=Operator(lambda: open_search(engines, settings)),
        alias=settings.index,
        secret=b"",
    )
