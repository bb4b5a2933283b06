"""The grammar of filter values: lists, exclusions, escapes, ranges. One grammar for every field.

network=cj,awin     network=!cj     language=de,unknown     epc=0.5..     launchedAt=2025-03..2025-06-15
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil, floor, isfinite

import msgspec

from mappings.moments import rfc3339

UNKNOWN = "unknown"
MOST_VALUES = 1000  # in one field; OpenSearch itself stops at 65,536
LONGEST_VALUE = 8000

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


class Malformed(ValueError):
    """A value outside the grammar; the message says what is expected."""


class Item(msgspec.Struct, frozen=True):
    """One member of a list of values: `text` without its marks. `unknown` was written bare, so it means null."""

    text: str
    excluded: bool = False
    unknown: bool = False


def split_items(value: str) -> list[Item]:
    r"""The members of a comma-separated list. `\,` `\!` `\\` and `\unknown` stand for themselves.

    Blank members are passed over. Raises Malformed.
    """
    items: list[Item] = []
    for member in _split(value):
        raw = member.strip()
        excluded = raw.startswith("!")
        raw = raw[1:].lstrip() if excluded else raw
        if not raw and not excluded:
            continue
        if not raw:
            raise Malformed("an exclamation mark excludes the value after it, and there is none; write \\! for one")
        items.append(Item(_unescape(raw), excluded, raw.lower() == UNKNOWN))
    return items


def _split(value: str) -> list[str]:
    if "\\" not in value:
        return value.split(",")
    members: list[str] = []
    start = position = 0
    while position < len(value):
        if value[position] == "\\":
            position += 2
            continue
        if value[position] == ",":
            members.append(value[start:position])
            start = position + 1
        position += 1
    members.append(value[start:])
    return members


def _unescape(raw: str) -> str:
    if "\\" not in raw:
        return raw
    if raw[:1] == "\\" and raw[1:].lower() == UNKNOWN:
        return raw[1:]
    parts: list[str] = []
    position = 0
    while position < len(raw):
        if raw[position] == "\\":
            following = raw[position + 1 : position + 2]
            if following not in (",", "!", "\\"):
                raise Malformed(r"a backslash escapes only a comma, '!', another backslash or 'unknown'; write \\")
            parts.append(following)
            position += 2
        else:
            parts.append(raw[position])
            position += 1
    return "".join(parts)


@lru_cache(maxsize=4096)  # facets have the same values in every answer
def escape(text: str) -> str:
    """A value as it must be written in a filter to stand for itself."""
    if text.lower() == UNKNOWN:
        return "\\" + text
    escaped = text.replace("\\", "\\\\").replace(",", "\\,")
    return "\\" + escaped if escaped.startswith("!") else escaped


class Range(msgspec.Struct, frozen=True):
    """Inclusive bounds; None is open. Numbers, or for dates [first moment, first moment after the end)."""

    low: float | str | None
    high: float | str | None


def number_range(text: str) -> Range:
    """`0.5..`, `..2`, `-1..1`, `30`. Raises Malformed."""
    low_text, dots, high_text = text.partition("..")
    low = number(low_text) if low_text.strip() else None
    if not dots:
        if low is None:
            raise Malformed(_NUMBERS_EXPECTED)
        return Range(low, low)
    high = number(high_text) if high_text.strip() else None
    if low is None and high is None:
        raise Malformed(_NUMBERS_EXPECTED)
    if low is not None and high is not None and low > high:
        raise Malformed(f"the lower end {low_text.strip()} is above the upper end {high_text.strip()}")
    return Range(low, high)


_NUMBERS_EXPECTED = "expected a number or a range such as 0.5.., ..2 or 1..5"
_DATES_EXPECTED = "expected a date or a range such as 2025-03.., ..2025 or 2025-01-31..2025-06"


def number(text: str) -> float:
    """A finite decimal number. Raises Malformed."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped) or not isfinite(float(stripped)):
        raise Malformed(_NUMBERS_EXPECTED)
    return float(stripped)


class _Period(msgspec.Struct, frozen=True):
    first: datetime
    after: datetime  # the first moment that is no longer in it


def date_range(text: str) -> Range:
    """`2025`, `2025-03..`, `2025-03-01..2025-06`, or moments with a time zone. A year, month or day is all of it.

    The bounds are ISO timestamps in UTC, the lower one inclusive, the upper one exclusive. Raises Malformed.
    """
    low_text, dots, high_text = text.partition("..")
    low = _period(low_text) if low_text.strip() else None
    if not dots:
        if low is None:
            raise Malformed(_DATES_EXPECTED)
        return Range(_bound(low.first), _bound(low.after))
    high = _period(high_text) if high_text.strip() else None
    if low is None and high is None:
        raise Malformed(_DATES_EXPECTED)
    if low and high and low.first > high.first:
        raise Malformed(f"the lower end {low_text.strip()} is after the upper end {high_text.strip()}")
    return Range(_bound(low.first) if low else None, _bound(high.after) if high else None)


_FIRST_SECOND = -62_135_596_800  # the first of year 1
_LAST_SECOND = 253_402_300_799  # the last of year 9999


def moment_range(low: float | None, high: float | None) -> Range:
    """A range between moments in Unix seconds, both ends inclusive; moments beyond the calendar are its ends."""
    return Range(
        None if low is None else _bound(_moment(ceil(_held(low) * 1000))),
        None if high is None else _bound(_moment(floor(_held(high) * 1000) + 1)),
    )


def _held(seconds: float) -> float:
    return min(max(seconds, _FIRST_SECOND), _LAST_SECOND)


def _bound(moment: datetime) -> str:
    return rfc3339(moment, "milliseconds")  # as precisely as the index holds them


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def _period(text: str) -> _Period:
    stripped = text.strip()
    try:
        if match := _DAY.fullmatch(stripped):
            year, month, day = (int(part) if part else None for part in match.groups())
            assert year is not None
            if month is None:
                first, after = date(year, 1, 1), date(year + 1, 1, 1)
            elif day is None:
                first = date(year, month, 1)
                after = date(year + month // 12, month % 12 + 1, 1)
            else:
                first = date(year, month, day)
                after = first + timedelta(days=1)
            return _Period(_midnight(first), _midnight(after))
        moment = datetime.fromisoformat(stripped)
        if moment.tzinfo is None:
            raise Malformed("a moment needs its time zone, as in 2025-03-01T12:00:00Z")
        return _Period(moment, moment + timedelta(milliseconds=1))
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Malformed) else Malformed(_DATES_EXPECTED) from None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
