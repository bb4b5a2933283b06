"""Sums of money as sources write them: a bare number, or one with its currency."""

from __future__ import annotations

import re
from functools import lru_cache

from app.normalising.numbers import number
from app.normalising.places import currency
from mappings.network_program import Raw

_MARK = re.compile(r"[A-Za-z]{0,3}\$|[€£¥₹₺₩₪₴฿₱₫₽]|\b[A-Z]{3}\b|\b(?:kč|zł)")


# One group of three behind a point: a thousand in German, three decimals in English; with `$` or `£`, or digits other
# than round ones, nobody can tell.
_GROUP = re.compile(r"(?<![\d.,'])[1-9]\d{0,2}\.(\d{3})(?![\d.,])")
_ENGLISH = frozenset("$£")


def could_be_two(text: str) -> bool:
    """Whether a sum of money may be a thousand times another one: `$1.125`."""
    match = _GROUP.search(text)
    if match is None or _MARK.search(text) is None:
        return False
    return not match[1].endswith("00") or any(sign in text for sign in _ENGLISH)


def money(raw: Raw) -> tuple[float | None, str | None]:
    """(the amount, the currency it names); None for what is not there. `-$3.20`, `(3.20)`, `USD 45`, `45,00 €`."""
    if raw is None or not isinstance(raw, str):
        return number(raw), None
    return _written(raw) if len(raw) <= 60 else (None, None)


@lru_cache(maxsize=16_384)
def _written(text: str) -> tuple[float | None, str | None]:
    amount = number(text)
    if amount is None or could_be_two(text):
        return None, None
    currencies = {code for mark in _MARK.findall(text) if (code := currency(mark))}
    return amount, currencies.pop() if len(currencies) == 1 else None
