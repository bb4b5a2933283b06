"""What matched, marked in this process from the analysis: typed words, their forms, synonyms and corrections alike."""

from __future__ import annotations

import html
from collections.abc import Iterable

from app.search.query_analysis import QueryAnalysis
from mappings.tokens import spans as words_of
from mappings.tokens import tokens

Spans = list[tuple[int, int]]
_FRAGMENT = 160  # characters of a long text that are shown,
_LEAD = 30  # and of them before the first match


class Highlighter:
    """Finds the parts of texts that answer an analysed query. `words` are tokens, `phrases` several of them in order.

    `asked` has, for each part of the query in its order, its words as typed and the tokens that answer it.
    """

    def __init__(
        self,
        words: Iterable[str],
        phrases: Iterable[tuple[str, ...]],
        asked: Iterable[tuple[tuple[str, ...], frozenset[str]]],
    ) -> None:
        self._words = frozenset(words)
        self.asked = tuple(asked)
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            self._phrases.setdefault(phrase[0], []).append(phrase)

    def spans(self, text: str) -> Spans:
        """The parts [start, end) of a text that match, neighbours of a phrase as one."""
        found = words_of(text)
        marked: Spans = []
        place = 0
        while place < len(found):
            word, start, end = found[place]
            length = self._phrase_at(found, place)
            if length:
                marked.append((start, found[place + length - 1][2]))
                place += length
                continue
            if word in self._words:
                marked.append((start, end))
            place += 1
        return marked

    def _phrase_at(self, found: list[tuple[str, int, int]], place: int) -> int:
        best = 0
        for phrase in self._phrases.get(found[place][0], ()):
            length = len(phrase)
            if length > best and tuple(each[0] for each in found[place : place + length]) == phrase:
                best = length
        return best

    def matched(self, text: str, spans: Spans) -> tuple[str, ...]:
        """The typed words that the marked parts of a text answer."""
        found = {word for start, end in spans for word in tokens(text[start:end])}
        return tuple(dict.fromkeys(word for typed, answers in self.asked if answers & found for word in typed))

    @property
    def typed(self) -> tuple[str, ...]:
        """All typed words that may be matched."""
        return tuple(dict.fromkeys(word for typed, _ in self.asked for word in typed))


def highlighter(analysis: QueryAnalysis) -> Highlighter:
    """What marks the matches of an analysed query."""
    words: set[str] = set(analysis.optional)
    phrases: set[tuple[str, ...]] = set()
    asked: list[tuple[tuple[str, ...], frozenset[str]]] = []
    terms = (*analysis.terms, *analysis.audience, *analysis.left_out)
    for term in sorted(terms, key=lambda term: analysis.q.find(term.text)):
        answers: set[str] = set()
        for each in term.found_by:
            answers.update(each.words)
            answers.update(each.beginnings)
            for text in (*each.phrases, *each.synonyms):
                said = tuple(tokens(text))
                if len(said) == 1:
                    answers.add(said[0])
                elif said:
                    phrases.add(said)
                    asked.append((tuple(tokens(term.text)), frozenset(said)))
        words |= answers
        asked.append((tuple(tokens(term.text)), frozenset(answers)))
    asked += [((word,), frozenset((word,))) for word in analysis.optional]
    for lift in (*analysis.facts, *analysis.wishes):
        said = tuple(tokens(lift.text))
        words.update(said)
        asked += [((word,), frozenset((word,))) for word in said]
    places = {word: place for place, word in reversed(list(enumerate(tokens(analysis.q))))}
    asked.sort(key=lambda each: min((places[word] for word in each[0] if word in places), default=len(places)))
    return Highlighter(words, phrases, asked)


def marked(text: str, spans: Spans) -> str:
    """A text with its spans in <mark>, everything else escaped: safe to put into a page as it is."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [html.escape(text[done:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        done = end
    parts.append(html.escape(text[done:]))
    return "".join(parts)


def _richest(spans: Spans) -> int:
    """Where the part begins that holds the most of the spans, the first of equals."""
    best, most, last = spans[0][0], 0, 0
    for first, (begin, _) in enumerate(spans):
        while last < len(spans) and spans[last][1] <= begin + _FRAGMENT - _LEAD:
            last += 1
        if last - first > most:
            best, most = begin, last - first
    return best


def best_part(text: str, spans: Spans) -> str:
    """The part of a text with the most matches, about 160 characters from a word's beginning, marked."""
    if len(text) <= _FRAGMENT or not spans:
        return marked(text, spans)
    start = max(_richest(spans) - _LEAD, 0)
    if start:
        start = text.find(" ", start) + 1
    end = min(start + _FRAGMENT, len(text))
    if end < len(text) and (blank := text.rfind(" ", start + 1, end)) > max(
        (b for _, b in spans if b <= end), default=start
    ):
        end = blank
    inside = [(a - start, min(b, end) - start) for a, b in spans if start <= a < end]
    return marked(text[start:end], inside)
