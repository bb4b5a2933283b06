"""How the time of a reader grows with its text: process CPU time, best of five where one is not clear enough."""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.linear.hostile import Hostile

SMALL, LARGE = 4096, 65_536
_TIMES = LARGE // SMALL
MOST = 32.0  # times the time of SMALL that LARGE may take: 16 is linear
_STEPS = (256, 1024, SMALL, 16_384, LARGE)  # so that what explodes is met while it is small
_CLEAR = 0.01  # seconds: what takes less at LARGE is no attack, whatever it grows like, and cannot be measured
_ROUNDS = 3  # of five, for what looks steep: noise passes, and what grows with the square stays at 256 times
_LONGEST = 10.0  # seconds of CPU in one call


class Stuck(Exception):
    """A call took longer than any may."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The worst text for one reader: seconds at SMALL and at LARGE."""

    hostile: Hostile | None = None
    small: float = 0.0
    large: float = 0.0

    @property
    def growth(self) -> float:
        """How many times longer the large text takes; 0 where it takes too little to be measured."""
        return self.large / max(self.small, _CLEAR / 100) if self.large > _CLEAR else 0.0


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    def stuck(*_: object) -> None:
        raise Stuck

    before = signal.signal(signal.SIGPROF, stuck)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _took(read: Callable[[str], object], hostile: Hostile, size: int, times: int, longer: int) -> float:
    """Seconds for one of so many texts of a size, none of them one that the reader may remember."""
    texts = [hostile.grown(size + longer * times + each) for each in range(times)]
    gc.disable()  # what it costs depends on all objects there are
    begun = time.process_time()
    try:
        with _ended_after(_LONGEST):
            for text in texts:
                read(text)
    except Stuck:
        return float("inf")
    finally:
        gc.enable()
    return (time.process_time() - begun) / times


def _best_of_five(read: Callable[[str], object], hostile: Hostile, longer: int) -> Slope:
    """Small and large texts in turn, so that what else the machine does meets both alike."""
    took = [
        (_took(read, hostile, SMALL, _TIMES, longer + each), _took(read, hostile, LARGE, 1, longer + each))
        for each in range(5)
    ]
    return Slope(hostile, min(small for small, _ in took), min(large for _, large in took))


def slope(read: Callable[[str], object], texts: Iterable[Hostile]) -> Slope:
    """The steepest growth among the texts; what gets stuck grows without end."""
    worst = Slope()
    for hostile in texts:
        took = 0.0
        for size in _STEPS:
            took = _took(read, hostile, size, 1, 0)
            if took > _LONGEST / 4:
                return Slope(hostile, 0.0, float("inf"))
            if size == LARGE // 4 and took < _CLEAR / 20:
                break  # even growing with the square it would not be clear
        if took <= _CLEAR:
            continue
        # As many characters in small texts as in the large one: a clock may be too coarse for a small one alone.
        found = Slope(hostile, _took(read, hostile, SMALL, _TIMES, 1), took)
        for again in range(_ROUNDS):
            if found.growth <= MOST * 0.75:
                break
            found = min(found, _best_of_five(read, hostile, 2 + 5 * again), key=lambda slope: slope.growth)
        if (found.growth, found.large) > (worst.growth, worst.large):
            worst = found
    return worst
