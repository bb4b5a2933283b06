"""Alive, and ready: for whoever runs us."""

from __future__ import annotations

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency

from app.api.application_state import ApplicationState
from app.api.known_parameters import known_only
from app.search.page import IndexState
from app.version import VERSION

_TOO_OLD = "index too old, rebuild"


class Alive(msgspec.Struct, frozen=True):
    """The process answers; which version it is."""

    status: str
    version: str


class Parts(msgspec.Struct, frozen=True):
    """What is ready, missing or too old; of the worker also whether it is frozen or lags, or unknown."""

    search: str
    database: str
    worker: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether searches can be answered: ready, degraded (without the database or a worker) or unavailable."""

    status: str
    parts: Parts
    index: IndexState


_ALIVE = Alive("alive", VERSION)


@get("/healthz", summary="Alive", tags=["health"])
async def healthz() -> Alive:
    """The process answers, and says its version; it asks nobody."""
    return _ALIVE


@get("/readyz", summary="Ready", tags=["health"])
async def readyz(app_state: NamedDependency[ApplicationState]) -> Response[Readiness]:
    """200 if searches can be answered, 503 if not; which part is missing.

    `degraded`, 200, while searches go on and something else does not: the database or the worker is missing, the worker
    is frozen, or changes wait too long for the index.
    """
    probe = app_state.probe
    await probe.look_surely()
    parts = Parts(
        search="ready" if probe.search_ready else _TOO_OLD if app_state.engine.outdated else "missing",
        database="ready" if probe.database_ready else "missing",
        # Without the database nobody knows.
        worker=probe.workers.state(probe.index.oldest_pending_seconds or 0.0) if probe.database_ready else "unknown",
    )
    ready = probe.search_ready
    whole = parts == Parts("ready", "ready", "ready")
    state = "unavailable" if not ready else "ready" if whole else "degraded"
    return Response(
        Readiness(state, parts, probe.index),
        status_code=200 if ready else 503,
        headers={} if ready else {"Retry-After": "1"},
    )


ROUTES = Router(path="/", route_handlers=[healthz, readyz], before_request=known_only)
