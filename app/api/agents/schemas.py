"""What goes into tools and comes out of them, as JSON Schema; programs and filters from the field catalogue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from litestar.openapi.spec import Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType

from mappings import codes
from mappings.catalogue import BY_KEY, FIELDS, FILTERS, Entry, Kind, Searchable

JsonSchema = dict[str, Any]

_KINDS: dict[Kind, JsonSchema] = {
    Kind.STRING: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.RULES: {"type": "object"},
}
_LISTED = 40  # members of a set of codes; larger ones are standards, which everybody knows

TEXT: JsonSchema = {"type": "string"}
WHOLE: JsonSchema = {"type": "integer"}
TRUTH: JsonSchema = {"type": "boolean"}
ANYTHING: JsonSchema = {}


def an_object(members: Mapping[str, JsonSchema], optional: Collection[str] = (), about: str = "") -> JsonSchema:
    """An object with these members, of which the `optional` ones may be missing."""
    made: JsonSchema = {"type": "object", "properties": dict(members)}
    if needed := [name for name in members if name not in optional]:
        made["required"] = needed
    return {**made, "description": about} if about else made


def a_list(items: JsonSchema, about: str = "") -> JsonSchema:
    """A list of such items."""
    made: JsonSchema = {"type": "array", "items": items}
    return {**made, "description": about} if about else made


def or_null(schema: JsonSchema) -> JsonSchema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def whole_program() -> JsonSchema:
    """A program with every field, each with its unit and what it says."""
    about = "One affiliate program. null is unknown: never zero, never no."
    return an_object({entry.key: _member(entry) for entry in FIELDS}, about=about)


def some_program() -> JsonSchema:
    """A program of which only chosen fields are there."""
    return {
        "type": "object",
        "description": "A program: members as of get_program, those asked for. `shortened` names what was cut.",
        "required": ["id", "network", "name"],
        "properties": {key: _KINDS[BY_KEY[key].kind] for key in ("id", "network", "name")},
    }


def _member(entry: Entry) -> JsonSchema:
    schema = _KINDS[entry.kind]
    if entry.many:
        schema = a_list(schema)
    if entry.kind is Kind.RULES:
        schema = a_list({"type": "object"})
    if entry.optional:
        schema = or_null(schema)
    unit = f" Unit: {entry.field.unit}." if entry.field.unit else ""
    return {**schema, "description": f"{entry.field.about}{unit}"}


def parameter(described: Parameter) -> JsonSchema:
    """A parameter of the API as an argument: filters by their kind, the others as the API describes them."""
    if searched := FILTERS.get(described.name):
        return _filter(searched)
    schema = described.schema
    assert isinstance(schema, Schema)
    assert isinstance(schema.type, OpenAPIType)
    made: JsonSchema = {"type": schema.type.value, "description": described.description}
    for name, value in (
        ("minimum", schema.minimum),
        ("maximum", schema.maximum),
        ("maxLength", schema.max_length),
        ("enum", schema.enum),
        ("default", schema.default),
    ):
        if value is not None:
            made[name] = value
    return made


def _filter(searched: Searchable) -> JsonSchema:
    unit = f" Unit: {searched.unit}." if searched.unit else ""
    known = "" if searched.optional else " Always known."
    if searched.kind is Kind.FLAG:
        kinds: list[str] = ["boolean", "string"]
    elif searched.ranged:
        kinds = ["string"] if searched.kind in (Kind.DATE, Kind.TIME) else ["string", "number"]
    else:
        kinds = ["string", "array"]
    made: JsonSchema = {"type": kinds, "description": f"{searched.about}{unit}{_allowed(searched)}{known}"}
    if "array" in kinds:
        made["items"] = {"type": "string"}
    return made


def _allowed(searched: Searchable) -> str:
    if searched.codes is None:
        return ""
    members = tuple(codes.members(searched.codes).values())
    listed = ", ".join(members) if len(members) <= _LISTED else f"codes such as {', '.join(members[:3])}"
    return f" Values: {listed}."


def arguments(struct: type[msgspec.Struct]) -> JsonSchema:
    """The arguments of a tool that are the members of a struct."""
    described = msgspec.json.schema(struct)
    made: JsonSchema = described["$defs"][described["$ref"].rpartition("/")[2]]
    made.pop("title", None)
    made.pop("description", None)
    return made
