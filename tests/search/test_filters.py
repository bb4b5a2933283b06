"""Filters.

1. Values of one field are alternatives, fields narrow each other.
2. `!` leaves a value out and keeps what is unknown; `unknown` is a value of its own.
3. Codes fold case; free text is exact; a comma, a mark or the word `unknown` can be escaped.
4. Ranges are inclusive, either end may be open, several are alternatives.
5. Dates cover the whole period they name.
6. Spans (commission) are found by a range that they overlap; an unknown end is open.
7. Facets have limits and orders of their own; values by name come as people order them: capitals and accents do not
   part them.
8. What cannot be is refused with what was probably meant, all of it at once.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.words import Catalogue, program


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("A", network="cj", language=("de", "en"), epc=0.5, category="Food, Drink", cookie_days=30),
        program("B", network="awin", language=("fr",), epc=2.0, category="!Odd", cookie_days=45),
        program("C", network="rakuten", category="unknown", commission_min=5.0, commission_max=10.0),
        program("D", network="cj", epc=0.0, launched_at=date(2025, 3, 31), commission_max=8.0),
        program("E", network="awin", status="paused", launched_at=date(2025, 4, 1), commission_min=20.0),
        program("F", network="awin", status="closed", epc=1.0, recurring=True),
    )
    return shared_catalogue


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"network": "cj,awin"}, "ABDE"),
        ({"network": ["cj", "awin"]}, "ABDE"),
        ({"network": "CJ"}, "AD"),
        ({"network": "!cj"}, "BCE"),
        ({"network": "!cj,!rakuten"}, "BE"),
        ({"network": "cj", "language": "de"}, "A"),
        ({"network": ""}, "ABCDE"),
        ({"language": "de,unknown"}, "ACDE"),
        ({"language": "!de"}, "BCDE"),
        ({"language": "!unknown"}, "AB"),
        ({"epc": "!unknown"}, "ABD"),
        ({"epc": "0.5.."}, "AB"),
        ({"epc": "..0.5"}, "AD"),
        ({"epc": "0"}, "D"),
        ({"epc": "0..0.1,1.."}, "BD"),
        ({"epc": "-1..1"}, "AD"),
        ({"epc": "!0..1"}, "BCE"),
        ({"epc": "1..", "includeUnknown": "epc"}, "BCE"),
        ({"epc": "1..,unknown"}, "BCE"),
        ({"cookieDays": "30.5.."}, "B"),
        ({"cookieDays": "30.2..30.9"}, ""),
        ({"cookieDays": "..1e300"}, "AB"),
        ({"category": r"Food\, Drink"}, "A"),
        ({"category": r"\!Odd"}, "B"),
        ({"category": r"\unknown"}, "C"),
        ({"category": "unknown"}, "DE"),
        ({"category": "food\\, drink"}, ""),
        ({"launchedAt": "2025-03"}, "D"),
        ({"launchedAt": "2025"}, "DE"),
        ({"launchedAt": "..2025-03-31"}, "D"),
        ({"launchedAt": "2025-04-01.."}, "E"),
        ({"commission": "9.."}, "CE"),
        ({"commission": "..4"}, "D"),
        ({"commission": "8..8"}, "CD"),
        ({"commission": "unknown"}, "AB"),
        ({"commission": "!unknown"}, "CDE"),
        ({"status": "closed"}, "F"),
        ({"status": "active,closed"}, "ABCDF"),
        ({"status": "!closed"}, "ABCDE"),
        ({"recurring": "true", "status": "closed"}, "F"),
        ({"recurring": "unknown"}, "ABCDE"),
    ],
)
def test_finds(shop: Catalogue, parameters: dict[str, str], names: str) -> None:  # 1, 2, 3, 4, 5, 6
    shop.finds("", list(names), **parameters)


@pytest.mark.parametrize(
    ("parameters", "parameter", "said"),
    [
        ({"nework": "cj"}, "nework", "did you mean 'network'?"),
        ({"network": "amazon"}, "network", "is no value of 'network'"),
        ({"network": "rakutn"}, "network", "did you mean 'rakuten'?"),
        ({"network": "unknown"}, "network", "always known"),
        ({"epc": "5..1"}, "epc", "the lower end 5 is above the upper end 1"),
        ({"epc": "much"}, "epc", "expected a number or a range"),
        ({"epc": "nan"}, "epc", "expected a number or a range"),
        ({"launchedAt": "2025-13"}, "launchedAt", "expected a date"),
        ({"launchedAt": "2025-02-30"}, "launchedAt", "expected a date"),
        ({"includeUnknown": "epc"}, "includeUnknown", "no range"),
        ({"includeUnknown": "network"}, "includeUnknown", "no range"),
        ({"category": "a\\b"}, "category", "a backslash escapes only"),
        ({"page": "0"}, "page", "a whole number from 1"),
        ({"perPage": "101"}, "perPage", "from 0 to 100"),
        ({"page": "501"}, "page", "the last that pages reach"),
        ({"sort": "prize"}, "sort", "not a sort key"),
        ({"sort": "-newest"}, "sort", "direction of its own"),
        ({"facets": "nework"}, "facets", "did you mean 'network'?"),
        ({"facetLimit": "network:0"}, "facetLimit", "from 1 to 1,000"),
        ({"fields": "nme"}, "fields", "did you mean 'name'?"),
        ({"recurring": "perhaps"}, "recurring", "true or false"),
        ({"q": "x" * 513}, "q", "at most 512"),
        ({"cursor": "x", "page": "1"}, "cursor", "exclude each other"),
        ({"cursor": "forged"}, "cursor", "not one of ours"),
    ],
)
def test_refuses(shop: Catalogue, parameters: dict[str, str], parameter: str, said: str) -> None:  # 8
    problem = shop.get(expect=400, **parameters)
    assert problem["type"].startswith("/problems/")
    assert any(error["parameter"] == parameter and said in error["message"] for error in problem["errors"]), problem
    assert problem["message"] == problem["detail"]


def test_says_everything_that_is_wrong_at_once(shop: Catalogue) -> None:  # 8
    problem = shop.get(expect=400, nework="cj", epc="5..1", perPage="-1")
    assert [error["parameter"] for error in problem["errors"]] == ["nework", "epc", "perPage"]


def test_facets_have_limits_and_orders_of_their_own(shop: Catalogue) -> None:  # 7
    def values(facet: str, **parameters: Any) -> list[str]:
        answer = shop.get(facets="network,language", **parameters)["facets"]
        return [each["value"] for each in answer[facet]["values"]]

    assert values("network") == ["awin", "cj", "rakuten"]
    assert values("network", facetLimit="network:1") == ["awin"]
    assert values("language", facetOrder="name") == ["de", "en", "fr"]
    assert values("network", facetOrder="network:name", facetLimit="2") == ["awin", "cj"]
    assert values("network", facetOrder="name", facetLimit="1", network="rakuten") == ["awin", "rakuten"]
    assert shop.get(expect=400, facetOrder="nwork:name")["errors"][0]["didYouMean"] == "network"
    assert shop.get(expect=400, facetOrder="size")["errors"][0]["parameter"] == "facetOrder"


def test_facets_by_name_are_in_peoples_order(catalogue: Catalogue) -> None:  # 7
    for category in ("zelte", "Éclairage", "eBooks", "Zubehör", "Ebenen", "apps"):
        catalogue.store(program(category, category=category))
    parameters: dict[str, Any] = {"facets": "category", "facetOrder": "name"}
    values = [each["value"] for each in catalogue.get(**parameters)["facets"]["category"]["values"]]
    assert values == ["apps", "Ebenen", "eBooks", "Éclairage", "zelte", "Zubehör"]
    first = [each["value"] for each in catalogue.get(**parameters, facetLimit="3")["facets"]["category"]["values"]]
    assert first == values[:3]
