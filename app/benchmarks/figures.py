"""What a benchmark found: times of the same work done in several ways, and the ratios that are promised."""

from __future__ import annotations

from statistics import median
from typing import Literal

import msgspec


class Timing(msgspec.Struct, frozen=True, rename="camel"):
    """One way of doing some work: `count` units in each round's `seconds`."""

    name: str
    count: int
    unit: str
    seconds: list[float]

    @property
    def typical(self) -> float:
        """The median round, in seconds."""
        return median(self.seconds)

    @property
    def rate(self) -> float:
        """Units a second in the median round."""
        return self.count / self.typical


class Ratio(msgspec.Struct, frozen=True, rename="camel"):
    """One figure by another, each pair taken within one round, the median of them; and what is promised of it.

    Where seconds are promised it is seconds, and the name says so.
    """

    name: str
    value: float
    side: Literal["at most", "at least"]
    bound: float
    holds: bool


class Searched(msgspec.Struct, frozen=True, rename="camel"):
    """A stretch of searching: answers, the seconds it took, and percentiles of one answer's time in milliseconds.

    `engine_seconds` are seconds of CPU that OpenSearch spent meanwhile.
    """

    name: str
    answers: int
    seconds: float
    p50: float
    p99: float
    engine_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of the engine's CPU an answer."""
        return 1000 * self.engine_seconds / self.answers


class Report(msgspec.Struct, frozen=True, rename="camel"):
    """All of a run. `notes` say what else was seen; memory is this process's peak in bytes."""

    programs: int
    rounds: int
    load: float  # of the machine, as it began: runnable processes, one minute's average
    timings: list[Timing]
    ratios: list[Ratio]
    searches: list[Searched]
    notes: list[str]
    peak_memory: int

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return all(ratio.holds for ratio in self.ratios)


def time_ratio(name: str, work: Timing, beside: Timing, most: float) -> Ratio:
    """How many times as long `work` takes as the work beside it."""
    value = median(ours / theirs for ours, theirs in zip(work.seconds, beside.seconds, strict=True))
    return Ratio(name, round(value, 3), "at most", most, value <= most)


def speed_ratio(name: str, work: Timing, beside: Timing, least: float) -> Ratio:
    """How many times as fast `work` is as the work beside it, unit by unit."""
    pairs = zip(work.seconds, beside.seconds, strict=True)
    value = median((work.count / ours) / (beside.count / theirs) for ours, theirs in pairs)
    return Ratio(name, round(value, 3), "at least", least, value >= least)
