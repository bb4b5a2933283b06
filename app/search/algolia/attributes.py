"""What Algolia calls attributes: the fields of the catalogue, `categoryPath` by level, and `objectID`."""

from __future__ import annotations

from app.search.bad_request import meaning
from app.search.private.sets import NAMES
from mappings.catalogue import FACETS, FILTERS, PATH_SEPARATOR, SEARCHABLE, Kind, Searchable
from mappings.field import Group, Terms

# InstantSearch's hierarchical menu has an attribute for every level of a path.
PATH = "categoryPath"
LEVELS = {f"{PATH}.lvl0": 0, f"{PATH}.lvl1": 1}
OBJECT_ID = "objectID"
TAGS = "_tags"  # may be filtered on without being declared; no program has any

FILTERABLE: dict[str, Searchable] = {
    **FILTERS,
    **dict.fromkeys(LEVELS, FILTERS[PATH]),
    OBJECT_ID: SEARCHABLE["id"],
    # Only the holder of a key gets so far as to name one; its values are ids of programs by then.
    **{name: Searchable(name, Kind.STRING, "", name, optional=True, group=Group.MARKS) for name in NAMES},
}

FACETABLE: dict[str, Searchable] = {
    **{key: facet for key, facet in FACETS.items() if key != PATH},
    **dict.fromkeys(LEVELS, FACETS[PATH]),
}

# `*`, in the order in which dynamic widgets show them.
ALL_FACETS: tuple[str, ...] = tuple(
    attribute for attribute, facet in FACETABLE.items() if not isinstance(facet.facet, Terms) or facet.facet.bounded
)


class Misread(ValueError):
    """A part of a request that cannot be what it says; the message says what is expected."""

    def __init__(self, message: str, did_you_mean: str | None = None) -> None:
        super().__init__(message)
        self.did_you_mean = did_you_mean


def level_of(value: str) -> int:
    """On which level of a path a value is: `Travel` is 0, `Travel > Hotels` is 1."""
    return int(PATH_SEPARATOR in value)


def filterable(attribute: str) -> Searchable:
    """The field behind an attribute of a filter. Raises Misread, naming the nearest."""
    if (found := FILTERABLE.get(attribute)) is None:
        end, choice = meaning(attribute, [each for each in FILTERABLE if each not in NAMES])
        raise Misread(f"'{attribute[:80]}' is not an attribute that can be filtered by{end}", choice)
    return found


def facetable(attribute: str) -> Searchable:
    """The field behind a facet. Raises Misread, naming the nearest."""
    if (found := FACETABLE.get(attribute)) is None:
        end, choice = meaning(attribute, FACETABLE)
        raise Misread(f"'{attribute[:80]}' is not a facet{end}", choice)
    return found
