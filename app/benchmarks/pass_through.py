"""A server that only hands requests through to OpenSearch, on what the API stands on: what any API here must cost."""

from __future__ import annotations

import os
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get, post

from app import server
from app.engines import open_search_async
from app.parent import end_with_parent
from app.settings import read_settings


def create_app() -> Litestar:
    """Two routes: one hands a search through as it is, one says that the server is up."""
    settings = read_settings(os.environ)
    end_with_parent(os.getppid())
    assert settings.opensearch_url
    engine = open_search_async(settings.opensearch_url, settings)

    @post("/{index:str}/_search", status_code=200)
    async def search(request: Request[Any, Any, Any], index: str) -> Response[bytes]:
        body = await request.body()
        answer = await engine.transport.perform_request("POST", f"/{index}/_search", body=body)
        return Response(answer, media_type=MediaType.JSON)

    @get("/readyz")
    async def ready() -> dict[str, str]:
        return {}

    return Litestar([search, ready], openapi_config=None, logging_config=None)  # as the API's: no line a request


def main() -> None:
    """Serve it where the environment says."""
    server.serve("app.benchmarks.pass_through:create_app", read_settings(os.environ))
