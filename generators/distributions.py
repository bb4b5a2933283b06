"""Prepared tables to draw from: one uniform number in, one value out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import Generic, TypeVar

T = TypeVar("T")

FINENESS = 2000
"""Entries of a table: shares are met to 0.05 %, finer than any source states them."""


class Table(Generic[T]):
    """Values to index by a uniform number of [0, 1): the cheapest weighted choice there is."""

    __slots__ = ("size", "values")

    def __init__(self, values: Iterable[T]) -> None:
        self.values = tuple(values)
        self.size = len(self.values)

    def __call__(self, u: float) -> T:
        return self.values[int(u * self.size)]


def heap(weights: Mapping[T, float]) -> Table[T]:
    """A table in which each value takes its share of the weights (largest remainders, at least one entry)."""
    total = sum(weights.values())
    exact = {value: weight / total * FINENESS for value, weight in weights.items()}
    counts = {value: max(1, int(share)) for value, share in exact.items()}
    short = FINENESS - sum(counts.values())
    for value in sorted(exact, key=lambda value: int(exact[value]) - exact[value])[: max(0, short)]:
        counts[value] += 1
    return Table(value for value, count in counts.items() for _ in range(count))


def quantiles(points: Mapping[float, float], *, digits: int = 2) -> Table[float]:
    """A table that runs through known quantiles (share of rows below -> value), straight in between."""
    return Table(round(_between(sorted(points.items()), (step + 0.5) / FINENESS), digits) for step in range(FINENESS))


def _between(points: Sequence[tuple[float, float]], share: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return points[-1][1]


NORMAL: Table[float] = Table(NormalDist().inv_cdf((step + 0.5) / (2 * FINENESS)) for step in range(2 * FINENESS))


_REACH, _GRAIN = 6, 400
_BELOW = tuple(min(NormalDist().cdf(step / _GRAIN - _REACH), 1 - 1e-9) for step in range(2 * _REACH * _GRAIN))


def share_below(z: float) -> float:
    """The share of a normal variable below `z`: makes a uniform number again of mixed normals (|z| < 6)."""
    return _BELOW[int((z + _REACH) * _GRAIN)]


def lognormal(mu: float, sigma: float, *, digits: int = 2, highest: float = math.inf) -> Table[float]:
    """Quantiles of a lognormal, to be drawn by the same uniform number as `NORMAL` where ranks must agree."""
    return Table(min(round(math.exp(mu + sigma * z), digits), highest) for z in NORMAL.values)


def normal_correlation(spearman: float) -> float:
    """The correlation two normal variables need, so that their ranks correlate by `spearman`."""
    return 2 * math.sin(math.pi * spearman / 6)


def fitted(
    rows: Mapping[str, float],
    columns: Mapping[float, float],
    fit: Mapping[str, Mapping[float, float]],
) -> dict[str, dict[float, float]]:
    """Shares per row (a category) that lean towards `fit`, yet add up to the marginal shares of both sides.

    Iterative proportional fitting: the catalogue's heaps stay as the source has them, while each category
    keeps to its own middle.
    """
    table = {row: {column: fit[row][column] * share for column, share in columns.items()} for row in rows}
    for _ in range(60):
        for column, share in columns.items():
            scale = share / sum(table[row][column] for row in rows)
            for row in rows:
                table[row][column] *= scale
        for row, share in rows.items():
            scale = share / sum(table[row].values())
            table[row] = {column: value * scale for column, value in table[row].items()}
    return table
