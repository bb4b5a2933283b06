"""What operators add to how words are read and ranked: synonyms and words of topics, and programs pinned to queries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from mappings.folding import key
from mappings.synonyms import Meanings, meanings

Words = tuple[str, ...]
"""A word or phrase by its key (`mappings.folding.key`)."""


class SearchEdits:
    """Groups of words that mean the same, words that ask for a topic, and ids that come first for a query, in order.

    `version` differs whenever they do, and is the same wherever they are: what is answered with them is stored, and
    named to clients, under it. Empty for none.
    """

    def __init__(
        self,
        synonyms: Iterable[Iterable[str]] = (),
        pins: Iterable[tuple[str, Iterable[int]]] = (),
        topics: Iterable[tuple[str, Iterable[str]]] = (),
    ) -> None:
        groups = [tuple(group) for group in synonyms]
        asked: dict[Words, dict[str, None]] = {}
        for slug, words in topics:
            for word in words:
                asked.setdefault(key(word), {})[slug] = None
        self.topics: Mapping[Words, tuple[str, ...]] = {words: tuple(slugs) for words, slugs in asked.items()}
        self._pins: Mapping[Words, tuple[int, ...]] = {key(query): tuple(ids) for query, ids in pins}
        self.meanings = _with(groups) if groups else meanings()
        parts = (groups, list(self._pins.items()), list(self.topics.items()))
        named = hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=8).hexdigest()
        self.version = named if any(parts) else ""

    def pinned(self, *spellings: str) -> tuple[int, ...]:
        """The ids that are pinned to a query, which may be spelled in several ways."""
        for each in spellings if self._pins else ():
            if found := self._pins.get(key(each)):
                return found
        return ()


def _with(groups: list[tuple[str, ...]]) -> dict[Words, Meanings]:
    """The synonyms of the trade, and before them the groups of one's own: only so many of a word are asked for."""
    merged = dict(meanings())
    for group in groups:
        for word in group:
            words = key(word)
            known = merged.get(words, Meanings())
            others = dict.fromkeys((*(other for other in group if key(other) != words), *known.words))
            merged[words] = Meanings(tuple(others), known.facts)
    return merged


NO_EDITS = SearchEdits()
