"""What networks tell of the traffic that a program takes: Admitad, OpenAffiliate, impact.com and Rakuten.

1. Admitad's list says of each kind whether it is enabled; its rules are kept as text.
2. OpenAffiliate's rules, impact.com's special terms and Rakuten's software policy are read, the words kept.
3. Who does not speak of it says nothing; a part of a record that does not carry it leaves it as it is stored.
4. A mapping names the columns; rules that it maps speak of the kinds too, and so does a program of one's own.
5. Both lists filter and are facets; programs that are not spoken of are counted apart.
"""

from __future__ import annotations

from typing import Any

import pytest

from app.direct.reading import read as read_own
from app.feeds.layouts import admitad, impact, openaffiliate, rakuten
from app.feeds.mapping import not_carried_by
from app.feeds.mapping import program as mapped
from app.feeds.mapping import read as read_mapping
from app.importing.not_carried import as_number, columns
from app.normalising import normalise
from app.search.bad_request import BadRequest
from mappings.network_program import NetworkProgram
from mappings.program import Program
from tests.words import Catalogue, program

RULES = "<p>1) Запрещено использовать бренд</p>"
CAMPAIGN = {
    "id": 92, "name": "Game", "more_rules": RULES,
    "traffics": [
        {"enabled": False, "name": "Cashback", "id": 1},
        {"enabled": True, "name": "Email - рассылка", "id": 5},
        {"enabled": False, "name": "Контекстная реклама на Бренд", "id": 6},
        {"name": "Toolbar", "id": 9},
        {"enabled": True, "name": "Skywriting", "id": 99},
    ],
}  # fmt: skip


def read(raw: NetworkProgram, network: str = "cj") -> Program:
    return normalise(NetworkProgram(**{**_given(raw), "network": raw.network or network}))


def _given(raw: NetworkProgram) -> dict[str, Any]:
    return {name: getattr(raw, name) for name in raw.__struct_fields__}


def told(found: Program) -> tuple[object, object, object]:
    return found.traffic_allowed, found.traffic_forbidden, found.restrictions


def test_admitads_list() -> None:  # 1
    found = read(admitad.program(CAMPAIGN))
    assert told(found) == (("email",), ("cashback", "brand-bidding"), "1) Запрещено использовать бренд")


def test_rules_of_openaffiliate() -> None:  # 2, 3
    found = read(
        openaffiliate.program({"slug": "a", "name": "A", "restrictions": ["No brand bidding", "No bad words", 7]})
    )
    assert told(found) == (None, ("brand-bidding",), "No brand bidding · No bad words · 7")
    silent = read(openaffiliate.program({"slug": "a", "name": "A", "restrictions": None}))
    assert told(silent) == (None, None, None)


def test_special_terms_of_a_contract_with_impact() -> None:  # 2
    contract = {
        "CampaignId": "7",
        "Terms": {
            "SpecialTermsList": [
                {"TermsName": "Paid search", "TermsType": "PROMOTIONAL_RESTRICTION",
                 "TermsContent": "<ul><li>Brand bidding is prohibited</li><li>Email allowed with approval</li></ul>"},
                {"TermsName": "Empty", "TermsContent": ""},
            ]
        },
    }  # fmt: skip
    campaign = {"CampaignId": "7", "CampaignName": "Brand"}
    assert told(read(impact.campaign(campaign, contract))) == (
        None, ("brand-bidding",), "Paid search · Brand bidding is prohibited · Email allowed with approval"
    )  # fmt: skip
    assert "restrictions" in impact.campaign(campaign).not_carried
    assert "restrictions" not in impact.campaign(campaign, contract).not_carried


@pytest.mark.parametrize(
    ("software", "allowed", "forbidden", "words"),
    [
        ({"dsa": True, "dsa_specs": "On request"}, ("software",), None, "On request"),
        ({"dsa": False, "dsa_specs": ""}, None, ("software",), None),
        ({"dsa": "", "dsa_specs": None}, None, None, None),
        (None, None, None, None),
    ],
)
def test_rakutens_software_policy(software: object, allowed: object, forbidden: object, words: object) -> None:  # 2, 3
    found = read(rakuten.advertiser({"id": 1, "name": "Shoes", "network": 1, "policies": {"software": software}}))
    assert told(found) == (allowed, forbidden, words)


def test_a_mapping_names_the_columns() -> None:  # 3, 4
    mapping = read_mapping(
        '[fields]\nexternal_id = "id"\nname = "name"\nrestrictions = "rules"\n'
        'traffic_allowed = { from = "ok", separator = "," }\n'
    )
    raw = mapped(
        mapping, {"id": "1", "name": "A", "ok": "Coupons, Blogs", "rules": "No PPC"}, "cj", "feed:cj", frozenset()
    )
    assert told(read(raw)) == (("coupon", "content"), ("search-ads",), "No PPC")
    assert not {"traffic_allowed", "traffic_forbidden"} & set(columns(as_number(not_carried_by(mapping))))


def test_a_program_of_ones_own() -> None:  # 4
    found = normalise(read_own({"name": "A", "trafficForbidden": ["PPC", "coupon sites"]}, "1"))
    assert told(found) == (None, ("search-ads", "coupon"), None)
    with pytest.raises(BadRequest, match="Skywriting"):
        read_own({"name": "A", "trafficAllowed": ["email", "Skywriting"]}, "1")


def test_filters_and_facets(catalogue: Catalogue) -> None:  # 5
    catalogue.store(
        program("Strict", traffic_forbidden=("brand-bidding", "coupon"), restrictions="No brand bidding"),
        program("Open", traffic_allowed=("coupon", "email")),
        program("Silent"),
    )
    catalogue.finds("", ["Open"], trafficAllowed="coupons")
    catalogue.finds("", ["Strict"], trafficForbidden="Brand bidding")
    catalogue.finds("", ["Open", "Silent"], trafficForbidden="!coupon")
    catalogue.finds("", ["Open", "Silent"], trafficForbidden="unknown")
    answer = catalogue.get(facets="trafficForbidden")
    facet = answer["facets"]["trafficForbidden"]
    assert {each["value"]: each["count"] for each in facet["values"]} == {"brand-bidding": 1, "coupon": 1}
    assert facet["unknown"] == 2
    strict = next(each for each in answer["programs"] if each["name"] == "Strict")
    assert strict["restrictions"] == "No brand bidding"
    catalogue.get(expect=400, trafficAllowed="skywriting")
