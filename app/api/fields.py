"""What can be searched, filtered, sorted and counted: the field catalogue, for frontends that build their own panel."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get

from app.api.known_parameters import known_only
from app.api.openapi.answers import FieldCatalogue
from app.api.openapi.parameters import answering
from app.direct.reading import MEMBERS
from mappings import codes
from mappings.catalogue import BY_KEY, SEARCHABLE, Searchable
from mappings.field import Facet, Group, Origin, Ranges, Terms, Years
from mappings.networks import BY_SLUG
from mappings.topics import TOPICS

# Every locale has its own names for these, and there are hundreds.
_NAMED_BY_LOCALE = ("country", "language", "currency")


def _facet(facet: Facet | None) -> dict[str, Any] | None:
    match facet:
        case Terms(bounded=bounded):
            return {"kind": "terms", "bounded": bounded}
        case Ranges(edges=edges):
            return {"kind": "ranges", "edges": edges}
        case Years(first=first, last=last):
            return {"kind": "years", "first": first, "last": last}
        case None:
            return None


def _field(searched: Searchable) -> dict[str, Any]:
    entry = BY_KEY.get(searched.key)
    return {
        "key": searched.key,
        "kind": searched.kind.value,
        "group": searched.group.value,
        "about": searched.about,
        "unit": entry.field.unit if entry else searched.unit,  # as it is stored
        "filterUnit": searched.unit,  # as filters, sorts and facets take it
        "many": searched.many,
        "unknown": searched.optional,
        "origin": (entry.field.origin if entry else Origin.DERIVED).value,
        "own": entry in MEMBERS,
        "longest": entry.bounds.longest if entry and not entry.many else None,
        "codes": searched.codes,
        "filter": searched.filter,
        "sort": searched.sort,
        "facet": _facet(searched.facet),
    }


def _labels() -> dict[str, list[dict[str, Any]]]:
    sets = {searched.codes for searched in SEARCHABLE.values() if searched.codes} - set(_NAMED_BY_LOCALE)
    return {name: [_code(name, value) for value in codes.members(name).values()] for name in sorted(sets)}


def _code(name: str, value: str) -> dict[str, Any]:
    named = {"value": value, "label": codes.labels(name).get(value, value)}
    if name != "topic":
        return named
    topic = TOPICS[value]
    return {**named, "labels": topic.labels, "vertical": topic.vertical}


@lru_cache(maxsize=1)
def answer(edition: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers, as long as the networks are the same."""
    listed = [_field(each) for each in SEARCHABLE.values()]
    groups = [{"value": each.value, "label": each.label} for each in Group]
    body = msgspec.json.encode({"fields": listed, "groups": groups, "codes": _labels()})
    return body, {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:16]}"', "Cache-Control": "no-cache"}


@get(
    "/api/fields",
    responses=answering(FieldCatalogue),
    summary="What a program has",
    tags=["search"],
    media_type=MediaType.JSON,
    sync_to_thread=False,
)
def fields(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every field with its kind, unit, origin and group, whether it filters, sorts or is a facet, what codes mean."""
    body, headers = answer(BY_SLUG.edition)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    return Response(body, headers=headers, media_type=MediaType.JSON)


ROUTES = Router(path="/", route_handlers=[fields], before_request=known_only)
