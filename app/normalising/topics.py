"""What a program is about: the words of topics found in its name, its category and its description.

A text is read once, word by word, and a word is looked up once, so that the time depends on the length of the text and
not on the number of topics. Whole words count, and the ends of compounds in the languages that write them as one word;
of overlapping phrases the first, of those that begin together the longest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TypeAlias
from unicodedata import is_normalized, normalize

from mappings.folding import folded
from mappings.topics import DIGEST, LANGUAGES, NOTHING, SMALL_WORDS, TOPICS, Phrase

MOST = 8
"""Topics of one program at most."""
RULES = 2  # raise it when the same words would find other topics: stored programs are then looked through again
FINGERPRINT = f"{RULES}-{DIGEST}"
"""Of rules and words: another one may tag the same text otherwise."""

_COMPOUNDS = ("de", "nl", "sv")
_SHORTEST_HEAD = 5  # letters of a compound's second part, and
_SHORTEST_FIRST = 3  # of what stands before it
_LONGEST_WORD = 60
_MOST_WRITTEN = 4000  # characters of a description that are looked at
_PARTS = re.compile(r"&|/|,|;|\+|\band\b|\bund\b|\bet\b|\by\b|\boch\b|\ben\b")

# English words that stand for something else in texts of another language, and more often.
_FALSE_FRIENDS = re.compile(
    r"\b(?:pendants?|gifts?|hoses?|briefs?|boots?|pans?|chat|rings?|coats?|jobs?)\b", re.IGNORECASE
)


def load_topics() -> None:
    """Make the tables that texts are looked through by, in all languages; otherwise the first texts do it."""
    topics_of("-", None, None, None)


def topics_of(name: str, description: str | None, category: str | None, language: str | None) -> tuple[str, ...] | None:
    """Slugs of at most MOST topics, the most telling first; None if there are none.

    What the name says goes before the category, and the category before the description. A text is searched in its own
    `language` (ISO 639-1); where that is unknown it is told by its small words, and where they do not tell it what
    counts is what the text says in English, or in two languages alike.
    """
    if language is None:
        language = _told(description)
    elif language not in LANGUAGES:
        return _first(_of_category("en", category)) if category else None
    # Texts call their program by its name: what that says is said once.
    text = (description or "")[:_MOST_WRITTEN]
    written = _found(language, text.replace(name, ",") if len(name) > 1 else text) if text else []
    whole, part = _of_label(language, category) if category else ((), frozenset[str]())
    found = _meant_by_name(_found(language, name), {*whole, *part, *written})
    found.update(dict.fromkeys(whole))
    if part:  # a label that lists several things says of none that it is sold here, only that it goes before others
        found.update(dict.fromkeys(slug for slug in written if slug in part))
    found.update(dict.fromkeys(written))
    return _first(found)


def _meant_by_name(named: list[str], others: set[str]) -> dict[str, None]:
    """What a name says, as far as it goes with what else is said: Jean's hardware is no shop of jeans."""
    if not named or not others:
        return dict.fromkeys(named)
    verticals = {TOPICS[slug].vertical for slug in others}
    return dict.fromkeys(slug for slug in named if slug in others or TOPICS[slug].vertical in verticals)


def vertical_of_topics(topics: tuple[str, ...] | None) -> str | None:
    """The vertical of a program whose network names no category: that of the first of its topics."""
    return TOPICS[topics[0]].vertical if topics else None


def _first(slugs: Iterable[str]) -> tuple[str, ...] | None:
    return tuple(slugs)[:MOST] or None


