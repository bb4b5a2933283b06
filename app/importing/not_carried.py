"""Fields not carried by records, on their way to the merge: a number in the staging table, a bit for each field."""

from __future__ import annotations

from functools import lru_cache

from mappings.catalogue import IMPORTED
from mappings.network_program import CARRIED

_BITS = {name: 1 << position for position, name in enumerate(CARRIED)}


@lru_cache(maxsize=256)  # a source has a few kinds of records, not one a record
def as_number(not_carried: frozenset[str]) -> int:
    """The fields of a `NetworkProgram` as bits; 0 is a record that carries all."""
    return sum(_BITS[name] for name in not_carried)


def columns(number: int) -> tuple[str, ...]:
    """The columns that records do not carry, by the number of their fields not carried."""
    return tuple(
        entry.name
        for entry in IMPORTED
        if (made_of := [_BITS[name] for name in entry.field.made_of or (entry.name,) if name in _BITS])
        and all(number & bit for bit in made_of)
    )
