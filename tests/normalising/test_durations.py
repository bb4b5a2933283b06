"""A duration keeps its unit: what is said in weeks, months or years is never a bare number of days or months."""

from __future__ import annotations

import pytest

from app.normalising.durations import duration_days, duration_months


@pytest.mark.parametrize(
    ("written", "days"),
    [
        (45, 45), ("45", 45), ("45.0", 45), ("30 days", 30), ("30 Tage", 30), ("net 30", 30), ("NET-60", 60),
        ("6 weeks", 42), ("2 months", 60), ("1 month", 30), ("1 year", 365), ("48 hours", 2), ("approx. 40 days", 40),
        ("60 business days", 60), ("2 Monate", 60), ("3 Wochen", 21), ("30 to 60 days", None), ("2 quarters", None),
        ("3 moons", None), ("1 month 15 days", None), ("", None), ("soon", None), (-5, None), ("12 clicks", None),
    ],
)  # fmt: skip
def test_days(written: str | int, days: int | None) -> None:
    assert duration_days(written) == days


@pytest.mark.parametrize(
    ("written", "months"),
    [
        (12, 12), ("12", 12), ("12 months", 12), ("2 years", 24), ("1 year", 12), ("365 days", 12), ("90 days", 3),
        ("45 days", None), ("6 weeks", None), ("1.5 years", 18), ("lifetime", None), ("0", None), ("3 quarters", None),
        ("18 Monate", 18),
    ],
)  # fmt: skip
def test_months(written: str | int, months: int | None) -> None:
    assert duration_months(written) == months
