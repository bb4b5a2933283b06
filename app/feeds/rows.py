"""Rows of columns, line by line: none is lost, and a stray quote costs its own record only.

A quote that is never closed, or closed in another record, swallows the lines in between. Whatever looks swallowed is
given up at its first line, and reading goes on at the next one.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

_REREAD = 4  # characters that may be read anew for each one of the file: what stays linear whatever the quotes are
_AT_FIRST = 1 << 20  # and that many on top
_NARROW = 4  # columns; a line of prose has as many commas as fewer ones have


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written. No `quote`: quotes are characters like others."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skip: int = 0  # lines before the heading: notes, a title, what Excel is told
    blanks: bool = False  # before quotes: `1, "Alpha", 5`
    trailing: bool = False  # most rows end in a delimiter

    @property
    def called(self) -> str:
        """The dialect for people: `comma, quoted`."""
        return _NAMES.get(self.delimiter, f"'{self.delimiter}'") + (", quoted" if self.quote else "")


_RULE = re.compile(r"[-+=|:\s]{3,}")
_KINDS_OF_LINES = ("heading", "notes", "blank", "records", "rejected")
_NAMES = {",": "comma", "\t": "tab", "|": "pipe", ";": "semicolon", "^": "caret", "~": "tilde"}


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that a quote spoils: why, and its cells as far as its first line tells them."""

    reason: str
    cells: list[str]


class Tally(msgspec.Struct):
    """How many lines of a file were what, which together are all. `at` is where the latest record begins."""

    heading: int = 0
    notes: int = 0
    blank: int = 0
    records: int = 0
    rejected: int = 0
    at: int = 0

    @property
    def lines(self) -> int:
        """All of them."""
        return self.heading + self.notes + self.blank + self.records + self.rejected

    def add(self, other: Tally) -> None:
        """Count another member's lines too."""
        for name in _KINDS_OF_LINES:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def counted(self) -> dict[str, int]:
        """The kinds of lines, and how many are of each."""
        return {name: getattr(self, name) for name in _KINDS_OF_LINES}


class _StrayError(Exception):
    """A line inside quotes is a record."""


