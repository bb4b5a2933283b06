"""Where to apply, and the link of an account: a publisher's id and a template, nothing else of the account.

1. Each account that has joined has its link; others have none.
2. A product's address is led to where the network takes one, and is the merchant's.
3. The route needs a key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.networks.accounts import Account, accounts
from app.networks.links import NoDeepLink, links_of
from app.settings import read_settings
from tests.private.telling import tell
from tests.words import Catalogue, program

ACME: dict[str, Any] = {
    "id": 7,
    "network": "awin",
    "externalId": "123",
    "programUrl": "https://ui.awin.com/merchant-profile/123",
    "affiliateUrl": "https://www.awin1.com/cread.php?awinmid=123&awinaffid=1",
    "merchantDomain": "acme.com",
    "deepLinkAllowed": True,
}


@pytest.fixture
def given(tmp_path: Path) -> list[Account]:
    file = tmp_path / "secrets.toml"
    file.write_text(
        '[awin]\ntoken = "token-of-ours"\npublisher = "11"\n[awin.blog]\ntoken = "another-token"\npublisher = "22"\n'
        '[impact]\naccount_sid = "IRsid"\nauth_token = "impact-token"\n'
    )
    return list(accounts(read_settings({"AFFINDEX_SECRETS_FILE": str(file)})).values())


def test_each_account_that_has_joined(given: list[Account]) -> None:  # 1
    found = links_of(ACME, {"awin": "joined", "awin.blog": "pending"}, given)
    assert found.apply == ACME["programUrl"]
    assert [(each.account, each.link) for each in found.links] == [
        ("awin", "https://www.awin1.com/cread.php?awinmid=123&awinaffid=11")
    ]
    both = links_of(ACME, {"awin": "joined", "awin.blog": "joined"}, given)
    assert [each.link[-2:] for each in both.links] == ["11", "22"]
    assert links_of(ACME, {}, given).links == []
    assert not any("token" in each.link for each in both.links)


def test_a_products_address(given: list[Account]) -> None:  # 2
    (link,) = links_of(ACME, {"awin": "joined"}, given, "https://shop.acme.com/a b?c=d&e=f").links
    assert link.link.startswith(
        "https://www.awin1.com/cread.php?awinmid=123&awinaffid=11&ued=https%3A%2F%2Fshop.acme.com"
    )
    assert "%26e%3Df" in link.link
    at_impact = {**ACME, "network": "impact", "affiliateUrl": "https://acme.pxf.io/c/1/2/3"}
    (link,) = links_of(at_impact, {"impact": "joined"}, given, "https://acme.com/x").links
    assert link.link == "https://acme.pxf.io/c/1/2/3?u=https%3A%2F%2Facme.com%2Fx"


def test_whether_links_lead_to_products(given: list[Account]) -> None:  # 2
    assert links_of(ACME, {}, given).deep_links is True
    assert links_of({**ACME, "deepLinkAllowed": None}, {}, given).deep_links is None
    assert links_of({**ACME, "deepLinkAllowed": False}, {}, given).deep_links is False
    assert links_of({**ACME, "network": "cj"}, {}, given).deep_links is False  # its links have no place for an address


@pytest.mark.parametrize(
    ("more", "to"),
    [
        ({"deepLinkAllowed": False}, "https://acme.com/x"),
        ({}, "https://other.com/x"),
        ({}, "javascript:alert(1)"),
        ({}, "x" * 5000),
    ],
)
def test_where_no_link_leads(given: list[Account], more: dict[str, Any], to: str) -> None:  # 2
    with pytest.raises(NoDeepLink):
        links_of({**ACME, **more}, {"awin": "joined"}, given, to)


def test_the_route(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Acme", network="impact", external_id="1", affiliate_url="https://acme.pxf.io/c/1/2/3"))
    (found,) = catalogue.get()["programs"]
    tell(catalogue, {"1": "joined"}, "impact")
    path, key = f"/api/programs/{found['id']}/links", catalogue.key("read")
    assert catalogue.api.get(path).status_code == 401
    answer = catalogue.api.get(path, headers=key)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["links"] == [{"account": "impact", "link": "https://acme.pxf.io/c/1/2/3"}]
    assert catalogue.api.get(path, params={"to": "nowhere"}, headers=key).status_code == 400
