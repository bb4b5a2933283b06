"""One benchmark run: every way of doing the same work in turn, round after round, so that noise meets all alike."""

from __future__ import annotations

import os
import resource
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from enum import Enum
from itertools import cycle, islice
from statistics import median
from typing import IO

from opensearchpy import OpenSearch

from app.benchmarks import folding, imports, index, instep, lean, search
from app.benchmarks.figures import Ratio, Report, Searched, Timing, speed_ratio, time_ratio
from app.benchmarks.sandbox import Sandbox, sandbox
from app.engines import Engines
from mappings.index import mapping

_MOST_OF_COPY = 8.0
_MOST_OF_FIRST = 1.0
_MOST_OF_BULK = 1.4
_LEAST_OF_LEAN = 0.6
_LEAST_OF_SEARCH = 0.6  # the API shares the two cores with the engine: a bare pass-through reaches 0.7
_LEAST_OF_PASSING = 0.85
_MOST_OF_LEAN_CPU = 1.6
_LEAST_OF_LEAN_SEARCH = 0.5
_MOST_P99_OF_RAW = 2.0
_LEAST_REPEATED = 5.0
_LEAST_OF_FOLDING = 0.8  # of one `_msearch` of the same queries; mostly more, and it scatters (ADR 0110)
_MOST_OF_LOAD = 1.3  # with triggers, of one without
_MOST_OF_UPDATE = 1.6
_MOST_TO_SEARCH = 1.5  # seconds from commit to search, of 99 in 100
_MOST_TO_VERIFY = 1.0  # seconds, up to so many programs
_VERIFIED_IN_THAT = 100_000
_MOST_TO_VERIFY_MORE = 10.0
_WARM_UP_SECONDS = 1.0
_RAW = "raw _search"
_LEAN = "lean query, lean index"
_FOLDED, _APART = "page folded", "page as _msearch"
_RAW_REPEATED, _API_REPEATED = "raw _search, repeated", "API, repeated"


class Served(Enum):
    """What answers searches: the API, or what only hands them through."""

    API = "API"
    PLAIN = "pass-through"  # by opensearch-py as it comes
    LEAN = "pass-through, API's client"


Serve = Callable[[Sandbox, Served], AbstractContextManager[str]]
"""Serves a catalogue as `affindex serve` does; gives the server's URL."""


class _Seconds:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._all: defaultdict[str, list[float]] = defaultdict(list)
        self._say = say

    def add(self, name: str, seconds: float) -> None:
        self._all[name].append(seconds)
        self._say(f"{name}: {seconds:.2f} s")

    def timing(self, name: str, count: int, unit: str) -> Timing:
        return Timing(name, count, unit, [round(seconds, 3) for seconds in self._all[name]])


