"""Every match of a search from one snapshot of the index, streamed; memory does not grow with what is exported."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.response import Stream

from app.api.application_state import ApplicationState
from app.api.edge import AT_END
from app.api.keys import key_of
from app.api.limiting import client_of, household
from app.api.openapi.parameters import PRIVATE_PARAMETERS, SEARCH_PARAMETERS, choice, flag, query_parameters, taking
from app.api.private import HEADERS, brings_key, needs_key, view_of
from app.api.waiting import until_searchable
from app.search.bad_request import BadRequest, ParameterError
from app.search.export import (
    FORMATS,
    columns,
    csv_end,
    csv_header,
    csv_rows,
    export_body,
    ndjson_end,
    ndjson_lines,
    read_bom,
    read_end,
    read_format,
)
from app.search.find import decided
from app.search.page import Found, program
from app.search.parameters import Reader
from app.search.private.asked import PrivateAsked, parted
from app.search.private.view import PrivateView
from app.search.query_analysis import QueryAnalysis
from app.search.request import SearchRequest, SortKey
from app.search.request_parser import read_request

_TAKEN = ("q", "sort", "fields", "includeUnknown")
_REFUSED = ("page", "perPage", "cursor", "facets", "facetLimit", "facetOrder", "highlight", "explain", "collapse")


_FORMAT = choice(
    "format",
    'NDJSON ends with a line `{"end": {"count", "sha256"}}`.',
    *FORMATS,
    default="ndjson",
)
_END = choice("end", "CSV ends with a row: `#end`, count, digest of all bytes before it.", "row")
_BOM = flag("bom", "CSV begins with a byte order mark, by which Excel knows UTF-8.")
_PARAMETERS = [
    _FORMAT,
    _END,
    _BOM,
    *(each for each in SEARCH_PARAMETERS if each.name not in _REFUSED),
    *PRIVATE_PARAMETERS,
]


@dataclass(frozen=True, slots=True)
class _Written:
    """How an export is written."""

    format: str
    end: bool  # a last row or line with count and digest
    bom: bool

    def begin(self, asked: SearchRequest) -> bytes:
        return csv_header(asked, self.bom) if self.format == "csv" else b""

    def programs(self, documents: list[bytes], asked: SearchRequest) -> bytes:
        return csv_rows(documents, asked) if self.format == "csv" else ndjson_lines(documents, asked)

    def last(self, count: int, sha256: str, asked: SearchRequest) -> bytes:
        if not self.end:
            return b""
        return csv_end(count, sha256, asked) if self.format == "csv" else ndjson_end(count, sha256)


class _Place:
    """The place that an export takes while it is under way, and its snapshot; left once, by whoever is first."""

    def __init__(self, app_state: ApplicationState, who: str, *, has_key: bool) -> None:
        self._app_state = app_state
        self._who = who
        self._has_key = has_key
        self._left = False
        self.snapshot: str | None = None
        app_state.exports.take(who, has_key=has_key)

    async def leave(self) -> None:
        if self._left:
            return
        self._left = True
        self._app_state.exports.leave(self._who, has_key=self._has_key)
        if self.snapshot is not None:
            await self._app_state.engine.close_snapshot(self.snapshot)


@get(
    "/api/programs/export",
    operation_class=taking(_PARAMETERS, FORMATS.values()),
    summary="Export programs",
    tags=["search"],
)
async def export(request: Request[Any, Any, Any], app_state: NamedDependency[ApplicationState]) -> Stream:
    """Every program that a search finds, in its order (by id if none is given), from one snapshot.

    `X-Total-Count` says beforehand how many there are, `X-Content-SHA256` the digest of the unpacked bytes where all of
    them are one page. An answer without its end is not whole: ask again.
    """
    parameters = query_parameters(request)
    own = Reader({name: parameters.pop(name, []) for name in ("format", "end", "bom")})
    format = read_format(own.single("format"))
    end, bom = read_end(own.single("end"), format), read_bom(own.single("bom"), format)
    own.done()
    written = _Written(format, end or format != "csv", bom)
    view: PrivateView | None = None
    if brings_key(request):
        parameters, private = parted(parameters)
        asked = _asked(parameters)
        if view := await view_of(request, app_state, private):
            asked = _with_members(asked, private, format)
    else:
        needs_key(parameters)
        asked = _asked(parameters)
    if asked.wait_for is not None:
        await until_searchable(app_state, asked.wait_for)
    key = await key_of(request)
    who = key.name if key else household(client_of(request.scope, request.app.state.trusted))
    place = _Place(app_state, who, has_key=key is not None)
    request.scope[AT_END] = place.leave  # type: ignore[literal-required]
    try:
        analysis = await decided(app_state.engine, asked.wording)
        page = app_state.bounds.export_page
        place.snapshot = await app_state.engine.open_snapshot()
        first = await app_state.engine.search_snapshot(
            place.snapshot, export_body(asked, analysis, None, view.among if view else None, page)
        )
        headers = {
            "X-Total-Count": str(first.hits.total.value),
            "Content-Disposition": f'attachment; filename="programs.{format}"',
            **(HEADERS if brings_key(request) else {"Cache-Control": "no-store"}),
        }
        if len(first.hits.hits) < page and not first.partial:
            headers["X-Content-SHA256"] = hashlib.sha256(_whole(app_state, asked, first, written, view)).hexdigest()
    except BaseException:
        await place.leave()
        raise
    return Stream(
        _pieces(app_state, place, asked, analysis, first, written, view),
        media_type=FORMATS[format],
        headers=headers,
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


def _with_members(asked: SearchRequest, private: PrivateAsked, format: str) -> SearchRequest:
    """A search whose programs are written with their private members, which CSV has as columns of their own."""
    if private.alone:
        return msgspec.structs.replace(asked, fields=private.members)
    if asked.fields or format == "csv":
        return msgspec.structs.replace(asked, fields=(*columns(asked), *private.members))
    return asked


def _documents(app_state: ApplicationState, found: Found, view: PrivateView | None) -> list[bytes]:
    documents = [program(hit.source, app_state.probe.synced) for hit in found.hits.hits]
    if view is None:
        return documents
    return [bytes(view.dressed(int(hit.id), each)) for hit, each in zip(found.hits.hits, documents, strict=True)]


def _whole(
    app_state: ApplicationState, asked: SearchRequest, found: Found, written: _Written, view: PrivateView | None
) -> bytes:
    """An export that is one page, as the stream will give it."""
    before = written.begin(asked) + written.programs(_documents(app_state, found, view), asked)
    return before + written.last(len(found.hits.hits), hashlib.sha256(before).hexdigest(), asked)


async def _pieces(
    app_state: ApplicationState,
    place: _Place,
    asked: SearchRequest,
    analysis: QueryAnalysis,
    first: Found,
    written: _Written,
    view: PrivateView | None,
) -> AsyncIterator[bytes]:
    assert place.snapshot is not None
    digest = hashlib.sha256()
    page = app_state.bounds.export_page
    count = 0
    try:
        if header := written.begin(asked):
            digest.update(header)
            yield header
        found = first
        while True:
            if found.partial:
                raise RuntimeError("a part of the index did not answer; the export cannot be whole")
            hits = found.hits.hits
            piece = written.programs(_documents(app_state, found, view), asked)
            digest.update(piece)
            count += len(hits)
            yield piece
            if len(hits) < page:
                break
            body = export_body(asked, analysis, hits[-1].sort, view.among if view else None, page)
            found = await app_state.engine.search_snapshot(place.snapshot, body)
        if end := written.last(count, digest.hexdigest(), asked):
            yield end
    finally:
        await place.leave()


ROUTES = Router(path="/", route_handlers=[export])
