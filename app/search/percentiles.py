"""Percentiles of a facet over numbers: how they are asked for, and what of them is known.

The engine counts values in buckets (an HDR histogram), each at most one 128th of its values wide, and answers with the
end of a bucket: that is a number nobody said. What is known is the bucket, so the roundest number in it is answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, inf, isfinite, log10
from typing import Any

PERCENTS = (5, 25, 50, 75, 95)
_DIGITS = 2  # significant ones that the engine keeps apart
_WIDEST = 1 / 128  # of a value: a bucket, with so many digits


def percentiles(path: str) -> dict[str, Any]:
    """The aggregation over a field that holds no numbers below 0."""
    return {
        "percentiles": {
            "field": path,
            "percents": list(PERCENTS),
            "hdr": {"number_of_significant_value_digits": _DIGITS},
        }
    }


def known_percentiles(values: Mapping[str, float | None], least: float | None, most: float | None) -> dict[str, float]:
    """Percentiles as the engine told them, by percent, rounded to what is known; `least` and `most` are exact."""
    return {
        percent.removesuffix(".0"): roundest(
            max(value * (1 - _WIDEST), least or 0.0), min(value, inf if most is None else most)
        )
        for percent, value in values.items()
        if value is not None
    }


def roundest(low: float, high: float) -> float:
    """The number from `low` to `high`, both at least 0, that has the fewest digits; of several one that ends in 5, or
    else the one in the middle."""
    if low >= high or low <= 0 or not isfinite(high):
        return high if low > 0 else 0.0
    for decimals in range(-floor(log10(high)), 18):
        step = 10.0**-decimals
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if first > last:
            continue
        fives = range(5 * ceil(first / 5), last + 1, 5)
        return round((fives[len(fives) // 2] if fives else (first + last) // 2) * step, max(decimals, 0))
    return high
