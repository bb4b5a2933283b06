"""Days as sources write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

from babel import Locale

from mappings.network_program import Raw

_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ].*)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? .*)?", re.ASCII)
# 4 March 2021, 4. März 2021, 04-Mar-2021, Thu, 04 Mar 2021 10:00:00 GMT; March 4, 2021, Mar 4 2021
_DAY_MONTH = re.compile(
    r"(?:\w+\.?,? )?(\d{1,2})(?:st|nd|rd|th|er|º)?\.?[ -](?:de |of )?([^\W\d_]+)\.?,?[ -](?:de )?(\d{4})(?:,? .*)?"
)
_MONTH_DAY = re.compile(r"(?:\w+\.?, )?([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? .*)?")
_NAMED_IN = ("en", "de", "fr", "es", "it", "nl", "pt")
_FIRST, _LAST = date(1990, 1, 1), date(2100, 1, 1)
_DATES = range(19_900_101, 21_000_101)  # a number like 20210304; as seconds these are days of 1970
_MILLISECONDS_FROM = 10_000_000_000  # as seconds this is the year 2286


def day(raw: Raw, *, month_first: bool = False, day_first: bool = False) -> date | None:
    """The day meant; None if it is unreadable, or could be two days. `month_first`, `day_first` as the network does."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | float):
        return _written(str(raw), month_first, day_first) if raw in _DATES else _epoch(float(raw))
    return _written(raw.strip(), month_first, day_first) if len(raw) <= 60 else None


def _epoch(value: float) -> date | None:
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    if not 0 < seconds < 5e9:
        return None
    return _plausible((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date())


@lru_cache(maxsize=16_384)
def _written(text: str, month_first: bool, day_first: bool) -> date | None:
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _SLASHED.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "." or first > 12:  # nobody writes the month first with points
            return _day(year, second, first)
        if month_first or second > 12 or first == second:
            return _day(year, first, second)
        return _day(year, second, first) if day_first else None
    if match := _COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_MONTH.fullmatch(text):
        return _named(match[3], match[2], match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _named(match[3], match[1], match[2])
    return _epoch(float(text)) if text.isascii() and text.isdecimal() and len(text) in (10, 13) else None


def _named(year: str, month: str, number: str) -> date | None:
    found = _months().get(month.casefold())
    return _day(int(year), found, int(number)) if found else None


@cache
def _months() -> dict[str, int]:
    """Names of months and their short forms; a name that stands for two months stands for none."""
    names: dict[str, int] = {}
    for language in _NAMED_IN:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in Locale(language).months[context][width].items():
                    word = name.casefold().rstrip(".")
                    names[word] = month if names.get(word, month) == month else 0
    return {**names, "sept": 9}


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return _plausible(date(year, month, number))
    except ValueError:
        return None


def _plausible(found: date) -> date | None:
    return found if _FIRST <= found < _LAST else None
