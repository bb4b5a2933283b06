"""ShareASale's programs went on at Awin under other numbers.

1. One Awin program of the same domain is the alias; of several, the one of the same region.
2. Where it cannot be told, nothing is noted. Noting again changes nothing.
"""

from __future__ import annotations

from app.networks.aliases import link_shareasale
from tests.words import Catalogue, program


def test_a_merchant_is_found_again_at_awin(catalogue: Catalogue) -> None:
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
        assert link_shareasale(connection) == 2
        assert link_shareasale(connection) == 0
    found = catalogue.rows(
        "select a.external_id, p.external_id from program_aliases a join programs p on p.id = a.alias_of order by 1"
    )
    assert found == [("1", "a1"), ("2", "a3")]
