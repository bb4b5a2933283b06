"""Which language a query is likely written in: what the catalogue's texts, the languages' vocabularies, the names of
topics and accents tell of its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, log

from app.search.lexicon import HeldLexicon
from mappings.intents import filler_languages
from mappings.related import related_by_language
from mappings.topics import asked_by_language
from mappings.vocabulary import COMMON, commonness, languages_knowing

_SAID = 3.0  # logarithm: by how much a language that is likely beforehand is likelier than the largest
_MENTIONED = 0.05  # a language less likely than this is not mentioned
_UNSEEN = 0.3  # of a program: what a word counts that no text of a language has
_ENOUGH_TEXTS = 2000  # of so many texts one may lack an ordinary word; of more it may as well
_NO_FILLER = 0.1  # what a word that fills in one language counts in another
_UNKNOWN = 0.02  # what a word counts in a language that does not know it where others do
_TOPIC = 20.0  # how much likelier a language is that calls a topic by a word which no text has
_PHRASE = 20.0  # the same of several words together, of those languages that may call one so
_RARER = 3  # by how much a word may be less common in a language for the word's other forms there to tell
_FOREIGN_LETTER = 0.002  # what a word counts in a language that does not write one of its letters

_ONE_ACCENT = ("es", "it")  # their words have one accent at most

_WRITTEN_IN: Mapping[str, str] = {
    "ä": "de sv",
    "ö": "de sv",
    "ü": "de",
    "ß": "de",
    "å": "sv",
    "é": "fr es pt it sv",
    "è": "fr it",
    "ê": "fr pt",
    "ë": "fr nl",
    "á": "es pt",
    "à": "fr it pt",
    "â": "fr pt",
    "í": "es pt",
    "î": "fr",
    "ï": "fr nl",
    "ó": "es pt pl",
    "ò": "it",
    "ô": "fr pt",
    "ú": "es pt",
    "ù": "fr it",
    "û": "fr",
    "ñ": "es",
    "ç": "fr pt",
    "ã": "pt",
    "õ": "pt",
    "œ": "fr",
} | dict.fromkeys("ąćęłńśźż", "pl")
"""Letter to the languages that write it, of those whose words are known. Others' letters tell nothing."""


def likely_languages(
    words: Iterable[tuple[str, str]],
    lexicon: HeldLexicon,
    said: str | None,
    *,
    unless_told: bool = False,
    phrases: Iterable[tuple[str, ...]] = (),
) -> tuple[tuple[str, float], ...]:
    """The languages that folded words, each with its letters beyond a to z, are likely of: naive Bayes.

    `phrases` are words beside one another, which may be what a language calls a topic. With `said` it is that language;
    `unless_told` it is that one as long as the words tell of no other.
    """
    if said and not unless_told:
        return ((said, 1.0),)
    programs = lexicon.lexicon.programs
    total = sum(programs.values())
    if not total:
        return ()
    told = [shares for word, letters in words if (shares := _shares(word, letters, lexicon))]
    if not told:
        return ((said, 1.0),) if said else ()
    callings = [
        calling for phrase in phrases if (calling := {*asked_by_language(phrase), *related_by_language(phrase)})
    ]
    floor = _UNSEEN / lexicon.largest_language
    scores = {
        language: log(count / total) * (language != said)
        + _SAID * (language == said)
        + sum(log(shares.get(language, 0.0) + floor * shares.get("", 1.0)) for shares in told)
        - log(_PHRASE) * sum(language not in calling for calling in callings)
        for language, count in programs.items()
        if language and count
    }
    if not scores:
        return ()
    best = max(scores.values())
    shares = {language: exp(score - best) for language, score in scores.items() if score > best - 7}
    whole = sum(shares.values())
    ranked = sorted(shares.items(), key=lambda each: (-each[1], each[0]))[:3]
    return tuple((language, round(share / whole, 4)) for language, share in ranked if share >= _MENTIONED * whole)


def _shares(word: str, letters: str, lexicon: HeldLexicon) -> dict[str, float]:
    """In which share of the texts of each language a word stands, or would; under "" what an unknown word of any other
    language counts."""
    programs = lexicon.lexicon.programs
    common = {language: commonness(word, language) for language in languages_knowing(word)}
    most = max(common.values(), default=0)
    held = lexicon.words.get(word)
    spread = lexicon.spread(word)
    of_those = max((common.get(language, 0) for language in spread), default=0)
    shares: dict[str, float] = {}
    for language, count in spread.items():
        # Forms by rule are often words of another kind: a Swede's shoes ("skor") are no Polish leather ("skora").
        if not most or common.get(language, 0) > of_those - _RARER or (held and held.languages.get(language)):
            shares[language] = count / programs[language]
    unseen = [language for language in common if language not in shares and programs.get(language)]
    topics = {*asked_by_language((word,)), *related_by_language((word,))} if unseen else ()
    for language in unseen:
        rarity = 10.0 ** (COMMON[max(common[language] - 2, 0)] - COMMON[max(most - 2, 0)])
        shares[language] = (
            _UNSEEN / min(programs[language], _ENOUGH_TEXTS) * rarity * (_TOPIC if language in topics else 1.0)
        )
    if fills := filler_languages().get(word):  # "kopen" is Dutch, whatever else it may be
        best = max(shares.values(), default=0.0)
        filling = max((common.get(language, 0) for language in fills), default=0)
        shares = {
            # "Boutique" fills in French, and is as ordinary a word of English.
            language: share * (1.0 if language in fills or common.get(language, 0) >= filling - 1 else _NO_FILLER)
            for language, share in (shares | {each: max(shares.get(each, 0.0), best) for each in fills}).items()
        }
    for language in shares if letters else ():
        shares[language] *= _plausible(language, letters)
    if shares:
        shares[""] = (_UNKNOWN if common else 1.0) * (_FOREIGN_LETTER if letters else 1.0)
    return shares


def _plausible(language: str, letters: str) -> float:
    """What letters leave of a word's share in a language."""
    written = [_WRITTEN_IN[letter] for letter in letters if letter in _WRITTEN_IN]
    if any(language not in languages.split() for languages in written) or (
        language in _ONE_ACCENT and len(written) > 1
    ):
        return _FOREIGN_LETTER
    return 1.0
