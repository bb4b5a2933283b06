"""What the last seven days brought, for who asks."""

from __future__ import annotations

from litestar import Router, get
from litestar.di import NamedDependency

from app.api.application_state import ApplicationState
from app.api.known_parameters import known_only
from app.api.week_counts import Week


@get("/api/week", summary="What the last seven days brought", tags=["search"])
async def week(app_state: NamedDependency[ApplicationState]) -> Week:
    """Programs that are new, were closed, had their rate raised or cut: in all, per network, per vertical."""
    return await app_state.week.week(app_state.database)


ROUTES = Router(path="/", route_handlers=[week], before_request=known_only)