@lru_cache(maxsize=4096)
def _of_label(language: str | None, label: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """(topics that all parts of a category name, topics that some of them do)."""
    parts = [part for each in _PARTS.split(label.lower()) if (part := each.strip())]
    by_part = [dict.fromkeys((*_of_category("en", part), *_of_category(language, part))) for part in parts]
    if not by_part:
        return (), frozenset()
    whole = _of_category("en", label) if len(parts) > 1 else ()
    every = tuple(slug for slug in by_part[0] if all(slug in each for each in by_part))
    return tuple(dict.fromkeys((*whole, *every))) if len(parts) == 1 else every, frozenset().union(*by_part)


@lru_cache(maxsize=4096)
def _of_category(language: str | None, label: str) -> tuple[str, ...]:
    return tuple(_found(language, label))


def _told(text: str | None) -> str | None:
    """The language of a text, by its small words; None if they leave it open."""
    if not text:
        return None
    words = text[:1000].lower().split()
    counts = sorted(((sum(word in small for word in words), language) for language, small in SMALL_WORDS.items()))
    (second, _), (most, language) = counts[-2:]
    return language if most >= 2 and most > second else None


def _found(language: str | None, text: str) -> list[str]:
    """Slugs in the order in which a text names them; of no known language in English, or in two languages alike."""
    if language is None:
        several = Counter(slug for each in LANGUAGES if each != "en" for slug in set(_found(each, text)))
        return [
            *_found("en", _FALSE_FRIENDS.sub(",", text)),
            *(slug for slug, languages in several.items() if languages > 1),
        ]
    words = _parted(text).split()
    known = _known(language)
    begins = known.learnt(words) if known.ends else known.begins
    found: list[str] = []
    done, last = 0, len(words) - 1
    for place in [place for place, word in enumerate(words) if word in begins]:
        if place < done:
            continue
        alone, longer = begins[words[place]]
        if longer and place < last and (phrases := longer.get(words[place + 1])):
            for rest, slugs in phrases:
                end = place + 2 + len(rest)
                if not rest or words[place + 2 : end] == rest:
                    found += slugs
                    done = end
                    break
            else:
                found += alone
        else:
            found += alone
    return found


# What stands between words parts them for good, or like a blank: a phrase goes on over a hyphen, not over a comma.
_ENDS = ",.;:!?()|–—•"
_BLANKS = "-'’/\"„“”«»&"


def _parted(text: str) -> str:
    """Lower case and composed, its words between blanks, and a `,` where a phrase ends."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = text.lower()
    for mark in _ENDS:
        if mark in text:
            text = text.replace(mark, " , ")
    for mark in _BLANKS:
        if mark in text:
            text = text.replace(mark, " ")
    return text


_ASCII = str.maketrans(
    {mark: " , " for mark in _ENDS if mark.isascii()} | {mark: " " for mark in _BLANKS if mark.isascii()}
)

# The topics of a word alone; and by the word after it the rest of longer phrases with theirs, the longest first.
_Slugs: TypeAlias = tuple[str, ...]
_Begun: TypeAlias = tuple[_Slugs, dict[str, list[tuple[list[str], _Slugs]]]]
_MOST_REMEMBERED = 200_000


class _Known:
    """The phrases of a language: `begins` is word to what begins with it, `ends` what may end a compound."""

    def __init__(self, keys: Iterable[tuple[str, _Slugs, bool]], compounds: bool) -> None:
        alone: dict[str, _Slugs] = {}
        longer: dict[str, dict[str, list[tuple[list[str], _Slugs]]]] = {}
        ends: dict[str, _Slugs] = {}
        for key, slugs, bends in sorted(keys, key=lambda each: -each[0].count(" ")):
            first, *rest = key.split()
            if rest:
                longer.setdefault(first, {}).setdefault(rest[0], []).append((rest[1:], slugs))
            else:
                alone[first] = slugs
                if bends and compounds and len(first) >= _SHORTEST_HEAD and first.isalpha():
                    ends[first] = slugs
        self.ends = ends
        self.begins: dict[str, _Begun] = {
            word: (alone.get(word, ()), longer.get(word, {})) for word in alone.keys() | longer.keys()
        }
        self._met: tuple[set[str], dict[str, _Begun]] = set(self.begins), dict(self.begins)

    def learnt(self, words: list[str]) -> dict[str, _Begun]:
        """`begins` with the compounds among these words."""
        seen, begins = self._met  # taken together: another thread may begin anew
        for word in words:
            if len(word) >= _SHORTEST_FIRST + _SHORTEST_HEAD and word not in seen:
                if slugs := self._ended(word):
                    begins[word] = (slugs, {})
                seen.add(word)
        if len(seen) > _MOST_REMEMBERED:
            self._met = set(self.begins), dict(self.begins)
        return begins

    def _ended(self, word: str) -> _Slugs:
        if not word.isalpha() or len(word) > _LONGEST_WORD:
            return ()
        starts = range(_SHORTEST_FIRST, len(word) - _SHORTEST_HEAD + 1)
        return next((found for start in starts if (found := self.ends.get(word[start:])) is not None), ())


@cache
def _known(language: str) -> _Known:
    """All phrases of a language."""
    return _Known(_keys(language), language in _COMPOUNDS)


def _keys(language: str) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """(spelling, slugs, whether it may end a compound); what a file has as it stands goes before forms by rule."""
    written: dict[str, list[str]] = {}
    bent: dict[str, list[str]] = {}
    bending: set[str] = set()
    for slug, phrases in _phrases(language):
        for phrase in phrases:
            if not phrase.tags:
                continue
            for spelling in _spellings(phrase.text.lower(), language):
                written.setdefault(spelling, []).extend(slug)
            for form in phrase.forms(language):
                for spelling in _spellings(form, language):
                    bent.setdefault(spelling, []).extend(slug)
                    if phrase.bends:
                        bending.add(spelling)
    for spelling, slugs in bent.items():
        yield spelling, tuple(dict.fromkeys(written.get(spelling, slugs))), spelling in bending


def _phrases(language: str) -> Iterator[tuple[tuple[str, ...], tuple[Phrase, ...]]]:
    yield (), NOTHING.get(language, ())
    for topic in TOPICS.values():
        yield (topic.slug,), topic.phrases[language]


def _spellings(form: str, language: str) -> set[str]:
    """A form as it may stand in a parted text: with accents or without, its hyphens blanks or nothing."""
    if form.isascii() and form.replace(" ", "").isalnum():
        return {" ".join(form.lower().split())}
    found = {" ".join(_parted(form).split())}
    if "-" in form:
        found.add(" ".join(_parted(form.replace("-", "")).split()))
    if language == "de":
        found |= {each.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue") for each in list(found)}
    elif language != "sv" and not form.isascii():  # an umlaut makes another word: Fähren are no fahren
        found |= {folded(each) for each in list(found)}
    return found
