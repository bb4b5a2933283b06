"""What can be wrong with a request, said so that the caller can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from app.failures import Misuse


class ParameterError(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One thing wrong with one parameter. `problem` is the stable code, a path below `/problems/`."""

    parameter: str
    message: str
    did_you_mean: str | None = None
    problem: str = "invalid-value"


class BadRequest(Misuse):
    """A request with everything that is wrong with it; never empty."""

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The most similar of some words, case aside; None if nothing is similar."""
    spelled = {choice.lower(): choice for choice in among}
    found = get_close_matches(word.lower(), spelled, n=1, cutoff=0.5)
    return spelled[found[0]] if found else None


def meaning(word: str, among: Iterable[str]) -> tuple[str, str | None]:
    """The end of a sentence that names the nearest word, and that word."""
    choice = nearest(word, among)
    return (f"; did you mean '{choice}'?", choice) if choice else ("", None)
