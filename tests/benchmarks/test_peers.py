"""Peers are asked the same question, and find the same.

1. Postgres, SQLite and tantivy find as many programs as have all the words, are open, and may pay enough.
2. So does the plainest query on a lean index, which ours is measured beside.
3. A question of signs alone finds nothing, and stops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from typing import Any

import httpx2
import pytest

from app.benchmarks import imports, index, lean
from app.benchmarks.peers.postgres import postgres
from app.benchmarks.peers.rows import TEXTS, Peer, Question, rows
from app.benchmarks.peers.sqlite import sqlite
from app.benchmarks.peers.tantivy import tantivy
from app.benchmarks.sandbox import Sandbox, sandbox
from app.engines import Engines, open_search
from app.settings import Settings

_SCALE = 0.01
_WORDS = ("shoes", "travel", "the", "and", "from", "your", "our", "with")


@pytest.fixture(scope="module")
def place(engines: Engines, settings: Settings) -> Iterator[Sandbox]:
    with sandbox(engines, open_search(engines, settings)) as found:
        imports.full_import(found, _SCALE)
        index.full_rebuild(found)
        yield found


def questions() -> list[Question]:
    pairs = [f"{one} {other}" for one, other in pairwise(_WORDS)]
    return [Question(q, low) for q in (*_WORDS, *pairs) for low in (1.0, 12.0)]


def counted(given: list[dict[str, Any]], asked: Question) -> int:
    """How many programs answer, by looking at each."""
    found = 0
    for row in given:
        words = set(re.findall(r"\w+", " ".join(row[each] or "" for each in TEXTS).lower()))
        most, least = row["commission_max"], row["commission_min"]
        pays = most >= asked.low if most is not None else least is not None
        found += row["status"] in ("active", "paused") and pays and words.issuperset(asked.q.split())
    return found


def test_all_find_the_same(place: Sandbox) -> None:  # 1
    given = rows(place)
    expected = [counted(given, each) for each in questions()]
    assert sum(expected) > 100
    with ExitStack() as stack:
        peers: list[Peer] = [
            stack.enter_context(postgres(place)),
            stack.enter_context(sqlite(given)),
            stack.enter_context(tantivy(given)),
        ]
        for peer in peers:
            assert [peer.ask(each) for each in questions()] == expected, peer.name


def test_signs_alone_stop_nobody(place: Sandbox) -> None:  # 3
    given = rows(place)
    with postgres(place) as one, sqlite(given) as other, tantivy(given) as third:
        for peer in (one, other, third):
            assert peer.ask(Question("- &", 1.0)) == 0, peer.name


def test_so_does_the_lean_index(place: Sandbox) -> None:  # 2
    given = rows(place)
    ready = index.ready_made(place)
    with ready.file, lean.lean_index(place, ready) as name:
        for asked in questions():
            answer = httpx2.post(
                f"{place.engines.opensearch_url}/{name}/_search",
                content=lean.body(asked.q, asked.low),
                headers={"Content-Type": "application/json"},
            ).json()
            assert answer["hits"]["total"]["value"] == counted(given, asked), asked
