"""The programs as every peer is given them, and the question that every peer is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from app.benchmarks.sandbox import Sandbox

TEXTS = ("name", "category", "merchant_domain", "description")
FACETS = ("network", "vertical", "commission_type", "primary_region")
NUMBERS = ("epc", "commission_min", "commission_max")
EPC_EDGES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
HITS = 20

_ROWS = f"""
    select p.id, n.slug as network, p.status::text as status, {", ".join(f"p.{each}" for each in TEXTS)},
        p.vertical, p.commission_type::text as commission_type, p.primary_region,
        {", ".join(f"p.{each}::float8 as {each}" for each in NUMBERS)}
    from programs p join networks n on n.id = p.network_id order by p.id
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Programs that have all the words, are open, and may pay `low` or more; with five facets and the first hits."""

    q: str
    low: float


class Peer(Protocol):
    """A search engine that holds the programs."""

    name: str
    threads: int
    """How many ask it at once: each connection of a server its own, of a library as many as there are cores."""

    def ask(self, asked: Question) -> int:
        """Answer a question whole, and say how many programs were found."""


def rows(sandbox: Sandbox) -> list[dict[str, Any]]:
    """All programs of a sandbox, as columns by name."""
    with sandbox.connect() as connection, connection.cursor() as cursor:
        cursor.execute(_ROWS)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]
