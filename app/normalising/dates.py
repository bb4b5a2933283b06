"""Days as sources write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from mappings.network_program import Raw

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: .*)?")
_FIRST, _LAST = date(1990, 1, 1), date(2100, 1, 1)
_MILLISECONDS_FROM = 10_000_000_000  # as seconds this is the year 2286


def day(raw: Raw, *, month_first: bool = False) -> date | None:
    """The day meant; None if it is unreadable, or could be two days. `month_first` where the network writes so."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | float):
        return _epoch(float(raw))
    return _written(raw.strip(), month_first) if len(raw) <= 60 else None


def _epoch(value: float) -> date | None:
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    if not 0 < seconds < 5e9:
        return None
    return _plausible((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date())


@lru_cache(maxsize=16_384)
def _written(text: str, month_first: bool) -> date | None:
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHED.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if month_first:
            return _day(year, first, second)
        if match[2] == "." or first > 12:  # nobody writes the month first with points
            return _day(year, second, first)
        if second > 12 or first == second:
            return _day(year, first, second)
        return None
    return _epoch(float(text)) if text.isascii() and text.isdecimal() and len(text) in (10, 13) else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return _plausible(date(year, month, number))
    except ValueError:
        return None


def _plausible(found: date) -> date | None:
    return found if _FIRST <= found < _LAST else None
