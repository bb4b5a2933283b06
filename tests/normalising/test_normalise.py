"""The normaliser yields a valid program or rejects the record, whatever it is given; it knows each network's words."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.importing.rows import copy_lines
from app.normalising import Rejected, normalise
from generators import VOLUMES, catalogue
from mappings.network_program import NetworkProgram, RawCommission
from mappings.networks import NETWORKS
from mappings.program import Program

_text = st.text(max_size=60) | st.sampled_from(
    [
        "5%",
        "$5",
        "N/A",
        "New",
        "30",
        "-3",
        "1e400",
        "nan",
        "2021-02-30",
        "http://",
        "x.de",
        "🇩🇪",
        "\0",
        "\ud800",
        "<b>",
        "&amp;",
    ]
)
_raw = st.none() | _text | st.integers() | st.floats() | st.booleans()
_optional = st.none() | _text
_line = st.builds(
    RawCommission, event=_optional, kind=_optional | st.sampled_from(["percent", "fixed"]), value=_raw, low=_raw,
    high=_raw, currency=_optional, threshold=_raw, condition=_optional,
)  # fmt: skip


def _drawn(field: Any) -> st.SearchStrategy[Any]:
    match field.name:
        case "network":
            return st.sampled_from([network.slug for network in NETWORKS]) | _text
        case "external_id" | "data_source":
            return _text
        case "commissions":
            return st.lists(_line, max_size=3).map(tuple)
        case "categories" | "geo_targeting" | "language" | "payment_methods":
            return st.lists(_text, max_size=3).map(tuple)
        case _:
            return _raw if "Raw" in str(field.type) or "int" in str(field.type) else _optional


_records = st.builds(NetworkProgram, **{field.name: _drawn(field) for field in msgspec.structs.fields(NetworkProgram)})


@settings(max_examples=400)
@given(_records)
def test_valid_or_rejected(raw: NetworkProgram) -> None:
    try:
        made = normalise(raw)
    except Rejected:
        return
    assert msgspec.convert(msgspec.to_builtins(made), Program) == made
    copy_lines([(1, made)])  # no control characters either


@pytest.mark.parametrize("network", list(VOLUMES))
def test_every_generated_record_is_a_program(network: str) -> None:
    for raw in catalogue(network, stop=1500):
        made = normalise(raw)
        assert msgspec.convert(msgspec.to_builtins(made), Program) == made
        assert made.vertical != "other"
        assert made.merchant_url is None or made.merchant_domain


def of(network: str, **fields: Any) -> Program:
    return normalise(NetworkProgram(network=network, external_id="a1", data_source="test", name="N", **fields))


def test_epc_is_per_click_in_dollars() -> None:
    assert of("cj", epc="15.50").epc == 0.155
    assert of("shareasale", epc="-3.2").epc is None
    assert of("shareasale", epc="-3.2").epc_raw == -3.2
    assert of("cj", epc="N/A").epc_raw is None
    assert of("awin", epc=2.0, epc_currency="EUR", popularity=50).epc == 2.33
    assert of("awin", epc=2.0, epc_currency="XTS", popularity=50).epc is None


def test_zeros_of_an_awin_program_without_an_index_are_no_data() -> None:
    made = of("awin", epc=0, conversion_rate=0, approval_rate=0, popularity=0)
    assert (made.epc_raw, made.conversion_rate, made.approval_rate) == (None, None, None)
    assert of("awin", epc=0, popularity=40).epc == 0


def test_places() -> None:
    made = of(
        "impact", geo_targeting=("CANADA", "UK", "US", "Deutschland", "🇫🇷", "Atlantis"), language=("German", "en-GB")
    )
    assert made.geo_targeting == ("CA", "GB", "US", "DE", "FR")
    assert made.language == ("de", "en")
    assert of("impact", geo_targeting=("nowhere",)).geo_targeting is None


def test_addresses() -> None:
    made = of("shareasale", merchant_url="WWW.Shop.Example.co.uk/Path?A=1")
    assert (made.merchant_url, made.merchant_domain) == ("https://www.shop.example.co.uk/Path?A=1", "example.co.uk")
    assert of("awin", merchant_url="https://www.awin1.com/cread.php?x=1").merchant_domain is None
    assert of("awin", merchant_url="javascript:alert(1)").merchant_url is None
    assert of("awin", merchant_url="https://user@evil.com/").merchant_url is None
    assert of("clickbank").affiliate_url == "https://hop.clickbank.net/?affiliate=NICK&vendor=A1"


def test_words_of_the_networks() -> None:
    assert of("cj", status="Deactive").status == "closed"
    assert of("shareasale", status="LowFunds").status == "paused"
    assert of("shareasale", approval_mode="Country").approval_mode == "manual"
    assert of("shareasale", reversal_rate=12.5).approval_rate == 87.5
    assert of("shareasale", reversal_rate=130).approval_rate is None
    assert of("cj", popularity="New").popularity_raw is None
    assert of("shareasale", categories=("clo",)).category == "Clothing"
    assert of("cj", categories=("Home & Garden > Pets",)).vertical == "pets"
    assert of("cj", categories=("Never heard of",)).vertical == "other"
    assert of("clickbank").cookie_days == 60
    assert of("awin", cookie="session").cookie_days == 0
    assert of("clickbank", launched="03-04-2021").launched_at == date(2021, 3, 4)
    assert of("awin", launched="03/04/2021").launched_at is None
    assert of("partnerstack", launched=1_700_000_000_000).launched_at == date(2023, 11, 14)


def test_text() -> None:
    made = of("awin", description="<p>Fish &amp;amp; chips<br/>\n\tfresh</p><script>x()</script>")
    assert made.description == "Fish & chips fresh"
    assert len(of("awin", description="word " * 3000).description or "") <= 5000


def test_lines_of_both_kinds_are_not_mixed() -> None:
    lines = (RawCommission(value="10%"), RawCommission(value="USD 50.00"))
    made = of("awin", commissions=lines, currency="GBP")
    assert (made.commission_type, made.commission_min, made.commission_fixed_max, made.currency) == (
        "hybrid",
        10,
        50,
        "USD",
    )
    assert made.commission_fixed_max_usd == 50


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"network": "amazon"}, "network"),
        ({"external_id": "  "}, "external id"),
        ({"external_id": "x" * 300}, "external id"),
        ({"name": None}, "name"),
        ({"name": "a\0b"}, "NUL"),
        ({"description": "\ud800"}, "surrogate"),
    ],
)
def test_rejected(fields: dict[str, Any], said: str) -> None:
    given_fields = {"network": "awin", "external_id": "1", "data_source": "test", "name": "N", **fields}
    with pytest.raises(Rejected, match=said):
        normalise(NetworkProgram(**given_fields))
