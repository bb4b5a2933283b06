"""Topics: the types of products and offers that programs are about, with their words in nine languages.

One file of `topic_words` per vertical. Per language the first phrase is the label; the first two are also what a query
asks for. A phrase stands in the number that is natural to it, and its other forms follow by rule
(`mappings.inflection`). `=` before a phrase: in this form only. `?` before it: asked for, never looked for in texts,
where it mostly says something else.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TypeAlias

import msgspec

from mappings.folding import folded
from mappings.inflection import forms
from mappings.taxonomy import VERTICALS
from mappings.tokens import ELIDED

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv")
ASKED_FOR = 2
"""How many of a topic's phrases, the first ones, are what a query of that meaning asks for."""

SMALL_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and of for with your our from you we is are to",
        "de": "der die das und für mit von ist auf den wir oder ihre bei",
        "fr": "le les des et pour avec vous nos sur dans une est chez votre",
        "es": "el los las y para con tu del una nuestros es por sus más",
        "it": "il gli di per con della dei una nostri è da tuo sono che",
        "pt": "o os as para com do da em uma seu nossos não é você mais",
        "nl": "de het een en voor met van je onze is op bij wij ook",
        "pl": "i w z na dla do oraz się nie twoje nasze jest od lub",
        "sv": "och för med av en ett på till vi din är från hos våra",
    }.items()
}
"""Small words that are frequent in every text of their language and rare in those of the other eight."""

_NOTHING = "nothing"  # phrases that hold a topic's word and do not speak of it
_WORD = re.compile(r"[^\W_]+")
_MOST_BEGUN = 12
_NO_WORDS = re.compile(rf"['’]s(?![^\W_])|(?<![^\W_])(?:{'|'.join(sorted(ELIDED))})['’](?=[^\W_])")


class Phrase(msgspec.Struct, frozen=True):
    """A phrase of a topic as its file has it: the words, whether other forms of it count, and whether texts do."""

    text: str
    bends: bool = True
    tags: bool = True

    def forms(self, language: str) -> frozenset[str]:
        """All forms of the phrase, lower case with accents."""
        return forms(self.text, language) if self.bends else frozenset([self.text.lower()])


class Topic(msgspec.Struct, frozen=True):
    """A type of product or offer: `slug` is stored and filtered by, `labels` is language to what it is called."""

    slug: str
    vertical: str
    labels: Mapping[str, str]
    phrases: Mapping[str, tuple[Phrase, ...]]  # language -> as the file has them


def _phrase(written: str) -> Phrase:
    marks = written[: len(written) - len(written.lstrip("=?"))]
    return Phrase(written[len(marks) :].strip(), "=" not in marks, "?" not in marks)


def _phrases(written: str) -> tuple[Phrase, ...]:
    return tuple(_phrase(each.strip()) for each in written.split(";") if each.strip())


def _files() -> Iterator[tuple[str, str]]:
    """(vertical, content) of each file, the verticals in their own order."""
    folder = files("mappings").joinpath("topic_words")
    for name in (*(vertical.slug for vertical in VERTICALS), _NOTHING):
        file = folder.joinpath(f"{name}.toml")
        if file.is_file():
            yield name, file.read_text("utf-8")


def _read() -> tuple[dict[str, Topic], dict[str, tuple[Phrase, ...]], str]:
    topics: dict[str, Topic] = {}
    nothing: dict[str, tuple[Phrase, ...]] = {}
    digest = hashlib.sha256()
    for name, text in _files():
        digest.update(text.encode())
        parsed = tomllib.loads(text)
        if name == _NOTHING:
            nothing = {language: _phrases(written) for language, written in parsed.items()}
            continue
        for slug, words in parsed.items():
            if slug in topics:
                raise ValueError(f"the topic '{slug}' stands under '{topics[slug].vertical}' and under '{name}'")
            phrases = {language: _phrases(words[language]) for language in LANGUAGES}
            labels = {language: each[0].text for language, each in phrases.items()}
            topics[slug] = Topic(slug, name, labels, phrases)
    return topics, nothing, digest.hexdigest()[:16]


