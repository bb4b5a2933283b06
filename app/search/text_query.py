"""An analysed query as clauses: what must be found, what must not, and what lifts. Weights: `docs/relevancy.md`.

User text reaches only match, match_phrase, term, terms and range clauses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from app.search.filter_parser import read_filters
from app.search.filters import clause
from app.search.query_analysis import Lift, QueryAnalysis, Term
from mappings.catalogue import SEARCHABLE, Kind
from mappings.facts import facts_in
from mappings.folding import folded
from mappings.index import WORDS
from mappings.intents import SOFTWARE_VERTICALS, audience_words, words_beside
from mappings.tokens import tokens
from mappings.topics import asked, verticals_of

# BM25 stays below 200, and languages, phrases, topics, wishes and two facts together below 2,000, so a higher tier
# outranks a lower one; what has three facts that were named may come before a name. Scores keep the precision of a
# 32-bit float.
EXACT_NAME = 4000.0
DOMAIN = 4000.0
NAME_PHRASE = 2000.0
# The words side by side in a name, where the query says more than they do: a fact counts more.
NAME_PHRASE_BESIDE = 100.0
# A program in the language of the query before those in others, by how certain the language is.
LANGUAGE = 100.0
# The words side by side in a text mean more than the same words apart in it.
PHRASE = 60.0
# What a wish ("high paying") adds for each step that a program reaches, and a fact ("60 day cookie", a network, a
# country) where it holds: more than words, topics and verticals can differ by.
WISH_STEP = 40.0
FACT = 400.0
# A fact that only follows from a word ("car" is of the vertical automotive).
IMPLIED_FACT = 1.0
# A word in the name, beside what it counts anywhere.
IN_NAME = 3.0
# A topic says what a program is about even where it has none of the words; and of programs that have the words those
# are about it that have the topic ("jeans" are no surname).
TOPIC = 3.0
OF_TOPIC = 80.0
# Of programs with a topic those that sell such things altogether: tea of a grocer before tea of a pharmacy.
IN_VERTICAL = 30.0
# Whom goods are for, where a program says it.
AUDIENCE = 40.0
SYNONYM = 0.5
BEGINNING = 0.4
COMPOUND = 0.7
# Of a compound the part alone that only describes: a roaster of coffee has little of a coffee machine.
DESCRIBING_PART = 0.05
OPTIONAL = 0.1
# Popularity and freshness only order what matches equally well: each is worth less than one rare word.
POPULARITY = 1.0
FRESHNESS = 0.5
_FRESH_FOR = "365d"  # after as long again, half of it is left
# The engine refuses more than 1,024 clauses in a query; ours stays far below, whatever is asked.
MOST_LEAVES = 220
_MOST_VERTICALS = 3
_FILED_UNDER = {"insurance": ("finance",)}  # by networks that have no vertical for it


def matching(
    analysis: QueryAnalysis, today: date | None = None, *, scored: bool = True, named: bool = False
) -> dict[str, Any]:
    """The members of a `bool` query that finds what an analysed query asks for; `today` (UTC) is what new is new by.

    Not `scored` where another order than relevance is wanted: then nothing is asked that only lifts. The parts are
    `named` for who wants to see what matched: the engine looks each of them up again for every hit.
    """
    spare = _Budget(analysis, named)
    required = [_term(term, spare) for term in analysis.terms]
    if analysis.any_term and required:
        required = [_any(required)]
    parts: dict[str, Any] = {}
    lifts = [*analysis.facts, *analysis.wishes]
    if not required and lifts:
        held = [clause for lift in lifts for clause in _held(lift, today or _today())]
        required = [_any(held + _said(analysis, spare))]
    if not required and not analysis.excluded:  # signs alone: nothing but a name can be meant
        required = [_scored({"terms": {"name.exact": [analysis.name]}}, EXACT_NAME, spare.called("exactName"))]
    if required:
        parts["must" if scored else "filter"] = required
    if analysis.excluded:
        parts["must_not"] = [
            clause
            for each in analysis.excluded
            for clause in (*_found_in_text(each, spare.fields), *_networks_named(each))
        ]
    if scored:
        parts["should"] = _lifting(analysis, today or _today(), spare)
    return parts


def named_so(analysis: QueryAnalysis) -> dict[str, Any]:
    """Programs that have the words of a query side by side in their name: as they were typed, or as they were read."""
    return _any([_phrase("name", each) for each in _names(analysis)])


def _names(analysis: QueryAnalysis) -> list[str]:
    """The words as names: as they were typed, as they were read, and without what only fills."""
    return [each for each in dict.fromkeys((analysis.name, analysis.spelled, _core(analysis))) if each]


def leaves(clause: Any) -> int:
    """How many leaf clauses a query becomes inside the engine: one for each word of a match, one for a phrase."""
    if isinstance(clause, list):
        return sum(map(leaves, clause))
    if not isinstance(clause, dict):
        return 0
    total = 0
    for name, inner in clause.items():
        if name == "match":
            total += sum(len(str(each["query"]).split()) for each in inner.values())
        elif name in ("match_phrase", "term", "terms", "range", "exists", "rank_feature", "distance_feature", "ids"):
            total += 1
        else:
            total += leaves(inner)
    return total


# Where the words of an attribute are found; topics are none, but what words mean.
_TEXT_OF = {"name": "name", "category": "category.words", "merchantDomain": "merchantDomain.words"}
SOUGHT_IN = (*_TEXT_OF, "topics")


class _Budget:
    """How many ways of a term may be asked for, and in which fields, so that a long query stays within what the engine
    takes; and whether clauses bear names."""

    def __init__(self, analysis: QueryAnalysis, named: bool = False) -> None:
        self.named = named
        terms = [each for term in analysis.terms for each in term.found_by]
        sought_in = analysis.sought_in
        self.fields = tuple(_TEXT_OF[each] for each in sought_in if each in _TEXT_OF) if sought_in else (WORDS,)
        self.everywhere = not sought_in
        self.topics = self.everywhere or "topics" in sought_in
        self.domains = self.everywhere or "merchantDomain" in sought_in
        fields = len(self.fields)
        wanted = fields * sum(_ways(term) for term in terms)
        self.words, self.synonyms = 40, 12
        for words, synonyms in ((9, 6), (5, 3), (3, 1), (2, 0), (1, 0)):
            if wanted <= MOST_LEAVES:
                return
            self.words, self.synonyms = words, synonyms
            wanted = fields * sum(min(_ways(term), words + len(term.phrases[:2]) + 2 * synonyms + 4) for term in terms)

    def called(self, name: str) -> str | None:
        """The name of a clause, where clauses bear any."""
        return name if self.named else None


def _ways(term: Term) -> int:
    return 2 * len(term.words) + len(term.beginnings) + len(term.phrases) + len(term.synonyms) + len(term.facts) + 2


def _term(term: Term, spare: _Budget) -> dict[str, Any]:
    """A term in any of its ways."""
    ways: list[dict[str, Any]] = []
    if term.domain and spare.domains:
        ways.append(_scored({"term": {"merchantDomain": {"value": term.domain}}}, DOMAIN, spare.called("domain")))
    for field in spare.fields:
        ways += _in_text(term, field, spare)
    if term.parts and not any(part.absent for part in term.parts):
        parts = [_term(part, spare) for part in term.parts]
        ways.append({"bool": {"must": parts, "boost": _worth_of_parts(term)}})
    if term.topics and spare.topics:
        ways.append(_scored({"terms": {"topics": list(term.topics)}}, TOPIC, spare.called("topic")))
    if spare.everywhere:
        ways += [
            _scored(_has(field, value), IMPLIED_FACT, spare.called(f"fact:{field}")) for field, value in term.facts
        ]
    if not ways:
        return {"match_none": {}}
    return ways[0] if len(ways) == 1 else {"dis_max": {"queries": ways, "tie_breaker": 0.3}}


def _worth_of_parts(term: Term) -> float:
    """What the parts of a term count, beside the term itself."""
    if " " in term.text:
        return 1.0
    said = "".join(tokens(term.text))
    return COMPOUND if any(said.endswith(word) for word in term.parts[-1].words) else DESCRIBING_PART


def _in_text(term: Term, field: str, spare: _Budget) -> list[dict[str, Any]]:
    """The ways in which the text of a field may have a term."""
    ways: list[dict[str, Any]] = []
    if words := term.words[: spare.words]:
        ways.append(_match(field, words))
    if term.beginnings:
        ways.append(_match(field, term.beginnings, BEGINNING))
    ways += [_phrase(field, each) for each in term.phrases[:3]]
    synonyms = term.synonyms[: spare.synonyms]
    if single := [each for each in synonyms if _is_word(each)]:
        ways.append(_match(field, single, SYNONYM))
    return ways + [_phrase(field, each, SYNONYM) for each in synonyms if not _is_word(each)]


def _is_word(text: str) -> bool:
    return text.isalnum()


def _lifting(analysis: QueryAnalysis, today: date, spare: _Budget) -> list[dict[str, Any]]:
    """What only lifts: names, phrases, the language, facts and wishes, popularity and freshness."""
    lifting: list[dict[str, Any]] = []
    said = _core(analysis)
    names = _names(analysis)
    if names:
        lifting.append(_scored({"terms": {"name.exact": names}}, EXACT_NAME, spare.called("exactName")))
    # As they were typed, with words that otherwise only fill: "De Linde", "Flex Program".
    beside = said if analysis.facts or analysis.wishes else ""
    named = all(term.named and not term.topics for term in analysis.terms)  # honey is no "Miel & Co"
    if called := [_phrase("name", each) for each in names if " " in each and each != beside]:
        lifting.append(
            _scored(called[0] if len(called) == 1 else _any(called), NAME_PHRASE, spare.called("namePhrase"))
        )
    if beside and (" " in said or named):
        lifting.append(_scored(_phrase("name", said), NAME_PHRASE_BESIDE, spare.called("namePhrase")))
    elif said and not called and analysis.terms and named:
        lifting.append(_scored(_phrase("name", said), NAME_PHRASE, spare.called("namePhrase")))
    for term in analysis.terms[:6]:
        if spare.topics:
            lifting += [
                _scored({"terms": {"topics": list(topics)}}, worth, spare.called("ofTopic"))
                for each, worth in ((term, OF_TOPIC), *((part, OF_TOPIC / 3) for part in term.parts[-1:]))
                if (topics := (*each.topics, *each.leaning))
            ]
            # What a topic covers is meant less than the topic.
            if term.topics and (own := [each for each in term.leaning if each in term.topics]):
                lifting.append(_scored({"terms": {"topics": own}}, OF_TOPIC, spare.called("ofTopic")))
        # The typed word tells more than its other forms: "Schuhe" are shoes, "Schuh" is a name.
        typed = [each.words[0] for each in term.named_by if each.words]
        forms = [word for each in term.named_by for word in each.words[1:]][: spare.words]
        if typed:
            lifting.append(_match("name", typed, IN_NAME, spare.called("inName")))
        if forms:
            lifting.append(_match("name", forms, IN_NAME / 2, spare.called("inName")))
        if others := [each for each in term.synonyms[: spare.synonyms] if _is_word(each)]:
            lifting.append(_match("name", others, IN_NAME * SYNONYM * SYNONYM, spare.called("inName")))
    if " " in said and len(said) < 200:
        lifting.append(_scored(_phrase(WORDS, said), PHRASE, spare.called("phrase")))
    lifting += [_term(term, spare) for term in (*analysis.audience, *analysis.left_out[:6]) if not term.absent]
    if verticals := _verticals(analysis) if spare.topics else []:
        lifting.append(_scored({"terms": {"vertical": verticals}}, IN_VERTICAL, spare.called("inVertical")))
    if whom := [term for term in analysis.audience if folded(term.text) in audience_words()]:
        ways = [way for term in whom[:2] for way in _in_text(term, WORDS, spare)]
        lifting.append(_scored(_any(ways), AUDIENCE, spare.called("audience")))
    if analysis.optional:
        lifting.append(_match(WORDS, analysis.optional[:8], OPTIONAL, spare.called("optional")))
    said_in = any(fact.parameter in ("textLanguage", "language") for fact in analysis.facts)
    lifting += [
        _scored({"term": {"textLanguage": {"value": language}}}, round(LANGUAGE * share, 2), spare.called("language"))
        for language, share in analysis.languages
        if not said_in  # who asks for texts in Spanish may ask in English
    ]
    for fact in analysis.facts:
        lifting += [_scored(clause, FACT, spare.called(f"fact:{fact.parameter}")) for clause in _held(fact, today)]
    for wish in analysis.wishes:
        lifting += [_scored(clause, WISH_STEP, spare.called(f"wish:{wish.parameter}")) for clause in _held(wish, today)]
    return [*lifting, _popularity(spare.called("popularity")), _freshness(today, spare.called("freshness"))]


def _verticals(analysis: QueryAnalysis) -> list[str]:
    """The verticals of what is asked for; none where it is sold in so many that they tell nothing."""
    topics = [topic for term in analysis.terms for topic in (term.leaning or term.topics)]
    verticals = verticals_of(topics)
    said = [tokens(term.text) for term in analysis.terms]
    as_software = any(len(words) > 1 and words[-1] in words_beside("software") for words in said)
    if verticals and verticals <= SOFTWARE_VERTICALS and as_software:
        return ["software"]  # "email marketing software" is no course of it
    if verticals:  # "keto recipes" are recipes, too
        verticals |= verticals_of(
            [topic for words in said if len(words) > 1 for word in words for topic in asked((word,))]
        )
    near = {each for vertical in verticals for each in _FILED_UNDER.get(vertical, ())}
    return sorted(verticals | near) if len(verticals) <= _MOST_VERTICALS else []


def _core(analysis: QueryAnalysis) -> str:
    """The words that must be found, in their order, as one text."""
    return " ".join(word for term in analysis.terms for word in _spelled(term))[:400]


def _spelled(term: Term) -> list[str]:
    if term.corrected:
        return [term.corrected]
    if term.parts and " " in term.text:
        return [word for part in term.parts for word in _spelled(part)]
    if term.phrases and not term.domain:
        return term.phrases[0].split()
    return list(term.words[:1])


def _said(analysis: QueryAnalysis, spare: _Budget) -> list[dict[str, Any]]:
    """The words of facts and wishes as plain words: programs that have them in their text are meant too."""
    texts = [lift.text for lift in (*analysis.facts, *analysis.wishes)]
    return [{"match": {field: {"query": text, "operator": "and"}}} for text in texts[:4] for field in spare.fields]


def _any(clauses: list[Any]) -> dict[str, Any]:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _found_in_text(text: str, fields: Iterable[str]) -> list[dict[str, Any]]:
    return [_match(field, (text,)) if " " not in text else _phrase(field, text) for field in fields]


def _networks_named(text: str) -> list[dict[str, Any]]:
    """The programs of a network that is named: who leaves a network out means those, too."""
    words = text.split()
    named = [each for each in facts_in(words) if each.parameter == "network" and each.end - each.start == len(words)]
    return [_filtered(each.parameter, each.filter) for each in named]


def _match(field: str, words: Iterable[str], boost: float = 1.0, name: str | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"query": " ".join(words)}
    if boost != 1.0:
        asked["boost"] = boost
    return {"match": {field: _named(asked, name)}}


def _phrase(field: str, text: str, boost: float = 1.0) -> dict[str, Any]:
    asked: dict[str, Any] = {"query": text}
    if boost != 1.0:
        asked["boost"] = boost
    return {"match_phrase": {field: asked}}


def _scored(filter: dict[str, Any], boost: float, name: str | None) -> dict[str, Any]:
    return {"constant_score": _named({"filter": filter, "boost": boost}, name)}


def _named(clause: dict[str, Any], name: str | None) -> dict[str, Any]:
    return {**clause, "_name": name} if name else clause


def _has(field: str, value: str) -> dict[str, Any]:
    searched = SEARCHABLE[field]
    return {"term": {searched.path: value == "true" if searched.kind is Kind.FLAG else value}}


def _held(lift: Lift, today: date) -> list[dict[str, Any]]:
    """A clause for each step that a lift counts; a program that reaches more of them comes further up."""
    path = SEARCHABLE[lift.field].path if lift.field in SEARCHABLE else lift.field
    if lift.newest:
        return [{"range": {path: {"gte": (today - timedelta(days)).isoformat()}}} for days in lift.newest]
    if lift.below:
        return [{"range": {path: {"lte": step}}} for step in lift.below]
    if lift.steps:
        return [{"range": {path: {"gte": step}}} for step in lift.steps]
    return [_filtered(lift.parameter, lift.filter)]


@lru_cache(maxsize=1024)
def _filtered(parameter: str, filter: str) -> dict[str, Any]:
    """The clause that the API's own filter would be."""
    (wanted,) = read_filters({parameter: [filter]}).values()
    return clause(wanted)


def _today() -> date:
    return datetime.now(UTC).date()


@lru_cache(maxsize=2)
def _popularity(name: str | None) -> dict[str, Any]:
    return {"rank_feature": _named({"field": "sync.popularity", "boost": POPULARITY}, name)}


@lru_cache(maxsize=4)
def _freshness(today: date, name: str | None) -> dict[str, Any]:
    feature = {"field": "launchedAt", "origin": today.isoformat(), "pivot": _FRESH_FOR, "boost": FRESHNESS}
    return {"distance_feature": _named(feature, name)}
