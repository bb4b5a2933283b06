"""Words that no topic is called by, and the topics that sell what they name.

"Blenders" are no topic of ours, and small kitchen appliances are. Such words are the later phrases of a topic's own
file (the first two are what it is called by, `mappings.topics`), and those of the files in `related_words`: topic,
language and phrases in the number that is natural to them. `narrower` has a file per vertical, `broader` what several
topics are part of ("tables"); `covering.toml` says which topics others cover. They are asked for and never looked for
in texts, so that a change of them tags nothing anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from mappings.english import singular
from mappings.intents import fillers
from mappings.spelling import american
from mappings.stems import stem
from mappings.topics import ASKED_FOR, LANGUAGES, TOPICS, words_of

LONGEST = 4
"""How many words a phrase has at most; longer ones of the topics' own files are nothing that is typed."""


def related_by_language(words: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Slugs of the topics that sell what a phrase names, in each language that knows it; in any of its forms.

    `words` are folded, each a word of its own (`words_of`).
    """
    if not 0 < len(words) <= LONGEST:
        return {}
    return {
        language: slugs
        for language in _beginning(words[0])
        if (slugs := _related()[language].get(_root(words, language))) is not None
    }


@lru_cache(maxsize=1 << 15)
def _beginning(word: str) -> tuple[str, ...]:
    """The languages in which some phrase begins with a word: most begin none, and cost no more than this."""
    return tuple(language for language, firsts in _firsts().items() if _root((word,), language) in firsts)


@cache
def written_words() -> frozenset[str]:
    """Phrases of one folded word, as they are written: compounds most of all."""
    return frozenset(
        words[0]
        for phrases in (_of_topics(0, None), of_files("narrower"), of_files("broader"))
        for _, phrase, _ in phrases
        if len(words := words_of(phrase)) == 1
    )


def covered_by(topics: Iterable[str]) -> tuple[str, ...]:
    """Slugs of what these topics cover beside themselves, without repetitions: gardening covers seeds."""
    given = tuple(topics)
    return tuple(dict.fromkeys(each for topic in given for each in _covering().get(topic, ()) if each not in given))


@cache
def _covering() -> Mapping[str, tuple[str, ...]]:
    """Topic to those it covers."""
    written = tomllib.loads(files("mappings").joinpath("related_words", "covering.toml").read_text("utf-8"))
    return {topic: tuple(covered.split()) for topic, covered in written.items()}


@cache
def _firsts() -> Mapping[str, frozenset[str]]:
    """Language to the roots that phrases begin with."""
    return {language: frozenset(root.split(" ", 1)[0] for root in known) for language, known in _related().items()}


def _root(words: tuple[str, ...], language: str) -> str:
    """What the forms of a phrase have in common."""
    if language == "en":
        return " ".join([american(singular(word)) for word in words])
    return " ".join([stem(word, language) for word in words])


@cache
def _related() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Language to the root of a phrase to the topics that sell it."""
    found: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
    _add(found, _of_topics(0, ASKED_FOR))  # in forms that no rule gives: Polish "butach"
    named = {language: frozenset(known) for language, known in found.items()}
    # What a topic is called by means that topic; what is broader means others beside it.
    _add(found, _of_topics(ASKED_FOR, None), but=named)
    _add(found, of_files("narrower"), but=named)
    _add(found, of_files("broader"))
    return found


def _add(
    found: dict[str, dict[str, tuple[str, ...]]],
    phrases: Iterable[tuple[str, str, str]],
    but: Mapping[str, frozenset[str]] | None = None,
) -> None:
    fill = fillers()
    for language, phrase, slug in phrases:
        words = words_of(phrase)
        if not 0 < len(words) <= LONGEST or fill.issuperset(words):
            continue  # "affiliate programs" are what everybody looks for here
        root = _root(words, language)
        slugs = found[language].get(root, ())
        if slug not in slugs and not (but and root in but[language]):
            found[language][root] = (*slugs, slug)


def _of_topics(first: int, end: int | None) -> Iterator[tuple[str, str, str]]:
    """(language, phrase, topic) of the topics' own files, from the first to before the `end` phrase of each."""
    for topic in TOPICS.values():
        for language, phrases in topic.phrases.items():
            for phrase in phrases[first:end]:
                yield language, phrase.text, topic.slug


def of_files(kind: str) -> Iterator[tuple[str, str, str]]:
    """(language, phrase, topic) as the files of `related_words` have them: `narrower` than topics, or `broader`."""
    for file in sorted(files("mappings").joinpath("related_words", kind).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for slug, languages in tomllib.loads(file.read_text("utf-8")).items():
                for language, written in languages.items():
                    for phrase in written.split(";"):
                        yield language, phrase.strip(), slug
