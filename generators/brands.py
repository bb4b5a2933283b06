"""Merchants that run programs on several networks, under one name and one domain."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import msgspec

from generators.listing import Catalogue
from generators.merchants import Uniform, domain, naming
from generators.places import Place, places

Brand = tuple[str, str]  # name, domain

DRAWN_SHARE = 0.08
"""Of programs whose topic and place exist on several networks: 5 to 10 % of all then share a domain, as
networks.md 6.2 advises."""

PROGRAMS_OF_A_BRAND = 3.5
STYLE = "shop"  # ClickBank's feed names no merchant


class Brands(msgspec.Struct, frozen=True):
    pool: dict[tuple[str, str], tuple[Brand, ...]]

    def of(self, topic: str, place: Place, uniform: Uniform) -> Brand | None:
        """A brand of that topic and place, or none: then the merchant is on this network alone."""
        if uniform() >= DRAWN_SHARE:
            return None
        brands = self.pool.get((topic, place.code))
        return brands[int(uniform() * len(brands))] if brands else None


def brands_in_common(seed: int, *, scale: float, catalogues: Mapping[str, Catalogue]) -> Brands:
    """The same pool for every network of a seed and a scale."""
    expected: dict[tuple[str, str], list[float]] = {}
    for lists in catalogues.values():
        if lists.style != STYLE:
            continue
        whole_topics = sum(share for _, share in lists.categories.values())
        whole_places = sum(lists.places.values())
        for topic, share in lists.categories.values():
            for code, part in lists.places.items():
                programs = lists.volume * scale * share / whole_topics * part / whole_places
                expected.setdefault((topic, code), []).append(programs)
    uniform = Random(f"{seed}/brands").random
    pool: dict[tuple[str, str], tuple[Brand, ...]] = {}
    for (topic, code), programs_by_network in expected.items():
        if len(programs_by_network) < 2:
            continue
        size = max(1, round(sum(programs_by_network) * DRAWN_SHARE / PROGRAMS_OF_A_BRAND))
        place = places()[code]
        names = [naming(place, topic, STYLE).name(place.cities(uniform()), uniform) for _ in range(size)]
        pool[topic, code] = tuple((name, domain(name, place, uniform)) for name in names)
    return Brands(pool)