@dataclass(slots=True)
class Rows:
    """The rows of lines, blank ones as `[]`; `line` and `lines` say where the latest one began and how many it took.

    `width` is the heading's number of columns; while it is None a quote is believed whatever it swallows.
    """

    source: Iterator[str]
    dialect: Dialect
    width: int | None = None
    line: int = 0
    lines: int = 0
    _number: int = 0  # of the line taken last
    _back: deque[str] = field(default_factory=deque)
    _taken: list[str] = field(default_factory=list)
    _first: str | None = None
    _cut: bool = False
    _spare: int = _AT_FIRST

    def __iter__(self) -> Iterator[list[str] | Damaged]:
        dialect = self.dialect
        delimiter, quote, escape = dialect.delimiter, dialect.quote, dialect.escape
        reader = csv.reader(
            _Feeder(self),
            delimiter=delimiter,
            quotechar=quote,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            escapechar=escape,
            doublequote=True,
            skipinitialspace=dialect.blanks,
        )
        while (line := self._pull()) is not None:
            self.line, self.lines = self._number, 1
            if quote is None or (quote not in line and (escape is None or escape not in line)):
                text = line.rstrip("\r\n")
                yield text.split(delimiter) if text else []
                continue
            self._first, self._taken, self._cut = line, [], False
            try:
                row = next(reader)
            except _StrayError:
                yield self._given_up("a quote in it is never closed: it swallows the next line, which is a record")
                continue
            except csv.Error as error:
                yield self._given_up(f"it cannot be read: {error}; is a quote never closed?")
                continue
            self.lines = len(self._taken)
            if self._cut:
                yield self._given_up("a quote in it is never closed")
            elif len(self._taken) > 1 and self._is_spoilt(row):
                yield self._given_up("a quote in it is closed in another record, or never")
            elif len(self._taken) == 1 and any(quote in cell for cell in row) and self._is_loose():
                if self._stands_alone(line):  # its cells are what stands between the delimiters
                    yield [_without_quotes(cell, quote) for cell in line.rstrip("\r\n").split(delimiter)]
                else:
                    yield self._given_up("a quote inside quotes is not doubled: where its cells end is not clear")
            else:
                yield row

    def pass_over(self, count: int) -> None:
        """Pass over lines, before the first row."""
        for _ in range(count):
            self._pull()

    def _pull(self) -> str | None:
        if self._back:
            line = self._back.popleft()
        else:
            line = next(self.source, "")
            if not line:
                return None
            self._spare += _REREAD * len(line)
        self._number += 1
        return line

    def _continued(self) -> str | None:
        """The next line inside quotes; None at the end. Raises _StrayError if it is a record of its own."""
        line = self._pull()
        if line is None:
            self._cut = True
            return None
        assert self.dialect.quote is not None
        if self.dialect.quote not in line and self._stands_alone(line) and (self.width or 0) >= _NARROW:
            self._taken.append(line)
            raise _StrayError
        return line

    def _given_up(self, reason: str) -> Damaged:
        """The record as a damaged one; the lines behind its first are read again, if that stays linear."""
        first, rest = self._taken[0], self._taken[1:]
        again = sum(map(len, rest))
        if again <= self._spare:
            self._spare -= again
            self._back.extendleft(reversed(rest))
            self._number -= len(rest)
            self.lines = 1
        else:
            self.lines = len(self._taken)
        return Damaged(reason, _unquoted(first, self.dialect))

    def _stands_alone(self, line: str) -> bool:
        return self.width is not None and line.count(self.dialect.delimiter) == self.width - 1

    def _is_spoilt(self, row: list[str]) -> bool:
        """Whether a row of several lines is none: quotes closed inside a text, another width, records inside it."""
        width = self.width
        if width is None:
            return False
        if len(row) < width or any(row[width:]):
            return True
        if self._is_loose():
            return True
        return self._stands_alone(self._taken[0]) and any(map(self._stands_alone, self._taken[1:]))

    def _is_loose(self) -> bool:
        """Whether something follows a closing quote but a delimiter: `"The "Best" Shop"`."""
        dialect = self.dialect
        try:
            list(
                csv.reader(
                    self._taken,
                    delimiter=dialect.delimiter,
                    quotechar=dialect.quote,
                    escapechar=dialect.escape,
                    doublequote=True,
                    skipinitialspace=dialect.blanks,
                    strict=True,
                )
            )
        except csv.Error:
            return True
        return False


class _Feeder:
    """What csv reads of: the line at hand, and others while a quote is open."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        rows = self._rows
        line = rows._first
        if line is None:
            line = rows._continued()
            if line is None:
                raise StopIteration
        rows._first = None
        rows._taken.append(line)
        return line


def _without_quotes(cell: str, quote: str) -> str:
    inner = cell.strip(" ")
    is_quoted = len(inner) > 1 and inner[0] == quote == inner[-1]
    return inner[1:-1].replace(quote * 2, quote) if is_quoted else cell


def _unquoted(line: str, dialect: Dialect) -> list[str]:
    return [cell.strip(f" {dialect.quote or ''}") for cell in line.rstrip("\r\n").split(dialect.delimiter)]


def is_rule(row: list[str]) -> bool:
    """Whether a row is a line that was drawn: `|----|:---:|` in Markdown, `+----+----+` in databases' shells."""
    return "--" in next(filter(None, row), "") and _RULE.fullmatch("".join(row)) is not None


def whole_rows(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """The rows of lines that can be read, blank ones left out, the first one's width taken for all."""
    rows = Rows(iter(lines), dialect)
    for row in rows:
        if isinstance(row, Damaged) or not row:
            continue
        if rows.width is None and any(map(str.strip, row)):
            rows.width = len(row)
        yield row
