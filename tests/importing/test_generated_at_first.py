"""What somebody sees who starts with the generated catalogue.

1. The most popular programs, in the order a search without words has, are of several networks and languages.
2. One in a hundred is featured, by what PATCH does, with its author; none is verified.
3. Names, texts, domains, categories, ids, countries and languages of seed 1 are those they always were.
"""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from app.importing.marking import feature_generated
from app.normalising import normalise
from generators import VOLUMES
from generators import catalogue as generated
from tests.words import Catalogue

_EACH = 400
_PAGE = 60
# A change of the generators that changes these, changes what everybody has.
_SEED_1 = "e9db46d8022ed3e11c53d3e37cd0b61309d5c5ecb86481b7dc1091ed6e046036"


@pytest.fixture
def catalogue_of_five(catalogue: Catalogue) -> Catalogue:
    """A small catalogue of every generated network, imported whole."""
    records = (each for network in VOLUMES for each in generated(network, total=_EACH))
    catalogue.put([normalise(each) for each in records], partial=False)
    catalogue.index()
    return catalogue


def test_the_first_page_is_mixed_and_some_are_featured(catalogue_of_five: Catalogue) -> None:  # 1, 2
    page = catalogue_of_five.get(perPage=_PAGE)["programs"]
    assert all(each["popularity"] == 100 for each in page[:10])
    networks = [each["network"] for each in page]
    assert len(set(networks)) >= 4
    assert max(networks.count(network) for network in set(networks)) <= _PAGE * 0.75
    assert len({each["network"] for each in page[:20]}) >= 3
    assert len({each["textLanguage"] for each in page}) >= 3

    with catalogue_of_five.connect() as connection:
        assert feature_generated(connection) == 5 * _EACH // 100
    assert catalogue_of_five.rows(
        "select n.slug, count(*) filter (where featured), count(*) filter (where verified) from programs p "
        "join networks n on n.id = p.network_id group by 1 order by 1"
    ) == [(network, _EACH // 100, 0) for network in sorted(VOLUMES)]
    assert catalogue_of_five.rows(
        "select author, marks::text, count(*) from program_marks group by 1, 2"
    ) == [("up", '{"featured":true}', 5 * _EACH // 100)]  # fmt: skip
    catalogue_of_five.index()
    assert catalogue_of_five.get(featured="true")["total"] == 5 * _EACH // 100


def test_seed_1_is_what_it_was() -> None:  # 3
    digest = hashlib.sha256()
    for network in VOLUMES:
        for each in generated(network):
            said = (
                each.external_id, each.name, each.description, each.text_language, each.categories, each.merchant_url,
                each.primary_region, each.geo_targeting, each.language,
            )  # fmt: skip
            digest.update(msgspec.json.encode(said))
    assert digest.hexdigest() == _SEED_1
