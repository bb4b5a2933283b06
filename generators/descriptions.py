"""Descriptions: a few sentences, each of three parts drawn from a language's grammar, filled from a topic.

A sentence has 400 to 2,700 frames before any word is filled in, so that no frame comes up often.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import gcd
from random import Random

import msgspec

from generators.distributions import Table, heap
from generators.merchants import Uniform
from generators.places import Place
from generators.vocabulary import Sentence, grammar, topics

GOODS_IN_A_DESCRIPTION = 6  # {a} to {f}

PLANS: dict[str, dict[tuple[str, ...], float]] = {
    "shop": {
        ("lead", "range", "partner"): 42,
        ("lead", "range", "service", "partner"): 25,
        ("lead", "service", "range", "partner"): 10,
        ("partner", "lead", "range"): 20,
        ("lead", "range"): 3,
    },
    "digital": {
        ("lead", "range", "partner"): 77,
        ("partner", "lead", "range"): 20,
        ("lead", "range"): 3,
    },
}
"""Which sentences follow each other, in percent of descriptions."""

YEARS = tuple(str(year) for year in range(1988, 2025))
DAYS = ("14", "30", "30", "30", "45", "60", "60", "90", "100")
VARIANTS = ("8", "12", "15", "20", "24", "30", "40", "50", "60")
COUNTS = ("150", "200", "250", "300", "400", "500", "600", "750", "800", "900")
RATINGS = ("4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9")

FACTS = 600
"""Sets of facts prepared per place: drawing one set is nine times cheaper than drawing each fact."""

Choices = tuple[tuple[str, ...], int]  # what may be drawn, and how many that are


class Writing(msgspec.Struct, frozen=True):
    """All that one network's descriptions of one topic at one place are made of."""

    plans: Table[tuple[Choices, ...]]  # the parts of all sentences, in order
    goods: tuple[str, ...]
    strides: tuple[int, ...]
    people: Table[str]
    qualities: Table[str]
    facts: Table[dict[str, str]]

    def describe(self, name: str, facts: dict[str, str], uniform: Uniform) -> str:
        goods = self.goods
        size = len(goods)
        at = int(uniform() * size)
        stride = self.strides[int(uniform() * len(self.strides))]
        template = "".join([parts[int(uniform() * count)] for parts, count in self.plans(uniform())])
        return template % {
            **facts,
            "name": name,
            "a": goods[at],
            "b": goods[(at + stride) % size],
            "c": goods[(at + 2 * stride) % size],
            "d": goods[(at + 3 * stride) % size],
            "e": goods[(at + 4 * stride) % size],
            "f": goods[(at + 5 * stride) % size],
            "who": self.people(uniform()),
            "quality": self.qualities(uniform()),
        }


@cache
def writing(place: Place, topic: str, style: str, network: str) -> Writing:
    words = topics(place.language)[topic]
    size = len(words.goods)
    return Writing(
        plans=_plans(place.language, style, network),
        goods=words.goods,
        strides=tuple(stride for stride in range(1, size) if size // gcd(stride, size) >= GOODS_IN_A_DESCRIPTION),
        people=words.people,
        qualities=words.qualities,
        facts=_facts(place),
    )


@cache
def _plans(language: str, style: str, network: str) -> Table[tuple[Choices, ...]]:
    sentences = grammar(language).sentences
    return heap(
        {
            tuple(
                parts
                for position, kind in enumerate(kinds)
                for parts in _choices(
                    sentences[f"partner.{network}" if kind == "partner" else f"{style}.{kind}"], position
                )
            ): share
            for kinds, share in PLANS[style].items()
        }
    )


def _choices(sentence: Sentence, position: int) -> Iterator[Choices]:
    first, *others = (part.values for part in sentence)
    yield (first if position == 0 else tuple(f" {line}" for line in first)), len(first)
    for lines in others:
        yield lines, len(lines)


@cache
def _facts(place: Place) -> Table[dict[str, str]]:
    choose = Random(f"facts/{place.code}").choice
    return Table(
        {
            "author": f"{choose(place.first_names.values)} {choose(place.surnames.values)}",
            "city": choose(place.cities.values),
            "country": place.country,
            "year": choose(YEARS),
            "days": choose(DAYS),
            "count": choose(COUNTS),
            "variants": choose(VARIANTS),
            "rating": choose(RATINGS).replace(".", "." if place.language == "en" else ","),
            "amount": choose(place.amounts.values),
        }
        for _ in range(FACTS)
    )
