"""The query parameters of a request, and their description for OpenAPI, both from the field catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Parameter, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from app.search.bad_request import BadRequest, ParameterError
from app.search.controls import CONTROLS, Control
from app.search.request import DEFAULT_STATUSES
from mappings import codes
from mappings.catalogue import FILTERS, NUMERIC, Kind, Searchable
from mappings.relations import RELATIONS

MOST_PARAMETERS = 2000


def query_parameters(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """Each parameter with its values in order. What is not UTF-8 becomes lone surrogates, which are refused later."""
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode("latin-1"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise BadRequest(
            [ParameterError(parameter="", message=f"more than {MOST_PARAMETERS:,} parameters; at most that are taken")]
        ) from None
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        parameters.setdefault(name, []).append(value)
    return parameters


def _filter_parameter(searched: Searchable) -> Parameter:
    examples = {
        Kind.FLAG: "true",
        Kind.INTEGER: "30..",
        Kind.NUMBER: "5..20",
        Kind.DATE: "2025-03..2025-06-15",
        Kind.TIME: "2026-01..",
    }
    example = examples.get(searched.kind, "")
    unit = f" In {searched.unit}." if searched.unit else ""
    allowed = ""
    if searched.codes:
        members = codes.values(searched.codes)
        example = members[0]
        if len(members) <= 40:
            allowed = f" One or more of {', '.join(members)}."
    if searched.kind in NUMERIC or searched.kind in (Kind.DATE, Kind.TIME):
        form = "Inclusive ranges, either end open, several separated by commas."
    else:
        form = "Values separated by commas or repeated; `!value` leaves one out."
    unknown = " `unknown` for programs without a value." if searched.optional else ""
    default = f" Default: `{DEFAULT_STATUSES}`." if searched.key == "status" else ""
    return Parameter(
        name=searched.key,
        param_in="query",
        required=False,
        description=f"{searched.about}{unit} {form}{unknown}{allowed}{default}",
        schema=Schema(type=OpenAPIType.STRING),
        example=example or None,
    )


def whole(name: str, about: str, low: int, high: int, default: int) -> Parameter:
    """A query parameter that is a whole number from `low` to `high`."""
    schema = Schema(type=OpenAPIType.INTEGER, minimum=low, maximum=high, default=default)
    return Parameter(name=name, param_in="query", required=False, description=about, schema=schema, example=default)


def text(name: str, about: str, example: str | None = None, most: int | None = None) -> Parameter:
    """A query parameter of `most` characters at most."""
    schema = Schema(type=OpenAPIType.STRING, max_length=most)
    return Parameter(name=name, param_in="query", required=False, description=about, schema=schema, example=example)


def choice(name: str, about: str, *choices: str, default: str | None = None) -> Parameter:
    """A query parameter that is one of these."""
    schema = Schema(type=OpenAPIType.STRING, enum=list(choices), default=default)
    return Parameter(name=name, param_in="query", required=False, description=about, schema=schema)


def flag(name: str, about: str) -> Parameter:
    schema = Schema(type=OpenAPIType.BOOLEAN, default=False)
    return Parameter(name=name, param_in="query", required=False, description=about, schema=schema)


def _control(control: Control) -> Parameter:
    if control.whole:
        bounds = control.whole
        return whole(control.name, control.about, bounds.low, bounds.high, bounds.default)
    if control.flag:
        return flag(control.name, control.about)
    if control.choices:
        return choice(control.name, control.about, *control.choices)
    return text(control.name, control.about, control.example, control.longest)


INCLUDE_UNKNOWN = "includeUnknown"  # goes with filters wherever they go

FILTER_PARAMETERS: list[Parameter] = [
    *(_filter_parameter(searched) for searched in FILTERS.values()),
    _control(CONTROLS[INCLUDE_UNKNOWN]),
]

PRIVATE_PARAMETERS: list[Parameter] = [
    text(
        "relation",
        "How your accounts stand to a program; needs a key of scope read, as those below. Values separated by commas; "
        "`!value` leaves one out. `unknown` for programs without a value. "
        f"One or more of {', '.join(RELATIONS)}.",
        None,
    ),
    text("tags", "Tags of your own, in the same way.", None),
    text("shortlisted", "Whether a program is on your shortlist: true or false.", None),
]

SEARCH_PARAMETERS: list[Parameter] = [
    *(_control(control) for control in CONTROLS.values() if control.of_words),
    *FILTER_PARAMETERS,
    *(_control(each) for each in CONTROLS.values() if not each.of_words and each.name != INCLUDE_UNKNOWN),
]


def json_object(
    members: Mapping[str, Schema] | None = None, required: Iterable[str] = (), open_ended: bool = True
) -> Schema:
    """The schema of a JSON object with these members, and others if it is `open_ended`."""
    return Schema(
        type=OpenAPIType.OBJECT,
        properties=dict(members or {}),
        required=list(required) or None,
        additional_properties=open_ended,
    )


def answering(answer: Any, about: str = "", status: int = 200) -> dict[int, ResponseSpec]:
    """How the OpenAPI document describes what a route answers that encodes it itself; `about` is its docstring's."""
    said = about or (answer.__doc__ or "").split("\n")[0]
    return {status: ResponseSpec(answer, generate_examples=False, description=said)}


def taking(
    parameters: Iterable[Parameter] = (),
    streamed: Iterable[str] = (),
    bodies: Mapping[str, Schema] | None = None,
    *,
    needs_body: bool = True,
    beside: Iterable[str] = (),
) -> type[Operation]:
    """How the OpenAPI document describes a route that reads these from its query by itself.

    `streamed` are the media types it answers in where that is no JSON, `beside` those it can answer in beside JSON;
    `bodies` what it reads from the request, by media type.
    """
    given = list(parameters)
    sent = {media: OpenAPIMediaType(schema=schema) for media, schema in (bodies or {}).items()}
    plain = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
    content = {each.partition(";")[0]: plain for each in streamed}
    more = {each.partition(";")[0]: plain for each in beside}

    @dataclass
    class Taking(Operation):
        def __post_init__(self) -> None:
            self.parameters = [*(self.parameters or []), *given]
            if sent:
                self.request_body = RequestBody(content=sent, required=needs_body)
            answer = (self.responses or {}).get("200")
            if isinstance(answer, OpenAPIResponse) and (content or more):
                answer.content = {**(content or answer.content or {}), **more}

    return Taking
