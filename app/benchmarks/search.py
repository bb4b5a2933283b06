"""Searches through the API beside the same request bodies sent to `_search` directly, and beside the plainest query on
a lean index; ordered by relevance, and no query comes twice."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from statistics import quantiles
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import uvloop
from opensearchpy import OpenSearch

from app.benchmarks import lean
from app.benchmarks.figures import Searched
from app.benchmarks.sandbox import Sandbox
from app.search.analysing import analyse
from app.search.body import search_body
from app.search.lexicon import HeldLexicon
from app.search.request_parser import read_request
from indexing.lexicon import current, read, renew

CONNECTIONS = 8
SECONDS = 6.0
SECONDS_REPEATED = 3.0
REPEATED = 20  # queries that come over and over
_FACETS = "network,vertical,commissionType,primaryRegion,epc"
MOST_REPEATED_A_SECOND = 40_000
_MOST_A_SECOND = 4_000  # answers; more than these engines give on any machine this is for
_STRETCH_SECONDS, _MOST_STRETCHES, _STILL_RISING = 5.0, 24, 1.03
_PROGRAMS = 20_000  # whose words are asked for


Query = dict[str, str]


def queries(sandbox: Sandbox, seed: int) -> Iterator[Query]:
    """Two words of some program, a range, five facets; different ones for ever."""
    chance = random.Random(seed)
    with sandbox.connect() as connection:
        texts = [
            text.split()
            for (text,) in connection.execute(
                "select name || ' ' || coalesce(description, '') from programs order by hashint8(id) limit %s",
                (_PROGRAMS,),
            )
        ]
    asked: set[tuple[str, ...]] = set()
    while True:
        words = tuple(chance.sample(texts[chance.randrange(len(texts))], 2))
        low = chance.randint(1, 40)
        if (key := (*words, str(low))) in asked:
            continue
        asked.add(key)
        yield {"q": " ".join(words), "commission": f"{low}..", "facets": _FACETS}


def to_api(url: str, query: Query) -> bytes:
    """The query as an HTTP request to the API."""
    host = urlsplit(url).netloc
    return f"GET /api/programs?{urlencode(query, quote_via=quote)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def to_engine(url: str, index: str, query: Query, lexicon: HeldLexicon) -> bytes:
    """The query as the first request that the API makes of it."""
    request = read_request({name: [value] for name, value in query.items()})
    return _posted(url, index, msgspec.json.encode(search_body(request, analyse(request.wording, lexicon))))


def to_lean(url: str, index: str, query: Query) -> bytes:
    """The query as the plainest one that finds all of its words."""
    return _posted(url, index, lean.body(query["q"], float(query["commission"].removesuffix(".."))))


def lexicon_of(sandbox: Sandbox) -> HeldLexicon:
    """The words of a sandbox's catalogue, counted and written for the API's processes to read."""
    renew(sandbox.connect, sandbox.search, sandbox.alias)
    if (stored := current(sandbox.search, sandbox.alias)) is None:
        raise RuntimeError("the lexicon that was written is gone")
    return HeldLexicon(read(sandbox.search, sandbox.alias, stored), stored.version)


def _posted(url: str, index: str, body: bytes) -> bytes:
    head = (
        f"POST /{index}/_search HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def search(
    name: str,
    url: str,
    requests: Iterator[bytes],
    seconds: float,
    most_a_second: int = _MOST_A_SECOND,
    spent: Callable[[], float] = lambda: 0.0,
) -> Searched:
    """Send prepared requests for a while, each connection its next one when the last is answered.

    `spent` tells the seconds of CPU that the engine has spent so far.
    """
    # Made beforehand: what it takes to make them is not to be measured.
    ready = list(islice(requests, int(seconds * most_a_second)))
    before = spent()
    searched = uvloop.run(_search(name, url, iter(ready), seconds))
    return msgspec.structs.replace(searched, engine_seconds=round(spent() - before, 3))


def compiled(searching: Callable[[float], Searched], say: Callable[[str], None]) -> None:
    """Search until the engine answers no faster: one that has just started compiles itself, and hides what we cost."""
    best, flat = 0.0, 0
    for _ in range(_MOST_STRETCHES):
        rate = searching(_STRETCH_SECONDS).rate
        flat = 0 if rate > best * _STILL_RISING else flat + 1
        best = max(best, rate)
        say(f"warming up the engine: {rate:,.0f} answers/s")
        if flat == 3:
            break


def engine_seconds(client: OpenSearch) -> float:
    """Seconds of CPU that OpenSearch has spent so far, on all its nodes."""
    nodes = client.nodes.stats(metric="process")["nodes"].values()
    return float(sum(node["process"]["cpu"]["total_in_millis"] for node in nodes)) / 1000


async def _search(name: str, url: str, requests: Iterator[bytes], seconds: float) -> Searched:
    took: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_ask(url, requests, began + seconds, took) for _ in range(CONNECTIONS)))
    spent = time.perf_counter() - began
    percentiles = [round(1000 * each, 2) for each in quantiles(took, n=100)]
    return Searched(name, len(took), round(spent, 3), percentiles[49], percentiles[98])


async def _ask(url: str, requests: Iterator[bytes], until: float, took: list[float]) -> None:
    """One connection. A minimal client: it shares the machine with what it measures."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        while (began := time.perf_counter()) < until:
            writer.write(next(requests))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b" 200 " in head.partition(b"\r\n")[0], head.decode()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - began)
    finally:
        writer.close()
