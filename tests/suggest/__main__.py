"""Measure suggestions over the catalogue that the settings name: `python -m tests.suggest`.

Beginnings of 1 to 14 letters of names drawn from the catalogue, each asked once, as somebody types them and with a
letter left out: milliseconds on the server (the engine's `took`, added up) and as this process sees them.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time

from app.engines import open_database, open_search_async, running
from app.search.engine import SearchEngine
from app.search.suggest import Wanted, suggest
from app.settings import Settings, read_settings

_NAMES = 1000
_WARMING = 100


def main() -> None:
    settings = read_settings(os.environ)
    with running(settings) as engines:
        with open_database(engines) as connection:
            statement = "select name from programs order by random() limit %s"
            names = [name for (name,) in connection.execute(statement, (_NAMES + _WARMING,))]
        asyncio.run(_ask(engines.opensearch_url, settings, names))


async def _ask(url: str, settings: Settings, names: list[str]) -> None:
    async with open_search_async(url, settings) as client:
        await _measure(SearchEngine(client, settings.index), names)


async def _measure(engine: SearchEngine, names: list[str]) -> None:
    drawing = random.Random(1)
    for name in names[:_WARMING]:
        await suggest(engine, Wanted(q=name[:8]))
    for label, typed in (("as typed", _begun), ("a letter left out", _mistyped)):
        server, seen, forgiven = [], [], 0
        for name in names[_WARMING:]:
            began = time.perf_counter()
            answer = await suggest(engine, Wanted(q=typed(drawing, name)))
            seen.append((time.perf_counter() - began) * 1000)
            server.append(float(answer.took_ms))
            forgiven += answer.matched == "typo"
        sys.stdout.write(
            f"{label}: {len(seen)} asked, {forgiven} forgiven an error; server {_shown(server)}; seen {_shown(seen)}; "
            f"load {os.getloadavg()[0]:.1f}\n"
        )


def _begun(drawing: random.Random, name: str) -> str:
    return name[: drawing.randint(1, 14)]


def _mistyped(drawing: random.Random, name: str) -> str:
    part = name[: drawing.randint(5, 14)]
    place = drawing.randrange(1, max(2, len(part)))
    return part[:place] + part[place + 1 :]


def _shown(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    return "  ".join(f"p{share} {ordered[len(ordered) * share // 100]:.1f} ms" for share in (50, 95, 99))


if __name__ == "__main__":
    main()
