"""Columns: CSV, TSV, pipes, semicolons. The dialect is found in the first rows; rows are streamed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.feeds.limits import LIMITS, Limits
from app.feeds.refusal import NotAFeed, shown

_DELIMITERS = (",", "\t", "|", ";")
_ROWS = 60  # of the sample that decide
_QUOTES_WITHIN = 32_000  # characters in which a quoted cell shows itself; more would be slow on hostile text
_SHARE = 0.8  # of those rows that must have as many columns as the heading
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_NAMES = {",": "comma", "\t": "tab", "|": "pipe", ";": "semicolon"}
_BACKSLASHED = re.compile(r'[^\\"]\\"[^,;|\t\r\n]')
_DOUBLED = re.compile(r'[^,;|\t\r\n"]""')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written. No `quote`: quotes are characters like others."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skip: int = 0  # lines before the heading

    @property
    def called(self) -> str:
        """For people: `comma, quoted`."""
        return _NAMES.get(self.delimiter, f"'{self.delimiter}'") + (", quoted" if self.quote else "")


def rows(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """The rows of lines, blank ones left out. csv.Error for a row that cannot be read; the next one goes on."""
    reader = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        escapechar=dialect.escape,
        doublequote=True,
    )
    return iter(reader)


def lines_of(text: io.TextIOBase, limits: Limits = LIMITS) -> Iterator[str]:
    """The lines of a text, none longer than the limit. Raises NotAFeed."""
    longest = limits.line
    read = text.readline
    while line := read(longest):
        if len(line) == longest and line[-1] not in "\r\n":
            raise NotAFeed(f"a line has more than {longest:,} characters; no record of a feed is so long")
        yield line


def sniff(head: str, whole: bool, delimiter: str | None = None, quote: str | None = None) -> tuple[Dialect, list[str]]:
    """The dialect of a text by its first characters, and its heading. Raises NotAFeed if there are no columns.

    `whole` says that `head` is all there is; otherwise its last line may be half of one.
    """
    skip = 0
    body = head
    if match := _SEP.match(head):  # how Excel is told
        delimiter, skip, body = delimiter or match[1], 1, head[match.end() :]
    sample = body if whole else body[: max(body.rfind("\n"), body.rfind("\r")) + 1] or body
    found: list[tuple[float, int, Dialect, list[str]]] = []
    for candidate in (delimiter,) if delimiter else _DELIMITERS:
        dialect = _quoting(sample, candidate, quote, skip)
        heading, share = _columns(sample, dialect)
        if len(heading) > 1:
            found.append((round(share, 2), len(heading), dialect, heading))
    # Text has more commas than a pipe-parted feed has pipes, but never as many in each line.
    found = [each for each in found if each[0] >= _SHARE] or found
    if not found:
        first = next((line for line in sample.splitlines() if line.strip()), "")
        raise NotAFeed(f"it has no columns; it begins with '{shown(first)}'")
    share, _, dialect, heading = max(found, key=lambda each: (each[0] >= _SHARE, each[1], each[0]))
    if share < _SHARE and len(heading) < 3:
        first = next((line for line in sample.splitlines() if line.strip()), "")
        raise NotAFeed(f"it is a text, not columns; it begins with '{shown(first)}'")
    return dialect, heading


def _quoting(sample: str, delimiter: str, quote: str | None, skip: int) -> Dialect:
    if quote is not None:
        return Dialect(delimiter, quote or None, None, skip)
    escape = "\\" if _BACKSLASHED.search(sample) and not _DOUBLED.search(sample) else None
    d = re.escape(delimiter)
    quoted = rf'(?:^|{d})"(?:[^"]|""){{0,2000}}"(?:{d}|\r|$)'
    if delimiter in "|\t" and not re.search(quoted, sample[:_QUOTES_WITHIN], re.MULTILINE):
        return Dialect(delimiter, None, None, skip)  # 24" is a size there
    return Dialect(delimiter, '"', escape, skip)


def _columns(sample: str, dialect: Dialect) -> tuple[list[str], float]:
    """The heading, and the share of rows below it that have as many columns."""
    heading: list[str] = []
    widths: Counter[int] = Counter()
    try:
        for row in rows(iter(io.StringIO(sample, newline="")), dialect):
            if not heading:
                heading = row if any(cell.strip() for cell in row) else []
            elif row:
                widths[len(row) - (row[-1] == "" and len(row) == len(heading) + 1)] += 1
            if widths.total() >= _ROWS:
                break
    except csv.Error:
        return [], 0.0
    while len(heading) > 1 and not heading[-1].strip():
        heading = heading[:-1]
    total = widths.total()
    return heading, widths[len(heading)] / total if total else 1.0
