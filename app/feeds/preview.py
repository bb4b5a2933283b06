"""A feed's records as they would be stored, without storing them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from app.feeds.opening import Feed
from app.feeds.refusal import NotAFeed
from app.importing.normaliser import Normaliser, normalising
from app.importing.places import with_line
from app.importing.sources import Record, Unreadable
from app.normalising.warnings import RecordWarnings
from mappings.network_program import NetworkProgram
from mappings.program import Program

_BATCH = 50  # records that go to the normaliser together


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that would not be stored."""

    reason: str
    raw: Any  # plain JSON values, in ASCII: whatever stood in the feed
    lines: int = 0  # of the file, where its records are lines

    def as_line(self) -> bytes:
        """`{"rejected": {"reason": …, "raw": …}}`."""
        return json.dumps({"rejected": {"reason": self.reason, "raw": self.raw}}, default=str).encode()


def previewed(
    feed: Feed, normaliser: Normaliser | None = None, warnings: RecordWarnings | None = None
) -> Iterator[Program | RefusedRecord]:
    """Each record of a feed as a program, or why it would be rejected; what is doubtful is counted in `warnings`."""
    under_way: deque[list[_Numbered]] = deque()

    def readable() -> Iterator[list[tuple[int, NetworkProgram]]]:
        for batch in _batched(feed):
            under_way.append(batch)
            yield [(each.number, each.record) for each in batch if not isinstance(each.record, Unreadable)]

    with normalising(normaliser) as own:
        for done in own.each(readable(), "programs"):
            programs, reasons = dict(done.programs), dict(done.rejected)
            batch = under_way.popleft()
            if warnings is not None:
                at = {each.number: each.line for each in batch}
                for warning in done.warnings:
                    warning.line = at[warning.record] or None
                warnings.add(done.warnings)
            for number, record, lines, line in batch:
                if isinstance(record, Unreadable):
                    yield RefusedRecord(with_line(record.reason, line), _plain(record.raw), lines)
                elif number in programs:
                    if warnings is not None:
                        warnings.hold(number, line or None, programs[number])
                    yield programs[number]
                else:
                    raw = msgspec.structs.replace(record, not_carried=frozenset())
                    yield RefusedRecord(with_line(reasons[number], line), _plain(raw), lines)


class _Numbered(NamedTuple):
    number: int
    record: Record
    lines: int  # of the file that the record took
    line: int  # of the file, on which it begins


def _batched(feed: Feed) -> Iterator[list[_Numbered]]:
    """Records by number, some together; those before an error come before the error."""
    batch: list[_Numbered] = []
    seen = 0
    try:
        for number, record in enumerate(feed.records(), start=1):
            before, seen = seen, feed.lines_of_records()
            batch.append(_Numbered(number, record, seen - before, feed.line()))
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except NotAFeed:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(msgspec.to_builtins(value, str_keys=True), default=str))


def program_line(program: Program) -> bytes:
    """`{"program": {…}}`, every field in it."""
    return msgspec.json.encode({"program": program})
