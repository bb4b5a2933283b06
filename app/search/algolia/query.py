"""One query of a request: its parameters checked and read, all that is wrong said at once.

Parameters we do not know are passed over: a client of next year will send some. Bad values are errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from app.search.algolia.attributes import ALL_FACETS, FACETABLE, Misread, facetable
from app.search.algolia.expression import EVERYTHING, Expression, both, conjuncts, leaves
from app.search.algolia.filter_grammar import read_filters
from app.search.algolia.filter_lists import facet_filters, numeric_filters, tag_filters
from app.search.algolia.names import EVERY, Names, names
from app.search.algolia.wire import Parameters
from app.search.bad_request import ParameterError, meaning
from app.search.query_analysis import Relaxing, Wording
from app.search.request import DEEPEST_RESULT, LONGEST_QUERY, RELEVANCE, SortKey
from app.search.text_query import SOUGHT_IN
from mappings import codes
from mappings.catalogue import SORTS
from mappings.tokens import tokens

INDEX = "programs"
MOST_HITS = 1000  # a page, as Algolia
MOST_FACET_VALUES = 1000
_DEFAULT_FACET_VALUES = 100
MOST_FACET_HITS = 100
_DEFAULT_FACET_HITS = 10
_LONGEST_TAG = 200
_LARGEST = 2**31
_RELAXING = tuple(each.value for each in Relaxing if each is not Relaxing.LEAST_TELLING)
_SNIPPET_WORDS = 10
# Expressions become clauses; the engine refuses more than 1,024 in one query, the words of `query` among them.
MOST_CLAUSES = 400


class UnknownIndex(Exception):
    """The index is none of ours."""


@dataclass(frozen=True, slots=True)
class HighlightTags:
    """What is put around words that matched, and at the cut ends of snippets."""

    before: str = "<em>"
    after: str = "</em>"
    ellipsis: str = "…"


@dataclass(frozen=True, slots=True)
class Query:
    """A query with every parameter checked. All of its `conditions` must hold."""

    index: str
    q: str
    wording: Wording
    sort: tuple[SortKey, ...]
    conditions: frozenset[Expression]
    only_open: bool  # `status` has its default, since no condition names it
    first: int  # of the results, the first wanted, from 0
    wanted: int  # how many
    page: int
    per_page: int
    facets: tuple[str, ...]
    facet_values: int
    by_name: bool  # the order of facet values
    retrieve: Names
    highlight: Names
    snippet: tuple[tuple[str, int], ...]  # attribute, words
    tags: HighlightTags
    facet: str | None  # whose values are searched, instead of programs
    facet_query: str
    facet_hits: int
    by_merchant: bool  # only the first program of each is wanted (`distinct`)
    given: Parameters


def read_query(given: Parameters, index: str, place: str = "") -> tuple[Query | None, list[ParameterError]]:
    """A query, or None and what is wrong with it. `place` heads the names in errors. Raises UnknownIndex."""
    return _Reader(given, place).query(index)


def sorted_index(index: str) -> tuple[SortKey, ...] | None:
    """The order of an index: none of its own for `programs`, a key for `programs_<field>_<asc|desc>`.

    Raises UnknownIndex.
    """
    if index == INDEX:
        return None
    field, _, direction = index.removeprefix(f"{INDEX}_").rpartition("_")
    if index.startswith(f"{INDEX}_") and field in SORTS and direction in ("asc", "desc"):
        return (SortKey(field, direction == "desc"),)
    known = [INDEX, *(f"{INDEX}_{key}_{direction}" for key in SORTS for direction in ("asc", "desc"))]
    end, _ = meaning(index, known)
    raise UnknownIndex(f"Index {index[:80]} does not exist{end}")


def echoed(asked: Query) -> str:
    """The parameters as Algolia repeats them: URL-encoded, lists as JSON."""
    return urlencode(
        {
            name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for name, value in asked.given.items()
            if name != "indexName"
        }
    )


class _Reader:
    def __init__(self, given: Parameters, place: str) -> None:
        self.given = given
        self.place = place
        self.errors: list[ParameterError] = []

    def query(self, index: str) -> tuple[Query | None, list[ParameterError]]:
        sort = sorted_index(index)
        q = self._words("query")
        per_page = self._whole("hitsPerPage", 20, 0, MOST_HITS)
        page = self._whole("page", 0, 0, _LARGEST)
        first, wanted = page * per_page, per_page
        if "offset" in self.given or "length" in self.given:
            first, wanted = self._whole("offset", 0, 0, _LARGEST), self._whole("length", 20, 0, MOST_HITS)
        # Algolia answers a page beyond the last it reaches with no hits, and so do we.
        wanted = max(min(wanted, DEEPEST_RESULT - first), 0)
        facet = self._facet()
        conditions = self._conditions()
        read = Query(
            index=index,
            q=q,
            wording=self._wording(q),
            sort=sort or ((SortKey(RELEVANCE, True),) if q else (SortKey("popularity", True),)),
            conditions=frozenset(conjuncts(conditions)),
            only_open=all(each.field.key != "status" for each in leaves(conditions)),
            first=min(first, DEEPEST_RESULT),
            wanted=0 if facet else wanted,
            page=page,
            per_page=per_page,
            facets=() if facet else self._facets(),
            facet_values=min(self._whole("maxValuesPerFacet", _DEFAULT_FACET_VALUES, 1, _LARGEST), MOST_FACET_VALUES),
            by_name=self._choice("sortFacetValuesBy", ("count", "alpha")) == "alpha",
            retrieve=self._names("attributesToRetrieve", EVERY),
            highlight=self._names("attributesToHighlight", EVERY),
            snippet=self._snippets(),
            tags=HighlightTags(
                self._tag("highlightPreTag", "<em>"),
                self._tag("highlightPostTag", "</em>"),
                self._tag("snippetEllipsisText", "…"),
            ),
            facet=facet,
            facet_query=self._words("facetQuery"),
            facet_hits=self._whole("maxFacetHits", _DEFAULT_FACET_HITS, 1, MOST_FACET_HITS),
            by_merchant=self._distinct(),
            given=self.given,
        )
        return (None if self.errors else read), self.errors

    def wrong(self, name: str, message: str, did_you_mean: str | None = None) -> None:
        parameter = f"{self.place}.{name}" if self.place else name
        self.errors.append(
            ParameterError(parameter=parameter, message=f"'{parameter}': {message}", did_you_mean=did_you_mean)
        )

    # -- words ---------------------------------------------------------------------------------------------------

    def _wording(self, q: str) -> Wording:
        """The words and how they are to be taken: whoever asks is still typing unless `queryType` says otherwise."""
        spared = {word for each in self._strings("optionalWords") for word in tokens(each)}
        relaxing = Relaxing.LEAST_TELLING
        if self.given.get("removeWordsIfNoResults", "") != "":
            relaxing = Relaxing(self._choice("removeWordsIfNoResults", _RELAXING))
        return Wording(
            q,
            language=self._language(),
            begun=self._choice("queryType", ("prefixLast", "prefixAll", "prefixNone")) != "prefixNone",
            signs=self._flag("advancedSyntax"),
            corrected=self._choice("typoTolerance", ("true", "false", "min", "strict")) != "false",
            optional=tuple(sorted(spared.intersection(tokens(q)))) if spared else (),
            relaxing=relaxing,
            sought_in=self._sought_in(),
        )

    def _language(self) -> str | None:
        """The first of `queryLanguages`."""
        if not (languages := self._strings("queryLanguages")):
            return None
        if len(found := codes.meant("language", languages[0])) == 1:
            return found[0]
        end, choice = meaning(languages[0], codes.members("language").values())
        self.wrong("queryLanguages", f"'{languages[0][:40]}'; expected languages as ISO 639-1{end}", choice)
        return None

    def _sought_in(self) -> tuple[str, ...]:
        """The attributes in which words are found; none for all."""
        wanted = self._strings("restrictSearchableAttributes")
        for each in wanted:
            if each == "description":
                message = f"words are not sought in descriptions alone; there are {', '.join(SOUGHT_IN)}"
                self.wrong("restrictSearchableAttributes", message)
            elif each not in SOUGHT_IN:
                end, choice = meaning(each, SOUGHT_IN)
                message = f"'{each[:40]}' is none of {', '.join(SOUGHT_IN)}{end}"
                self.wrong("restrictSearchableAttributes", message, choice)
        return tuple(each for each in SOUGHT_IN if each in wanted)

    def _distinct(self) -> bool:
        """Whether only the first program of each merchant is wanted; more than one cannot be."""
        value = self.given.get("distinct", False)
        if value in (True, "true", "1"):
            return True
        if value not in (False, "false", "0", ""):
            self.wrong("distinct", f"'{str(value)[:40]}'; expected true or 1 (one program a merchant), or false")
        return False

    # -- what a query is about -----------------------------------------------------------------------------------

    def _conditions(self) -> Expression:
        text = self._text("filters")
        expression = both(
            (
                self._read("filters", lambda: read_filters(text)),
                self._read("facetFilters", lambda: facet_filters(self._list("facetFilters"))),
                self._read("numericFilters", lambda: numeric_filters(self._list("numericFilters"))),
                self._read("tagFilters", lambda: tag_filters(self._list("tagFilters"))),
            )
        )
        if (number := len(list(leaves(expression)))) > MOST_CLAUSES:
            self.wrong("filters", f"{number:,} conditions are more than can be searched at once ({MOST_CLAUSES})")
        return expression

    def _read(self, name: str, read: Callable[[], Expression]) -> Expression:
        if name not in self.given:
            return EVERYTHING
        try:
            return read()
        except Misread as misread:
            self.wrong(name, str(misread), misread.did_you_mean)
            return EVERYTHING

    def _facet(self) -> str | None:
        type_ = self._choice("type", ("default", "facet"))
        if type_ != "facet":
            return None
        name = self._text("facet")
        try:
            facetable(name)
        except Misread as misread:
            self.wrong("facet", str(misread), misread.did_you_mean)
        return name

    def _facets(self) -> tuple[str, ...]:
        """The facets that there are; others are left out, as Algolia does with an attribute that was not declared."""
        facets: list[str] = []
        for name in self._strings("facets"):
            facets += ALL_FACETS if name == "*" else [name] if name in FACETABLE else []
        return tuple(dict.fromkeys(facets))

    def _names(self, parameter: str, default: Names) -> Names:
        return names(self._strings(parameter)) if parameter in self.given else default

    def _snippets(self) -> tuple[tuple[str, int], ...]:
        snippets: list[tuple[str, int]] = []
        for each in self._strings("attributesToSnippet"):
            name, _, words = each.partition(":")
            if words and not (words.isascii() and words.isdecimal() and len(words) < 5):
                self.wrong("attributesToSnippet", f"'{each[:80]}'; expected attribute or attribute:words")
                continue
            snippets.append((name, int(words) if words else _SNIPPET_WORDS))
        return tuple(snippets)

    # -- values, however they came -------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        value = self.given.get(name, "")
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, int | float):
            value = str(value)
        if not isinstance(value, str):
            self.wrong(name, "expected a text")
            return ""
        return value

    def _words(self, name: str) -> str:
        words = " ".join(self._text(name).replace("\0", " ").split())
        if (size := len(words.encode())) > LONGEST_QUERY:
            self.wrong(name, f"it has {size:,} bytes; at most {LONGEST_QUERY} are taken")
            return ""
        return words

    def _tag(self, name: str, default: str) -> str:
        tag = self._text(name) if name in self.given else default
        if len(tag) > _LONGEST_TAG:
            self.wrong(name, f"it has more than {_LONGEST_TAG} characters")
        return tag

    def _whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.given.get(name, default)
        if value == "":
            return default
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal() and len(value) < 12:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong(name, f"'{str(value)[:40]}'; expected a whole number from {low} to {high:,}")
            return default
        return value

    def _flag(self, name: str) -> bool:
        return self._choice(name, ("false", "true")) == "true"

    def _choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self._text(name) or choices[0]
        if value not in choices:
            end, choice = meaning(value, choices)
            self.wrong(name, f"'{value[:40]}' is none of {', '.join(choices)}{end}", choice)
            return choices[0]
        return value

    def _list(self, name: str) -> Any:
        """A list, or the JSON text of one; another text stays one."""
        value = self.given.get(name)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                return msgspec.json.decode(value)
            except (msgspec.DecodeError, RecursionError) as error:
                raise Misread(f"it begins like a list and is not JSON: {error}") from None
        return [] if value == "" else value

    def _strings(self, name: str) -> tuple[str, ...]:
        """A list of names: as a list, its JSON text, or separated by commas."""
        try:
            value = self._list(name)
        except Misread as misread:
            self.wrong(name, str(misread))
            return ()
        if value is None:
            return ()
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(name, "expected a list of names")
            return ()
        return tuple(each.strip() for each in value if each.strip())
