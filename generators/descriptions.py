"""Descriptions: a few sentences, each of three parts drawn from a language's grammar, filled from a topic.

A sentence has 400 to 2,700 frames before any word is filled in, so that no frame comes up often.
"""

from __future__ import annotations

from functools import cache
from math import gcd

import msgspec

from generators.distributions import Table, heap
from generators.merchants import NUMBERS, Uniform
from generators.places import Place
from generators.vocabulary import Topic, grammar, topics

GOODS_IN_A_DESCRIPTION = 6  # {a} to {f}

PLANS: dict[str, dict[tuple[str, ...], float]] = {
    "shop": {
        ("lead", "range"): 12,
        ("lead", "range", "service"): 24,
        ("lead", "service", "range"): 8,
        ("lead", "range", "partner"): 24,
        ("lead", "range", "service", "partner"): 24,
        ("partner", "lead", "range"): 8,
    },
    "digital": {
        ("lead", "range"): 30,
        ("lead", "range", "partner"): 55,
        ("partner", "lead", "range"): 15,
    },
}
"""Which sentences follow each other, in percent of descriptions."""

YEARS = Table(tuple(str(year) for year in range(1988, 2025)))
DAYS = Table(("14", "30", "30", "30", "45", "60", "60", "90", "100"))
COUNTS = Table(("150", "200", "250", "300", "400", "500", "600", "750", "800", "900"))
RATINGS = Table(("4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9"))
RATINGS_WITH_COMMA = Table(tuple(rating.replace(".", ",") for rating in RATINGS.values))


class Writing(msgspec.Struct, frozen=True):
    """All that descriptions of one topic at one place are made of."""

    plans: Table[tuple[tuple[Table[str], Table[str], Table[str]], ...]]
    topic: Topic
    goods: tuple[str, ...]
    strides: tuple[int, ...]
    place: Place
    ratings: Table[str]

    def describe(self, name: str, network: str, uniform: Uniform) -> str:
        place, goods = self.place, self.goods
        size = len(goods)
        at = int(uniform() * size)
        stride = self.strides[int(uniform() * len(self.strides))]
        template = " ".join([a(uniform()) + b(uniform()) + c(uniform()) for a, b, c in self.plans(uniform())])
        return template % {
            "name": name,
            "network": network,
            "a": goods[at],
            "b": goods[(at + stride) % size],
            "c": goods[(at + 2 * stride) % size],
            "d": goods[(at + 3 * stride) % size],
            "e": goods[(at + 4 * stride) % size],
            "f": goods[(at + 5 * stride) % size],
            "who": self.topic.people(uniform()),
            "quality": self.topic.qualities(uniform()),
            "author": f"{place.first_names(uniform())} {place.surnames(uniform())}",
            "city": place.cities(uniform()),
            "country": place.country,
            "year": YEARS(uniform()),
            "days": DAYS(uniform()),
            "count": COUNTS(uniform()),
            "rating": self.ratings(uniform()),
            "amount": place.amounts(uniform()),
            "number": NUMBERS(uniform()),
        }


@cache
def writing(place: Place, topic: str, style: str) -> Writing:
    sentences = grammar(place.language).sentences
    words = topics(place.language)[topic]
    size = len(words.goods)
    return Writing(
        plans=heap(
            {tuple(sentences[f"{style}.{kind}"] for kind in kinds): share for kinds, share in PLANS[style].items()}
        ),
        topic=words,
        goods=words.goods,
        strides=tuple(stride for stride in range(1, size) if size // gcd(stride, size) >= GOODS_IN_A_DESCRIPTION),
        place=place,
        ratings=RATINGS if place.language == "en" else RATINGS_WITH_COMMA,
    )
