"""The normaliser yields a valid program or rejects the record,
whatever it is given; it knows each network's words."""

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
        "up to 25% or $1,000 per sale for 12 months",
        "5% - 10% | $5/lead",
        "%10",
        "１０％",
        "$" * 20 + "9" * 20,
        "1,00,000 %",
        "999999999999999999%",
        "12 months 30% \ud83d",
        "٣٠٪",
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
        case "categories" | "geo_targeting" | "language" | "payment_methods" | "traffic_allowed" | "traffic_forbidden":
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


def test_awin_writes_0_where_it_does_not_know() -> None:
    line = RawCommission(event="sale", kind="percent", low="0", high="0")
    lead = RawCommission(event="lead", kind="fixed", low="0", high="15")
    made = of("awin", commissions=(line, lead), cookie="0", payment_days="0", popularity="55", primary_region="DE")
    assert (made.commission_type, made.commission_min, made.commission_max) == ("fixed", None, None)
    assert (made.commission_fixed_min, made.commission_fixed_max, made.currency) == (None, 15, "EUR")
    assert (made.cookie_days, made.payment_days) == (None, None)
    assert of("awin", cookie="session").cookie_days == 0
    assert of("shareasale", cookie="0").cookie_days == 0
    assert of("awin", payment_days="null").payment_days is None


def test_amounts_of_awin_are_in_the_currency_of_the_region() -> None:
    assert of("awin", epc="1.00", popularity=50, primary_region="GB").epc_currency == "GBP"
    assert of("awin", epc="1.00", popularity=50, primary_region="GB", currency="USD").epc_currency == "USD"
    unknown = of("awin", epc="1.00", popularity=50)
    assert (unknown.epc, unknown.epc_raw, unknown.epc_currency) == (None, 1, None)


def test_no_score_yet_is_unknown() -> None:
    assert of("cj", popularity="0").popularity_raw is None
    assert of("cj", popularity="New").popularity_raw is None
    assert of("cj", popularity="5").popularity_raw == 5
    assert of("clickbank", popularity="0").popularity_raw == 0  # nobody was paid lately: gravity is then 0
    assert of("clickbank", average_earnings="0.0").average_earnings is None


def test_money_in_its_own_currency() -> None:
    made = of("impact", min_payout="£25", average_earnings="€ 40,50")
    assert (made.min_payout, made.min_payout_currency, made.min_payout_usd) == (25, "GBP", 33.25)
    assert (made.average_earnings, made.currency, made.average_earnings_usd) == (40.5, "EUR", 47.1825)
    assert of("cj", epc="€ 10,00").epc == 0.1165
    both = of("impact", commission_text="$10 per sale", average_earnings="€40")
    assert (both.currency, both.average_earnings) == ("USD", None)  # one program, one currency


def test_a_dollar_is_the_dollar_of_the_program() -> None:
    made = of("impact", commission_text="$10 per sale", currency="AUD")
    assert (made.currency, made.commission_fixed_max_usd) == ("AUD", 6.6)
    assert of("awin", commission_text="200 kr per sale", primary_region="SE").currency == "SEK"
    assert of("awin", commission_text="200 kr per sale").commission_type is None


def test_lines_are_read_as_written() -> None:
    def said(*lines: RawCommission) -> tuple[Any, ...]:
        made = of("cj", commissions=lines)
        return made.commission_type, made.commission_min, made.commission_max, made.commission_fixed_max

    assert said(RawCommission(value="5.00%")) == ("percent", 5, 5, None)
    assert said(RawCommission(value="5% - 10%")) == ("percent", 5, 10, None)
    assert said(RawCommission(value="up to 25%")) == ("percent", None, 25, None)
    assert said(RawCommission(value="10%+")) == ("percent", 10, None, None)
    assert said(RawCommission(value="USD 0.50", event="lead")) == ("fixed", None, None, 0.5)
    assert said(RawCommission(value="5%"), RawCommission(value="USD 5")) == ("hybrid", 5, 5, 5)
    assert said(RawCommission(value="3%"), RawCommission(value="5%", condition="Item list")) == ("tiered", 3, 5, None)
    assert said(RawCommission(value="0%")) == (None, None, None, None)
    assert said(RawCommission(value="150%")) == (None, None, None, None)
    assert said(RawCommission(kind="percentage", low=0, high="7,5")) == ("percent", None, 7.5, None)


@pytest.mark.parametrize(
    ("network", "word", "status"),
    [
        # ShareASale: Program Status
        ("shareasale", "Online", "active"), ("shareasale", "Closed", "closed"), ("shareasale", "LowFunds", "paused"),
        ("shareasale", "TemporarilyOffline", "paused"), ("shareasale", "Temporarily Offline", "paused"),
        # CJ: account-status
        ("cj", "Active", "active"), ("cj", "active", "active"), ("cj", "Deactive", "closed"),
        # Awin: status, linkStatus
        ("awin", "Active", "active"), ("awin", "online", "active"), ("awin", "offline", "paused"),
        ("awin", "Joined", "active"),
        ("awin", "Suspended", "paused"), ("awin", "notJoined", "active"), ("awin", "Closed", "closed"),
        ("awin", "hidden", "paused"),
        # Rakuten: status of an advertiser, of an offer
        ("rakuten", "active", "active"), ("rakuten", "available", "active"), ("rakuten", "upcoming", "paused"),
        # Impact: ContractStatus, InsertionOrderStatus
        ("impact", "Active", "active"), ("impact", "Expired", "closed"),
        # PartnerStack, Refersion
        ("partnerstack", "archived", "closed"), ("refersion", "ACTIVE", "active"),
        # what a network lists without a word, or with one that we do not know, takes affiliates
        ("clickbank", None, "active"), ("partnerstack", "", "active"), ("cj", "Frobnicated", "active"),
    ],
)  # fmt: skip
def test_status(network: str, word: str | None, status: str) -> None:
    assert of(network, status=word).status == status


@pytest.mark.parametrize(
    ("raw", "mode"),
    [
        ("Yes", "auto"), ("No", "manual"), ("Country", "manual"), (True, "auto"), (False, "manual"),
        ("auto-approve", "auto"),
        ("Automatic approval", "auto"), ("MANUAL", "manual"), ("Manual review", "manual"), ("invite_only", "invite"),
        ("By invitation", "invite"), ("perhaps", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_approval_mode(raw: Any, mode: str | None) -> None:
    assert of("shareasale", approval_mode=raw).approval_mode == mode


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
    assert of("cj", categories=("Home &amp; Garden &gt; Pets",)).vertical == "pets"
    assert of("cj", categories=("Home &amp; Garden &gt; Pets",)).category == "Pets"
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
