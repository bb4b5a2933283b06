"""Alive, and ready: for whoever runs us."""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency

from app.api.catalogue import Catalogue


@get("/healthz", summary="Alive", tags=["health"])
async def healthz() -> dict[str, str]:
    """The process answers; it asks nobody."""
    return {"status": "alive"}


@get("/readyz", summary="Ready", tags=["health"])
async def readyz(catalogue: NamedDependency[Catalogue]) -> Response[dict[str, Any]]:
    """200 if searches can be answered, 503 if not; which part is missing. Without the database searches go on."""
    probe = catalogue.probe
    await probe.look()
    parts = {
        "search": "ready" if probe.search_ready else "missing",
        "database": "ready" if probe.database_ready else "missing",
    }
    ready = probe.search_ready
    state = "ready" if ready and probe.database_ready else "degraded" if ready else "unavailable"
    return Response(
        {"status": state, "parts": parts, "index": probe.index},
        status_code=200 if ready else 503,
        headers={} if ready else {"Retry-After": "1"},
    )


ROUTES = Router(path="/", route_handlers=[healthz, readyz])
