"""What is searched for, for operators."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.api.application_state import ApplicationState
from app.api.keys import needs
from app.api.known_parameters import known_only
from app.learning.query_counts import KEPT_DAYS, MOST_LINES, QueryReport, report


@get("/api/search/report", **needs("read"), summary="What is searched for", tags=["operate"])
async def query_report(
    app_state: NamedDependency[ApplicationState],
    days: Annotated[int, QueryParameter(ge=1, le=KEPT_DAYS)] = 7,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_LINES)] = 50,
) -> QueryReport:
    """The searches of the last days: day by day, and the texts asked most often, or that found nothing, were relaxed or
    corrected. Nothing tells who asked. `AFFINDEX_QUERY_LOG=true` has them counted."""
    async with app_state.database() as database:
        return await report(database, days, limit, logging=app_state.counting is not None)


ROUTES = Router(path="/", route_handlers=[query_report], before_request=known_only)
