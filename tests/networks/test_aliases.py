"""ShareASale's programs went on at Awin under other numbers.

1. One Awin program of the same domain is the alias; of several, the one of the same region.
2. Where it cannot be told, nothing is noted. Noting again changes nothing.
3. The old id leads to the program at Awin, whose history names it.
"""

from __future__ import annotations

from app.networks.aliases import link_taken_over
from tests.words import Catalogue, program


def test_a_merchant_is_found_again_at_awin(catalogue: Catalogue) -> None:  # 1, 2
    def old(key: str, domain: str | None, region: str | None = None) -> None:
        given = {"network": "shareasale", "external_id": key, "merchant_domain": domain, "primary_region": region}
        catalogue.put([program(key, **given)])

    def new(key: str, domain: str, region: str | None) -> None:
        catalogue.put([program(key, external_id=key, merchant_domain=domain, primary_region=region)])

    old("1", "one.com")
    new("a1", "one.com", "US")
    old("2", "several.com", "US")
    new("a2", "several.com", "GB")
    new("a3", "several.com", "US")
    old("3", "unclear.com")
    new("a4", "unclear.com", "GB")
    new("a5", "unclear.com", "US")
    old("4", None)
    old("5", "gone.com")
    with catalogue.connect() as connection:
        assert link_taken_over(connection, "awin") == 2
        assert link_taken_over(connection, "awin") == 0
    found = catalogue.rows(
        "select a.external_id, p.external_id from program_aliases a join programs p on p.id = a.alias_of order by 1"
    )
    assert found == [("1", "a1"), ("2", "a3")]


def test_a_merchants_old_id_leads_to_awin(catalogue: Catalogue) -> None:  # 3
    catalogue.put([
        program("Old", network="shareasale", external_id="103574", merchant_domain="one.com"),
        program("Stays", network="shareasale", external_id="7", merchant_domain="nobody.com"),
        program("New", external_id="a1", merchant_domain="one.com"),
        program("VENDOR", network="clickbank", external_id="VENDOR"),
    ])  # fmt: skip
    with catalogue.connect() as connection:
        link_taken_over(connection, "awin")
    catalogue.index()
    ids = dict(catalogue.rows("select name, id from programs"))

    def asked(slug: str, key: str) -> tuple[int, str]:
        answer = catalogue.api.get(f"/api/networks/{slug}/programs/{key}", follow_redirects=False)
        return answer.status_code, answer.headers.get("location", "")

    assert asked("shareasale", "103574") == (301, f"/api/programs/{ids['New']}")
    assert asked("shareasale", "7") == (302, f"/api/programs/{ids['Stays']}")
    assert asked("awin", "a1") == (302, f"/api/programs/{ids['New']}")
    assert asked("clickbank", "vendor") == (302, f"/api/programs/{ids['VENDOR']}")
    assert asked("awin", "103574")[0] == 404, "an id is its network's"
    assert asked("nowhere", "1")[0] == 404
    followed = catalogue.api.get("/api/networks/shareasale/programs/103574", follow_redirects=True)
    assert followed.json()["name"] == "New"

    (alias,) = catalogue.get(f"/api/programs/{ids['New']}/history")["aliases"]
    assert (alias["network"], alias["externalId"]) == ("shareasale", "103574")
    assert catalogue.get(f"/api/programs/{ids['Stays']}/history")["aliases"] == []
    assert catalogue.found(network="shareasale", externalId="103574") == ["Old"], "its own row stays, and is found"

    catalogue.rows("delete from programs where name = 'New'")
    assert asked("shareasale", "103574") == (302, f"/api/programs/{ids['Old']}"), "an alias of nothing leads nowhere"
