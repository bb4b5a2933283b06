"""The catalogues: a stream of records per network, the same bytes for the same seed, from any start."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random

import msgspec

from generators.brands import Brands, brands_in_common
from generators.descriptions import writing
from generators.dirt import DIRTY_SHARE, soiled
from generators.distributions import Table, heap
from generators.listing import Catalogue, ListedProgram
from generators.merchants import Uniform, domain, naming
from generators.networks import awin, cj, clickbank, rakuten, shareasale
from generators.places import Place, places
from mappings.network_program import NetworkProgram

CATALOGUES: dict[str, Catalogue] = {
    "clickbank": clickbank.CATALOGUE,
    "shareasale": shareasale.CATALOGUE,
    "cj": cj.CATALOGUE,
    "rakuten": rakuten.CATALOGUE,
    "awin": awin.CATALOGUE,
}
VOLUMES: dict[str, int] = {network: lists.volume for network, lists in CATALOGUES.items()}

BLOCK = 500
"""Records that share one source of randomness: few enough to start anywhere, enough to seed rarely."""


PLASTIC = 1.324717957244746
CATEGORY_STEP, PLACE_STEP = 1 / PLASTIC, 1 / PLASTIC**2
"""Two strides that fill the square of (category, place) evenly, the R2 sequence of M. Roberts (2018): every category
has its share of every language at any volume, where independent draws would leave small cells to chance. A program's
place follows from its number alone, not from the seed, because Rakuten's ids contain the region."""


def catalogue(
    network: str,
    *,
    seed: int = 1,
    start: int = 0,
    stop: int | None = None,
    total: int | None = None,
) -> Iterator[NetworkProgram]:
    """Records `start` to `stop` of a network's catalogue of `total` programs (by default its volume).

    However a range is cut, its parts give the same records as one pass; `externalId` does not depend on the
    seed.
    """
    lists = CATALOGUES[network]
    total = lists.volume if total is None else total
    stop = total if stop is None else min(stop, total)
    market = _market(network, seed, total)
    for number in range(start // BLOCK, -(-stop // BLOCK)):
        first = number * BLOCK
        # A string seeds through SHA-512, the same in every process and version.
        uniform = Random(f"{seed}/{network}/{total}/{number}").random
        for index in range(first, min(first + BLOCK, stop)):
            record = market.record(index, uniform)
            if index >= start:
                yield record


class _Market(msgspec.Struct, frozen=True):
    """A network's catalogue, ready to draw from."""

    network: str
    lists: Catalogue
    total: int
    offset: float  # of the seed's walk through the categories
    categories: Table[tuple[str, str]]
    places: Table[Place]
    brands: Brands

    def record(self, index: int, uniform: Uniform) -> NetworkProgram:
        category, topic = self.categories((self.offset + index * CATEGORY_STEP) % 1)
        place = self.places(index * PLACE_STEP % 1)
        style = self.lists.style
        text = writing(place, topic, style, self.network)
        facts = text.facts(uniform())
        brand = self.brands.of(topic, place, uniform)
        if brand:
            name, address = brand
        else:
            name = naming(place, topic, style).name(facts["city"], uniform)
            address = domain(name, place, uniform)
        description = text.describe(name, facts, uniform)
        record = self.lists.record(
            index, self.total, ListedProgram(category, place, name, address, description), uniform
        )
        return soiled(record, uniform) if uniform() < DIRTY_SHARE else record


@lru_cache(maxsize=16)
def _market(network: str, seed: int, total: int) -> _Market:
    lists = CATALOGUES[network]
    return _Market(
        network=network,
        lists=lists,
        total=total,
        offset=Random(f"{seed}/{network}/categories").random(),
        categories=heap({(category, topic): share for category, (topic, share) in lists.categories.items()}),
        places=heap({places()[code]: share for code, share in lists.places.items()}),  # until all are written
        brands=brands_in_common(seed, scale=total / lists.volume, catalogues=CATALOGUES),
    )
