"""Whether what was pulled is an import or an alarm: its size and fill-rates against the last sync."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import psycopg

from mappings.catalogue import IMPORTED
from mappings.networks import BY_SLUG

# Below so many records a share says nothing.
_FEWEST = 20
# A network that loses a third of its programs overnight has a broken list.
_MOST_LOST = 0.33
# A field that a fifth of the programs had, and that half of those lost, was lost by the feed and not by merchants.
_FILLED = 0.20
_MOST_EMPTIED = 0.5

# Every field that can be unknown; what is derived from another says the same thing twice.
_WATCHED = tuple(
    entry.name
    for entry in IMPORTED
    if entry.optional and not entry.name.startswith(("exchange_rate", "epc_")) and not entry.name.endswith("_usd")
)


class Measured(msgspec.Struct, frozen=True):
    """How many programs were staged, and which share of them has a value in each field."""

    records: int
    fill_rates: dict[str, float]


def measure(connection: psycopg.Connection, staging: str) -> Measured:
    """Measure a staging table, each program once."""
    counts = ", ".join(f"count({name})" for name in _WATCHED)
    row = connection.execute(
        f"select count(*), {counts} from (select distinct on (network_id, external_id) * from {staging} "
        "order by network_id, external_id, line desc) as staged"
    ).fetchone()
    assert row is not None
    total = row[0]
    return Measured(
        total, {name: round(count / max(total, 1), 4) for name, count in zip(_WATCHED, row[1:], strict=True)}
    )


def last_merged(connection: psycopg.Connection, network: str) -> Measured | None:
    """What the last complete sync of a network brought; None if there was none."""
    row = connection.execute(
        "select s.records, s.fill_rates from network_syncs s join import_runs r on r.id = s.run_id "
        "where s.network_id = %s and r.state = 'done' and s.complete and s.records is not null "
        "order by s.run_id desc limit 1",
        (BY_SLUG[network].id,),
    ).fetchone()
    return Measured(row[0], row[1]) if row else None


def alarms(now: Measured, before: Measured | None, *, complete: bool) -> list[str]:
    """What is so much worse than before that it must not be merged unseen; empty if nothing is.

    A pull that is not complete may have any size.
    """
    if before is None or before.records < _FEWEST:
        return []
    found = []
    if complete and now.records < before.records * (1 - _MOST_LOST):
        found.append(f"{now.records:,} programs, {before.records:,} in the last sync")
    if now.records >= _FEWEST:
        found += [
            f"{name}: {now.fill_rates[name]:.0%} of the programs have it, {rate:.0%} had it"
            for name, rate in before.fill_rates.items()
            if name in now.fill_rates and rate >= _FILLED and now.fill_rates[name] < rate * (1 - _MOST_EMPTIED)
        ]
    return found


def drift(now: Measured, before: Measured) -> Mapping[str, float]:
    """The change in the number of programs, and of each field's fill-rate where it moved, as shares."""
    moved = {
        name: round(now.fill_rates[name] - rate, 4)
        for name, rate in before.fill_rates.items()
        if name in now.fill_rates and abs(now.fill_rates[name] - rate) >= 0.005
    }
    return {"records": round(now.records / max(before.records, 1) - 1, 4), **moved}