def run(
    engines: Engines,
    client: OpenSearch,
    *,
    rounds: int,
    scale: float,
    serve: Serve | None,
    say: Callable[[str], None],
) -> Report:
    """Measure on engines that are up. Each round starts from an empty catalogue; the last one is searched."""
    seconds = _Seconds(say)
    load = os.getloadavg()[0]
    notes: list[str] = []
    searches: list[Searched] = []
    with ExitStack() as kept:
        rows: IO[bytes] | None = None
        for number in range(rounds):
            with sandbox(engines, client) as place:
                seconds.add("import", imports.full_import(place, scale))
                before = imports.writes(place)
                seconds.add("import again, unchanged", imports.full_import(place, scale))
                written, drawn = (now - was for now, was in zip(imports.writes(place), before, strict=True))
                notes.append(f"round {number + 1}: the second import wrote {written} rows and drew {drawn} versions")
                if rows is None:
                    rows = kept.enter_context(imports.export_rows(place))
                seconds.add("bare COPY", imports.bare_copy(place, rows))
                if not number:  # an engine that has just started compiles itself meanwhile
                    say(f"a first rebuild, not counted: {index.full_rebuild(place):.2f} s")
                seconds.add("rebuild", index.full_rebuild(place))
                seconds.add("verify", instep.comparison(place, deep=False))
                seconds.add("verify --deep", instep.comparison(place, deep=True))
                ready = index.ready_made(place)
                with ready.file:
                    seconds.add("raw _bulk", index.raw_bulk(place, ready, mapping()))
                    seconds.add("raw _bulk, lean mapping", index.raw_bulk(place, ready, index.lean_mapping()))
                    if serve and number == rounds - 1:
                        searches = _searches(place, ready, serve, rounds, say)
                if number == rounds - 1:
                    fresh = instep.freshness(place, say)
            _triggers(engines, client, rows, seconds, first=bool(number % 2))
    programs = ready.documents
    timings = [
        seconds.timing(name, programs, unit)
        for name, unit in (
            ("bare COPY", "rows"),
            ("import", "programs"),
            ("import again, unchanged", "programs"),
            ("raw _bulk, lean mapping", "documents"),
            ("raw _bulk", "documents"),
            ("rebuild", "documents"),
            ("verify", "programs"),
            ("verify --deep", "programs"),
            ("load without triggers", "rows"),
            ("load", "rows"),
            ("update without triggers", "rows"),
            ("update", "rows"),
        )
    ]
    by_name = {timing.name: timing for timing in timings}
    ratios = [
        time_ratio("import / bare COPY", by_name["import"], by_name["bare COPY"], _MOST_OF_COPY),
        time_ratio("unchanged import / first", by_name["import again, unchanged"], by_name["import"], _MOST_OF_FIRST),
        time_ratio("rebuild / raw _bulk", by_name["rebuild"], by_name["raw _bulk"], _MOST_OF_BULK),
        speed_ratio(
            "our mapping / lean mapping", by_name["raw _bulk"], by_name["raw _bulk, lean mapping"], _LEAST_OF_LEAN
        ),
        time_ratio("load / without triggers", by_name["load"], by_name["load without triggers"], _MOST_OF_LOAD),
        time_ratio("update / without triggers", by_name["update"], by_name["update without triggers"], _MOST_OF_UPDATE),
        _seconds("verify, seconds", by_name["verify"].typical, _most_to_verify(programs)),
        _seconds("commit to search, p99, seconds", fresh.p99 / 1000, _MOST_TO_SEARCH),
    ]
    if searches:
        ratios += [
            _search_ratio(searches, Served.API.value, _RAW, _LEAST_OF_SEARCH),
            _search_ratio(searches, Served.API.value, Served.PLAIN.value, _LEAST_OF_PASSING),
            _search_ratio(searches, Served.API.value, _LEAN, _LEAST_OF_LEAN_SEARCH),
            _cost_ratio(searches, Served.API.value, _LEAN, _MOST_OF_LEAN_CPU),
            _p99_ratio(searches, Served.API.value, _RAW, _MOST_P99_OF_RAW),
            _search_ratio(searches, _API_REPEATED, _RAW_REPEATED, _LEAST_REPEATED),
            _search_ratio(searches, _FOLDED, _APART, _LEAST_OF_FOLDING),
        ]
    searches.append(fresh)
    return Report(programs, rounds, load, timings, ratios, searches, notes, _peak())


def _triggers(engines: Engines, client: OpenSearch, rows: IO[bytes], seconds: _Seconds, *, first: bool) -> None:
    """Load and update with and without triggers, in a database of their own; `first`: with them first."""
    with sandbox(engines, client) as place:
        for triggers in (first, not first):
            load, update = instep.load_and_update(place, rows, triggers=triggers)
            seconds.add("load" if triggers else "load without triggers", load)
            seconds.add("update" if triggers else "update without triggers", update)


def _most_to_verify(programs: int) -> float:
    return _MOST_TO_VERIFY if programs <= _VERIFIED_IN_THAT else _MOST_TO_VERIFY_MORE


def _seconds(name: str, value: float, most: float) -> Ratio:
    return Ratio(name, round(value, 3), "at most", most, value <= most)


