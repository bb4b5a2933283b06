"""Every match of a search from one snapshot of the index, streamed; memory does not grow with what is exported."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.response import Stream

from app.api.catalogue import Catalogue
from app.api.parameters import SEARCH_PARAMETERS, choice, query_parameters, taking
from app.api.problems import Problem
from app.api.waiting import until_searchable
from app.search.export import (
    FORMATS,
    PAGE,
    csv_end,
    csv_header,
    csv_rows,
    export_body,
    ndjson_end,
    ndjson_lines,
    read_format,
)
from app.search.find import reading_of
from app.search.page import Found, program
from app.search.problems import BadRequest, ParameterError
from app.search.reading import Reading
from app.search.request import SearchRequest, SortKey, read_request

# A snapshot keeps old segments alive; more at once than this and disk and file handles run out before patience does.
_AT_ONCE = 8
_RETRY_SECONDS = 5
_TAKEN = ("q", "sort", "fields", "includeUnknown")
_REFUSED = ("page", "perPage", "cursor", "facets", "facetLimit", "facetOrder", "highlight", "explain", "collapse")


_FORMAT = choice(
    "format",
    'NDJSON ends with a line `{"end": {"count", "sha256"}}`, CSV with a row `#end`.',
    *FORMATS,
    default="ndjson",
)
_PARAMETERS = [_FORMAT, *(each for each in SEARCH_PARAMETERS if each.name not in _REFUSED)]


class _Exports:
    """How many are under way in this process."""

    running = 0


@get(
    "/api/programs/export",
    operation_class=taking(_PARAMETERS, FORMATS.values()),
    summary="Export programs",
    tags=["search"],
)
async def export(request: Request[Any, Any, Any], catalogue: NamedDependency[Catalogue]) -> Stream:
    """Every program that a search finds, in its order (by id if none is given), from one snapshot.

    `X-Total-Count` says beforehand how many there are. An answer without its end is not whole: ask again.
    """
    parameters = query_parameters(request)
    format = read_format("".join(parameters.pop("format", [])[-1:]).strip())
    asked = _asked(parameters)
    if asked.wait_for is not None:
        await until_searchable(catalogue, asked.wait_for)
    if _Exports.running >= _AT_ONCE:
        raise Problem(
            429,
            "too-many-exports",
            f"{_AT_ONCE} exports are under way; try again when one has ended",
            headers={"Retry-After": str(_RETRY_SECONDS)},
        )
    _Exports.running += 1
    snapshot: str | None = None
    try:
        reading = await reading_of(catalogue.engine, asked.q)
        snapshot = await catalogue.engine.open_snapshot()
        first = await catalogue.engine.search_snapshot(snapshot, export_body(asked, reading, None))
    except BaseException:
        await _end(catalogue, snapshot)
        raise
    return Stream(
        _written(catalogue, snapshot, asked, reading, first, format),
        media_type=FORMATS[format],
        headers={
            "X-Total-Count": str(first.hits.total.value),
            "Content-Disposition": f'attachment; filename="programs.{format}"',
            "Cache-Control": "no-store",
        },
    )


def _asked(parameters: dict[str, list[str]]) -> SearchRequest:
    errors = [
        ParameterError(parameter=name, message=f"'{name}' has no meaning in an export, which is every match")
        for name in parameters
        if name in _REFUSED
    ]
    if errors:
        raise BadRequest(errors)
    asked = read_request(parameters)
    return asked if asked.q or "sort" in parameters else msgspec.structs.replace(asked, sort=(SortKey("id", False),))


async def _end(catalogue: Catalogue, snapshot: str | None) -> None:
    _Exports.running -= 1
    if snapshot is not None:
        await catalogue.engine.close_snapshot(snapshot)


async def _written(
    catalogue: Catalogue, snapshot: str, asked: SearchRequest, reading: Reading, first: Found, format: str
) -> AsyncIterator[bytes]:
    digest = hashlib.sha256()
    count = 0
    try:
        if format == "csv":
            header = csv_header(asked)
            digest.update(header)
            yield header
        found = first
        while True:
            if found.partial:
                raise RuntimeError("a part of the index did not answer; the export cannot be whole")
            hits = found.hits.hits
            documents = [program(hit.source, catalogue.probe.synced) for hit in hits]
            written = csv_rows(documents, asked) if format == "csv" else ndjson_lines(documents, asked)
            digest.update(written)
            count += len(hits)
            yield written
            if len(hits) < PAGE:
                break
            found = await catalogue.engine.search_snapshot(snapshot, export_body(asked, reading, hits[-1].sort))
        sha256 = digest.hexdigest()
        yield csv_end(count, sha256, asked) if format == "csv" else ndjson_end(count, sha256)
    finally:
        await _end(catalogue, snapshot)


ROUTES = Router(path="/", route_handlers=[export])
