"""One failure is no proof: an address is dead after failures on three days, or after it was gone on two in a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.checking.asking import OUTCOMES, Outcome
from app.checking.judging import ANOTHER_DAY, LinkState, judged

_BEGAN = datetime(2026, 11, 29, 3, tzinfo=UTC)
_LETTERS: dict[str, Outcome] = {each[0]: each for each in ("answers", "gone", "failed", "refused")}


def after(*asked: tuple[float, Outcome]) -> LinkState:
    """What is known after asking, each on its day."""
    state: LinkState | None = None
    for day, outcome in asked:
        state = judged(state, outcome, "", _BEGAN + timedelta(days=day))
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("daily", "dead", "failures"),
    [
        ("f", False, 1), ("ff", False, 2), ("fff", True, 3), ("g", False, 1), ("gg", True, 2), ("gf", False, 2),
        ("fg", False, 2), ("gfg", True, 3), ("ffa", False, 0), ("ffaf", False, 1), ("gag", False, 1),
        ("ffrf", False, 1), ("fffr", True, 0), ("fffrf", True, 1), ("fffa", False, 0), ("ggg", True, 3),
    ],
)  # fmt: skip
def test_day_by_day(daily: str, dead: bool, failures: int) -> None:
    state = after(*((day, _LETTERS[letter]) for day, letter in enumerate(daily)))
    assert (state.dead_since is not None, state.failures) == (dead, failures)


def test_since_when() -> None:
    assert after(*((day, "failed") for day in range(9))).dead_since == _BEGAN + timedelta(days=2)
    state = after((0, "answers"), (30, "gone"), (31, "gone"))
    assert (state.answered_at, state.dead_since) == (_BEGAN, _BEGAN + timedelta(days=31))


@given(some.lists(some.tuples(some.floats(0, 0.8), some.sampled_from(OUTCOMES)), min_size=1))
def test_nobody_dies_on_one_day(asked: list[tuple[float, Outcome]]) -> None:
    assert after(*sorted(asked)).dead_since is None


@given(some.lists(some.tuples(some.integers(0, 200), some.sampled_from(OUTCOMES)), min_size=1))
def test_who_is_dead_has_failed_on_other_days(asked: list[tuple[int, Outcome]]) -> None:
    """Against the rule said otherwise: by the days of failures since the last outcome that was none."""
    hours = sorted(asked, key=lambda each: each[0])
    state = after(*((hour / 24, outcome) for hour, outcome in hours))
    counted: list[int] = []
    for hour, outcome in hours:
        if outcome not in ("gone", "failed"):
            counted = []
        elif not counted or timedelta(hours=hour - counted[-1]) >= ANOTHER_DAY:
            counted.append(hour)
    assert state.failures == len(counted)
    if len(counted) >= 3:
        assert state.dead_since is not None
    if hours[-1][1] == "answers":
        assert state.dead_since is None
