"""Words for tests of watches: `watch(...)` a query, `look(...)`, see what it `told(...)`."""

from __future__ import annotations

import asyncio
from typing import Any

from app.alerts.creating import create
from app.alerts.looking import Looked, look
from app.alerts.matching import MOST_MATCHES
from app.alerts.wanted import read_watch
from app.alerts.watches import Event, Watch, events_after
from app.engines import open_search_async
from app.search.engine import SearchEngine
from app.search.lexicon import NO_LEXICON
from tests.words import Catalogue

MOST = 5_000


def watch(catalogue: Catalogue, query: str, name: str = "", most: int = MOST_MATCHES, **given: Any) -> Watch:
    """A new watch, made as the API and the command make it; it may match so many programs."""
    wanted = read_watch(name or query or "all", query, plain_http=True, **given)

    async def made() -> Watch:
        client = open_search_async(catalogue.engines.opensearch_url, catalogue.settings)
        try:
            engine = SearchEngine(client, catalogue.alias)
            if held := await engine.lexicon_written():
                engine.lexicon = await engine.read_lexicon(held) or NO_LEXICON
            return (await create(engine, catalogue.connect, wanted, "test", most))[0]
        finally:
            await client.close()

    return asyncio.run(made())


def look_once(catalogue: Catalogue, most: int = MOST_MATCHES) -> Looked:
    with catalogue.connect() as connection:
        return look(connection, catalogue.search, catalogue.alias, most)


def caught_up(catalogue: Catalogue, most: int = MOST_MATCHES) -> None:
    """Look until all that was committed is told: the oldest open transaction of any database bounds the log."""
    logs = {"changes": "program_history", "relations": "relation_history"}
    last = {source: catalogue.rows(f"select coalesce(max(xid), 0) from {log}")[0][0] for source, log in logs.items()}
    for _ in range(2_000):
        if not look_once(catalogue, most).more:
            stands = dict(catalogue.rows("select source, xid from watch_cursors"))
            if all(stands.get(source, 0) >= xid for source, xid in last.items()):
                return
    raise AssertionError("the log is held back")


def told(catalogue: Catalogue, watch: Watch) -> list[Event]:
    """All that a watch told, in order."""
    with catalogue.connect() as connection:
        return events_after(connection, watch.id, 0, MOST).events


def kinds(catalogue: Catalogue, watch: Watch) -> list[tuple[str, str]]:
    """The same as (kind, name of the program); an empty name for one that is gone."""
    return [(each.kind, (each.program or {}).get("name", "")) for each in told(catalogue, watch)]
