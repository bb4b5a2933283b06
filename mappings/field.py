"""The annotations that `program.py` puts on its fields: where each one comes from and what search does with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Origin(Enum):
    """Who decides a field's value, and so what makes a stored row 'changed'."""

    SOURCE = "source"
    """The network says it (normalised). Only these are compared when an import asks whether a row changed."""
    DERIVED = "derived"
    """Follows from other fields and our tables; written along with a change, never a reason for one."""
    OURS = "ours"
    """Our own marks: set by PATCH, never touched by an import."""
    STORE = "store"
    """Kept by the database: id and timestamps."""


class Group(Enum):
    """What a field is about. Panels of filters, forms and pages of a program put fields together so, in this order."""

    WHAT = "what"
    PAY = "pay"
    WORTH = "worth"
    REACH = "reach"
    TERMS = "terms"
    LINKS = "links"
    MARKS = "marks"
    RECORD = "record"

    @property
    def label(self) -> str:
        """The heading over its fields."""
        return "What it is" if self is Group.WHAT else self.value.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A facet that counts values. An unbounded one (as many values as merchants) is left out of `facets=*`."""

    bounded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """A facet that counts between fixed edges (ascending; the last bucket is open above)."""

    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """A facet over a date that counts calendar years."""

    first: int
    last: int


Facet = Terms | Ranges | Years
Unit = Literal["percent", "days", "months", "USD", "currency", "USD per click", "1-100"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the type of a field does not say.

    `made_of` names the fields of a `NetworkProgram` that an imported field is made of, where it is not the one of the
    same name: a source that carries none of them leaves the field as it is stored. `document` is the SQL
    expression behind the field in the search document, over the aliases `p` (programs) and `n` (networks); None takes
    the column itself. `stored=False` means there is no column of this name. `usd` names the twin in US dollars that
    every filter, sort and facet of an amount uses.
    """

    origin: Origin
    group: Group
    about: str
    made_of: tuple[str, ...] = ()
    stored: bool = True
    document: str | None = None
    text: int = 0  # weight in full-text search; 0 is not searched
    filter: bool = False
    sort: bool = False
    facet: Facet | None = None
    unit: Unit | None = None
    usd: str | None = None
    codes: str | None = None  # a set of `mappings.codes`: values outside it are refused, case folds
    indexed: bool = True
