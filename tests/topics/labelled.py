"""The texts that were labelled by hand, and how well topics are found in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.normalising import Rejected, normalise
from app.normalising.topics import topics_of
from generators import catalogue


@dataclass(frozen=True)
class Text:
    """A program's texts as the tagger gets them, and the topics that a reader finds in them."""

    name: str
    description: str | None
    category: str | None
    language: str | None
    topics: frozenset[str]


@cache
def LABELLED() -> dict[str, list[Text]]:  # noqa: N802
    """`generated` and `real` texts."""
    labels = tomllib.loads(Path(__file__).with_name("labels.toml").read_text("utf-8"))
    return {"generated": _generated(labels["generated"]), "real": [_real(each) for each in labels["real"]]}


def _real(each: dict[str, str]) -> Text:
    category = each.get("category")
    return Text(
        each["name"],
        each["description"],
        category.split(" > ")[-1] if category else None,
        each.get("language"),
        frozenset(each["topics"].split()),
    )


def _generated(labels: dict[str, dict[str, str]]) -> list[Text]:
    texts = []
    for network, wanted in labels.items():
        left = dict(wanted)
        for record in catalogue(network, seed=1):
            if record.external_id in left:
                try:
                    program = normalise(record)
                except Rejected:
                    continue
                topics = frozenset(left.pop(record.external_id).split())
                texts.append(Text(program.name, program.description, program.category, program.text_language, topics))
                if not left:
                    break
        assert not left, f"the generated catalogue of {network} lacks {sorted(left)}"
    return texts


def found(text: Text) -> tuple[str, ...]:
    """The topics found in a text."""
    return topics_of(text.name, text.description, text.category, text.language) or ()


def measured(texts: Iterable[Text]) -> tuple[float, float]:
    """(precision, recall) over all pairs of a text and a topic."""
    right = said = wanted = 0
    for text in texts:
        topics = frozenset(found(text))
        right, said, wanted = right + len(topics & text.topics), said + len(topics), wanted + len(text.topics)
    return right / said, right / wanted
