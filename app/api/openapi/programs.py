"""A program as the OpenAPI document describes it, member by member from the field catalogue."""

from __future__ import annotations

from typing import Any

import msgspec

from app.api.openapi.answers import Explanation, RangesFacet, TermsFacet
from mappings import codes
from mappings.catalogue import FIELDS, Bounds, Entry, Kind
from mappings.field import Origin
from mappings.program import CommissionRule

JsonSchema = dict[str, Any]

_REF = "#/components/schemas/{name}"
_KINDS: dict[Kind, JsonSchema] = {
    Kind.STRING: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.RULES: {"$ref": _REF.format(name="CommissionRule")},
}
_LISTED = 40  # members of a set of codes; larger ones are standards, which everybody knows
_ADDED_TO = ("network",)  # codes that an installation adds to
_PINNED: JsonSchema = {"type": "boolean", "description": "Operators put it first for these words; absent otherwise."}
_TEXT: JsonSchema = {"type": "string"}


def schemas() -> dict[str, JsonSchema]:
    """The schemas of a program in each of its forms, and of what is answered beside it, by name."""
    members = {entry.key: _member(entry) for entry in FIELDS}
    _, others = msgspec.json.schema_components(
        [CommissionRule, TermsFacet, RangesFacet, Explanation], ref_template=_REF
    )
    return {
        **others,
        "Program": {
            "type": "object",
            "description": "One affiliate program. What is unknown is null: never zero, never no.",
            "properties": members,
            "required": list(members),
        },
        "FoundProgram": {
            "type": "object",
            "description": "A program that a search found: every member, or those that `fields` asked for; and what "
            "`collapse`, `highlight`, `explain` and pins add.",
            "properties": {**members, **_beside()},
        },
        "AlgoliaRecord": {
            "type": "object",
            "description": "A program as Algolia's clients read it, with the attributes that were asked for.",
            "properties": {**members, **_of_algolia()},
            "required": ["objectID"],
        },
        "PreviewedProgram": {
            "type": "object",
            "description": "A program as it would be stored; what the store gives it (its id, its times) is null.",
            "properties": {
                entry.key: _or_null(members[entry.key]) if entry.field.origin is Origin.STORE else members[entry.key]
                for entry in FIELDS
            },
            "required": list(members),
        },
    }


def _beside() -> dict[str, JsonSchema]:
    return {
        "offers": {
            "type": "array",
            "description": "Programs of the same merchant on all networks, best paid first (`collapse=merchant`).",
            "items": {"$ref": _REF.format(name="Program")},
        },
        "highlights": {
            "type": "object",
            "description": "What matched, in `<mark>`, the rest escaped for HTML (`highlight`).",
            "properties": {"name": _TEXT, "description": _TEXT},
        },
        "explain": {"$ref": _REF.format(name="Explanation")},
        "pinned": _PINNED,
    }


def _of_algolia() -> dict[str, JsonSchema]:
    marked = {"type": "object", "description": "Each attribute with what matched, or the part of it that did."}
    return {
        "objectID": {"type": "string", "description": "The `id` as a text."},
        "categoryPath": {
            "type": ["object", "null"],
            "description": "Our vertical under `lvl0`, then the network's category under `lvl1`.",
            "additionalProperties": _TEXT,
        },
        "pinned": _PINNED,
        "_highlightResult": marked,
        "_snippetResult": marked,
    }


def _member(entry: Entry) -> JsonSchema:
    schema = {**_KINDS[entry.kind]}
    bounds = entry.item_bounds if entry.many else entry.bounds
    if entry.field.codes and entry.field.codes not in _ADDED_TO:
        values = codes.values(entry.field.codes)
        if len(values) <= _LISTED:
            schema["enum"] = list(values)
    if entry.kind is not Kind.RULES:
        schema |= _bounded(bounds, "Length")
    if entry.many or entry.kind is Kind.RULES:
        schema = {"type": "array", "items": schema, **_bounded(entry.bounds, "Items")}
    if entry.optional and entry.field.origin is not Origin.STORE:
        schema = _or_null(schema)
    unit = f" Unit: {entry.field.unit}." if entry.field.unit else ""
    return {**schema, "description": f"{entry.field.about}{unit}"}


def _bounded(bounds: Bounds, length: str) -> JsonSchema:
    """Bounds as JSON Schema names them; lengths are of a text (`Length`) or of a list (`Items`)."""
    named = {
        "minimum": bounds.low,
        "maximum": bounds.high,
        f"min{length}": bounds.shortest,
        f"max{length}": bounds.longest,
        "pattern": bounds.pattern,
    }
    return {name: value for name, value in named.items() if value is not None}


def _or_null(schema: JsonSchema) -> JsonSchema:
    """The same, or null."""
    made = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        made["enum"] = [*schema["enum"], None]
    return made
