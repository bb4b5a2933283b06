"""Rows as records under a heading. A row that does not fit it, or cannot be read, is said with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from app.feeds.headings import squeezed
from app.feeds.rows import Damaged, Dialect, Rows, Tally, is_rule
from app.importing.sources import Unreadable

_GUARDED = re.compile(r'="(.*)"', re.DOTALL)  # how Excel is kept from changing an id: ="00123"
_NOTHING: tuple[str, ...] = ()
# What a spreadsheet writes where it has no value, or too narrow a column.
_NO_VALUE = re.compile(r"\s*(?:#(?:REF|VALUE|NAME\?|DIV/0|NUM|NULL|SPILL|CALC)!?|#N/A|#{3,})\s*")
_TOTAL = re.compile(
    r"\s*(?:grand\s|sub)?(?:totals?|totale|totaal|sum|summe|suma|somme|gesamt|итого)\b(?:\s*:?\s*\d*\s*\w{0,20})?\s*:?\s*",
    re.IGNORECASE,
)
_LONGEST_TOTAL = 40
_DRAWN = "-+=|: "  # what a drawn line may begin with, if not with an empty cell
_FIGURE = re.compile(r"[\s\d.,%$€£+-]*")


def cells(
    lines: Iterator[str], dialect: Dialect, heading: list[str], tally: Tally, *, has_heading: bool
) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Each row below the heading as a dict by column, or as an Unreadable; `tally` counts their lines as they pass."""
    width = len(heading)
    tally.heading = tally.notes = tally.blank = tally.records = tally.rejected = tally.at = 0
    lines = _noted(lines, dialect.skip, tally)
    rows = Rows(lines, dialect, width)
    rows.pass_over(dialect.skip)
    names = [squeezed(name) for name in heading]
    first = heading[0].casefold()
    waiting = has_heading
    for row in rows:
        tally.at = rows.line
        if isinstance(row, Damaged):
            tally.rejected += rows.lines
            yield Unreadable("", f"line {rows.line}: {row.reason}", row.cells), _NOTHING
            continue
        if not row or (not row[0] and not any(map(str.strip, row))):
            tally.blank += rows.lines
            continue
        if row[0][:1] in _DRAWN and is_rule(row):
            tally.notes += rows.lines
            continue
        if waiting:
            waiting = False
            tally.heading += rows.lines
            continue
        if len(row) != width and (len(row) < width or any(row[width:]) or _may_be_shifted(row, dialect)):
            tally.rejected += rows.lines
            reason = f"line {rows.line}: it has {len(row)} columns, the heading has {width}"
            yield Unreadable("", reason, row), _NOTHING
            continue
        if has_heading and row[0].casefold() == first and [squeezed(cell) for cell in row[:width]] == names:
            tally.rejected += rows.lines
            yield Unreadable("", f"line {rows.line}: it is the heading again", row), _NOTHING
            continue
        if len(row[0]) <= _LONGEST_TOTAL and _TOTAL.fullmatch(row[0]) and _is_total(row):
            tally.rejected += rows.lines
            yield Unreadable("", f"line {rows.line}: it is a line of totals", row), _NOTHING
            continue
        if "#" in "".join(row):
            row = ["" if cell[:1] in "# " and _NO_VALUE.fullmatch(cell) else cell for cell in row]
        if "\0=" in "\0".join(("", *row)):
            row = [_GUARDED.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row]
        tally.records += rows.lines
        yield dict(zip(heading, row, strict=False)), _NOTHING


def _is_total(row: list[str]) -> bool:
    """Whether all cells but the first are figures or empty, most of them empty: a shop called Total has more to say."""
    rest = row[1:]
    return all(map(_FIGURE.fullmatch, rest)) and sum(not cell.strip() for cell in rest) * 2 >= len(rest)


def _may_be_shifted(row: list[str], dialect: Dialect) -> bool:
    """Whether the empty cell too many may stand before others, so that all behind it are off by one."""
    if dialect.trailing:
        return False
    last = max((at for at, cell in enumerate(row) if cell), default=0)
    return not all(row[:last])


def _noted(lines: Iterator[str], notes: int, tally: Tally) -> Iterator[str]:
    """The lines; those before the heading are counted."""
    before = []
    for _ in range(notes):
        line = next(lines, "")
        before.append(line)
        if line:
            tally.notes += bool(line.strip())
            tally.blank += not line.strip()
    return chain(before, lines)
