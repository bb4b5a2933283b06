"""The parameters of a search that are no filters, one table: what each means and takes.

The parser checks by it, the OpenAPI document and the help of the command line describe by it.
"""

from __future__ import annotations

import msgspec

from app.search.request import (
    BY_COUNT,
    BY_NAME,
    DEEPEST_RESULT,
    DEFAULT_FACET_VALUES,
    LONGEST_QUERY,
    MOST_FACET_VALUES,
    MOST_LITERAL,
    MOST_PER_PAGE,
)
from mappings.catalogue import FACETS, SORTS


class WholeNumbers(msgspec.Struct, frozen=True):
    """Whole numbers that a control takes, both ends included, and the one that is meant where none is given."""

    low: int
    high: int
    default: int


class Control(msgspec.Struct, frozen=True):
    """A parameter of a search beside filters. It takes a whole number, one of `choices`, a flag, or else text."""

    name: str
    about: str
    example: str | None = None
    whole: WholeNumbers | None = None
    choices: tuple[str, ...] = ()
    flag: bool = False
    longest: int | None = None  # bytes, of text
    of_words: bool = False  # says something of the words that are sought, rather than of the answer


CONTROLS: dict[str, Control] = {
    control.name: control
    for control in (
        Control(
            "q",
            "Words to find: the exact name first, then the phrase, then all words. `-word` leaves out.",
            "organic skincare",
            longest=LONGEST_QUERY,
            of_words=True,
        ),
        Control(
            "queryLanguage",
            "The language of the words; otherwise it follows from them. `de,*`: German, unless the words tell of "
            "another.",
            "de",
            of_words=True,
        ),
        Control(
            "literal",
            f"A phrase of `q` that is words and no fact or wish; repeatable, at most {MOST_LITERAL} times.",
            "60 day cookie",
            longest=LONGEST_QUERY,
            of_words=True,
        ),
        Control("prefix", "Whether the last word may be unfinished.", choices=("last", "none"), of_words=True),
        Control("includeUnknown", "Ranged fields whose unknown programs are to be found too.", "epc,cookieDays"),
        Control(
            "sort",
            f"Keys in order of weight; bare ascending, `-` descending. `relevance`, `newest`, {', '.join(SORTS)}.",
            "-epc",
        ),
        Control(
            "page",
            f"From 1, down to result {DEEPEST_RESULT:,}; a cursor goes further.",
            whole=WholeNumbers(1, DEEPEST_RESULT, 1),
        ),
        Control("perPage", "Programs a page; none at 0, for facets alone.", whole=WholeNumbers(0, MOST_PER_PAGE, 20)),
        Control("cursor", "`nextCursor` of the page before; not together with `page`.", ""),
        Control("facets", f"What to count: `*`, or a list of {', '.join(FACETS)}.", "network,vertical"),
        Control(
            "facetLimit",
            f"Values a facet, or field:number; {DEFAULT_FACET_VALUES} by default, at most {MOST_FACET_VALUES:,}.",
            "category:100,network:5",
        ),
        Control(
            "facetOrder",
            f"How values are ordered: {BY_COUNT} (default) or {BY_NAME}, or field:order.",
            f"category:{BY_NAME}",
        ),
        Control("fields", "Members of a program to answer with; all by default.", "id,name,network"),
        Control("highlight", "Add `highlights`: what matched, in <mark>, the rest HTML-escaped.", flag=True),
        Control(
            "collapse",
            "One hit a merchant (domain and region), with its `offers` on all networks, best paid first.",
            choices=("merchant",),
        ),
        Control(
            "waitForVersion",
            "Answer once everything up to this version, which a write answered with, can be found; 504 after 5 s.",
            "",
        ),
        Control(
            "explain",
            "Add `explain`: which parts of the query matched, and what each added to the score.",
            flag=True,
        ),
    )
}
