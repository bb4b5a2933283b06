"""Why a file is not read."""

from __future__ import annotations

from app.failures import Failure, Misuse


class NotAFeed(Failure):
    """The file is no feed, or one that is not to be trusted; the message says what it is. Nothing was imported."""


class UnknownLayout(NotAFeed):
    """The file may well be a feed, in a layout of nobody we know; `draft` is a mapping (TOML) to be corrected."""

    def __init__(self, message: str, draft: str) -> None:
        super().__init__(message)
        self.draft = draft


class BadMapping(Misuse):
    """A mapping file that cannot be followed; the message says where, and what would do."""


class NoNetwork(BadMapping):
    """Nobody said which network the feed is of, and its layout does not tell."""


def shown(text: str, longest: int = 160) -> str:
    """A stranger's text inside a message of ours: one line, cut, without what does not print."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
