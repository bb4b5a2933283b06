"""Whether the words of a query find anything that is shown at all, whatever is filtered; kept per state of the index.

A search that finds nothing is, far more often than words that nobody has, one whose filters leave nothing: one small
count tells, before anything dearer is asked.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.search.body import count_body, query
from app.search.engine import EngineAway, SearchEngine
from app.search.filters import clause, effective
from app.search.query_analysis import QueryAnalysis


async def finds_something(engine: SearchEngine, analysis: QueryAnalysis) -> bool:
    """Whether some program that is shown by default has the words. Raises EngineAway."""
    # Before the index has been looked at, nothing can be remembered for what it holds.
    key = (analysis, engine.state)
    return await engine.trials.get(key, lambda: _tried(engine, analysis), lambda _: engine.state != "")


async def _tried(engine: SearchEngine, analysis: QueryAnalysis) -> bool:
    (found,) = await engine.search_many([trial(analysis)])
    if not found.hits.total.value and found.partial:  # what is missing may have them
        raise EngineAway("not all of the index answered; try again")
    return found.hits.total.value > 0


def trial(analysis: QueryAnalysis) -> dict[str, Any]:
    """The request that tells whether words find anything, without what is pinned to them."""
    analysis = msgspec.structs.replace(analysis, pinned=())
    shown = [clause(each) for each in effective({}).values()]
    return count_body(query(analysis, shown, scored=False))
