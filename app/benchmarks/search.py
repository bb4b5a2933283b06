"""Searches through the API beside the same request bodies sent to `_search` directly; no query comes twice."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import islice
from statistics import quantiles
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import uvloop

from app.benchmarks.figures import Searched
from app.benchmarks.ground import Ground
from app.search.body import search_body
from app.search.request import read_request

CONNECTIONS = 8
SECONDS = 6.0
SECONDS_REPEATED = 3.0
REPEATED = 20  # queries that come over and over
_FACETS = "network,vertical,commissionType,primaryRegion,epc"
MOST_REPEATED_A_SECOND = 40_000
_MOST_A_SECOND = 6_000  # answers; more than these engines give on any machine this is for
_PROGRAMS = 20_000  # whose words are asked for


Query = dict[str, str]


def queries(ground: Ground, seed: int) -> Iterator[Query]:
    """Two words of some program, a range, five facets; different ones for ever."""
    chance = random.Random(seed)
    with ground.connect() as connection:
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
        yield {"q": " ".join(words), "commission": f"{low}..", "facets": _FACETS, "sort": "-epc"}


def to_api(url: str, query: Query) -> bytes:
    """The query as an HTTP request to the API."""
    host = urlsplit(url).netloc
    return f"GET /api/programs?{urlencode(query, quote_via=quote)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def to_engine(url: str, index: str, query: Query) -> bytes:
    """The query as the request that the API would make of it."""
    body = msgspec.json.encode(search_body(read_request({name: [value] for name, value in query.items()})))
    head = (
        f"POST /{index}/_search HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def search(
    name: str, url: str, requests: Iterator[bytes], seconds: float, most_a_second: int = _MOST_A_SECOND
) -> Searched:
    """Send prepared requests for a while, each connection its next one when the last is answered."""
    # Made beforehand: what it takes to make them is not to be measured.
    ready = list(islice(requests, int(seconds * most_a_second)))
    return uvloop.run(_search(name, url, iter(ready), seconds))


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
