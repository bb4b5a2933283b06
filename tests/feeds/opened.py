"""The words of the feed tests: write a file, read it, see what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.feeds.opening import Feed, open_feed
from app.feeds.preview import RefusedRecord, previewed
from mappings.program import Program

FIXTURES = Path(__file__).parent / "fixtures"


def split(feed: Feed) -> tuple[list[Program], list[RefusedRecord]]:
    """A feed's programs, and what of it is refused."""
    found = list(previewed(feed))
    return [each for each in found if isinstance(each, Program)], [
        each for each in found if isinstance(each, RefusedRecord)
    ]


def programs_of(path: Path, network: str | None = None, **options: Any) -> list[Program]:
    """The programs of a feed, of which nothing may be refused."""
    programs, refused = split(open_feed(path, network, **options))
    assert refused == []
    return programs
