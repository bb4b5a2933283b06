"""The catalogue in numbers."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency

from app.api.application_state import ApplicationState
from app.api.imports import shown
from app.api.known_parameters import known_only
from app.api.openapi.answers import Stats
from app.api.openapi.parameters import answering
from app.importing.runs import NEWEST_RUNS, as_run


@get("/api/stats", responses=answering(Stats), summary="The catalogue in numbers", tags=["search"])
async def stats(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> dict[str, Any]:
    """Programs (closed ones beside them) per network, vertical and category; fill rates; the last runs."""
    counts = await app_state.overview.counts(app_state.database)
    async with app_state.database() as database:
        rows = await (await database.execute(NEWEST_RUNS, {"limit": 5})).fetchall()
    return {**counts, "runs": [await shown(request, as_run(row)) for row in rows], "index": app_state.probe.index}


ROUTES = Router(path="/", route_handlers=[stats], before_request=known_only)
