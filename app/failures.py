"""The two kinds of errors that a person caused or can act on; every error of ours that is told as it is, is one."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Ending(StrEnum):
    """How what failed ended, which decides whether and when it is gone on with."""

    INTERRUPTED = "interrupted"  # by us or by a crash: nothing speaks against going on at once
    PASSING = "passing"  # by trouble that usually passes: after a while
    LASTING = "lasting"  # somebody must see to it


class Failure(Exception):
    """Something could not be done; the message says what, and what to do about it."""

    ending: ClassVar[Ending] = Ending.LASTING


def ending_of(error: BaseException) -> Ending:
    """How whatever raised an error ended."""
    return error.ending if isinstance(error, Failure) else Ending.LASTING


class Misuse(Exception):
    """It was asked for wrongly; the message says how to ask."""
