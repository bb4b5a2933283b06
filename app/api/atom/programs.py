"""A search as Atom: its newest programs, or in the order that is asked for."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from litestar import Request, Response, Router, get

from app.api.application_state import ApplicationState
from app.api.atom.asked import VARY, base_of, query_of
from app.api.atom.document import ENTRIES, MEDIA_TYPE, NEVER, AtomEntry, document, tag
from app.api.openapi.parameters import SEARCH_PARAMETERS, query_parameters, taking
from app.api.private import brings_key, needs_key
from app.api.response_cache import UNCACHEABLE, cached
from app.api.waiting import until_searchable
from app.search.answer import answer
from app.search.bad_request import BadRequest, ParameterError
from app.search.private.asked import refused
from app.search.request import SearchRequest
from app.search.request_parser import read_request

_ORDER = "-createdAt"
_REFUSED = ("cursor", "facets", "facetLimit", "facetOrder", "fields", "highlight", "explain", "collapse")
_PARAMETERS = [each for each in SEARCH_PARAMETERS if each.name not in _REFUSED]


class Listed(msgspec.Struct, rename="camel"):
    """What an entry says of a program."""

    id: int
    network: str
    name: str
    status: str | None = None
    description: str | None = None
    vertical: str | None = None
    category: str | None = None
    commission_min: float | None = None
    commission_max: float | None = None
    commission_fixed_min: float | None = None
    commission_fixed_max: float | None = None
    currency: str | None = None
    cookie_days: int | None = None
    epc: float | None = None
    created_at: str | None = None
    updated_at: str | None = None


async def as_atom(request: Request[Any, Any, Any], app_state: ApplicationState) -> Response[bytes | None]:
    """The search of a request as Atom, or 304."""
    parameters = query_parameters(request)
    if brings_key(request):
        refused(parameters, "an Atom document")
    else:
        needs_key(parameters)
    asked = _read(parameters)
    if asked.wait_for is not None:
        await until_searchable(app_state, asked.wait_for)
    base, query = base_of(request), query_of(request)
    same = sorted((name, value) for name, values in parameters.items() for value in values if value)
    title = f"Affindex: {asked.q}" if asked.q else "Affindex: programs"
    id = tag(app_state.secret, f"searches/{hashlib.sha256(repr(same).encode()).hexdigest()[:24]}")

    async def make() -> bytes:
        found = await answer(app_state.engine, asked, secret=app_state.secret, synced=app_state.probe.synced)
        listed = [msgspec.json.decode(each, type=Listed) for each in found.page.programs]
        entries = [_entry(each, app_state.secret, base) for each in listed]
        myself, page = f"{base}/api/programs.atom{query}", f"{base}/{query}"
        return (b"" if found.whole else UNCACHEABLE) + document(id, title, entries, myself=myself, page=page)

    key = asked.canonical + repr((base, query)).encode()
    return await cached(request, app_state, ("atom", key), make, media_type=MEDIA_TYPE, headers=VARY)


def _read(parameters: dict[str, list[str]]) -> SearchRequest:
    errors = [
        ParameterError(parameter=name, message=f"'{name}' has no meaning in Atom, which has whole programs in entries")
        for name in parameters
        if name in _REFUSED
    ]
    if errors:
        raise BadRequest(errors)
    given = {name for name, values in parameters.items() if any(value.strip() for value in values)}
    if "sort" not in given:
        parameters = {**parameters, "sort": [_ORDER]}
    if "perPage" not in given:
        parameters = {**parameters, "perPage": [str(ENTRIES)]}
    return read_request(parameters)


def _entry(program: Listed, secret: bytes, base: str) -> AtomEntry:
    return AtomEntry(
        id=tag(secret, f"programs/{program.id}"),
        title=program.name,
        updated=program.updated_at or NEVER,
        published=program.created_at,
        link=f"{base}/programs/{program.id}",
        summary=" · ".join(_facts(program)),
        content=program.description,
        categories=tuple(each for each in (program.vertical, program.category) if each),
    )


def _facts(program: Listed) -> list[str]:
    """What is known of what it pays, each with its unit."""
    facts = [program.network]
    if percent := _span(program.commission_min, program.commission_max):
        facts.append(f"{percent} % of a sale")
    if amount := _span(program.commission_fixed_min, program.commission_fixed_max):
        facts.append(f"{amount} {program.currency or ''}".strip() + " per action")
    if program.epc is not None:
        facts.append(f"EPC {_number(program.epc)} USD")
    if program.cookie_days is not None:
        facts.append(f"{program.cookie_days} days of cookie")
    if program.status not in (None, "active"):
        facts.append(str(program.status))
    return facts


def _span(low: float | None, high: float | None) -> str:
    ends = [_number(each) for each in (low, high) if each is not None]
    return "–".join(dict.fromkeys(ends))


def _number(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")


@get(
    "/api/programs.atom",
    operation_class=taking(_PARAMETERS, (MEDIA_TYPE,)),
    summary="A search as Atom",
    tags=["search"],
)
async def search(request: Request[Any, Any, Any]) -> Response[bytes | None]:
    """The newest 50 programs that a search finds, or those first by `sort`, as Atom.

    `Accept: application/atom+xml` on `/api/programs` asks for the same.
    """
    return await as_atom(request, request.app.state.app_state)


ROUTES = Router(path="/", route_handlers=[search])
