"""One run beside the peers: everybody is asked in turn, round after round, never the same question twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from statistics import median, quantiles

import msgspec
from opensearchpy import OpenSearch

from app.benchmarks import imports, index, lean, search
from app.benchmarks.figures import Searched
from app.benchmarks.peers.meilisearch import meilisearch
from app.benchmarks.peers.postgres import postgres
from app.benchmarks.peers.rows import Peer, Question, rows
from app.benchmarks.peers.sqlite import sqlite
from app.benchmarks.peers.tantivy import tantivy
from app.benchmarks.run import Serve, Served
from app.benchmarks.sandbox import sandbox
from app.engines import Engines

_SECONDS = 5.0
_WARM_UP_SECONDS = 3.0
_LEAN = "OpenSearch, the plainest query on a lean index"
_OURS = "Affindex"


class PeerReport(msgspec.Struct, frozen=True, rename="camel"):
    """Answers of everybody in every round. `notes` say who was not asked, and why."""

    programs: int
    rounds: int
    load: float
    searches: list[Searched]
    notes: list[str]

    def rate(self, name: str) -> float:
        """Answers a second in the median round."""
        return median(each.rate for each in self.searches if each.name == name)


def run(
    engines: Engines, client: OpenSearch, *, rounds: int, scale: float, serve: Serve, say: Callable[[str], None]
) -> PeerReport:
    """Import a catalogue, give it to every peer there is, and ask them all."""
    load, notes = os.getloadavg()[0], []
    found: list[Searched] = []
    with sandbox(engines, client) as place, ExitStack() as stack:
        imports.full_import(place, scale)
        index.full_rebuild(place)
        search.lexicon_of(place)
        ready = index.ready_made(place)
        lean_name = stack.enter_context(lean.lean_index(place, ready))
        given = rows(place)
        peers: list[Peer] = [stack.enter_context(postgres(place)), stack.enter_context(sqlite(given))]
        try:
            peers.append(stack.enter_context(tantivy(given)))
        except ImportError:
            notes.append("tantivy was not asked: its package is a development dependency, and not here")
        if binary := os.environ.get("MEILISEARCH"):
            peers += stack.enter_context(meilisearch(binary, given))
        else:
            notes.append("Meilisearch was not asked: MEILISEARCH=path says where its binary is")
        url = stack.enter_context(serve(place, Served.API))
        raw_url = place.engines.opensearch_url
        asked = search.queries(place, seed=3)

        def ours(seconds: float) -> Searched:
            return search.search(_OURS, url, (search.to_api(url, each) for each in asked), seconds)

        def plainest(seconds: float) -> Searched:
            return search.search(_LEAN, raw_url, (search.to_lean(raw_url, lean_name, each) for each in asked), seconds)

        ways: list[Callable[[float], Searched]] = [ours, plainest]
        ways += [lambda seconds, peer=peer: _ask(peer, asked, seconds) for peer in peers]  # type: ignore[misc]
        search.compiled(ours, say)
        search.compiled(plainest, say)
        for number in range(rounds + 1):
            for way in ways:
                searched = way(_SECONDS if number else _WARM_UP_SECONDS)
                if number:
                    found.append(searched)
                say(f"{searched.name}: {searched.rate:,.0f} answers/s{'' if number else ', warming up'}")
    return PeerReport(len(given), rounds, load, found, notes)


def _ask(peer: Peer, queries: Iterator[search.Query], seconds: float) -> Searched:
    """Ask a peer for a while, by as many threads as it can use."""
    questions = [
        [Question(each["q"], float(each["commission"].removesuffix(".."))) for each in islice(queries, 4_000)]
        for _ in range(peer.threads)
    ]
    took: list[float] = []
    began = time.perf_counter()

    def asking(mine: list[Question]) -> None:
        for each in mine:
            if (now := time.perf_counter()) > began + seconds:
                return
            peer.ask(each)
            took.append(time.perf_counter() - now)

    threads = [threading.Thread(target=asking, args=(mine,)) for mine in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    percentiles = [round(1000 * each, 2) for each in quantiles(took, n=100)]
    return Searched(peer.name, len(took), round(spent, 3), percentiles[49], percentiles[98])
