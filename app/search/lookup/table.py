"""What was found for some addresses as CSV: a row a program, and one for each merchant or address without any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from app.search.lookup.earning import COLUMNS, Lookup
from app.search.spreadsheet import as_text

# Addresses are counted, and the first is shown: all of them in each row would be addresses times programs.
_BEFORE = ("domain", "address", "addresses", "rank")


def as_csv(found: Lookup) -> bytes:
    """The table with its heading; unknown is empty, `rank` 1 is the best paid program of a merchant."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((*_BEFORE, *COLUMNS))
    writer.writerows(_rows(found))
    return text.getvalue().encode("utf-8", "replace")


def _rows(found: Lookup) -> Iterator[list[str]]:
    blank = [""] * (len(COLUMNS) + 1)
    for merchant in found.merchants:
        before = [merchant.domain, as_text(merchant.addresses[0]), str(len(merchant.addresses))]
        if not merchant.programs:
            yield [*before, *blank]
        for rank, program in enumerate(merchant.programs, start=1):
            yield [*before, str(rank), *(_cell(each) for each in msgspec.structs.astuple(program))]
    for address in found.unread:
        yield ["", as_text(address), "1", *blank]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value) if isinstance(value, str) else repr(value)
