"""Every match of a search, as NDJSON or CSV: what is asked of the engine page by page, and how a page is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import msgspec

from app.search.bad_request import BadRequest, ParameterError
from app.search.body import query
from app.search.filters import Clause, clause, effective
from app.search.ordering import ordering
from app.search.page import chosen
from app.search.query_analysis import QueryAnalysis
from app.search.request import RELEVANCE, SearchRequest
from app.search.spreadsheet import as_text
from mappings.catalogue import FIELDS, Kind

FORMATS = {"ndjson": "application/x-ndjson", "csv": "text/csv"}  # the character set is said as it goes out
PAGE = 1000  # about 1.5 MB, all that is in memory of an export at a time
_TIMEOUT = "20s"
_BAR = "|"
_BOM = "\ufeff".encode()
_RULES = frozenset(entry.key for entry in FIELDS if entry.kind is Kind.RULES)


def read_format(given: str) -> str:
    """`ndjson` or `csv`; the first where nothing is said. Raises BadRequest."""
    if given.lower() in FORMATS:
        return given.lower()
    if given:
        message = f"'format' is '{given[:40]}'; expected {' or '.join(FORMATS)}"
        raise BadRequest([ParameterError(parameter="format", message=message)])
    return next(iter(FORMATS))


def read_end(given: str, format: str) -> bool:
    """Whether a CSV export ends with a row that says so: `row`. Raises BadRequest."""
    if given and (given != "row" or format != "csv"):
        belongs = "" if format == "csv" else " and belongs to format=csv; NDJSON always has its last line"
        message = f"'end' is '{given[:40]}'; it can be row{belongs}"
        raise BadRequest([ParameterError(parameter="end", message=message)])
    return bool(given)


def read_bom(given: str, format: str) -> bool:
    """Whether a CSV export begins with a byte order mark, by which Excel knows UTF-8. Raises BadRequest."""
    if given.lower() not in ("", "true", "false") or (given.lower() == "true" and format != "csv"):
        belongs = "" if format == "csv" else " and belongs to format=csv"
        message = f"'bom' is '{given[:40]}'; it can be true or false{belongs}"
        raise BadRequest([ParameterError(parameter="bom", message=message)])
    return given.lower() == "true"


def export_body(
    request: SearchRequest,
    analysis: QueryAnalysis,
    after: list[Any] | None,
    among: Clause | None = None,
    page: int = PAGE,
) -> dict[str, Any]:
    """The request for the page after a hit with these sort values, of all that match `among` these."""
    clauses = [clause(wanted) for wanted in effective(request.filters).values()]
    if among:
        clauses.append(among)
    body: dict[str, Any] = {
        "size": page,
        "timeout": _TIMEOUT,
        "track_total_hits": after is None,
        "query": query(analysis, clauses, scored=any(each.key == RELEVANCE for each in request.sort)),
        "sort": ordering(request.sort),
    }
    if after is not None:
        body["search_after"] = after
    return body


def columns(request: SearchRequest) -> list[str]:
    """The members of a program that are exported, in order."""
    return list(request.fields) or [entry.key for entry in FIELDS]


def ndjson_lines(documents: Iterable[bytes], request: SearchRequest) -> bytes:
    """A program a line."""
    return b"".join(chosen(document, request.fields) + b"\n" for document in documents)


def ndjson_end(count: int, sha256: str) -> bytes:
    """The last line: how many programs there were, and the digest of every byte before it."""
    return msgspec.json.encode({"end": {"count": count, "sha256": sha256}}) + b"\n"


def csv_header(request: SearchRequest, bom: bool = False) -> bytes:
    """The names of the columns, behind a byte order mark if wanted."""
    return (_BOM if bom else b"") + _csv([columns(request)])


def csv_rows(documents: Iterable[bytes], request: SearchRequest) -> bytes:
    """A program a row; lists joined by a bar, unknown is empty."""
    keys = columns(request)
    return _csv([_cell(key, program.get(key)) for key in keys] for program in map(msgspec.json.decode, documents))


def csv_end(count: int, sha256: str, request: SearchRequest) -> bytes:
    """The trailer, recognised by its first cell: `#end`, the number of programs, the digest of every byte before it."""
    blank = [""] * max(len(columns(request)) - 3, 0)
    return _csv([["#end", str(count), sha256, *blank]])


def _csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if key in _RULES:
        return msgspec.json.encode(value).decode()
    return as_text(_BAR.join(value) if isinstance(value, list) else str(value))