TOPICS: Mapping[str, Topic]
"""Every topic by its slug, in the order of its vertical and file."""
NOTHING: Mapping[str, tuple[Phrase, ...]]
"""Language to phrases that hold a topic's word and do not speak of it."""
TOPICS, NOTHING, DIGEST = _read()
"""DIGEST: of all files of topics; another content gives another string."""


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a phrase or query, as `topics_named` and `asked` take them; without possessives and
    elided articles."""
    plain = folded(text)
    if plain.replace(" ", "").isalnum():
        return tuple(plain.split())
    return tuple(_WORD.findall(_NO_WORDS.sub("", plain)))


@cache
def topics_named() -> dict[tuple[str, ...], tuple[str, ...]]:
    """The folded words of a phrase as its file has it to the slugs it asks for, over all languages."""
    named: dict[tuple[str, ...], list[str]] = {}
    for topic in TOPICS.values():
        for language in LANGUAGES:
            for phrase in topic.phrases[language][:ASKED_FOR]:
                named.setdefault(words_of(phrase.text), []).append(topic.slug)
    return {words: tuple(dict.fromkeys(slugs)) for words, slugs in named.items()}


_Meant: TypeAlias = tuple[tuple[str, str], ...]


@cache
def _asked() -> dict[str, _Meant]:
    """The folded words of every form, with blanks between, to (language, slug); written phrases go before forms.

    A hundred thousand entries: forms of one phrase share their meaning, so that they cost a string and a place each.
    """
    found: dict[str, _Meant] = {}
    shared: dict[_Meant, _Meant] = {}
    for language in LANGUAGES:
        for form, slugs in _asked_in(language).items():
            meant = found.get(form, ()) + tuple((language, slug) for slug in slugs)
            found[form] = shared.setdefault(meant, meant)
    return found


def _asked_in(language: str) -> dict[str, tuple[str, ...]]:
    written: dict[str, list[str]] = {}
    bent: dict[str, list[str]] = {}
    for topic in TOPICS.values():
        for phrase in topic.phrases[language][:ASKED_FOR]:
            written.setdefault(" ".join(words_of(phrase.text)), []).append(topic.slug)
            for form in phrase.forms(language):
                bent.setdefault(" ".join(words_of(form)), []).append(topic.slug)
    return {form: tuple(dict.fromkeys(written.get(form, slugs))) for form, slugs in bent.items()}


def asked(words: tuple[str, ...], language: str | None = None) -> tuple[str, ...]:
    """Slugs of the topics that a phrase asks for, in any of its forms; of the given language before all others.

    `words` are folded, each a word of its own (`words_of`). Empty if no topic is called so.
    """
    meant = _asked().get(" ".join(words), ())
    if own := tuple(slug for each, slug in meant if each == language):
        return own
    if len(words) == 1 and any(words[0] in small for small in SMALL_WORDS.values()):
        return ()  # "the" is no French tea
    return tuple(dict.fromkeys(slug for _, slug in meant))


def names_beginning(start: str) -> list[str]:
    """What topics are called by that begins with a folded text of words; a few names, in order."""
    names = _asked_in_order()
    first = bisect_left(names, start)
    return [name for name in names[first : first + _MOST_BEGUN] if name.startswith(start)]


def begun_by_language(start: str) -> Mapping[str, tuple[str, ...]]:
    """Slugs of the topics whose name goes on as a folded text of words begins, in each language; of a few names."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names_beginning(start):
        for language, slug in _asked()[name]:
            found[language] = tuple(dict.fromkeys((*found.get(language, ()), slug)))
    return found


@cache
def _asked_in_order() -> list[str]:
    return sorted(_asked())


def asked_by_language(words: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Slugs of the topics that a phrase asks for in each language that calls one so; in any of its forms."""
    found: dict[str, tuple[str, ...]] = {}
    for language, slug in _asked().get(" ".join(words), ()):
        found[language] = (*found.get(language, ()), slug)
    return found


@cache
def longest_asked() -> int:
    """How many words the longest phrase of `asked` has: no window of a query need be longer."""
    return max(form.count(" ") for form in _asked()) + 1


def verticals_of(topics: Iterable[str]) -> set[str]:
    """The verticals of topics; those of one's own have none."""
    return {TOPICS[topic].vertical for topic in topics if topic in TOPICS}


def slugs_of(value: str) -> tuple[str, ...]:
    """What a filter's value names: a slug, or a word in any of the languages; empty for none, several if unclear."""
    slug = value.strip().lower()
    if slug in TOPICS:
        return (slug,)
    return asked(words_of(value))
