"""The two kinds of errors that a person caused or can act on; every error of ours that is told as it is, is one."""

from __future__ import annotations


class Failure(Exception):
    """Something could not be done; the message says what, and what to do about it."""


class Misuse(Exception):
    """It was asked for wrongly; the message says how to ask."""
