"""No address that is stored or shown holds a credential of ours.

1. After a sync of each network no column holds a secret of its account.
2. A secret in any address of any record withholds that address, plain or encoded; identifiers of tracking links do not.
3. No template of an address asks for anything but the program's id.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from app.networks.connectors import CONNECTORS
from app.networks.withheld import secrets, withholding
from app.settings import Secret
from mappings.network_program import NetworkProgram
from mappings.networks import NETWORKS
from tests.networks.conftest import Network, Syncing
from tests.networks.simulator import SECRETS

ADDRESSES = ("program_url", "merchant_url", "affiliate_url", "logo_url")


@pytest.mark.parametrize("slug", sorted(SECRETS))
def test_no_row_holds_a_secret(slug: str, network: Network, syncing: Syncing) -> None:  # 1
    assert syncing.outcome(syncing.sync(network(slug, 12)))["created"] == 12
    given = {name: Secret(value) for name, value in SECRETS[slug].items()}
    for secret in secrets(CONNECTORS[slug].api, given):
        rows = "select count(*) from programs p where strpos(lower(to_jsonb(p)::text), %s) > 0"
        assert syncing.catalogue.rows(rows, secret) == [(0,)]


@pytest.mark.parametrize("slug", sorted(CONNECTORS))
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_a_secret_is_withheld(slug: str, address: str) -> None:  # 2
    api = CONNECTORS[slug].api
    given = {name: Secret(f"Top/{name}+Secret") for name in (*api.credentials, *api.optional)}
    for name, value in given.items():
        for written in (value.reveal(), value.reveal().lower(), quote(value.reveal(), "")):
            record = NetworkProgram(
                network=slug,
                external_id="1",
                data_source="x",
                name="n",
                **{address: f"https://api.example.com/{written}/x"},  # type: ignore[arg-type]
            )
            (kept,) = withholding([record], api, given)
            assert isinstance(kept, NetworkProgram)
            withheld = name in api.credentials and name not in api.identifiers
            assert (getattr(kept, address) is None) == withheld


def test_templates_ask_for_ids_only() -> None:  # 3
    templates = [each for network in NETWORKS for each in (network.program_url, network.affiliate_url) if each]
    assert templates
    assert {field for each in templates for field in re.findall(r"\{(\w+)\}", each)} == {"id"}
