"""What staying in step costs and how well it goes: triggers, commit to search, comparison."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from statistics import quantiles
from typing import IO

from app.benchmarks.figures import Searched
from app.benchmarks.sandbox import Sandbox
from indexing.follow import follow
from indexing.verify import verify

ROWS_A_SECOND = 500
_COMMITS_A_SECOND = 10
_FRESHNESS_SECONDS = 30.0
_PATIENCE_SECONDS = 60.0  # for the last change to be searchable
_LOOK_SECONDS = 0.02
_BLOCK = 1 << 20

_EMPTY = """
    alter table programs disable trigger user;
    truncate programs, changed_programs, deleted_programs, program_history restart identity;
    create unlogged table staged (like programs);
"""
# As an import loads: staged by COPY, then one ordered insert.
_INSERT = """
    insert into programs overriding system value select * from staged order by network_id, external_id
    on conflict (network_id, external_id) do nothing
"""
_UPDATE = "update programs set epc_raw = coalesce(epc_raw, 0) + 1"


def load_and_update(sandbox: Sandbox, rows: IO[bytes], *, triggers: bool) -> tuple[float, float]:
    """Seconds of loading rows of `programs` into an empty catalogue, COPY counted, and of an update of all of them."""
    rows.seek(0)
    with sandbox.connect() as connection:
        connection.execute(_EMPTY)
        if triggers:
            connection.execute("alter table programs enable trigger user")
        connection.commit()
        connection.execute("checkpoint")
        connection.commit()
        began = time.perf_counter()
        with connection.cursor().copy("copy staged from stdin") as copy:
            while block := rows.read(_BLOCK):
                copy.write(block)
        connection.execute(_INSERT)
        connection.commit()
        loaded = time.perf_counter()
        connection.execute(_UPDATE)
        connection.commit()
        updated = time.perf_counter()
        connection.execute("drop table staged")
    return loaded - began, updated - loaded


def comparison(sandbox: Sandbox, *, deep: bool) -> float:
    """Seconds of comparing the serving generation with Postgres, which must be in step."""
    found = verify(sandbox.connect, sandbox.search, sandbox.alias, deep=deep)
    assert found.in_step, found
    return found.seconds


def freshness(sandbox: Sandbox, say: Callable[[str], None]) -> Searched:
    """From commit to visible in a search, while 500 rows a second change; of one program of each commit."""
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(sandbox.connect, sandbox.search, stop), name="follow", daemon=True)
    follower.start()
    writing = _Writing(sandbox)
    writer = threading.Thread(target=writing.run, name="writer", daemon=True)
    writer.start()
    took: list[float] = []
    began = time.monotonic()
    give_up = began + _FRESHNESS_SECONDS + _PATIENCE_SECONDS
    try:
        while writer.is_alive() or writing.awaited:
            assert time.monotonic() < give_up, f"{len(writing.awaited)} changes never became searchable"
            took += _arrived(sandbox, writing.awaited)
            time.sleep(_LOOK_SECONDS)
    finally:
        writer.join()
        stop.set()
        follower.join()
    seconds = time.monotonic() - began
    say(f"commit to search: {writing.rows / _FRESHNESS_SECONDS:,.0f} rows/s changed")
    percentiles = [round(1000 * each, 1) for each in quantiles(took, n=100)]
    return Searched("commit to search", len(took), round(seconds, 3), percentiles[49], percentiles[98])


class _Writing:
    """Changes rows at a steady pace; `awaited` are (id, version) of one row of each commit, and when it was."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.awaited: dict[tuple[int, int], float] = {}
        self.rows = 0

    def run(self) -> None:
        """Until the time is over."""
        chance = random.Random(1)
        a_commit = ROWS_A_SECOND // _COMMITS_A_SECOND
        with self._sandbox.connect() as connection:
            ids = [id for (id,) in connection.execute("select id from programs order by id")]
            connection.commit()
            # No program twice: a change that another overtakes has no moment at which it is seen.
            chance.shuffle(ids)
            began = time.monotonic()
            for number in range(int(_FRESHNESS_SECONDS * _COMMITS_A_SECOND)):
                some = ids[number * a_commit : (number + 1) * a_commit]
                if not some:
                    break
                time.sleep(max(began + number / _COMMITS_A_SECOND - time.monotonic(), 0.0))
                (sample, *_) = connection.execute(
                    "update programs set epc_raw = coalesce(epc_raw, 0) + 1 where id = any(%s) returning id, version",
                    (sorted(some),),
                ).fetchall()
                connection.commit()
                self.awaited[sample] = time.monotonic()
                self.rows += len(some)


def _arrived(sandbox: Sandbox, awaited: dict[tuple[int, int], float]) -> list[float]:
    """The ages of the awaited changes that a search shows now; they are awaited no longer."""
    wanted = list(awaited)
    if not wanted:
        return []
    answer = sandbox.search.search(
        index=sandbox.alias,
        body={
            "size": len(wanted),
            "version": True,
            "_source": False,
            "query": {"ids": {"values": [str(id) for id, _ in wanted]}},
        },
    )
    now = time.monotonic()
    visible = {int(hit["_id"]): hit["_version"] for hit in answer["hits"]["hits"]}
    return [now - awaited.pop((id, version)) for id, version in wanted if visible.get(id, 0) >= version]
