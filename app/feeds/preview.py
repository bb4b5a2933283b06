"""A feed's records as they would be stored, without storing them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from app.feeds.reading import Feed
from app.importing.sources import Unreadable
from app.normalising import Rejected, normalise
from mappings.program import Program


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that would not be stored."""

    reason: str
    raw: Any  # plain JSON values, in ASCII: whatever stood in the feed

    def as_line(self) -> bytes:
        """`{"rejected": {"reason": …, "raw": …}}`."""
        return json.dumps({"rejected": {"reason": self.reason, "raw": self.raw}}, default=str).encode()


def previewed(feed: Feed) -> Iterator[Program | Refused]:
    """Each record of a feed as a program, or why it would be rejected."""
    for record in feed.records():
        if isinstance(record, Unreadable):
            yield Refused(record.reason, _plain(record.raw))
            continue
        try:
            yield normalise(record)
        except Rejected as rejected:
            yield Refused(str(rejected), _plain(msgspec.structs.replace(record, silent=frozenset())))


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(msgspec.to_builtins(value, str_keys=True), default=str))


def program_line(program: Program) -> bytes:
    """`{"program": {…}}`, every field in it."""
    return msgspec.json.encode({"program": program})
