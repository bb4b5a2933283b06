"""What of a request is private: filters, facets and members that only the holder of a key may name."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.search.bad_request import BadRequest, meaning
from app.search.grammar import escape
from app.search.parameters import Reader
from app.search.private.sets import NAMES, RELATION, SHORTLISTED
from mappings.relations import RELATIONS

# Parameters whose items name fields.
_LISTS = ("facets", "fields", "sort", "includeUnknown")
_PER_FIELD = ("facetLimit", "facetOrder")
_EVERY = "*"
_SPELLED = {each.lower(): each for each in RELATIONS}


class PrivateFilter(msgspec.Struct, frozen=True):
    """Any of the included values, none of the excluded; `unknown` as in a filter of the index."""

    name: str
    values: tuple[str, ...] = ()
    excluded_values: tuple[str, ...] = ()
    unknown: bool | None = None


class PrivateAsked(msgspec.Struct, frozen=True):
    """The private part of a request. `members` are those to be answered; `alone` says that no other was wanted."""

    filters: tuple[PrivateFilter, ...] = ()
    facets: tuple[str, ...] = ()
    members: tuple[str, ...] = NAMES
    alone: bool = False
    named: bool = False  # anything of it, rather than `facets=*`

    @property
    def bound(self) -> bytes:
        """What of it decides which programs are found; nothing for no filter."""
        return msgspec.json.encode(self.filters) if self.filters else b""


def names_private(parameters: Mapping[str, list[str]]) -> bool:
    """Whether a request names anything private, in whichever place."""
    if any(name in parameters for name in NAMES):
        return True
    return any(_named(value, name) for name in (*_LISTS, *_PER_FIELD) for value in parameters.get(name, ()))


def _named(value: str, parameter: str) -> bool:
    for item in value.split(","):
        name = item.partition(":")[0] if parameter in _PER_FIELD else item
        if name.strip().lstrip("!-").strip() in NAMES:
            return True
    return False


def parted(parameters: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], PrivateAsked]:
    """The parameters without what is private, and that. Raises BadRequest for private values that there are not."""
    public = {name: list(values) for name, values in parameters.items() if name not in NAMES}
    reader = Reader(parameters)
    filters = tuple(found for name in NAMES if name in parameters and (found := _filter(reader, name)))
    facets = tuple(name for name in NAMES if _taken(public, "facets", name))
    if any(item.strip() == _EVERY for value in parameters.get("facets", ()) for item in value.split(",")):
        facets = NAMES
    members = tuple(name for name in NAMES if _taken(public, "fields", name))
    shown = any(value.strip(" ,") for value in parameters.get("fields", ()))
    alone = shown and not any(value.strip(" ,") for value in public.get("fields", ()))
    if alone:
        public["fields"] = ["id"]  # none at all would be all
    reader.done()
    named = names_private(parameters)
    return public, PrivateAsked(filters, facets, members if shown else NAMES, alone, named)


def _taken(parameters: dict[str, list[str]], parameter: str, name: str) -> bool:
    """Take a name out of a list parameter; whether it was there."""
    if parameter not in parameters:
        return False
    before = parameters[parameter]
    after = [",".join(item for item in value.split(",") if item.strip() != name) for value in before]
    parameters[parameter] = after
    return after != before


def _filter(reader: Reader, name: str) -> PrivateFilter | None:
    included: list[str] = []
    excluded: list[str] = []
    unknown: bool | None = None
    for item in reader.items(name):
        if item.unknown and name != SHORTLISTED:
            unknown = (not item.excluded) or (unknown or False)
            continue
        value, leaves_out = item.text, item.excluded
        if name == RELATION:
            if (value := _SPELLED.get(item.text.lower(), "")) == "":
                end, choice = meaning(item.text, (*RELATIONS, "unknown"))
                reader.wrong(name, f"'{item.text[:80]}' is no relation{end}", choice)
                continue
        elif name == SHORTLISTED:
            if item.text.lower() not in ("true", "false"):
                reader.wrong(name, f"'{name}' is '{item.text[:80]}'; expected true or false")
                continue
            value, leaves_out = "true", leaves_out != (item.text.lower() == "false")
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            reader.wrong(name, f"'{name}' holds half a character (a lone surrogate); send UTF-8")
            continue
        (excluded if leaves_out else included).append(value)
    if not included and not excluded and unknown is None:
        return None
    return PrivateFilter(name, tuple(dict.fromkeys(included)), tuple(dict.fromkeys(excluded)), unknown)


def as_filter(value: str) -> str:
    """A value as it is written in a filter."""
    return escape(value)


def refused(parameters: Mapping[str, list[str]], where: str) -> None:
    """Raise BadRequest if a request names what is private where it is told to nobody."""
    if names_private(parameters):
        reader = Reader(parameters)
        for name in NAMES:
            if name in parameters:
                reader.wrong(name, f"'{name}' is private, and {where} is not", problem="unknown-parameter")
        if not reader.errors:
            reader.wrong("", f"what is private is not told in {where}", problem="unknown-parameter")
        raise BadRequest(reader.errors)
