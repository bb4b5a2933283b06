"""The ids of programs per value of what is private, as compact arrays, and clauses made of them once."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from app.search.filters import NOTHING, Clause
from mappings.relations import RELATIONS

RELATION, TAGS, SHORTLISTED = "relation", "tags", "shortlisted"
NAMES = (RELATION, TAGS, SHORTLISTED)
"""Private members of a program; each is a filter and a facet too."""

MOST_TERMS = 60_000  # the engine takes 65,536 in one clause
Ids: TypeAlias = "array[int]"
"""Ids of programs, ascending, 64 bits each."""

NO_IDS: Ids = array("q")


def ids_of(packed: bytes) -> Ids:
    """Ids as Postgres packs them (`int8send`): eight bytes each, the highest first."""
    ids = array("q")
    ids.frombytes(packed)
    if sys.byteorder == "little":
        ids.byteswap()
    return ids


def held(ids: Ids, id: int) -> bool:
    """Whether an id is among these."""
    place = bisect_left(ids, id)
    return place < len(ids) and ids[place] == id


def united(several: Iterable[Ids]) -> Ids:
    """The ids of any of these."""
    given = [each for each in several if each]
    if len(given) < 2:
        return given[0] if given else NO_IDS
    return array("q", sorted({id for each in given for id in each}))


class IdSets:
    """The programs of each value of one private member. `order` lists its values where they are fixed.

    A clause of a request holds `most_terms` of them.
    """

    def __init__(
        self, values: Mapping[str, Ids], order: tuple[str, ...] | None = None, *, most_terms: int = MOST_TERMS
    ) -> None:
        self.values = dict(values)
        self._most_terms = most_terms
        self.order = order or tuple(sorted(values))
        self._clauses: dict[str, Clause] = {}

    def of(self, id: int) -> list[str]:
        """The values of a program."""
        return [value for value in self.order if held(self.values.get(value, NO_IDS), id)]

    def clause(self, value: str) -> Clause:
        """What a document must satisfy to be of a value."""
        if value not in self._clauses:
            self._clauses[value] = _among(self.values.get(value, NO_IDS), self._most_terms)
        return self._clauses[value]

    @cached_property
    def known(self) -> Clause:
        """What a document must satisfy to have any value."""
        return _among(united(self.values.values()), self._most_terms)


def _among(ids: Ids, most: int) -> Clause:
    """Programs of these ids. Encoded once: a set may be a hundred thousand, and is asked for again and again."""
    if not ids:
        return NOTHING
    parts = [ids[start : start + most].tolist() for start in range(0, len(ids), most)]
    return {"bool": {"should": [msgspec.Raw(msgspec.json.encode({"terms": {"id": part}})) for part in parts]}}


class PrivateSets:
    """Everything private that a process holds, of one moment."""

    def __init__(
        self,
        accounts: Mapping[str, Mapping[str, Ids]] | None = None,
        tags: Mapping[str, Ids] | None = None,
        shortlist: Ids = NO_IDS,
    ) -> None:
        self.accounts = dict(accounts or {})
        self.by_name: Mapping[str, IdSets] = {
            RELATION: IdSets(
                {each: united(of.get(each, NO_IDS) for of in self.accounts.values()) for each in RELATIONS}, RELATIONS
            ),
            TAGS: IdSets(tags or {}),
            SHORTLISTED: IdSets({"true": shortlist}, ("true",)),
        }

    def relations(self, id: int) -> dict[str, str]:
        """How each account stands to a program, by its name; without those that say nothing."""
        return {
            account: relation
            for account, of in self.accounts.items()
            for relation in RELATIONS
            if held(of.get(relation, NO_IDS), id)
        }

    def members(self, id: int) -> dict[str, Any]:
        """The private members of a program. `relations` is there where several accounts say something."""
        relations = self.relations(id)
        members: dict[str, Any] = {RELATION: min(relations.values(), key=RELATIONS.index, default=None)}
        if len(relations) > 1:
            members["relations"] = relations
        members[TAGS] = self.by_name[TAGS].of(id) or None
        members[SHORTLISTED] = bool(self.by_name[SHORTLISTED].of(id))
        return members
