"""Percentiles are rounded to what is known of them.

1. A percentile that is answered is the value at that rank, to within a 128th.
2. A value that many programs say is told as they say it: seventy is 70, not 67.21.
3. Nothing is told more precisely than it is known: no number with fewer digits would do.
"""

from __future__ import annotations

import random
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.percentiles import roundest
from tests.words import Catalogue, program

_VALUES: dict[str, list[Any]] = {
    "commissionMax": [70.0] * 40 + [1.0, 5.0, 12.5, 75.0],
    "epc": [round(random.Random(1).lognormvariate(0, 2), 4) for _ in range(300)],
    "cookieDays": [random.Random(2).choice([1, 7, 30, 45, 60, 90, 120, 365]) for _ in range(200)],
}


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        *(program(commission_max=each) for each in _VALUES["commissionMax"]),
        *(program(epc=each) for each in _VALUES["epc"]),
        *(program(cookie_days=each) for each in _VALUES["cookieDays"]),
    )
    return shared_catalogue


@pytest.mark.parametrize("field", _VALUES)
def test_they_are_the_values_at_their_ranks(stocked: Catalogue, field: str) -> None:  # 1
    answer = stocked.get(facets=field, perPage=0)["facets"][field]
    values = sorted(_VALUES[field])
    assert answer["percentilesApproximate"] is True
    assert answer["min"] == pytest.approx(values[0])
    for percent, told in answer["percentiles"].items():
        exact = values[max(ceil(len(values) * int(percent) / 100), 1) - 1]
        assert told == pytest.approx(exact, rel=1 / 64), percent


def test_what_many_say_is_told_as_they_say_it(stocked: Catalogue) -> None:  # 2
    told = stocked.get(facets="commissionMax,cookieDays", perPage=0)["facets"]
    assert told["commissionMax"]["percentiles"]["50"] == 70
    assert set(told["cookieDays"]["percentiles"].values()) <= set(_VALUES["cookieDays"])


@given(st.floats(1e-4, 1e9), st.floats(0, 0.01))
def test_no_number_with_fewer_digits_would_do(low: float, more: float) -> None:  # 3
    high = low * (1 + more)
    told = roundest(low, high)
    assert low * (1 - 1e-9) <= told <= high * (1 + 1e-9)
    if len(digits := f"{told:.17g}".replace(".", "").strip("0")) < 15:
        for fewer in range(1, len(digits)):
            rounded = float(f"{low:.{fewer - 1}e}")
            step = 10.0 ** (int(f"{low:e}".split("e")[1]) - fewer + 1)
            assert not any(low < each < high for each in (rounded, rounded + step)), (told, rounded)


def test_bounds_that_meet_are_the_number() -> None:  # 3
    assert roundest(0, 0) == 0
    assert roundest(12.34567, 12.34567) == 12.34567
