"""The application: every route, and the lifetime of what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.middleware import AbstractMiddleware
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send
from opensearchpy import AsyncOpenSearch

from app.alerts.outlets import Outlets
from app.api import (
    alerts,
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
    logos,
    lookup,
    metrics,
    networks,
    notes,
    programs,
    query_report,
    relations,
    search_edits,
    stats,
    suggest,
    week,
)
from app.api.agents import llms
from app.api.agents.door import Door
from app.api.application_state import ApplicationState, look_at, open_pool
from app.api.atom import programs as atom_programs
from app.api.bounds import BOUNDS, ApplicationBounds
from app.api.edge import edge
from app.api.limiting import Networks, RateLimit
from app.api.openapi import viewer
from app.api.openapi.document import DocumentConfig
from app.api.probe import Probe
from app.api.problems import HANDLERS, Lost, nowhere
from app.api.query_counting import QueryCounting
from app.api.response_cache import Gone, client_gone
from app.api.slow_queries import SlowQueries
from app.feeds.leftovers import sweep
from app.jobs import producer
from app.networks.accounts import Account, no_accounts
from app.observability.vitals import Vitals
from app.search.engine import SearchEngine
from app.search.warm_up import warm_up
from app.settings import AccessLog
from app.version import VERSION

_EXPOSED = [
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Content-SHA256",
    "X-Program-Version",
    "X-Request-ID",
    "X-Total-Count",
]
_LARGEST_BODY = 1_000_000  # queries and settings; the routes that take files have limits of their own


class _Application(Litestar):
    """Litestar without what it would load for models of others: the SDK of agents brings Pydantic, which costs every
    process seconds at its start and 13 MB, and no route knows it."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def create_app(
    *,
    database_url: str,
    search: AsyncOpenSearch,
    alias: str,
    secret: bytes,
    operator: index.Operator,
    accounts: Mapping[str, Account] | None = None,
    pages: Sequence[Router] = (),
    lost: Lost | None = None,
    limit: RateLimit | None = None,
    trusted: Networks = (),
    hosts: frozenset[str] = frozenset(),
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    open_operations: bool = True,
    outlets: Outlets | None = None,
    slow_seconds: float | None = None,
    access_log: AccessLog = "off",
    count_queries: float | None = None,
    warm_searches: int = 0,
    bounds: ApplicationBounds = BOUNDS,
) -> Litestar:
    """The application over two engines, which may both be away while it starts. `search` hands answers out raw.

    `accounts` say what may be synced; without them, nothing may. `pages` are routes beside the API that need nothing
    of it: the dashboard; `lost` answers a person for an address that there is not. `limit` is what a client may ask
    for; nothing limits it if there is none. `trusted` are the proxies that may say who the client is. `hosts` are names
    by which agents may reach it, beside addresses and `localhost`. Unless `open_operations`, what operators read needs
    a key of scope `read`: rejected records, errors of runs, mappings, the state of the index, metrics.
    The engine is asked `warm_searches` searches once it has a catalogue, while nobody else asks.
    Searches that take longer than `slow_seconds` are logged, and all answers as `access_log` says. With `count_queries`
    it is counted what is searched for, and written down every so many seconds.
    `beside` runs in the event loop as long as the application does. `outlets` are where watches may tell: to public
    addresses and by no mail unless it says otherwise.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        sweep()
        engine = SearchEngine(search, alias)
        if slow_seconds is not None:
            engine.after_search = SlowQueries(engine, slow_seconds)
        pool = open_pool(database_url)
        await pool.open(wait=False)
        jobs = producer(database_url)
        await jobs.open_async()
        probe = Probe(engine, pool)
        counting = QueryCounting(count_queries) if count_queries else None
        app.state.app_state = ApplicationState(
            engine, pool, probe, secret, database_url, accounts or no_accounts(), bounds, counting=counting
        )
        app.state.jobs = jobs
        app.state.operator = operator
        await probe.look()  # words are not read before the lexicon is, and the first answers should be right
        vitals = Vitals("api", lambda: look_at(app.state.app_state))
        running = [asyncio.create_task(probe.run()), asyncio.create_task(vitals.keep_looking())]
        if counting:
            running.append(asyncio.create_task(counting.keep_writing(pool)))
        if warm_searches:
            running.append(asyncio.create_task(warm_up(engine, warm_searches)))
        if beside:
            running.append(asyncio.create_task(beside()))
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await door.close()
            for task in running:
                with suppress(asyncio.CancelledError):
                    await task
            await jobs.close_async()
            if counting:
                await counting.write(pool)
            await pool.close()
            await search.close()

    def app_state() -> ApplicationState:
        found: ApplicationState = app.state.app_state
        return found

    door = Door(app_state, VERSION, hosts)
    app = _Application(
        route_handlers=[
            programs.ROUTES,
            relations.ROUTES,
            notes.ROUTES,
            atom_programs.ROUTES,
            changes.ROUTES,
            index.ROUTES,
            metrics.ROUTES,
            export.ROUTES,
            logos.ROUTES,
            lookup.ROUTES,
            suggest.ROUTES,
            algolia.ROUTES,
            feeds.ROUTES,
            fields.ROUTES,
            facets.ROUTES,
            keys.ROUTES,
            alerts.ROUTES,
            imports.ROUTES,
            stats.ROUTES,
            query_report.ROUTES,
            search_edits.ROUTES,
            week.ROUTES,
            networks.ROUTES,
            health.ROUTES,
            viewer.ROUTES,
            llms.ROUTES,
            door.route,
            *pages,
        ],
        dependencies={"app_state": Provide(app_state, sync_to_thread=False)},
        exception_handlers={**HANDLERS, Gone: client_gone, **({NotFoundException: nowhere(lost)} if lost else {})},
        lifespan=[lifespan],
        middleware=[limit] if limit else [],
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=86_400,
        ),
        openapi_config=DocumentConfig(
            title="Affindex",
            version=VERSION,
            description="One searchable catalogue of affiliate programs from many networks.",
            use_handler_docstrings=True,
            render_plugins=[
                viewer.Viewer(),
            ],
            components=Components(
                security_schemes={
                    "key": SecurityScheme(
                        type="http",
                        scheme="bearer",
                        description="Writes need one, and what operators read where others than this machine can "
                        "ask; `affindex keys create` makes it.",
                    )
                }
            ),
        ),
        request_max_body_size=_LARGEST_BODY,
        logging_config=None,  # the process has set it up
    )
    app.state.open_operations = open_operations
    app.state.trusted = trusted
    app.state.outlets = outlets or Outlets()
    app.asgi_handler = edge(_for_other_sites(app.asgi_handler), _methods(app), access_log)
    return app


def _methods(app: Litestar) -> dict[str, set[str]]:
    """The methods of each path; a path with parameters of different names has several routes."""
    found: dict[str, set[str]] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            found.setdefault(route.path_format, set()).update(route.methods)
    return found


def _for_other_sites(shared: ASGIApp) -> ASGIApp:
    """Litestar's handler for pages of other sites (CORS), for them alone: it costs as much as reading a request."""
    assert isinstance(shared, AbstractMiddleware)
    own = shared.app

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        asked_by_page = any(name == b"origin" for name, _ in scope["headers"])
        await (shared if asked_by_page else own)(scope, receive, send)

    return handler
