"""What every network says about a program in the same way: who it is, where, and in which category."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import msgspec

from generators.distributions import Table
from generators.merchants import Uniform
from generators.places import Place
from mappings.network_program import NetworkProgram

FIRST_DAY = date(2017, 1, 1)
LAST_DAY = date(2025, 12, 31)
"""The fixed epoch: no record depends on the day it is made (Awin's launch years run from 2017 to 2025)."""

DAYS_OF_2025 = 365
DAYS_BEFORE_2025 = (LAST_DAY - FIRST_DAY).days + 1 - DAYS_OF_2025
SHARE_OF_2025 = 0.2  # networks.md 6.1: a fifth of Awin's programs opened in 2025

LAUNCH_DAYS: Table[str] = Table(
    [str(FIRST_DAY + timedelta(days=int(step * DAYS_BEFORE_2025 / 3200))) for step in range(3200)]
    + [str(LAST_DAY - timedelta(days=DAYS_OF_2025 - 1 - int(step * DAYS_OF_2025 / 800))) for step in range(800)]
)
"""ISO dates in order: a uniform number that grows with the program's id gives older dates to lower ids."""


class ListedProgram(msgspec.Struct, gc=False):
    category: str
    place: Place
    name: str
    domain: str
    description: str


class Catalogue(msgspec.Struct, frozen=True):
    """How one network lists programs."""

    volume: int
    style: str  # "shop" or "digital": which names and sentences
    categories: Mapping[str, tuple[str, float]]  # network's category -> (topic, share)
    places: Mapping[str, float]  # place -> share
    record: Callable[[int, int, ListedProgram, Uniform], NetworkProgram]  # index, total, what is common, randomness


def launched(index: int, total: int, uniform: Uniform) -> str:
    """A launch date that follows the order of ids, a year up or down."""
    position = (index + 0.5) / total + (uniform() - 0.5) * 0.2
    return LAUNCH_DAYS(min(max(position, 0.0), 0.9999))
