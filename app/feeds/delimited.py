"""Columns: CSV, TSV, pipes, semicolons, carets. The dialect, and where the heading stands, by the first rows."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.feeds.limits import LIMITS, Limits
from app.feeds.refusal import NotAFeed, shown
from app.feeds.rows import Dialect, is_rule, whole_rows

_DELIMITERS = (",", "\t", "|", ";", "^", "~")
_ROWS = 60  # of the sample that decide
_QUOTES_WITHIN = 32_000  # characters in which a quoted cell shows itself; more would be slow on hostile text
_SHARE = 0.8  # of those rows that must have as many columns as the heading
_SEP = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_BACKSLASHED = re.compile(r'[^\\"]\\"[^,;|\t\r\n]')
_DOUBLED = re.compile(r'[^,;|\t\r\n"]""')
_BLANK_BEFORE_QUOTE = 0.5  # a share of the lines that hold quotes
_NOTES = 12  # lines before a heading, at most: titles, remarks, blank ones
_LONGEST_NAME = 80  # characters of a column's name


def lines_of(text: io.TextIOBase, limits: Limits = LIMITS) -> Iterator[str]:
    """The lines of a text, none longer than the limit. Raises NotAFeed."""
    longest = limits.line
    read = text.readline
    while line := read(longest):
        if len(line) == longest and line[-1] not in "\r\n":
            raise NotAFeed(f"a line has more than {longest:,} characters; no record of a feed is so long")
        yield line


@dataclass(frozen=True, slots=True)
class _Table:
    """How a text would be read with one delimiter: its heading, and how many of the rows below have its width."""

    dialect: Dialect
    heading: list[str]
    share: float = 0.0
    rows: int = 0
    trailing: float = 0.0  # the share of rows that end in a delimiter more


def sniff(head: str, whole: bool, delimiter: str | None = None, quote: str | None = None) -> tuple[Dialect, list[str]]:
    """The dialect of a text by its first characters, and its heading. Raises NotAFeed if there are no columns.

    `whole` says that `head` is all there is; otherwise its last line may be half of one. Before the heading may stand
    what Excel is told (`sep=;`), a title, remarks and blank lines: `skip` counts them.
    """
    skip = 0
    body = head
    if match := _SEP.match(head):
        delimiter, skip, body = delimiter or match[1], 1, head[match.end() :]
    sample = body if whole else body[: max(body.rfind("\n"), body.rfind("\r")) + 1] or body
    if not sample.strip():
        raise NotAFeed("it has no columns; it has nothing but blank lines")
    tables = [
        table
        for candidate in ((delimiter,) if delimiter else _DELIMITERS)
        if len((table := _below_notes(sample, _quoting(sample, candidate, quote, skip))).heading) > 1
    ]
    first = next((line for line in sample.splitlines() if line.strip()), "")
    if not tables:
        raise NotAFeed(f"it has no columns; it begins with '{shown(first)}'")
    # Text has more commas than a pipe-parted feed has pipes, but never as many in each line.
    best = max(tables, key=lambda each: (each.share >= _SHARE, len(each.heading), round(each.share, 2)))
    if best.share < _SHARE and len(best.heading) < 3:
        raise NotAFeed(f"it is a text, not columns; it begins with '{shown(first)}'")
    if len(best.heading) > LIMITS.columns:
        raise NotAFeed(f"it has {len(best.heading):,} columns; at most {LIMITS.columns:,} are taken")
    return replace(best.dialect, trailing=best.trailing >= 0.5), best.heading


def _below_notes(sample: str, dialect: Dialect) -> _Table:
    """The table in a sample whose heading is the first line, or the first that makes one below notes."""
    table = _columns(sample, dialect)
    if table.share >= _SHARE and len(table.heading) > 1 and not table.heading[0].startswith("#"):
        return table
    lines = io.StringIO(sample, newline="").readlines()
    for notes in range(1, min(_NOTES, len(lines) - 1) + 1):
        if not lines[notes - 1].strip() and notes == 1:
            continue
        below = _columns("".join(lines[notes:]), replace(dialect, skip=dialect.skip + notes))
        if len(below.heading) > 2 and below.rows and below.share >= _SHARE and _are_names(below.heading):
            return below
    return table


def _are_names(heading: list[str]) -> bool:
    names = [name.strip() for name in heading]
    if names and not names[0]:  # | id | name |
        del names[0]
    return len(set(names)) == len(names) and all(
        name and len(name) <= _LONGEST_NAME and not name.startswith("#") and not name[0].isdecimal() for name in names
    )


def _quoting(sample: str, delimiter: str, quote: str | None, skip: int) -> Dialect:
    if quote is not None:
        return Dialect(delimiter, quote or None, None, skip)
    escape = "\\" if _BACKSLASHED.search(sample) and not _DOUBLED.search(sample) else None
    d = re.escape(delimiter)
    quoted = rf'(?:^|\r|{d})"(?:[^"]|""){{0,2000}}"(?:{d}|\r|$)'
    if delimiter in "|\t" and not re.search(quoted, sample[:_QUOTES_WITHIN], re.MULTILINE):
        return Dialect(delimiter, None, None, skip)  # 24" is a size there
    behind_blank = len(re.findall(rf'{d} +"', sample))
    blanks = behind_blank > 0 and behind_blank >= _BLANK_BEFORE_QUOTE * sample.count(f'{delimiter}"')
    return Dialect(delimiter, '"', escape, skip, blanks)


def _columns(sample: str, dialect: Dialect) -> _Table:
    """The heading, and the share of rows below it that have as many columns."""
    heading: list[str] = []
    widths: Counter[int] = Counter()
    trailing = 0
    for row in whole_rows(io.StringIO(sample, newline=""), dialect):
        if is_rule(row):
            continue
        if not heading:
            heading = row if any(cell.strip() for cell in row) else []
            width = len(heading)
            while width > 1 and not heading[width - 1].strip():
                width -= 1
            heading = heading[:width]
            continue
        more = row[-1] == "" and len(row) == len(heading) + 1
        trailing += more
        widths[len(row) - more] += 1
        if widths.total() >= _ROWS:
            break
    total = widths.total()
    if not total:
        return _Table(dialect, heading, 1.0)
    return _Table(dialect, heading, widths[len(heading)] / total, total, trailing / total)
