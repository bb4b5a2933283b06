"""The application: every route, and the lifetime of what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.middleware import AbstractMiddleware
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, Receive, Scope, Send
from opensearchpy import AsyncOpenSearch

from app.api import (
    algolia,
    changes,
    export,
    facets,
    feeds,
    fields,
    health,
    imports,
    index,
    keys,
    metrics,
    networks,
    programs,
    schema_page,
    stats,
    suggest,
)
from app.api.catalogue import Catalogue, open_pool
from app.api.described import Description
from app.api.limiting import RateLimit
from app.api.probe import Probe
from app.api.problems import HANDLERS
from app.api.remembering import Gone, client_gone
from app.jobs import producer
from app.networks.accounts import Account, no_accounts
from app.search.engine import SearchEngine

VERSION = "1"
_EXPOSED = [
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Program-Version",
    "X-Total-Count",
]
_LARGEST_BODY = 1_000_000  # queries and settings; the routes that take files have limits of their own


def create_app(
    *,
    database_url: str,
    search: AsyncOpenSearch,
    alias: str,
    secret: bytes,
    operator: index.Operator,
    accounts: Mapping[str, Account] | None = None,
    pages: Sequence[Router] = (),
    limit: RateLimit | None = None,
) -> Litestar:
    """The application over two engines, which may both be away while it starts. `search` hands answers out raw.

    `accounts` say what may be synced; without them, nothing may. `pages` are routes beside the API that need nothing
    of it: the dashboard. `limit` is what a client may ask for; nothing limits it if there is none.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        engine = SearchEngine(search, alias)
        pool = open_pool(database_url)
        await pool.open(wait=False)
        jobs = producer(database_url)
        await jobs.open_async()
        probe = Probe(engine, pool)
        app.state.catalogue = Catalogue(engine, pool, probe, secret, database_url, accounts or no_accounts())
        app.state.jobs = jobs
        app.state.operator = operator
        looking = asyncio.create_task(probe.run())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            await jobs.close_async()
            await pool.close()
            await search.close()

    def catalogue() -> Catalogue:
        found: Catalogue = app.state.catalogue
        return found

    app = Litestar(
        route_handlers=[
            programs.ROUTES,
            changes.ROUTES,
            index.ROUTES,
            metrics.ROUTES,
            export.ROUTES,
            suggest.ROUTES,
            algolia.ROUTES,
            feeds.ROUTES,
            fields.ROUTES,
            facets.ROUTES,
            keys.ROUTES,
            imports.ROUTES,
            stats.ROUTES,
            networks.ROUTES,
            health.ROUTES,
            schema_page.ROUTES,
            *pages,
        ],
        dependencies={"catalogue": Provide(catalogue, sync_to_thread=False)},
        exception_handlers={**HANDLERS, Gone: client_gone},
        lifespan=[lifespan],
        middleware=[limit] if limit else [],
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST", "PATCH", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=86_400,
        ),
        openapi_config=Description(
            title="Affindex",
            version=VERSION,
            description="One searchable catalogue of affiliate programs from many networks.",
            use_handler_docstrings=True,
            render_plugins=[
                SwaggerRenderPlugin(
                    js_url=schema_page.JS,
                    css_url=schema_page.CSS,
                    standalone_preset_js_url=schema_page.PRESET,
                    favicon="<link rel='icon' href='data:,'>",
                )
            ],
            components=Components(
                security_schemes={
                    "key": SecurityScheme(
                        type="http",
                        scheme="bearer",
                        description="Only writes need one; `affindex keys create` makes it.",
                    )
                }
            ),
        ),
        request_max_body_size=_LARGEST_BODY,
        logging_config=None,  # the process has set it up
    )
    app.asgi_handler = _for_other_sites(app.asgi_handler)
    return app


def _for_other_sites(shared: ASGIApp) -> ASGIApp:
    """Litestar's handler for pages of other sites (CORS), for them alone: it costs as much as reading a request."""
    assert isinstance(shared, AbstractMiddleware)
    own = shared.app

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        asked_by_page = any(name == b"origin" for name, _ in scope["headers"])
        await (shared if asked_by_page else own)(scope, receive, send)

    return handler
