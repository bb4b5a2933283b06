"""What can be searched, filtered, sorted and counted: the field catalogue, for frontends that build their own panel."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, get

from mappings import codes
from mappings.catalogue import BY_KEY, SEARCHABLE, Searchable
from mappings.field import Facet, Origin, Ranges, Terms, Years
from mappings.networks import NETWORKS
from mappings.taxonomy import VERTICALS

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
        "about": searched.about,
        "unit": entry.field.unit if entry else searched.unit,  # as it is stored
        "filterUnit": searched.unit,  # as filters, sorts and facets take it
        "many": searched.many,
        "unknown": searched.optional,
        "origin": (entry.field.origin if entry else Origin.DERIVED).value,
        "codes": searched.codes,
        "filter": searched.filter,
        "sort": searched.sort,
        "facet": _facet(searched.facet),
    }


def _labels() -> dict[str, list[dict[str, str]]]:
    named = {
        "network": {network.slug: network.name for network in NETWORKS},
        "vertical": {vertical.slug: vertical.label for vertical in VERTICALS},
    }
    sets = {searched.codes for searched in SEARCHABLE.values() if searched.codes} - set(_NAMED_BY_LOCALE)
    return {
        name: [
            {"value": value, "label": named.get(name, {}).get(value, value)} for value in codes.members(name).values()
        ]
        for name in sorted(sets)
    }


_BODY = msgspec.json.encode({"fields": [_field(each) for each in SEARCHABLE.values()], "codes": _labels()})
_HEADERS = {"ETag": f'"{hashlib.sha256(_BODY).hexdigest()[:16]}"', "Cache-Control": "no-cache"}


@get("/api/fields", summary="What a program has", tags=["search"], media_type=MediaType.JSON, sync_to_thread=False)
def fields(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Every field with its kind, unit and origin, whether it filters, sorts or is a facet, and what codes mean."""
    if request.headers.get("if-none-match") == _HEADERS["ETag"]:
        return Response(b"", status_code=304, headers=_HEADERS, media_type=MediaType.JSON)
    return Response(_BODY, headers=_HEADERS, media_type=MediaType.JSON)


ROUTES = Router(path="/", route_handlers=[fields])
