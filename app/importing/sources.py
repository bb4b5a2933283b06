"""What an import reads: raw records of one or more networks, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg

from generators import VOLUMES, catalogue
from mappings.network_program import NetworkProgram


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that could not even be read into a `NetworkProgram`; its program's id, if that much is readable."""

    network: str
    reason: str
    raw: object
    external_id: str | None = None


Record = NetworkProgram | Unreadable


@dataclass(frozen=True, slots=True)
class Source:
    """Records of `networks`, read once and in order.

    `partial` says that the records are not all there is: such a run closes nothing and ranks nothing.
    `expected` is the number of records a network will yield, where that is known.
    `admit` looks at the staged records (connection, staging table) before they are merged, in the transaction of the
    merge. It says whether the run is partial, for sources that know only at their end, or raises to refuse the run.
    `account` is whose relations to the programs its records tell; the network's own name where none is given. `whole`
    says at the end whether they are all that the account has, which differs from `partial` for a further account.
    `known` are ids of programs of which the records tell nothing but the relation.
    `line` tells where in its file the latest record that was read begins, for sources whose records are lines.
    """

    kind: str
    networks: tuple[str, ...]
    records: Callable[[], Iterator[Record]]
    partial: bool
    expected: dict[str, int] = field(default_factory=dict)
    admit: Callable[[psycopg.Connection, str], bool] | None = None
    account: str | None = None
    whole: Callable[[], bool] | None = None
    known: Callable[[], frozenset[str]] | None = None
    line: Callable[[], int] | None = None


def generated(networks: tuple[str, ...], *, limit: int | None = None, seed: int = 1, scale: float = 1.0) -> Source:
    """The generators' catalogues; `limit` takes the first n of each network, `scale` multiplies their volumes."""
    totals = {network: round(VOLUMES[network] * scale) for network in networks}
    expected = {network: min(total, total if limit is None else limit) for network, total in totals.items()}

    def records() -> Iterator[Record]:
        for network in networks:
            yield from catalogue(network, seed=seed, stop=expected[network], total=totals[network])

    partial = any(expected[network] < totals[network] for network in networks)
    return Source("generator", networks, records, partial, expected)
