"""The tools: what each takes, answers and says of itself. They call what the routes call, in this process."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.api.agents.schemas import (
    ANYTHING,
    TEXT,
    TRUTH,
    WHOLE,
    JsonSchema,
    a_list,
    an_object,
    arguments,
    or_null,
    parameter,
    some_program,
    whole_program,
)
from app.api.agents.size import brief
from app.api.application_state import ApplicationState
from app.api.changes import WATCHED, changes_since, history_of
from app.api.openapi.parameters import FILTER_PARAMETERS, SEARCH_PARAMETERS, text, whole
from app.api.problems import not_found
from app.api.programs import document_of, similar_to
from app.search.answer import answer
from app.search.bad_request import BadRequest, ParameterError, meaning
from app.search.facet_values import facet_values, read_asked, searchable
from app.search.lookup.earning import earning
from app.search.lookup.sought import sought
from app.search.page import program
from app.search.private.view import PrivateView
from app.search.request import LONGEST_QUERY
from app.search.request_parser import read_request
from app.search.typed import LONGEST
from mappings.catalogue import FACETS, FILTERS
from mappings.field import Terms
from mappings.program import RATE

Answer = dict[str, Any]
Call = Callable[[ApplicationState, Mapping[str, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its schemas, what it says of itself, what it calls. `instead` is for who asks for too much at once.

    `call` raises BadRequest, msgspec.ValidationError, Problem, EngineAway, and what a database that is away raises.
    """

    name: str
    title: str
    about: str
    takes: JsonSchema
    answers: JsonSchema
    call: Call
    instead: str
    private: bool = False  # for who bears a key of scope `read`, or started us: one's own relations, notes and watches


MOST_PROGRAMS = 25
_PROGRAMS = 10  # of a page, unless said otherwise
_FACET_VALUES = "10"
_MOST_ARGUMENTS = 100
_LONGEST_NAME = 100

# What a search answers of a program unless `fields` says otherwise: enough to choose by.
SHOWN = (
    "id",
    "network",
    "name",
    "merchantDomain",
    "vertical",
    "category",
    "primaryRegion",
    "status",
    *RATE,
    "recurring",
    "cookieDays",
    "epc",
    "popularity",
    "approvalMode",
    "programUrl",
)
_NAMING = SHOWN[:3]

_UNITS = (
    "Percents are 0 to 100 of a sale; commissionFixed* and other amounts are in the program's `currency`, and filters "
    "and sorts over amounts take US dollars; epc is US dollars per click; cookieDays, validationDays and paymentDays "
    "are days; popularity is a percentile within its network, 1 to 100. null means unknown (nobody said it, or it "
    "could not be read for sure): never zero, never no."
)
_GRAMMAR = (
    "Filters: a list of values means any of them; several fields must all hold; `!value` leaves one out; `unknown` "
    "and `!unknown` are values of every field that can be unknown; ranges are inclusive, either end open: `5..20`, "
    "`30..`, `..2`; dates `2025-03..2025-06-15`. A range leaves out programs whose value is unknown unless "
    "`includeUnknown` names the field. `status` is active,paused unless given. A comma in a value is written `\\,`."
)

_COMMA = re.compile(r"(?<!\\),")


