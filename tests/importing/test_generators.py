"""The generated catalogues keep what design.md promises.

1. Volumes, ids, categories and data source; a larger catalogue keeps its ids apart.
2. Every percent shown lies in its network's range, and at most a tenth of rows show none.
3. The same seed gives the same bytes, however the range is cut; another seed changes the same programs.
4. What a network never gives is None; countries and languages are always given.
5. Every place has its words, and its people are called as Faker calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import msgspec
import pytest

from generators import VOLUMES, catalogue
from generators.catalogue import BLOCK, CATALOGUES
from generators.draw_people import drawn
from generators.people import people
from generators.places import places
from generators.vocabulary import read_words, topics
from mappings.network_program import NetworkProgram
from mappings.taxonomy import vertical_of

RANGES = {
    "clickbank": (40, 75),
    "shareasale": (4, 50),
    "cj": (5, 20),
    "rakuten": (5, 15),
    "awin": (5, 25),
}
NEVER_GIVEN = {
    "clickbank": ("epc", "cookie", "logo_url", "merchant_url", "conversion_rate"),
    "shareasale": ("logo_url", "conversion_rate", "launched"),
    "cj": ("cookie", "logo_url", "average_earnings", "conversion_rate", "payment_days"),
    "rakuten": ("epc", "average_earnings", "popularity", "conversion_rate"),
    "awin": ("average_earnings",),
}


@pytest.fixture(scope="module")
def programs() -> dict[str, list[NetworkProgram]]:
    return {network: list(catalogue(network)) for network in VOLUMES}


def percents(program: NetworkProgram) -> list[float]:
    """Every percent a program shows, in its text and in its lines."""
    texts = [program.commission_text or ""]
    bare: list[float] = []
    for line in program.commissions:
        for value in (line.value, line.low, line.high):
            if isinstance(value, str):
                texts.append(value)
            elif value is not None and line.kind == "percent":
                bare.append(float(value))
    return bare + [float(number) for text in texts for number in re.findall(r"([\d.]+)%", text)]


def test_volumes() -> None:  # 1
    """80,000 programs in the volumes of the design."""
    assert VOLUMES == {
        "clickbank": 10_000,
        "shareasale": 25_000,
        "cj": 15_000,
        "rakuten": 12_000,
        "awin": 18_000,
    }


@pytest.mark.parametrize("network", VOLUMES)
def test_every_program_once(network: str, programs: dict[str, list[NetworkProgram]]) -> None:  # 1
    """As many programs as promised, each with its own id, all said to be generated."""
    records = programs[network]
    assert len(records) == VOLUMES[network] == len({record.external_id for record in records})
    assert {record.data_source for record in records} == {f"generator:{network}"}
    assert {record.network for record in records} == {network}


def test_categories(programs: dict[str, list[NetworkProgram]]) -> None:  # 1
    """92 pairs of network and category, 75 distinct names."""
    pairs = {
        (record.network, category)
        for record in chain.from_iterable(programs.values())
        for category in record.categories
    }
    assert len(pairs) == 92
    assert len({name for _, name in pairs}) == 75
    assert [len(lists.categories) for lists in CATALOGUES.values()] == [20, 20, 19, 16, 17]


@pytest.mark.parametrize("network", VOLUMES)
def test_rates_in_range(network: str, programs: dict[str, list[NetworkProgram]]) -> None:  # 2
    """Every percent lies in the network's range, and at most a tenth of the rows show none."""
    low, high = RANGES[network]
    shown = [percents(program) for program in programs[network]]
    assert all(low <= percent <= high for percents in shown for percent in percents)
    assert sum(not percents for percents in shown) <= 0.1 * len(shown)


@pytest.mark.parametrize("network", VOLUMES)
def test_silence_of_networks(network: str, programs: dict[str, list[NetworkProgram]]) -> None:  # 4
    """What the real network never gives is None; country and language always are given."""
    for program in programs[network]:
        assert all(getattr(program, field) is None for field in NEVER_GIVEN[network])
        assert program.geo_targeting
        assert program.primary_region
        assert program.language
        assert program.text_language
        assert program.name
        assert program.description


@pytest.mark.parametrize("network", VOLUMES)
def test_same_seed_same_bytes(network: str) -> None:  # 3
    """Parts of a range, cut anywhere, are the bytes of one pass."""
    whole = _bytes(catalogue(network, seed=7, stop=3 * BLOCK))
    cut = BLOCK + 123
    assert whole == _bytes(
        chain(catalogue(network, seed=7, stop=cut), catalogue(network, seed=7, start=cut, stop=3 * BLOCK))
    )


@pytest.mark.parametrize("network", VOLUMES)
def test_other_seed_other_content(network: str) -> None:  # 3
    """Another seed says other things about the same programs."""
    one, two = list(catalogue(network, seed=1, stop=400)), list(catalogue(network, seed=2, stop=400))
    assert [program.external_id for program in one] == [program.external_id for program in two]
    assert sum(a.description == b.description for a, b in zip(one, two, strict=True)) == 0


@pytest.mark.parametrize("network", VOLUMES)
def test_scaled_up(network: str) -> None:  # 1
    """A larger catalogue keeps its ids apart."""
    total = VOLUMES[network] * 6
    last = [record.external_id for record in catalogue(network, total=total, start=total - 600)]
    first = [record.external_id for record in catalogue(network, total=total, stop=600)]
    assert len(set(last + first)) == 1200


def _bytes(records: Iterator[NetworkProgram]) -> bytes:
    return b"\n".join(msgspec.json.encode(record) for record in records)


def test_categories_are_the_networks_own() -> None:  # 1
    """Every category is spelled as the taxonomy knows it."""
    for network, lists in CATALOGUES.items():
        assert all((network, category.lower()) in vertical_of() for category in lists.categories)


def test_every_place_has_its_words() -> None:  # 5
    """Whatever category and place meet, there are words in the place's language."""
    for lists in CATALOGUES.values():
        for code in lists.places:
            known = topics(places()[code].language)
            assert all(topic in known for topic, _ in lists.categories.values())


def test_people_are_those_that_faker_draws() -> None:  # 5
    for region, by_language in read_words("words", "places").items():
        for language, words in by_language.items():
            assert people()[f"{region}.{language}"] == drawn(words["faker"])
