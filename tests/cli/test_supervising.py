"""What `up` does with parts that end: a Keeper looks after each.

1. What has ended is started again, and it is said why.
2. Each time a little later, up to a limit; a part that ran for a while begins anew.
3. Only what cannot start ends it all: so many starts in a row that came to nothing, unless the disk is full.
4. A start that takes long keeps nobody from looking after the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from app.cli.supervising import STARTS, CannotStart, Keeper
from app.failures import Failure


class Part:
    """A part of a test: it ends when `end` is called."""

    name = "part"

    def __init__(self, *, starts_slowly: bool = False) -> None:
        self.starts_slowly = starts_slowly
        self.starts = 0
        self.said: str | None = None
        self.works = True  # whether it becomes ready
        self.refuses = ""  # why it cannot be started
        self.may_start = threading.Event()
        self.may_start.set()

    def start(self) -> None:
        assert self.may_start.wait(10)
        self.starts += 1
        if self.refuses:
            raise Failure(self.refuses)
        self.said = None

    def gone(self) -> str | None:
        return self.said

    def ready(self) -> bool:
        return self.works


def _kept(
    part: Part, say: Callable[[str], None] = lambda _: None, excused: Callable[[], bool] = lambda: False
) -> Keeper:
    """A part with a keeper in a hurry."""
    return Keeper(part, say, excused, first_pause=0.05, longest_pause=0.2)


def _until(keeper: Keeper, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        keeper.look()
        time.sleep(0.005)


def test_it_is_started_again_and_the_reason_is_said() -> None:  # 1
    part, said = Part(), list[str]()
    keeper = _kept(part, said.append)
    keeper.look()
    assert keeper.ready
    part.said = "it was killed"
    keeper.look()
    assert not keeper.ready
    _until(keeper, lambda: keeper.ready)
    assert part.starts == 1
    assert said == ["it was killed\npart is started again in 0 s"]


def test_each_time_later_until_it_runs_for_a_while() -> None:  # 2
    part = Part()
    keeper = _kept(part)
    pauses = []
    for number in range(1, 6):
        _until(keeper, lambda: keeper.ready)
        part.said = "again"
        began = time.monotonic()
        _until(keeper, lambda number=number: part.starts == number)  # type: ignore[misc]
        pauses.append(time.monotonic() - began)
    for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.2, 0.2), strict=True):
        assert pause >= least
    keeper.steady = 0.0
    _until(keeper, lambda: keeper.ready)
    time.sleep(0.01)
    keeper.look()
    part.said = "once more"
    keeper.look()
    assert keeper._again_at is not None
    assert keeper._again_at - time.monotonic() <= 0.05


def test_what_cannot_start_ends_it_all() -> None:  # 3
    part = Part()
    keeper = _kept(part)
    keeper.look()
    part.said, part.refuses = "it was killed", "its disk is gone"
    with pytest.raises(CannotStart, match=f"part cannot be started, {STARTS} times in a row: its disk is gone"):
        _until(keeper, lambda: part.starts > STARTS)
    assert part.starts == STARTS


def test_a_full_disk_excuses_it() -> None:  # 3
    part, full = Part(), True
    keeper = _kept(part, excused=lambda: full)
    keeper.look()
    part.said, part.refuses = "it was killed", "no space left"
    _until(keeper, lambda: part.starts > STARTS)
    part.refuses = ""
    _until(keeper, lambda: keeper.ready)


def test_what_starts_but_never_works_ends_it_all() -> None:  # 3
    part = Part()
    part.works = False
    keeper = _kept(part)

    def ended() -> bool:
        part.said = part.said or "it ended"
        return part.starts > STARTS

    with pytest.raises(CannotStart):
        _until(keeper, ended)


def test_what_works_between_is_started_for_ever() -> None:  # 3
    part = Part()
    keeper = _kept(part)
    for number in range(1, 2 * STARTS):
        _until(keeper, lambda: keeper.ready)
        part.said = "killed"
        _until(keeper, lambda number=number: part.starts == number)  # type: ignore[misc]
    assert keeper.ends == 2 * STARTS - 1


def test_a_slow_start_holds_nobody_up() -> None:  # 4
    part = Part(starts_slowly=True)
    part.may_start.clear()
    keeper = _kept(part)
    part.said = "killed"
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        began = time.monotonic()
        keeper.look()
        assert time.monotonic() - began < 0.2
    assert part.starts == 0
    part.may_start.set()
    _until(keeper, lambda: keeper.ready)