def refuse_unknown(arguments: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Raise BadRequest for arguments that there are not."""
    if len(arguments) > _MOST_ARGUMENTS:
        raise BadRequest([ParameterError(parameter="", message=f"more than {_MOST_ARGUMENTS} arguments")])
    errors = []
    for name in arguments:
        if name not in known:
            end, choice = meaning(name[:_LONGEST_NAME], known)
            message = f"'{name[:80]}' is not an argument{end}"
            errors.append(ParameterError(parameter=name[:80], message=message, did_you_mean=choice))
    if errors:
        raise BadRequest(errors)


def as_parameters(arguments: Mapping[str, Any]) -> dict[str, list[str]]:
    """Arguments as the API's parameters. A member of a list is one value, whatever commas are in it."""
    parameters: dict[str, list[str]] = {}
    for name, value in arguments.items():
        if value is None:
            continue
        searched = FILTERS.get(name)
        free = searched is not None and not searched.ranged
        if isinstance(value, list):
            parts = [_written(name, each) for each in value]
            parameters[name] = [_COMMA.sub(r"\\,", each) for each in parts] if free else parts
        else:
            parameters[name] = [_written(name, value)]
    return parameters


def _written(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise BadRequest([ParameterError(parameter=name, message=f"'{name}' has a value that is no text and no number")])


def decoded(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


# -- search_programs ---------------------------------------------------------------------------------------------------

# Of no use to an agent: our own writes, markup, and scores.
_NOT_TAKEN = ("waitForVersion", "highlight", "explain")
SEARCH_ARGUMENTS: dict[str, JsonSchema] = {
    **{each.name: parameter(each) for each in SEARCH_PARAMETERS if each.name not in _NOT_TAKEN},
    "perPage": parameter(whole("perPage", "Programs a page; 0 for facets alone.", 0, MOST_PROGRAMS, _PROGRAMS)),
    "literal": {
        "type": ["string", "array"],
        "items": TEXT,
        "description": "Phrases of `q` that are words and no fact or wish.",
    },
    "fields": {
        "type": ["string", "array"],
        "items": TEXT,
        "description": f"Members of a program to answer with. Default: {', '.join(SHOWN)}.",
    },
}


async def _search(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    refuse_unknown(given, SEARCH_ARGUMENTS)
    return await page_of(app_state, given)


async def page_of(app_state: ApplicationState, given: Mapping[str, Any], view: PrivateView | None = None) -> Answer:
    """A page of programs by the arguments of a search; with private members for who has a `view`."""
    parameters = {"perPage": [str(_PROGRAMS)], "facetLimit": [_FACET_VALUES], **as_parameters(given)}
    if any(each.strip() for each in parameters.get("fields", ())):
        parameters["fields"] = [*_NAMING, *parameters["fields"]]
    else:
        parameters["fields"] = list(SHOWN)
    asked = read_request(parameters)
    if view:
        asked = msgspec.structs.replace(asked, private=view.asked.bound)
    if asked.per_page > MOST_PROGRAMS:
        message = f"'perPage' is {asked.per_page}; at most {MOST_PROGRAMS} are given: follow 'nextCursor'"
        raise BadRequest([ParameterError(parameter="perPage", message=message)])
    found = await answer(app_state.engine, asked, secret=app_state.secret, synced=app_state.probe.synced, private=view)
    page: Answer = decoded(found.page)
    page["programs"] = [brief(each) for each in page["programs"]]
    page["index"] = decoded(app_state.probe.index)
    return page


SEARCH_ANSWERS = an_object(
    {
        "total": WHOLE,
        "groups": WHOLE,
        "matched": {**TEXT, "description": "exact, some (`leftOut` has words that no program has as well) or typo."},
        "leftOut": a_list(TEXT),
        "understood": {
            "type": "object",
            "description": "How `q` was read. Facts and wishes lift programs and hide none; the `filter` of one as the "
            "argument that its `parameter` names hides the others.",
        },
        "warnings": a_list({"type": "object"}, "What was likely not meant."),
        "programs": a_list(some_program()),
        "facets": {"type": "object", "description": "By facet: values or ranges with counts, and how many unknown."},
        "nextCursor": or_null({**TEXT, "description": "Goes on after this page; null at the end."}),
        "partial": {**TRUTH, "description": "Whether not all of the index answered."},
        "index": {"type": "object"},
    },
    ("groups", "leftOut", "understood", "partial", "index"),
)


# -- get_program, compare_programs, similar_programs, program_history --------------------------------------------------

ProgramId = Annotated[int, Meta(ge=1, le=2**53 - 1, description="The `id` of a program, as a search answers it.")]


class _One(msgspec.Struct, forbid_unknown_fields=True):
    id: ProgramId


async def _one(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _One)
    whole: Answer = msgspec.json.decode(program(await document_of(app_state, asked.id), app_state.probe.synced))
    return whole


MOST_COMPARED = 10


class _Several(msgspec.Struct, forbid_unknown_fields=True):
    ids: Annotated[
        list[ProgramId],
        Meta(min_length=2, max_length=MOST_COMPARED, description=f"Two to {MOST_COMPARED} programs."),
    ]


# Differ always, and say nothing about which to choose.
_OF_THE_RECORD = ("id", "externalId", "createdAt", "updatedAt", "lastSyncedAt", "dataSource", "shortened")


async def _compare(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    ids = list(dict.fromkeys(msgspec.convert(given, _Several).ids))
    programs: list[Answer] = []
    missing: list[int] = []
    for id, document in zip(ids, await app_state.engine.documents(ids), strict=True):
        if document is None or msgspec.json.decode(document).get("sync", {}).get("deleted"):
            missing.append(id)
        else:
            programs.append(brief(msgspec.json.decode(program(document, app_state.probe.synced))))
    keys = [key for key in (programs[0] if programs else ()) if key not in _OF_THE_RECORD]
    differing = [key for key in keys if any(each.get(key) != programs[0][key] for each in programs)]
    return {"programs": programs, "differing": differing, "missing": missing}


class _Similar(msgspec.Struct, forbid_unknown_fields=True):
    id: ProgramId
    most: Annotated[int, Meta(ge=1, le=MOST_PROGRAMS, description="How many programs at most.")] = _PROGRAMS


async def _similar(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Similar)
    found = [msgspec.json.decode(each) for each in await similar_to(app_state, asked.id, asked.most)]
    return {"programs": [brief({key: each[key] for key in SHOWN if key in each}) for each in found]}


MOST_CHANGES = 100
_CHANGES = 25


class _History(msgspec.Struct, forbid_unknown_fields=True):
    id: ProgramId
    limit: Annotated[int, Meta(ge=1, le=MOST_CHANGES, description="How many changes at most.")] = _CHANGES


async def _history(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _History)
    past: Answer = decoded(await history_of(app_state, asked.id, asked.limit))
    return past


_CHANGED = {
    "at": {**TEXT, "format": "date-time"},
    "field": {**TEXT, "enum": list(WATCHED)},
    "old": {**ANYTHING, "description": "Before; null was unknown."},
    "new": {**ANYTHING, "description": "Since then; null is unknown."},
}


# -- facet_values, stats, changes --------------------------------------------------------------------------------------

_MOST_VALUES = 50
_COUNTED: dict[str, JsonSchema] = {
    "field": {**TEXT, "enum": [key for key, facet in FACETS.items() if isinstance(facet.facet, Terms)]},
    **{
        each.name: parameter(each)
        for each in (
            text("facetQuery", "What values begin with, by code or name; the most frequent without.", None, LONGEST),
            whole("limit", "How many values.", 1, _MOST_VALUES, 20),
            text("q", "Words that the counted programs must hold, as in a search.", None, LONGEST_QUERY),
        )
    },
    # What they mean is said once, in search_programs: each word of this is read again and again.
    **{each.name: {"type": parameter(each)["type"]} for each in FILTER_PARAMETERS},
}


async def _values(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    refuse_unknown(given, _COUNTED)
    rest = {name: value for name, value in given.items() if name != "field"}
    field = given.get("field")
    if not isinstance(field, str):
        raise BadRequest([ParameterError(parameter="field", message="'field' is needed: the facet, such as vertical")])
    if wrong := searchable(field[:_LONGEST_NAME]):
        raise not_found(wrong)
    asked = read_asked(field, as_parameters(rest))
    if asked.limit > _MOST_VALUES:
        message = f"'limit' is {asked.limit}; at most {_MOST_VALUES} are given"
        raise BadRequest([ParameterError(parameter="limit", message=message)])
    found: Answer = decoded(await facet_values(app_state.engine, asked))
    return found


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


async def _stats(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    msgspec.convert(given, _Nothing)
    counts = await app_state.overview.counts(app_state.database)
    # Categories are many, and facet_values counts them.
    told = {key: value for key, value in counts.items() if key != "categories"}
    return {**told, "index": decoded(app_state.probe.index)}


class _Changes(msgspec.Struct, forbid_unknown_fields=True):
    since: Annotated[
        str,
        Meta(max_length=200, description="A time such as 2026-01-31, or `nextCursor` of the answer before."),
    ]
    field: Annotated[str, Meta(max_length=400, description=f"Only these, by commas: {', '.join(WATCHED)}.")] = ""
    network: Annotated[str, Meta(max_length=400, description="Only programs of these networks, by commas.")] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_CHANGES, description="How many changes at most.")] = _CHANGES


async def _changes(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    asked = msgspec.convert(given, _Changes)
    found: Answer = decoded(await changes_since(app_state, asked.since, asked.field, asked.network, asked.limit))
    return found


# -- lookup ------------------------------------------------------------------------------------------------------------

_MOST_LOOKED_UP = 50
_OF_A_MERCHANT = 5


class _Addresses(msgspec.Struct, forbid_unknown_fields=True):
    addresses: Annotated[
        list[Annotated[str, Meta(max_length=2000)]],
        Meta(min_length=1, max_length=_MOST_LOOKED_UP, description="Addresses or domains, such as acme.com."),
    ]


async def _lookup(app_state: ApplicationState, given: Mapping[str, Any]) -> Answer:
    found: Answer = decoded(await earning(app_state.engine, sought(msgspec.convert(given, _Addresses).addresses)))
    for merchant in found["merchants"]:
        merchant["programs"] = merchant["programs"][:_OF_A_MERCHANT]
    return found


LESS = "ask for less at once"

TOOLS: tuple[Tool, ...] = (
    Tool(
        "search_programs",
        "Search affiliate programs",
        "Search the catalogue of affiliate programs of all networks: full text, filters, sorts, facets and pages, in "
        f"one call. {_GRAMMAR} Sort keys: bare ascending, `-` descending (`-epc`, `-commissionMax`); unknown last. "
        f"`collapse=merchant` gives one hit a merchant with its offers on all networks. {_UNITS}",
        {"type": "object", "properties": SEARCH_ARGUMENTS, "additionalProperties": False},
        SEARCH_ANSWERS,
        _search,
        "ask for fewer programs (perPage), fields or facets",
    ),
    Tool(
        "get_program",
        "One affiliate program",
        f"Everything known of one program, by its id. {_UNITS}",
        arguments(_One),
        whole_program(),
        _one,
        "search_programs with a filter on `id` and `fields` gives some of it",
    ),
    Tool(
        "compare_programs",
        "Compare programs",
        f"Two to {MOST_COMPARED} programs side by side, in one call; `differing` names the fields in which they "
        f"differ, `missing` the ids that there are not (any more). {_UNITS}",
        arguments(_Several),
        an_object({"programs": a_list(some_program()), "differing": a_list(TEXT), "missing": a_list(WHOLE)}),
        _compare,
        "compare fewer programs",
    ),
    Tool(
        "similar_programs",
        "Similar programs",
        f"Programs of other merchants like one: the same shelf and words, the most alike first. {_UNITS}",
        arguments(_Similar),
        an_object({"programs": a_list(some_program())}),
        _similar,
        "ask for fewer programs",
    ),
    Tool(
        "program_history",
        "What changed in a program",
        "Changes of a program's rate, cookie, status and EPC, newest first, and under which ids networks that have "
        f"closed had it (`aliases`). {_UNITS}",
        arguments(_History),
        an_object({"id": WHOLE, "aliases": a_list({"type": "object"}), "changes": a_list(an_object(_CHANGED))}),
        _history,
        LESS,
    ),
    Tool(
        "facet_values",
        "Values of a field",
        "The values a field has, with how many programs have each, counted under all filters but the field's own "
        "(filters are those of search_programs); for finding the right spelling of a category, merchant or code "
        f"before searching. `filter` of a value is its form to be pasted into search_programs. {_GRAMMAR}",
        {"type": "object", "properties": _COUNTED, "required": ["field"], "additionalProperties": False},
        an_object(
            {
                "field": TEXT,
                "facetQuery": TEXT,
                "matched": TEXT,
                "exhaustive": {**TRUTH, "description": "Whether all values there are were looked through."},
                "values": a_list(an_object({"value": ANYTHING, "filter": TEXT, "count": WHOLE})),
                "partial": TRUTH,
            },
            ("partial",),
        ),
        _values,
        LESS,
    ),
    Tool(
        "lookup",
        "Which links earn",
        f"For at most {_MOST_LOOKED_UP} addresses or domains, the programs of their merchants on all networks, the "
        f"{_OF_A_MERCHANT} best paid first (`count` says how many there are), closed ones last and marked; `unread` "
        f"are addresses of no merchant. Of a tracking link, where it says it leads. {_UNITS}",
        arguments(_Addresses),
        an_object(
            {
                **dict.fromkeys(("addresses", "programs", "without"), WHOLE),
                "merchants": a_list(
                    an_object(
                        {
                            "domain": TEXT,
                            "addresses": a_list(TEXT),
                            "count": WHOLE,
                            "programs": a_list(some_program()),
                        }
                    )
                ),
                "unread": a_list(TEXT),
            }
        ),
        _lookup,
        "look up fewer addresses",
    ),
    Tool(
        "stats",
        "The catalogue in numbers",
        "How many programs there are (closed ones beside them), per network and vertical, and for each network which "
        "share of its programs has a value, by field, from 0 to 1 (`fillRates`): what is low there is mostly unknown.",
        arguments(_Nothing),
        an_object(
            {
                **dict.fromkeys(("programs", "closed", "featured", "verified"), WHOLE),
                **dict.fromkeys(("networks", "verticals"), a_list({"type": "object"})),
                "fillRates": {"type": "object"},
                "index": {"type": "object"},
            }
        ),
        _stats,
        LESS,
    ),
    Tool(
        "changes",
        "What changed in the catalogue",
        "Changes of rate, cookie, status and EPC over all programs since a time, oldest first; `nextCursor` as `since` "
        f"goes on and misses nothing. {_UNITS}",
        arguments(_Changes),
        an_object(
            {
                "changes": a_list(
                    an_object({"id": WHOLE, "network": or_null(TEXT), "name": or_null(TEXT), **_CHANGED})
                ),
                "nextCursor": TEXT,
                "more": TRUTH,
            }
        ),
        _changes,
        LESS,
    ),
)
