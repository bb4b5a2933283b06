"""Many clients at once, each asking again as soon as it is answered, whatever the answer says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from statistics import quantiles
from urllib.parse import urlsplit


@dataclass
class Told:
    """What a crowd was told."""

    seconds: float = 0.0
    accepted: list[float] = field(default_factory=list)  # seconds that each answer took
    refused: list[float] = field(default_factory=list)  # the same of each 503 that says when to ask again
    others: list[str] = field(default_factory=list)  # heads of all else
    reasons: set[str] = field(default_factory=set)  # of refusals

    @property
    def rate(self) -> float:
        """Accepted answers a second."""
        return len(self.accepted) / self.seconds

    def percentile(self, number: int) -> float:
        """Of what accepted answers took, in seconds."""
        return quantiles(self.accepted, n=100)[number - 1]


async def crowd(address: str, connections: int, seconds: float, paths: Iterator[str]) -> Told:
    """So many connections for so long."""
    told = Told()
    began = time.perf_counter()
    await asyncio.gather(*(_one(address, began + seconds, paths, told) for _ in range(connections)))
    told.seconds = time.perf_counter() - began
    return told


def words() -> Iterator[str]:
    """Searches of which none comes twice."""
    return (f"/api/programs?q=tea&epc=..{number}&perPage=5" for number in count(1))


async def _one(address: str, until: float, paths: Iterator[str], told: Told) -> None:
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        while (began := time.perf_counter()) < until:
            writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower().decode()
            body = await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
            took = time.perf_counter() - began
            status = head.split(" ", 2)[1]
            if status == "200":
                told.accepted.append(took)
            elif status == "503" and "\r\nretry-after: " in head:
                told.refused.append(took)
                told.reasons.add(body.partition(b'"detail":"')[2].partition(b'"')[0].decode())
            else:
                told.others.append(head)
    finally:
        writer.close()
