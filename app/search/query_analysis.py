"""A query, analysed: the record that goes from reading the words to asking, marking matches and answering."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

import msgspec


class Relaxing(StrEnum):
    """Which words are left out where no program has all. The values but the first are those of Algolia's
    `removeWordsIfNoResults`, which leave nothing out while a single program is found."""

    LEAST_TELLING = "leastTelling"
    NONE = "none"
    LAST = "lastWords"
    FIRST = "firstWords"
    ALL_OPTIONAL = "allOptional"


class Wording(msgspec.Struct, frozen=True):
    """The words of a request and how they are to be taken: nothing else decides how they are read.

    `language` is the one they are said to be in, if not `unless_told`, where words that tell of another are read in
    that; `literal` phrases that are words and nothing else; `begun`: the last
    word may go on. Without `signs` a quote or a minus is a character like others, without `corrected` a word is never
    taken for a typing error. `optional` words (tokens) need not be found. Words are found in the attributes `sought_in`
    alone; everywhere if there are none.
    """

    q: str = ""
    language: str | None = None
    literal: tuple[str, ...] = ()
    begun: bool = False
    signs: bool = True
    corrected: bool = True
    optional: tuple[str, ...] = ()
    relaxing: Relaxing = Relaxing.LEAST_TELLING
    sought_in: tuple[str, ...] = ()
    unless_told: bool = False


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a query that must be found, in any of these ways.

    `text` is as typed. `words` are the tokens that mean it: the typed one first, then its forms; of a corrected term
    the corrected ones. `beginnings` are words that it begins. `phrases` are other ways to write it, `synonyms` words
    and phrases that mean the same, `parts` terms that say it together (a compound's parts, two words that may be one),
    `topics` slugs, `leaning` topics that only lift, `facts` (field, value) pairs that are as good as a match.
    """

    text: str
    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    parts: tuple[Term, ...] = ()
    topics: tuple[str, ...] = ()
    leaning: tuple[str, ...] = ()
    sold_there: bool = False  # its topics sell it, and are not called so
    facts: tuple[tuple[str, str], ...] = ()
    domain: str | None = None
    corrected: str | None = None
    named: bool = False  # most programs that have it have it in their names
    programs: int = 0  # about how many programs have it: the fewer, the more it tells
    absent: bool = False  # no program has it, and it is no typing error
    real: bool = False  # a brand or a word of a language: one that is absent is said to be

    @property
    def found_by(self) -> tuple[Term, ...]:
        """The term and those it is made of."""
        return (self, *(each for part in self.parts for each in part.found_by))

    @property
    def named_by(self) -> tuple[Term, ...]:
        """Those of them whose words in a name say what it has: of a compound whose topic is known not the first part
        alone ("Baby" is no baby clothes)."""
        if self.topics and self.words and len(self.parts) == 1 and not self.words[0].endswith(self.parts[0].text):
            return (self,)
        return self.found_by


class Lift(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact or a wish that words of a query express: it lifts programs and hides none.

    `parameter=filter` is what would filter by it. A fact holds or not; a wish counts more the further it reaches: at or
    above each of `steps`, at or below each of `below`, no older than each of `newest` days, of `field`.
    """

    text: str
    parameter: str
    filter: str
    label: str
    field: str = ""
    steps: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    newest: tuple[int, ...] = ()


class QueryAnalysis(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """What a query says. `languages` are those it is likely written in, with their probabilities, likeliest first.

    `name` is what may be a program's name: the words as they stand, folded; `spelled` the same as they were read, with
    typing errors mended. `optional` words need not be found, nor need those that say whom goods are for or that they
    are bought, or that the client calls optional (`audience`), which lift.
    `left_out` are terms that need not be found either, since no program has all; `excluded` must not be found (words or
    phrases). With `any_term` one of the terms is enough. `sought_in` are the attributes that words are found in; all if
    there are none. `pinned` are ids of programs that are found too, and first.
    """

    q: str = ""
    languages: tuple[tuple[str, float], ...] = ()
    name: str = ""
    spelled: str = ""
    terms: tuple[Term, ...] = ()
    optional: tuple[str, ...] = ()
    audience: tuple[Term, ...] = ()
    excluded: tuple[str, ...] = ()
    facts: tuple[Lift, ...] = ()
    wishes: tuple[Lift, ...] = ()
    left_out: tuple[Term, ...] = ()
    any_term: bool = False
    sought_in: tuple[str, ...] = ()
    pinned: tuple[int, ...] = ()

    @property
    def corrected(self) -> bool:
        """Whether a word was taken for a typing error."""
        return any(each.corrected for term in self.terms for each in term.found_by)

    @property
    def matched(self) -> str:
        """`some` where words were left out, `typo` where one was corrected, else `exact`."""
        return "some" if self.left_out else "typo" if self.corrected else "exact"

    @property
    def language(self) -> str | None:
        """The language it is written in; None where nothing tells."""
        return self.languages[0][0] if self.languages and self.languages[0][1] >= _TELLS else None

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Words that no program has."""
        return tuple(term.text for term in (*self.terms, *self.left_out) if term.absent)

    def without(self, left_out: tuple[Term, ...]) -> QueryAnalysis:
        """The same query with some of its terms not required."""
        kept = tuple(term for term in self.terms if term not in left_out)
        return msgspec.structs.replace(self, terms=kept, left_out=left_out)


_TELLS = 0.6
NOTHING_ASKED = QueryAnalysis()
