"""Feeds that hold only part of a record change only that part.

1. A field that a layout, or a mapping, does not carry is left as it is stored.
2. A field that it carries and says is empty is emptied.
3. Rates, average earnings and their currency go together.
4. A row to which a part says nothing new is not touched.
5. What a generator made up does not outlive a real record, and what was closed for being missing is open again.
6. A record that is rejected still counts as there.
7. A layout says nothing in a field it calls itself silent about, and a column is made of what it says it is made of.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.feeds.mapping import read
from app.feeds.opening import as_source, open_feed
from app.importing.not_carried import as_number, columns
from app.importing.run_import import run_import
from app.importing.sources import Unreadable
from app.normalising import normalise
from mappings.catalogue import IMPORTED
from mappings.network_program import CARRIED, NetworkProgram, RawCommission, all_fields_but
from tests.feeds.opened import FIXTURES
from tests.words import Catalogue, program

RATES = ("commission_type", "commission_min", "commission_max", "currency", "commission_rules")


class Feeding:
    """A catalogue that feeds are imported into, one after the other."""

    def __init__(self, catalogue: Catalogue, folder: Path) -> None:
        self.catalogue = catalogue
        self._folder = folder

    def feed(
        self, content: object, network: str, mapping: str | None = None, *, complete: bool = False
    ) -> dict[str, int]:
        """Import a feed (text, or records as JSON); how many programs were created, updated, left unchanged."""
        path = self._folder / "feed"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        feed = open_feed(path, network, read(mapping) if mapping else None)
        run = run_import(self.catalogue.connect, as_source(feed, complete=complete), {})
        ((created, updated, unchanged),) = self.catalogue.rows(
            "select created, updated, unchanged from import_run_networks where run_id = %s", run
        )
        return {
            name: count
            for name, count in (("created", created), ("updated", updated), ("unchanged", unchanged))
            if count
        }

    def row(self, external_id: str) -> dict[str, Any]:
        ((found,),) = self.catalogue.rows(
            "select row_to_json(p)::text from programs p where external_id = %s", external_id
        )
        decoded: dict[str, Any] = json.loads(found)
        return decoded


@pytest.fixture
def feeding(catalogue: Catalogue, tmp_path: Path) -> Feeding:
    return Feeding(catalogue, tmp_path)


ADVERTISER = {
    "id": 1234, "name": "Awesome Store", "network": 1, "url": "https://awesome.example.com",
    "description": "Everything",
    "policies": {"international_capabilities": {"ships_to": ["US", "CA"]}},
    "features": {"product_feed": True, "deep_links": True},
}  # fmt: skip
OFFER = {
    "advertiser": {"id": 1234, "network": "United States", "name": "Awesome Store", "status": "active"},
    "goid": 1, "type": "private", "return_days": 30, "update_window": 7,
    "offer_rules": [{"is_base_commission": True, "commissions": [
        {"commission_type": "percentage", "tiers": [{"commission": 5.5, "threshold": 0}]}]}],
}  # fmt: skip
PARTNERSHIP = {
    "advertiser": {"id": 1234, "network": 1, "name": "Awesome Store", "status": "active", "categories": ["Shoes"]},
    "status": "active", "approve_datetime": "2026-01-01",
}  # fmt: skip
PROGRAMME = {
    "id": 15078, "name": "Möbel", "description": "Viel", "displayUrl": "https://moebel.example.de",
    "currencyCode": "EUR",
    "clickThroughUrl": "https://awin1.example/15078", "logoUrl": "https://awin.example/15078.png", "status": "Active",
    "primaryRegion": {"name": "Germany", "countryCode": "DE"}, "primarySector": "DIY", "linkStatus": "Online",
}  # fmt: skip
DETAILS = {
    "programmeInfo": {**PROGRAMME, "deeplinkEnabled": True, "membershipStatus": "joined"},
    "kpi": {"averagePaymentTime": "63", "approvalPercentage": 88.4, "epc": 0.42, "conversionRate": 3.1,
            "validationDays": 30, "awinIndex": 55.2},
    "commissionRange": [{"min": 4, "max": 8, "type": "percentage"}],
}  # fmt: skip
DIRECTORY = (
    "advertiserId,programmeName,epc,launchDate,paymentRiskLevel,awinIndex,feedEnabled,commissionMin,commissionMax,"
    "cookieLength,primarySector,primaryRegion,displayUrl\n"
    "15078,Möbel,0.5,2019-11-04,level 2,57,yes,5,9,30,DIY,DE,https://moebel.example.de\n"
)
CAMPAIGN = {
    "CampaignId": "77", "CampaignName": "Brand", "CampaignUrl": "https://brand.example.com", "ContractStatus": "Active",
    "AdvertiserId": "5", "AllowsDeeplinking": "true", "ShippingRegions": ["US"],
}  # fmt: skip
MERCHANTS = (
    "Merchant Id|Organization|WWW|Category|Status|Commission Text|Cookie Length|Auto Approve|Epc 7 Day|EPC 30 Day|"
    "Ave Comm 30 Day|Powerrank Top 100\n"
    "1234|Plain Shoes|plainshoes.example.com|Clothing|Yes| 10.00%  Per Sale|30|No|1|12.5|4.2|No\n"
)
MERCHANT_STATUS = (
    "Merchant Id|Merchant|WWW|Program Status|Program Category|Link Url|Ships To\n"
    "1234|Plain Shoes|plainshoes.example.com|LowFunds|clo|https://shareasale.com/r.cfm?m=1234|US,CA\n"
)


def test_rakuten_offers_after_advertisers_after_partnerships(feeding: Feeding) -> None:  # 1
    feeding.feed({"advertisers": [ADVERTISER], "_metadata": {}}, "rakuten")
    feeding.feed([OFFER], "rakuten")
    row = feeding.row("1-1234")
    assert (row["description"], row["geo_targeting"], row["deep_link_allowed"]) == ("Everything", ["US", "CA"], True)
    assert (row["commission_max"], row["cookie_days"], row["approval_mode"]) == (5.5, 30, "invite")
    assert feeding.feed([PARTNERSHIP], "rakuten") == {"updated": 1}
    row = feeding.row("1-1234")
    assert (row["category"], row["description"], row["commission_max"]) == ("Shoes", "Everything", 5.5)
    assert feeding.feed([ADVERTISER], "rakuten") == {"unchanged": 1}
    public = {**OFFER, "type": "public", "return_days": None}
    assert feeding.feed([public], "rakuten") == {"updated": 1}
    row = feeding.row("1-1234")
    assert (row["cookie_days"], row["approval_mode"], row["category"]) == (None, None, "Shoes")


def test_awin_details_programmes_and_directory(feeding: Feeding) -> None:  # 1
    feeding.feed([PROGRAMME], "awin")
    feeding.feed(DETAILS, "awin")
    detailed = feeding.row("15078")
    assert (detailed["commission_max"], detailed["epc_raw"], detailed["validation_days"]) == (8, 0.42, 30)
    assert feeding.feed([PROGRAMME], "awin") == {"unchanged": 1}, "the list is silent about what the details say"
    assert feeding.row("15078") == detailed

    feeding.feed(DIRECTORY, "awin")
    row = feeding.row("15078")
    assert (row["commission_max"], row["epc_raw"], row["cookie_days"], row["payment_risk"]) == (9, 0.5, 30, "level 2")
    assert (row["validation_days"], row["affiliate_url"]) == (30, "https://awin1.example/15078"), (
        "it has no such columns"
    )
    feeding.feed(DETAILS, "awin")
    row = feeding.row("15078")
    assert (row["commission_max"], row["cookie_days"], row["launched_at"]) == (8, 30, "2019-11-04")

    feeding.feed({**DETAILS, "commissionRange": [], "kpi": {**DETAILS["kpi"], "epc": None}}, "awin")  # type: ignore[dict-item]
    row = feeding.row("15078")
    assert [row[name] for name in RATES[:3]] == [None, None, None], "an empty range is said to be empty"
    assert (row["epc"], row["epc_raw"], row["conversion_rate"], row["cookie_days"]) == (None, None, 3.1, 30)


def test_a_directory_export_empties_what_its_columns_leave_blank(feeding: Feeding) -> None:  # 1, 2
    feeding.feed(DIRECTORY, "awin")
    feeding.feed(DIRECTORY.replace("5,9,30", ",,0"), "awin")
    row = feeding.row("15078")
    assert (row["commission_max"], row["cookie_days"]) == (None, None)
    fewer = "advertiserId,programmeName,epc,awinIndex,launchDate\n15078,Möbel,0.7,57,2019-11-04\n"
    feeding.feed(fewer, "awin")
    row = feeding.row("15078")
    assert (row["epc_raw"], row["category"], row["merchant_domain"]) == (0.7, "DIY", "example.de")


def test_shareasale_status_after_search(feeding: Feeding) -> None:  # 1
    feeding.feed(MERCHANTS, "shareasale")
    feeding.feed(MERCHANT_STATUS, "shareasale")
    row = feeding.row("1234")
    assert (row["status"], row["geo_targeting"], row["commission_max"]) == ("paused", ["US", "CA"], 10)
    assert (row["average_earnings"], row["epc_raw"], row["currency"], row["cookie_days"]) == (4.2, 12.5, "USD", 30)
    assert feeding.feed(MERCHANTS, "shareasale") == {"unchanged": 1}
    assert feeding.row("1234")["status"] == "paused", "merchantSearch has no state of programs"


def test_impact_campaigns_are_silent_about_contracts(feeding: Feeding) -> None:  # 1
    mapping = (
        'network = "impact"\n[fields]\nexternal_id = "id"\nname = "name"\ncookie = "days"\ncommission_text = "pay"\n'
    )
    feeding.feed([CAMPAIGN], "impact")
    feeding.feed("id,name,days,pay\n77,Brand,45,8% per sale\n", "impact", mapping)
    feeding.feed([CAMPAIGN], "impact")
    row = feeding.row("77")
    assert (row["cookie_days"], row["commission_max"], row["geo_targeting"]) == (45, 8, ["US"])


def test_a_mapping_changes_what_it_names(feeding: Feeding) -> None:  # 1, 2
    feeding.feed(DIRECTORY, "awin")
    before = feeding.row("15078")
    mapping = 'network = "awin"\n[fields]\nexternal_id = "id"\nname = "name"\ncookie = "days"\n'
    assert feeding.feed("id,name,days\n15078,Möbel,45\n", "awin", mapping) == {"updated": 1}
    after = feeding.row("15078")
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"cookie_days", "version", "updated_at", "terms_changed_at"}
    assert after["cookie_days"] == 45
    assert feeding.feed("id,name,days\n15078,Möbel,\n", "awin", mapping) == {"updated": 1}
    assert feeding.row("15078")["cookie_days"] is None


def test_amounts_never_change_their_currency_alone(feeding: Feeding) -> None:  # 3
    feeding.feed("id;name;pay\n9;Shop;£20 per lead\n", "awin", _PAY.format(field="commission_text"))
    row = feeding.row("9")
    assert (row["commission_fixed_max"], row["currency"]) == (20, "GBP")
    feeding.feed([{**PROGRAMME, "id": 9, "name": "Shop"}], "awin")
    row = feeding.row("9")
    assert (row["commission_fixed_max"], row["currency"]) == (20, "GBP"), "the list speaks of euros, and of no amount"
    feeding.feed("id;name;pay\n9;Shop;€ 3.50\n", "awin", _PAY.format(field="average_earnings"))
    row = feeding.row("9")
    assert (row["commission_fixed_max"], row["average_earnings"], row["currency"]) == (None, 3.5, "EUR")


_PAY = 'network = "awin"\n[fields]\nexternal_id = "id"\nname = "name"\n{field} = "pay"\n'


def test_a_part_that_says_nothing_new_touches_no_row(feeding: Feeding) -> None:  # 4
    feeding.feed([PROGRAMME], "awin")
    feeding.feed(DETAILS, "awin")
    touched = "select id, version, xmin::text, updated_at from programs"
    before = feeding.catalogue.rows(touched)
    for content in ([PROGRAMME], DETAILS, [PROGRAMME]):
        assert feeding.feed(content, "awin") == {"unchanged": 1}
    assert feeding.catalogue.rows(touched) == before


def test_what_a_generator_made_up_does_not_outlive_a_real_record(feeding: Feeding) -> None:  # 5
    feeding.catalogue.put([program("Made up", external_id="15078", data_source="generator:awin", cookie_days=30)])
    feeding.feed([PROGRAMME], "awin")
    row = feeding.row("15078")
    assert (row["name"], row["data_source"], row["cookie_days"]) == ("Möbel", "feed:awin", None)


def test_what_was_missing_is_open_again(feeding: Feeding) -> None:  # 5
    """The directory has no state of programs: being in it is one."""
    feeding.feed(DIRECTORY, "awin", complete=True)
    other = DIRECTORY.replace("15078", "9")
    for _ in range(2):
        feeding.feed(other, "awin", complete=True)
    assert feeding.row("15078")["status"] == "closed"
    feeding.feed(DIRECTORY, "awin")
    row = feeding.row("15078")
    assert (row["status"], row["missing_since"]) == ("active", None)
    feeding.feed([{**PROGRAMME, "status": "Closed"}], "awin")
    feeding.feed(DIRECTORY, "awin")
    assert feeding.row("15078")["status"] == "closed", "said by the network, and not taken back"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.*")), ids=lambda path: path.name)
def test_a_layout_says_nothing_where_it_is_silent(path: Path) -> None:  # 7
    for record in open_feed(path).records():
        if isinstance(record, Unreadable):
            continue
        said = {name for name in CARRIED if getattr(record, name) not in (None, ())}
        # A currency, a unit and a metric say what a figure is in, and nothing without one.
        beside = {"currency", "epc_unit", "epc_window", "epc_currency", "popularity_metric", "approval_mode"}
        assert not said & record.not_carried - beside
        assert "name" not in record.not_carried


# Every field with a value that the normaliser takes; those that only say what another is measured in come with it.
_SAID: dict[str, dict[str, Any]] = {
    "name": {"name": "Other"},
    "description": {"description": "Words"},
    "text_language": {"text_language": "de"},
    "categories": {"categories": ("DIY",)},
    "status": {"status": "closed"},
    "launched": {"launched": "2020-02-02"},
    "primary_region": {"primary_region": "FR"},
    "geo_targeting": {"geo_targeting": ("FR",)},
    "language": {"language": ("fr",)},
    "program_url": {"program_url": "https://network.example/1"},
    "merchant_url": {"merchant_url": "https://shop.example.com"},
    "affiliate_url": {"affiliate_url": "https://link.example/1"},
    "logo_url": {"logo_url": "https://logo.example/1.png"},
    "deep_links": {"deep_links": True},
    "commission_text": {"commission_text": "$5 per sale for the first 3 months"},
    "commissions": {"commissions": (RawCommission(event="sale", kind="fixed", value=4, currency="EUR"),)},
    "recurring": {"recurring": True},
    "recurring_months": {"recurring_months": 12},
    "cookie": {"cookie": 45},
    "min_payout": {"min_payout": "$20", "min_payout_currency": "USD"},
    "payment_methods": {"payment_methods": ("PayPal",)},
    "validation_days": {"validation_days": 10},
    "payment_days": {"payment_days": 20},
    "payment_risk": {"payment_risk": "level 1"},
    "average_earnings": {"average_earnings": "$7"},
    "epc": {"epc": 2, "epc_unit": "click", "epc_window": "7d", "epc_currency": "EUR"},
    "conversion_rate": {"conversion_rate": 3},
    "approval_rate": {"approval_rate": 80},
    "reversal_rate": {"reversal_rate": 30},
    "popularity": {"popularity": 55, "popularity_metric": "awinIndex"},
    "approval_mode": {"approval_mode": "manual"},
    "product_feed": {"product_feed": "yes"},
    "operated_by": {"operated_by": "partnerstack"},
    "traffic_allowed": {"traffic_allowed": ("Email",)},
    "traffic_forbidden": {"traffic_forbidden": ("Toolbar",)},
    "restrictions": {"restrictions": "No coupons\nBlogs are welcome"},
}


def test_every_field_is_looked_at() -> None:  # 7
    beside = {name for said in _SAID.values() for name in said} | {"currency"}
    assert set(CARRIED) == beside


@pytest.mark.parametrize("field", _SAID)
def test_a_column_is_made_of_what_it_says(field: str) -> None:  # 7
    bare = NetworkProgram(network="awin", external_id="1", data_source="test", name="N", popularity=1)
    before, after = normalise(bare), normalise(msgspec.structs.replace(bare, **_SAID[field]))
    moved = {entry.name for entry in IMPORTED if getattr(before, entry.name) != getattr(after, entry.name)}
    assert moved, "it says something"
    kept = columns(as_number(all_fields_but(*_SAID[field])))
    assert not moved.intersection(kept), "a source that carries only this field would not be heard"


@pytest.mark.parametrize("name", ["", '"=HYPERLINK(""http://evil.example"",""click"")"'])
def test_a_rejected_record_is_not_missing(name: str, feeding: Feeding) -> None:  # 6
    """Complete lists in which a program's record cannot be taken: the program is there, whatever is wrong with it."""
    other = "9,Anderer,1,2020-01-01,none,60,yes,5,9,30,DIY,DE,https://anderer.example.de\n"
    feeding.feed(DIRECTORY + other, "awin", complete=True)
    broken = DIRECTORY.replace("15078,Möbel", f" 15078 ,{name}")
    for _ in range(3):
        feeding.feed(broken + other, "awin", complete=True)
    row = feeding.row("15078")
    assert (row["name"], row["status"], row["missing_since"]) == ("Möbel", "active", None)
    assert feeding.catalogue.rows("select distinct external_id from rejected_records") == [("15078",)]
    for _ in range(2):
        feeding.feed(DIRECTORY, "awin", complete=True)
    assert feeding.row("9")["status"] == "closed", "lacking is something else"
