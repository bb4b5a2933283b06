"""Reading a query: words in, `QueryAnalysis` out. A matter of the words, the lexicon and a language hint alone.

Nothing here asks an engine, and no filter is seen: totals, facets and pages of one query agree whatever is filtered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple
from unicodedata import normalize

import msgspec

from app.search.lexicon import HeldLexicon
from app.search.query_analysis import Lift, QueryAnalysis, Term, Wording
from app.search.query_language import likely_languages
from app.search.query_pieces import QueryPiece, accents, pieces_of, plain_pieces
from app.search.typo_rules import distance, meant, nearest_typo, one_typo_away
from app.search.word_parts import COMPOUNDING, LINKS, SHORTEST_PART, compound, typed_as_one
from mappings.brands import is_brand, longest_brand
from mappings.facts import NamedFact, facts_in
from mappings.folding import folded, key
from mappings.intents import (
    SOFTWARE_VERTICALS,
    audience_words,
    buying_words,
    filler_at,
    fillers,
    generic_words,
    purpose_words,
    words_beside,
)
from mappings.related import covered_by, related_by_language
from mappings.synonyms import Meanings
from mappings.tokens import tokens
from mappings.topics import asked_by_language, begun_by_language, longest_asked, names_beginning, verticals_of
from mappings.vocabulary import commonness, languages_knowing

MOST_TERMS = 24  # 512 bytes hold more only in gibberish, and each costs; the rest counts in names alone
_LONGEST_PHRASE = 4
_MOST_LEANING = 4
_MOST_SYNONYMS = 10
_MOST_AUDIENCE = 4
_MOST_OPTIONAL = 6
_LONGEST_FILLER = 6
_SHORTEST_BEGUN = 4
_SHORT = 4  # pieces

_QUOTES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'") | dict.fromkeys("“”„«»", '"'))
_CERTAIN = 0.95
_TELLING_PIECES = 12  # pieces of a query among which phrases tell of its language
_LIKELY = 0.1  # a language less likely than this is not asked for forms
_TRADE = ("en",)


def _text(pieces: Sequence[QueryPiece]) -> str:
    return " ".join(piece.text for piece in pieces)


def _tokens(pieces: Iterable[QueryPiece]) -> tuple[str, ...]:
    return tuple(token for piece in pieces for token in piece.tokens)


def _key(pieces: Sequence[QueryPiece]) -> str:
    return " ".join(key(_text(pieces)))


def _neighbours(pieces: Sequence[QueryPiece]) -> list[tuple[str, ...]]:
    """Two words beside one another, in the first pieces of a query."""
    words = [piece.tokens[0] if len(piece.tokens) == 1 else "" for piece in pieces[:_TELLING_PIECES]]
    return [(one, other) for one, other in pairwise(words) if one and other]


def analyse(wording: Wording, lexicon: HeldLexicon) -> QueryAnalysis:
    """Read the words of a query as they are said to be taken."""
    text = normalize("NFC", wording.q).translate(_QUOTES)
    pieces, excluded = pieces_of(text) if wording.signs else (plain_pieces(text), [])
    ended = wording.q.endswith((" ", '"') if wording.signs else " ")
    unfinished = wording.begun and not ended and bool(pieces)
    told = [(token, accents(piece)) for piece in pieces for token in piece.tokens]
    if unfinished and told[-1][0] not in lexicon and (longer := lexicon.beginnings(told[-1][0])):
        told[-1] = (longer[0], told[-1][1])  # what it most likely will be tells
    languages = likely_languages(
        dict.fromkeys(told),
        lexicon,
        wording.language,
        unless_told=wording.unless_told,
        phrases=_neighbours(pieces),
    )
    # The plural rules of English join nothing else, and most of the trade speaks it.
    likely = tuple(dict.fromkeys((*(code for code, share in languages if share >= _LIKELY), *_TRADE)))
    literal = frozenset(" ".join(key(each)) for each in wording.literal)
    certain = languages[0][0] if languages and languages[0][1] >= _CERTAIN else None
    short = len(pieces) <= _SHORT
    reader = _Reader(lexicon, likely, literal, corrected=wording.corrected, certain=certain, short=short)
    analysis = reader.read_with_optional(pieces, unfinished, frozenset(wording.optional))
    if analysis.corrected and not wording.language:
        meant_words = [(word, "") for word in dict.fromkeys(analysis.spelled.split())]
        languages = likely_languages(meant_words, lexicon, None)
    if not languages and reader.spoken:
        languages = ((reader.spoken, 1.0),)
    return msgspec.structs.replace(
        analysis,
        q=wording.q,
        languages=languages,
        name=" ".join(folded(text).split()),
        excluded=tuple(dict.fromkeys(excluded)),
        sought_in=wording.sought_in,
    )


def mended(analysis: QueryAnalysis, lexicon: HeldLexicon) -> list[QueryAnalysis]:
    """The query with one of its words taken for a typing error, although some program has it; or for another error
    than it was taken for.

    For words that never meet otherwise: a slip of the hand may make a word that is rare, and of two words that are as
    near to a mistyped one that is meant which the others go with.
    """
    languages = tuple(dict.fromkeys((*(code for code, _ in analysis.languages), *_TRADE)))
    reader = _Reader(lexicon, languages, frozenset(), corrected=True)
    found: list[tuple[bool, QueryAnalysis]] = []  # with whether the error is in a first letter, which is rare
    for place, term in enumerate(analysis.terms):
        typed = tokens(term.text)
        word = typed[0] if len(typed) == 1 and term.words else ""
        known = (term.programs > _SLIPS or term.topics or term.leaning) and not term.corrected
        if not word or known or (term.real and term.absent) or " " in term.text or term.parts:
            continue
        for meant_to_be in one_typo_away(word, lexicon, languages, first_too=True):
            if meant_to_be not in term.words[:1]:
                instead = reader.mended_term(term.text, word, meant_to_be)
                terms = (*analysis.terms[:place], instead, *analysis.terms[place + 1 :])
                read = term.words[0]
                spelled = " ".join(meant_to_be if each in (word, read) else each for each in analysis.spelled.split())
                otherwise = msgspec.structs.replace(analysis, terms=terms, spelled=spelled)
                found.append((meant_to_be[0] != word[0], otherwise))
    return [otherwise for _, otherwise in sorted(found, key=lambda each: each[0])][:_MOST_MENDED]


# -- meaning -----------------------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """What words are known to mean: synonyms and facts, topics, or a brand."""

    meanings: Meanings = Meanings()
    topics: tuple[str, ...] = ()
    brand: bool = False
    leaning: tuple[str, ...] = ()
    sold_there: bool = False

    def __bool__(self) -> bool:
        return bool(self.meanings.words or self.meanings.facts or self.topics or self.brand or self.leaning)


class _ReadAs(NamedTuple):
    """Some pieces of a query, read as others: how many they are, those, what these mean, and a typing error mended."""

    length: int
    pieces: list[QueryPiece]
    known: _Known
    corrected: str | None = None


class _Reader:
    """Reads the pieces of one query."""

    def __init__(
        self,
        lexicon: HeldLexicon,
        languages: tuple[str, ...],
        literal: frozenset[str],
        *,
        corrected: bool,
        certain: str | None = None,
        short: bool = False,
    ) -> None:
        self.lexicon = lexicon
        self.languages = languages
        self.literal = literal
        self.corrected = corrected
        self.certain = certain  # the language, where there is no doubt
        self.short = short  # whether a query has so few words that each may be looked for everywhere
        self.spoken: str | None = None  # the language of a compound, where nothing else tells one

    def read_with_optional(
        self, pieces: Sequence[QueryPiece], unfinished: bool, optional: frozenset[str]
    ) -> QueryAnalysis:
        """The pieces without those that are optional, which then only lift; of optional ones alone any is enough."""
        spared = [piece for piece in pieces if optional.issuperset(piece.tokens)]
        if not spared:
            return self.read(pieces, unfinished)
        kept = [piece for piece in pieces if piece not in spared]
        if not kept:
            terms = self._apart(spared[:MOST_TERMS], unfinished)
            return QueryAnalysis(terms=terms, any_term=len(terms) > 1)
        last_is_spared = pieces[-1] in spared
        analysis = self.read(kept, unfinished and not last_is_spared)
        lifting = self._apart(spared[-_MOST_OPTIONAL:], unfinished and last_is_spared)
        return msgspec.structs.replace(analysis, audience=(*analysis.audience, *lifting))

    def _apart(self, pieces: Sequence[QueryPiece], unfinished: bool) -> tuple[Term, ...]:
        """A term for each piece, the last one begun where it is `unfinished`."""
        last = len(pieces) - 1
        return tuple(
            self._term([piece], self._longest_known([piece], 0)[1], begun=unfinished and place == last)
            for place, piece in enumerate(pieces)
        )

    def read(self, pieces: Sequence[QueryPiece], unfinished: bool) -> QueryAnalysis:
        """Terms, optional words, facts and wishes, from the left, the longest known phrase first."""
        terms: list[Term] = []
        optional: list[QueryPiece] = []
        audience: list[QueryPiece] = []
        lifts: list[tuple[NamedFact, Lift]] = []
        named = self._named(pieces)
        beside = _filling_beside(chain.from_iterable(named.values()))
        spelled: list[str] = []
        place = 0
        while place < len(pieces):
            length, known = self._longest_known(pieces, place)
            otherwise = self._otherwise(pieces, place) if length == 1 else None
            if otherwise:
                length, known = otherwise.length, otherwise.known
            if (founds := named.get(place)) and founds[0].end - place >= length:
                length = founds[0].end - place
                text = _text(pieces[place : place + length])
                lifts += [(found, _lift(text, found)) for found in founds]
                spelled += _tokens(pieces[place : place + length])
                place += length
                continue
            some = pieces[place : place + length]
            last = place + length == len(pieces)
            begun_topics = self._begun_topics(pieces) if unfinished and last else ()
            # "Affiliation" is no topic that somebody looks for here, unless nothing else is.
            meant = known.meanings.facts or known.brand or (length > 1 and (known.topics or known.meanings.words))
            accented = known.topics and accents(some[0])  # "thé" is no "the"
            # "Travel in" may go on as travel insurance.
            if not (meant or accented or begun_topics) and (filling := self._fillers_at(pieces, place, beside)):
                optional += pieces[place : place + filling]
                spelled += _tokens(pieces[place : place + filling])
                place += filling
                continue
            place += length
            of_software = bool(terms) and _is_software(terms[-1]) and some[0].tokens[0] in words_beside("software")
            if length == 1 and (of_software or (not known.topics and self._is_for_somebody(some[0]))):
                audience.append(some[0])
                spelled += some[0].tokens
            elif len(terms) < MOST_TERMS:
                if otherwise:
                    some = otherwise.pieces
                elif unfinished and last and length == 1 and not known:
                    known = known._replace(topics=self._only_begun(some[0]))
                term = self._term(some, known, begun=unfinished and last)
                terms.append(
                    msgspec.structs.replace(
                        term,
                        text=_text(pieces[place - length : place]) if otherwise else term.text,
                        corrected=otherwise.corrected if otherwise else term.corrected,
                        leaning=begun_topics or term.leaning,
                        sold_there=known.sold_there,
                    )
                )
                spelled += _as_read(terms[-1], some)
                audience += [each for each in some if len(some) > 1 and self._is_for_somebody(each)]
                audience += self._whom(some, terms[-1])
        if not terms and not lifts:  # somebody means them after all
            left = audience or optional
            terms = [self._term([piece], self._done_by(piece)) for piece in left[:MOST_TERMS]]
            optional, audience = (optional if audience else []), []
        if len(terms) == 1:
            terms = [_covering(terms[0])]
        return QueryAnalysis(
            spelled=" ".join(spelled[:_LONGEST_NAME]),
            terms=self._joined(terms),
            optional=tuple(dict.fromkeys(_tokens(optional))),
            audience=tuple(self._somebody(piece) for piece in audience[:_MOST_AUDIENCE]),
            facts=tuple(lift for found, lift in lifts if found.kind == "fact"),
            wishes=tuple(lift for found, lift in lifts if found.kind == "wish"),
        )

    def _named(self, pieces: Sequence[QueryPiece]) -> dict[int, list[NamedFact]]:
        """Facts and wishes by the place of the piece they begin with; without those that are said to be words."""
        shouted = all(piece.text.isupper() for piece in pieces)
        words = [
            "" if piece.quoted else _UNITED_STATES if piece.text == "US" and not shouted else piece.raw
            for piece in pieces
        ]
        named: dict[int, list[NamedFact]] = {}
        for found in facts_in(words):
            if found.end > found.start and _key(pieces[found.start : found.end]) not in self.literal:
                named.setdefault(found.start, []).append(found)
        return named

    def _fillers_at(self, pieces: Sequence[QueryPiece], place: int, beside: Sequence[Collection[str]]) -> int:
        """How many pieces from here only fill, also for standing `beside` what was named; 0 if the first is meant."""
        words = []
        for piece in pieces[place : place + _LONGEST_FILLER]:
            if piece.quoted or piece.domain or len(piece.tokens) != 1 or _key([piece]) in self.literal:
                break
            words.append(piece.tokens[0])
        return (filler_at(words, 0) or int(any(words[0] in some for some in beside))) if words else 0

    def _is_for_somebody(self, piece: QueryPiece) -> bool:
        """Whether a word says whom goods are for, that they are bought, or no more than that they are goods: what is
        sold is said by others."""
        if piece.quoted or len(piece.tokens) != 1 or _key([piece]) in self.literal:
            return False
        return any(piece.tokens[0] in words for words in (audience_words(), buying_words(), generic_words()))

    def _otherwise(self, pieces: Sequence[QueryPiece], place: int) -> _ReadAs | None:
        """Pieces from here as others that are known to mean something together; None if they are only what they say."""
        return self._turned(pieces, place) or self._mended_name(pieces[place : place + 2])

    def _turned(self, pieces: Sequence[QueryPiece], place: int) -> _ReadAs | None:
        """Goods and then whom or what they are for ("shoes for kids", "assurance pour chien"), as what is known by
        these words alone, the other way round or as they stand; so are two words and no more."""
        between = place + 1
        while between < len(pieces) - 1 and pieces[between].tokens[0] in fillers():
            between += 1
        goods, beneficiary = pieces[place], pieces[between : between + 1]
        if goods.quoted or goods.domain or not beneficiary or beneficiary[0].quoted or beneficiary[0].domain:
            return None
        for_it = any(piece.tokens[0] in purpose_words() for piece in pieces[place + 1 : between])
        alone = len(pieces) == 2  # "esim travel"
        if not (for_it or alone or beneficiary[0].tokens[0] in audience_words()):
            return None
        word = beneficiary[0].tokens[0]
        for form in (word, *self._forms(word)) if len(beneficiary[0].tokens) == 1 else ():  # a "pet" has pet insurance
            it = QueryPiece(form, (form,), form) if form != word else beneficiary[0]
            for some in ([it, goods], [goods, it]) if for_it else ([it, goods],):
                if topics := self._known(some).topics:
                    return _ReadAs(between + 1 - place, some, _Known(topics=topics))
        return None

    def _mended_name(self, pieces: Sequence[QueryPiece]) -> _ReadAs | None:
        """Two words that are what a topic is called by but for an error in the second, or its end: dog food, of "dog
        fod", and kitchen appliances, of "kitchen applian"."""
        if len(pieces) < 2 or not self.corrected or any(len(piece.tokens) > 1 or piece.quoted for piece in pieces):
            return None
        first, second = (piece.tokens[0] for piece in pieces)
        if len(second) < SHORTEST_PART or not self.lexicon.known or self._programs(second) > _RARE:
            return None
        # "Gits" are gîtes where French is spoken.
        elsewhere = {*asked_by_language((second,)), *related_by_language((second,))}.isdisjoint(self.languages)
        known_here = self._known(pieces[1:]) and not (elsewhere and second not in self.lexicon)
        if second in audience_words() or known_here or self._is_real(second):
            return None
        for name in names_beginning(f"{first} "):
            words = tuple(name.split())
            if len(words) != len(pieces) or words[1][0] != second[0]:
                continue
            if distance(words[1], second) == 1 or (len(second) >= _SHORTEST_BEGUN and words[1].startswith(second)):
                meant_pieces = [QueryPiece(word, (word,), word) for word in words]
                known = self._known(meant_pieces)
                if known.topics:
                    return _ReadAs(len(pieces), meant_pieces, known, name)
        return None

    def _whom(self, pieces: Sequence[QueryPiece], term: Term) -> list[QueryPiece]:
        """Whom goods are for that are named together with them in one word: ladies, of a "Damenjacke"."""
        if len(pieces) != 1 or len(term.parts) != 1:
            return []
        first = pieces[0].tokens[0].removesuffix(term.parts[0].text)
        whom = next((first.removesuffix(link) for link in LINKS if first.removesuffix(link) in audience_words()), "")
        return [QueryPiece(whom, (whom,), whom)] if whom and first != pieces[0].tokens[0] else []

    def _somebody(self, piece: QueryPiece) -> Term:
        """Whom goods are for, also in other words: of seniors "people over fifty"."""
        return self._word(piece.text, piece.tokens[0], _Known(self._known([piece]).meanings))

    def _done_by(self, piece: QueryPiece) -> _Known:
        """What somebody is known for who is all that is asked for: "for gardeners" is gardening."""
        return _Known(topics=self._known([piece]).leaning) if self._is_for_somebody(piece) else _Known()

    def _only_begun(self, piece: QueryPiece) -> tuple[str, ...]:
        """Topics whose name begins with a word that no word of the catalogue goes on from: "versich"."""
        word = piece.tokens[0]
        if len(piece.tokens) > 1 or len(word) < _SHORTEST_BEGUN or piece.quoted or piece.domain:
            return ()
        if word in self.lexicon or not self.lexicon.known or self.lexicon.beginnings(word):
            return ()
        return self._likeliest((word,), begun_by_language(word))[:_MOST_LEANING]

    def _longest_known(self, pieces: Sequence[QueryPiece], place: int) -> tuple[int, _Known]:
        """How many pieces from here are known to mean something together, and what; the first alone for nothing."""
        some: list[QueryPiece] = []
        for piece in pieces[place : place + max(_LONGEST_PHRASE, longest_asked(), longest_brand())]:
            if piece.quoted or piece.domain:
                break
            some.append(piece)
        for length in range(len(some), 0, -1):
            if known := self._known(some[:length]):
                return length, known
        return 1, _Known()

    def _known(self, pieces: Sequence[QueryPiece]) -> _Known:
        """What pieces are known to mean together."""
        words = _tokens(pieces)
        meanings = self.lexicon.edits.meanings.get(tuple(chain.from_iterable(key(word) for word in words)), Meanings())
        brand = is_brand(words) and not (len(pieces) == 1 and words[0] in self.lexicon)
        known = _Known(meanings, self._topics(pieces), brand)
        if len(words) > 1 and known.topics:
            return known
        related = self._related_topics(words)
        if len(words) == 1 and not (self.lexicon.known and self._programs(words[0]) < _SELDOM):
            return known._replace(leaning=related)  # a word that enough programs have speaks for itself
        if related:
            topics = tuple(dict.fromkeys((*known.topics, *related)))
            return known._replace(topics=topics, sold_there=not known.topics)
        # "Drop shipping" is dropshipping.
        return known._replace(topics=known.topics or self._topics_of_the_trade(("".join(words),)))

    # -- terms ---------------------------------------------------------------------------------------------------

    def _term(self, pieces: Sequence[QueryPiece], known: _Known, *, begun: bool = False) -> Term:
        text = _text(pieces)
        words = _tokens(pieces)
        if pieces[0].domain:
            return Term(text, domain=pieces[0].domain, phrases=(" ".join(words),), named=True, programs=1, real=True)
        if pieces[0].quoted:
            return self._quoted(text, words)
        if known.brand:
            absent = not all(word in self.lexicon for word in words)
            spelled = ("".join(words),)
            phrases = (" ".join(words),) if len(words) > 1 else ()
            return Term(
                text,
                spelled,
                phrases=phrases,
                named=True,
                programs=1,
                absent=absent and self.lexicon.known,
                real=True,
            )
        if len(words) > 1:
            return self._phrase(text, pieces, known)
        if known.topics and accents(pieces[0]) and filler_at(words, 0):
            return Term(text, topics=known.topics, programs=1)
        return self._word(text, words[0], known, begun=begun)

    def _topics(self, pieces: Sequence[QueryPiece]) -> tuple[str, ...]:
        """Topics that words ask for together: in a language that is likely, or in any if they are no words of those."""
        words = _tokens(pieces)
        own = self.lexicon.edits.topics.get(tuple(chain.from_iterable(key(word) for word in words)), ())
        return tuple(dict.fromkeys((*own, *self._topics_of_the_trade(words))))

    def _topics_of_the_trade(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return self._likeliest(words, asked_by_language(words))

    def _related_topics(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Topics that sell what words name."""
        return self._likeliest(words, related_by_language(words))

    def _begun_topics(self, pieces: Sequence[QueryPiece]) -> tuple[str, ...]:
        """Topics whose name goes on as the last words of a query begin: "running sh" means running shoes."""
        for length in range(min(len(pieces), _LONGEST_PHRASE), 1, -1):
            words = _tokens(pieces[-length:])
            if len(words[-1]) > 1 and (by_language := begun_by_language(" ".join(words))):
                return self._likeliest(words, by_language)[:_MOST_LEANING]
        return ()

    def _likeliest(self, words: tuple[str, ...], by_language: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """What words mean in the languages that are likely; in any if they are no words of those."""
        if not by_language:
            return ()
        if self.languages == _TRADE and self.spoken is None:  # no word of the query tells
            self.spoken = "en" if "en" in by_language else next(iter(by_language))
        if self.certain and self.certain in by_language:
            return by_language[self.certain]
        likely = tuple(dict.fromkeys(slug for language in self.languages for slug in by_language.get(language, ())))
        if likely or (self._speaks(words) and any(map(self._programs, words))):
            return likely
        return tuple(dict.fromkeys(slug for slugs in by_language.values() for slug in slugs))

    def _speaks(self, words: tuple[str, ...]) -> bool:
        """Whether words are of the languages that are likely."""
        return all(
            any(self.lexicon.in_language(word, each) or commonness(word, each) > 1 for each in self.languages)
            for word in words
        )

    def _quoted(self, text: str, words: tuple[str, ...]) -> Term:
        """Words that hold together, as they stand."""
        least = min(map(self.lexicon.count, words))
        return (
            Term(text, words, programs=least)
            if len(words) == 1
            else Term(text, phrases=(" ".join(words),), programs=least)
        )

    def _phrase(self, text: str, pieces: Sequence[QueryPiece], known: _Known) -> Term:
        """Several words that are one thing: a known phrase, or words written with a mark between ("e-mail")."""
        words = _tokens(pieces)
        joined = "".join(words)
        letters = all(len(word) <= _SINGLE_LETTERS for word in words)  # "AT&T" is no "att"
        written = joined in self.lexicon or not self.lexicon.known
        spelled = (joined, *self._forms(joined)) if written and not letters else ()
        parts: tuple[Term, ...] = ()
        if len(pieces) > 1 and known.topics and not known.meanings.words:
            # A topic's words may stand apart in a text: "food for dogs".
            goods = [piece for piece in pieces if not self._is_for_somebody(piece)] or pieces
            # Of what is for somebody the goods alone are found, too, further down.
            what = _Known(topics=self._topics(goods)) if len(goods) == 1 < len(pieces) else _Known()
            parts = tuple(self._word(piece.text, piece.tokens[0], what, part=True) for piece in goods)
        return Term(
            text,
            words=spelled,
            phrases=() if parts else tuple(dict.fromkeys((" ".join(words), *self._phrase_forms(words)))),
            parts=parts,
            synonyms=self._synonyms(known.meanings),
            topics=known.topics,
            facts=_facts(known.meanings),
            programs=min(self._programs(word) for word in words),
        )

    def _synonyms(self, known: Meanings) -> tuple[str, ...]:
        """Synonyms in the forms that the catalogue holds; the file of synonyms is written in English."""
        found: dict[str, None] = {}
        for synonym in known.words[:_MOST_SYNONYMS]:
            said = tokens(synonym)
            if len(said) > 1:
                found[synonym] = None
                continue
            forms = (*said, *self.lexicon.forms(said[0], tuple(dict.fromkeys(("en", *self.languages)))))
            found |= dict.fromkeys(form for form in forms if form in self.lexicon or not self.lexicon.known)
        return tuple(found)

    def _phrase_forms(self, words: tuple[str, ...]) -> Iterator[str]:
        """A phrase with its last word in its other forms; single letters have none."""
        if len(words[-1]) <= _SINGLE_LETTERS:
            return
        for form in self._forms(words[-1])[:2]:
            yield " ".join((*words[:-1], form))

    def _forms(self, word: str) -> tuple[str, ...]:
        return self.lexicon.forms(word, self.languages)

    def _programs(self, word: str) -> int:
        return self.lexicon.count(word) + sum(map(self.lexicon.count, self._forms(word)))

    def _word(self, text: str, word: str, known: _Known, *, begun: bool = False, part: bool = False) -> Term:
        """One word: in its forms, as a compound's parts, as what it was meant to be, or as it stands. A `part` of what
        is known as a whole is taken for no goods that no program has."""
        lexicon = self.lexicon
        goods_too = self.short and not part
        forms = self._forms(word)
        beginnings = tuple(each for each in lexicon.beginnings(word) if each not in forms) if begun else ()
        held = lexicon.words.get(word)
        if forms and not held and not part and (corrected := self._rather(word, forms)):
            return self.mended_term(text, word, corrected)
        synonyms, facts = self._synonyms(known.meanings), _facts(known.meanings)
        split = self._split(word) if held is None or held.programs < _RARE else ()
        if held or forms or beginnings or not lexicon.known:
            return Term(
                text,
                # What is said for the word where it is not held: the form that is.
                words=(word, *forms) if held or not forms else (*forms, word),
                beginnings=beginnings,
                phrases=split[:2],
                synonyms=synonyms,
                topics=known.topics,
                leaning=known.leaning,
                facts=facts,
                named=bool(held and held.named),
                programs=self._programs(word),
            )
        sure = known.topics or self._is_real(word)
        mistyped = (
            not (sure or part) and self.corrected and nearest_typo(word, lexicon, self.languages, goods_too=goods_too)
        )
        parts = () if mistyped else self._compound(word)
        if parts or synonyms or facts or known.topics:  # a word that is known to mean another is none that was mistyped
            return Term(
                text,
                words=(word,),
                phrases=split[:2],
                parts=parts,
                synonyms=synonyms,
                topics=known.topics,
                facts=facts,
                programs=min((part.programs for part in parts), default=1),
            )
        if self._is_real(word):
            return Term(text, words=(word,), phrases=split[:2], absent=not split, real=True)
        mendable = self.corrected and not part
        if mendable and (corrected := meant(word, lexicon, self.languages, goods_too=goods_too)) is not None:
            # "Noblemaplebags" may be a name, too, however near to another one.
            return msgspec.structs.replace(self.mended_term(text, word, corrected), phrases=split[:2])
        longer = () if split or part or len(word) < _SHORTEST_BEGUN else lexicon.beginnings(word)
        if longer and word.isalpha():  # "aquar", as far as it was typed
            return Term(text, words=(word,), beginnings=longer, programs=max(map(lexicon.count, longer)))
        return Term(text, words=(word,), phrases=split, programs=1, absent=not split)

    def _rather(self, word: str, forms: tuple[str, ...]) -> str | None:
        """What a word that no language knows was meant to be rather than a form of a rarer word of another language
        ("suplements" are supplements before "suplementos")."""
        if not self.corrected or languages_knowing(word):
            return None
        corrected = nearest_typo(word, self.lexicon, _TRADE)
        few = sum(map(self.lexicon.count, forms))
        return corrected if corrected and self.lexicon.in_language(corrected, "en") > _FAR_MORE * few else None

    def mended_term(self, text: str, word: str, corrected: str) -> Term:
        """A mistyped word as the one that was meant, with all that this one means.

        The typed word is asked for too: a lexicon may be older than the index.
        """
        _, known = self._longest_known([QueryPiece(corrected, (corrected,), corrected)], 0)
        held = self.lexicon.words.get(corrected)
        return Term(
            text,
            words=(corrected, *self._forms(corrected), word),
            synonyms=self._synonyms(known.meanings),
            topics=known.topics,
            facts=_facts(known.meanings),
            corrected=corrected,
            named=bool(held and held.named),
            programs=self._programs(corrected),
        )

    def _is_real(self, word: str) -> bool:
        """Whether a word that no program has is right all the same: a word of a language that is likely, or a brand."""
        if len(word) < _SHORTEST_REAL:
            return False
        return any(commonness(word, each) >= _COMMON for each in {"en", *self.languages})

    def _split(self, word: str) -> tuple[str, ...]:
        """A word as the words that it may be, typed as one ("tshirts", "noblemaplebags"), the likeliest first."""
        two, several = typed_as_one(word, self.lexicon)
        forms = [form for phrase in two[:1] for form in self._phrase_forms(tuple(phrase.split()))]
        return tuple(dict.fromkeys((*two[:1], *several, *forms, *two[1:])))

    def _compound(self, word: str) -> tuple[Term, ...]:
        """The parts of a compound, each found alone; empty for a word that is none."""
        spoken = [language for language in self.languages if language in COMPOUNDING]
        if not spoken and self.languages == _TRADE:  # no word of the query tells
            spoken = [language for language in COMPOUNDING if self.spoken in (None, language)]
        found = compound(word, self.lexicon, spoken)
        if found is None:
            return ()
        if not self.languages or self.languages == _TRADE:
            self.spoken = found.language
        reader = _Reader(self.lexicon, (found.language,), self.literal, corrected=self.corrected)
        head = found.head
        known = reader._longest_known([QueryPiece(head, (head,), head)], 0)[1]
        # Whom goods are for need not be found; and a part that no program has alone is not asked for: the other is.
        parts = (head,) if found.first in audience_words() else (found.first, head)
        return tuple(
            reader._word(part, part, known if part is head else _Known())
            for part in parts
            if reader._held(part) or (part is head and known.topics)
        )

    def _held(self, word: str) -> bool:
        return word in self.lexicon or bool(self._forms(word))

    def _joined(self, terms: list[Term]) -> tuple[Term, ...]:
        """Two neighbours that the catalogue also writes as one word are found either way."""
        found: list[Term] = []
        place = 0
        while place < len(terms):
            one = terms[place]
            other = terms[place + 1] if place + 1 < len(terms) else None
            if other and _plain(one) and _plain(other):
                word = one.words[0] + other.words[0]
                if word in self.lexicon and len(word) <= 30:
                    found.append(
                        Term(
                            f"{one.text} {other.text}",
                            words=(word, *self._forms(word)),
                            parts=(one, other),
                            programs=min(one.programs, other.programs) + self._programs(word),
                        )
                    )
                    place += 2
                    continue
            found.append(one)
            place += 1
        return tuple(found)


_PLACES = ("geoTargeting", "language", "textLanguage")
_UNITED_STATES = "usa"
_RARE = 3
_FAR_MORE = 3
_SELDOM = 30  # programs: of a thing that fewer have, those of its kind are meant, too
_SINGLE_LETTERS = 2
_SHORTEST_REAL = 3
_LONGEST_NAME = 24  # words
_MOST_MENDED = 12  # ways to read a query whose words never meet
_SLIPS = 100  # programs that have a word by which another may have been meant, at most
_COMMON = 3  # of a vocabulary: rarer words are often names, or mistyped ones


def _is_software(term: Term) -> bool:
    verticals = verticals_of(term.topics)
    return bool(verticals) and verticals <= SOFTWARE_VERTICALS


def _covering(term: Term) -> Term:
    """The one thing that is asked for: where its topic covers others these are meant, too, further down."""
    covered = covered_by(term.topics)
    return msgspec.structs.replace(term, topics=term.topics + covered, leaning=term.topics) if covered else term


def _filling_beside(named: Iterable[NamedFact]) -> list[Collection[str]]:
    """Words that only fill in a query that names these: "that accept" before a country, "allowed" after a fact."""
    kinds = {each.parameter in _PLACES for each in named}
    if not kinds:
        return []
    return [words_beside("fact"), words_beside("place")] if True in kinds else [words_beside("fact")]


def _plain(term: Term) -> bool:
    return (
        bool(term.words)
        and not (term.real and not term.absent)
        and not term.parts
        and not term.phrases
        and " " not in term.text
        and not term.domain
    )


def _as_read(term: Term, pieces: Sequence[QueryPiece]) -> list[str]:
    """The words of a term as they were read: what a typing error meant, or the form that the catalogue holds."""
    if len(pieces) == 1 and len(pieces[0].tokens) == 1 and term.words and not term.parts:
        return [term.words[0]]
    if term.parts and len(term.parts) == len(pieces):
        return [part.words[0] for part in term.parts if part.words]
    return list(_tokens(pieces))


def _facts(known: Meanings) -> tuple[tuple[str, str], ...]:
    return tuple((fact.field, fact.value) for fact in known.facts)


def _lift(text: str, found: NamedFact) -> Lift:
    wish = found.wish
    if found.kind == "fact" or wish is None:
        return Lift(text, found.parameter, found.filter, found.label)
    return Lift(
        text,
        found.parameter,
        found.filter,
        found.label,
        wish.field,
        steps=wish.steps,
        below=wish.below,
        newest=wish.newest,
    )
