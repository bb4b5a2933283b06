"""Where the records of a source stand in its file, and which programs of a run were told there more than once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator

import psycopg

from app.importing.sources import Record
from app.normalising.repeated import RATES, SAID, RecordPlace, ToldAgain

_MOST = 0xFFFF_FFFF  # what fits


class Lines:
    """The lines of a file on which its records begin, by the records' numbers; 4 bytes a record."""

    def __init__(self, line: Callable[[], int] | None = None) -> None:
        self._line = line
        self._begun = array("I")

    def of(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records; where each begins is noted as it passes."""
        line, begun = self._line, self._begun
        if line is None:
            yield from records
            return
        for record in records:
            begun.append(min(line(), _MOST))
            yield record

    def at(self, number: int) -> int | None:
        """The line of a record; None where records are no lines."""
        return self._begun[number - 1] or None if 0 < number <= len(self._begun) else None


def with_line(reason: str, line: int | None) -> str:
    """Why a record is rejected, with its line, where that is known and not said yet."""
    return f"line {line}: {reason}" if line and not reason.startswith("line ") else reason


def told_again(connection: psycopg.Connection, staging: str, lines: Lines) -> list[ToldAgain]:
    """The programs of a run of which several records say different things, before all but the last are dropped."""
    return [
        ToldAgain(
            external_id=external_id,
            first=RecordPlace(first, lines.at(first)),
            last=RecordPlace(last, lines.at(last)),
            times=times,
            differs=differs,
        )
        for external_id, first, last, times, *differs in connection.execute(_repeated(staging))
    ]


def _repeated(staging: str) -> str:
    rates, everything = (f"row({', '.join(f's.{name}' for name in names)})" for names in (RATES, SAID))
    return f"""
        with repeated as materialized (
            select network_id, external_id from {staging} group by network_id, external_id having count(*) > 1
        )
        select s.external_id, min(s.line), max(s.line), count(*) - 1,
            count(distinct {rates}) > 1, count(distinct s.name) > 1, true
        from {staging} s join repeated using (network_id, external_id)
        group by network_id, s.external_id
        having count(distinct {everything}) > 1
        order by min(s.line)
    """