def _searches(
    place: Sandbox, ready: index.Bodies, serve: Serve, rounds: int, say: Callable[[str], None]
) -> list[Searched]:
    """Lean, raw, handed through and through the API in turn, never the same query twice; then a few over and over."""
    lexicon = search.lexicon_of(place)
    asked = search.queries(place, seed=1)
    often = list(islice(search.queries(place, seed=2), search.REPEATED))
    raw_url = place.engines.opensearch_url
    found: list[Searched] = []
    with (
        lean.lean_index(place, ready) as lean_name,
        serve(place, Served.PLAIN) as plain_url,
        serve(place, Served.LEAN) as lean_url,
        serve(place, Served.API) as url,
    ):

        def spent() -> float:
            return search.engine_seconds(place.search)

        def plainest(seconds: float) -> Searched:
            requests = (search.to_lean(raw_url, lean_name, each) for each in asked)
            return search.search(_LEAN, raw_url, requests, seconds, spent=spent)

        def raw(seconds: float, queries: Iterable[search.Query], name: str) -> Searched:
            requests = (search.to_engine(raw_url, place.alias, each, lexicon) for each in queries)
            return search.search(name, raw_url, requests, seconds, spent=spent)

        def passing(seconds: float, through: str, what: Served) -> Searched:
            requests = (search.to_engine(through, place.alias, each, lexicon) for each in asked)
            return search.search(what.value, through, requests, seconds, spent=spent)

        def ours(seconds: float) -> Searched:
            requests = (search.to_api(url, each) for each in asked)
            return search.search(Served.API.value, url, requests, seconds, spent=spent)

        def repeated(seconds: float) -> Searched:
            requests = (search.to_api(url, each) for each in cycle(often))
            return search.search(_API_REPEATED, url, requests, seconds, search.MOST_REPEATED_A_SECOND)

        search.compiled(lambda seconds: raw(seconds, asked, _RAW), say)
        plainest(_WARM_UP_SECONDS)
        passing(_WARM_UP_SECONDS, plain_url, Served.PLAIN)
        passing(_WARM_UP_SECONDS, lean_url, Served.LEAN)
        ours(_WARM_UP_SECONDS)
        for _ in range(rounds):
            for searched in (
                plainest(search.SECONDS),
                raw(search.SECONDS, asked, _RAW),
                passing(search.SECONDS, plain_url, Served.PLAIN),
                passing(search.SECONDS, lean_url, Served.LEAN),
                ours(search.SECONDS),
                raw(search.SECONDS_REPEATED, cycle(often), _RAW_REPEATED),
                repeated(search.SECONDS_REPEATED),
            ):
                found.append(searched)
                say(f"{searched.name}: {searched.rate:,.0f} answers/s, {searched.cost:.2f} ms of the engine each")
    for searched in pages(raw_url, place.alias, asked, rounds):
        found.append(searched)
        say(f"{searched.name}: {searched.rate:,.0f} answers/s")
    return found


def pages(url: str, index: str, asked: Iterable[search.Query], rounds: int) -> Iterator[Searched]:
    """Pages of InstantSearch, folded and as one `_msearch` in turn, straight to the engine; none comes twice."""
    ways = {_FOLDED: folding.folded, _APART: folding.apart}
    for name, requests in ways.items():
        search.search(name, url, requests(url, index, asked), _WARM_UP_SECONDS, folding.MOST_A_SECOND)
    for _ in range(rounds):
        for name, requests in ways.items():
            yield search.search(name, url, requests(url, index, asked), folding.SECONDS, folding.MOST_A_SECOND)


def _search_ratio(searches: list[Searched], ours: str, theirs: str, least: float) -> Ratio:
    value = _by_round(searches, ours, theirs, lambda each: each.rate)
    return Ratio(f"{ours} / {theirs}", round(value, 3), "at least", least, value >= least)


def _cost_ratio(searches: list[Searched], ours: str, theirs: str, most: float) -> Ratio:
    value = _by_round(searches, ours, theirs, lambda each: each.cost)
    return Ratio(f"engine CPU, {ours} / {theirs}", round(value, 3), "at most", most, value <= most)


def _p99_ratio(searches: list[Searched], ours: str, theirs: str, most: float) -> Ratio:
    value = _by_round(searches, ours, theirs, lambda each: each.p99)
    return Ratio(f"p99, {ours} / {theirs}", round(value, 3), "at most", most, value <= most)


def _by_round(searches: list[Searched], ours: str, theirs: str, figure: Callable[[Searched], float]) -> float:
    """The median of one figure by the other, round by round."""
    figures = {name: [figure(each) for each in searches if each.name == name] for name in (ours, theirs)}
    return median(one / other for one, other in zip(figures[ours], figures[theirs], strict=True))


def _peak() -> int:
    """This process's peak of resident memory, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
