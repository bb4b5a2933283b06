"""The catalogue in numbers."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency

from app.api.catalogue import Catalogue
from app.importing.runs import NEWEST_RUNS, as_run


@get("/api/stats", summary="The catalogue in numbers", tags=["search"])
async def stats(catalogue: NamedDependency[Catalogue]) -> dict[str, Any]:
    """Programs (closed ones beside them) per network, vertical and category; fill rates; the last runs."""
    counts = await catalogue.overview.counts(catalogue.database)
    async with catalogue.database() as database:
        rows = await (await database.execute(NEWEST_RUNS, {"limit": 5})).fetchall()
    return {**counts, "runs": [as_run(row) for row in rows], "index": catalogue.probe.index}


ROUTES = Router(path="/", route_handlers=[stats])
