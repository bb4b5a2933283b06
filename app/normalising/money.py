"""Sums of money as sources write them: a bare number, or one with its currency."""

from __future__ import annotations

import re
from functools import lru_cache

from app.normalising.numbers import number
from app.normalising.places import currency
from mappings.network_program import Raw

_MARK = re.compile(r"[A-Za-z]{0,3}\$|[€£¥₹₺₩₪₴฿₱₫₽]|\b[A-Z]{3}\b|\b(?:kč|zł)")


def money(raw: Raw) -> tuple[float | None, str | None]:
    """(the amount, the currency it names); None for what is not there. `-$3.20`, `(3.20)`, `USD 45`, `45,00 €`."""
    if raw is None or not isinstance(raw, str):
        return number(raw), None
    return _written(raw) if len(raw) <= 60 else (None, None)


@lru_cache(maxsize=16_384)
def _written(text: str) -> tuple[float | None, str | None]:
    amount = number(text)
    if amount is None:
        return None, None
    marks = {code for mark in _MARK.findall(text) if (code := currency(mark))}
    return amount, marks.pop() if len(marks) == 1 else None
