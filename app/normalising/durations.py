"""How long something takes, as sources write it: days or months, with the unit that stands beside the number.

A bare number is in the field's own unit. Two units, or a word that is none, leave it unknown.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.normalising.cookies import HOURS, MOST_DAYS, UNITS
from app.normalising.numbers import number, whole
from mappings.network_program import Raw

_LONGEST = 60
_WORD = re.compile(r"[^\W\d_]+")
_MONTH, _YEAR = 30, 365
# What stands around a number of days without saying another unit.
_PASSING = frozenset({
    "net", "approx", "approximately", "about", "ca", "circa", "up", "to", "max", "maximum", "min", "minimum",
    "after", "within", "in", "on", "average", "avg", "next", "the", "of", "calendar", "business", "working", "end",
    "lock", "locking", "period", "payment", "from", "nach", "innerhalb", "von", "bis", "per",
})  # fmt: skip


def duration_days(raw: Raw) -> int | None:
    """Days: `45`, `6 weeks`, `2 months`, `net 30`."""
    if not isinstance(raw, str):
        return whole(number(raw), 0, MOST_DAYS)
    return _days(raw.strip().casefold()) if len(raw) <= _LONGEST else None


def duration_months(raw: Raw) -> int | None:
    """Months: `12`, `2 years`, `18 months`; of days and weeks those that make whole months."""
    if not isinstance(raw, str):
        return whole(number(raw), 1, 1200)
    return _months(raw.strip().casefold()) if len(raw) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _days(text: str) -> int | None:
    amount, unit = _measured(text)
    if amount is None or unit is None:
        return None
    return whole(amount * (unit or 1), 0, MOST_DAYS)


@lru_cache(maxsize=1024)
def _months(text: str) -> int | None:
    amount, unit = _measured(text)
    if amount is None or unit is None:
        return None
    if unit in (0, _MONTH):
        months = amount
    elif unit == _YEAR:
        months = amount * 12
    else:
        days = amount * unit
        months = days / _YEAR * 12 if days % _YEAR == 0 else days / _MONTH if days % _MONTH == 0 else -1
    return whole(months, 1, 1200) if float(months).is_integer() else None


def _measured(text: str) -> tuple[float | None, float | None]:
    """The number of a text, and the days of its unit: 0 where it names none, None where it names another."""
    amount = number(_WORD.sub(" ", text).replace("-", " ").strip() if _WORD.search(text) else text)
    words = [word for word in _WORD.findall(text) if word not in _PASSING]
    if not words:
        return amount, 0
    units = {UNITS.get(word, 1 / 24 if word in HOURS else None) for word in words}
    return amount, units.pop() if len(units) == 1 else None
