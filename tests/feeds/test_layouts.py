"""What a record of each network becomes, field by field, through the layout and the normaliser.

1. Every documented field arrives in its unit; what the source leaves out is null.
2. Each network's sentinels and quirks (networks.md) are understood: 0 that means nothing, `N/A`, `New`, "null".
3. The state of the account's relation to a program is never taken for the state of the program.
4. A record without an id or a name is rejected by the normaliser, with the reason.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.feeds.headings import squeezed
from app.feeds.layouts import awin, cj, clickbank, impact, partnerstack, rakuten, refersion, shareasale
from app.feeds.xml_records import as_record
from app.normalising import Rejected, normalise
from mappings.network_program import NetworkProgram
from mappings.program import CommissionRule, Program


def said(raw: NetworkProgram) -> dict[str, Any]:
    """The fields of the program that say something."""
    made = normalise(raw)
    assert msgspec.convert(msgspec.to_builtins(made), Program) == made
    defaults = dict(
        zip(Program.__struct_fields__[-len(Program.__struct_defaults__) :], Program.__struct_defaults__, strict=True)
    )
    return {
        name: getattr(made, name)
        for name in Program.__struct_fields__
        if getattr(made, name) != defaults.get(name) and name != "topics"  # of which `tests/topics` speaks
    }


def percent(low: float | None, high: float | None, **more: Any) -> CommissionRule:
    return CommissionRule(**{"event": "sale", "kind": "percent", "min": low, "max": high, **more})


def fixed(low: float | None, high: float | None, currency: str = "USD", **more: Any) -> CommissionRule:
    return CommissionRule(**{"event": "sale", "kind": "fixed", "min": low, "max": high, "currency": currency, **more})


SITE = {
    "Id": "fatburn1",
    "PopularityRank": "3",
    "Title": "Burn &amp; Win - <b>#1</b> Offer!!!",
    "Description": "Converts like crazy. &lt;br&gt;75% payouts",
    "HasRecurringProducts": "true",
    "Gravity": "142.87",
    "PercentPerSale": "75.0",
    "PercentPerRebill": "50.0",
    "AverageEarningsPerSale": "48.31",
    "InitialEarningsPerSale": "39.05",
    "TotalRebillAmt": "22.1",
    "Referred": "96.0",
    "Commission": "75",
    "ActivateDate": "2019-04-03",
}


def test_a_clickbank_site() -> None:  # 1
    assert said(clickbank.site(SITE, ("Health & Fitness", "Diets & Weight Loss"))) == {
        "network": "clickbank",
        "external_id": "FATBURN1",
        "data_source": "feed:clickbank",
        "name": "Burn & Win - #1 Offer!!!",
        "description": "Converts like crazy. 75% payouts",
        "category": "Diets & Weight Loss",
        "categories": ("Diets & Weight Loss",),
        "vertical": "health",
        "launched_at": date(2019, 4, 3),
        "program_url": "https://accounts.clickbank.com/marketplace.htm?vendor=FATBURN1",
        "affiliate_url": "https://hop.clickbank.net/?affiliate=NICK&vendor=FATBURN1",
        "commission_type": "tiered",
        "commission_min": 50,
        "commission_max": 75,
        "commission_rules": (percent(75, 75), percent(50, 50, event="recurring")),
        "currency": "USD",
        "exchange_rate": 1,
        "exchange_rate_date": said(clickbank.site(SITE, ()))["exchange_rate_date"],
        "recurring": True,
        "cookie_days": 60,
        "average_earnings": 48.31,
        "average_earnings_usd": 48.31,
        "popularity_raw": 142.87,
        "popularity_metric": "gravity",
    }


def test_a_clickbank_site_without_rebills_or_date() -> None:  # 1, 2
    made = normalise(
        clickbank.site(
            {**SITE, "HasRecurringProducts": "false", "PercentPerRebill": "0.0", "ActivateDate": "", "Gravity": "0.0"},
            ("Games",),
        )
    )
    assert (made.recurring, made.commission_type, made.commission_min, made.launched_at) == (False, "percent", 75, None)
    assert made.popularity_raw == 0  # nobody was paid: that is known
    assert made.status == "active"


def test_a_vendor_that_is_listed_several_times() -> None:  # 2
    paths = [("Health & Fitness",), ("Health & Fitness", "Diets & Weight Loss"), ("New",), ("Self-Help", "Eating")]
    listings = [clickbank.site({**SITE, "Id": "FatBurn1"}, path) for path in paths]
    program = listings[0]
    for again in listings[1:]:
        program = clickbank.listed_again(program, again)
    made = normalise(program)
    assert made.external_id == "FATBURN1"
    assert made.category == "Diets & Weight Loss"
    assert made.categories == ("Diets & Weight Loss", "Health & Fitness", "New", "Eating")


def test_what_one_listing_leaves_out_another_says() -> None:  # 2
    bare = clickbank.site({"Id": "a1", "Title": "A"}, ("Games", "Casual"))
    program = clickbank.listed_again(clickbank.site({**SITE, "Id": "A1"}, ("Games",)), bare)
    assert (program.name, program.popularity, program.categories) == ("A", "142.87", ("Games > Casual", "Games"))


MERCHANT = {
    "Merchant Id": "103574",
    "Organization": "Designer &amp; Dram, LLC",
    "WWW": "WWW.DesignerDram.com",
    "Category": "Food/Drink",
    "Status": "Pending",
    "Commission Text": " 6.00%  to  8.00%  Per Sale",
    "Sale Comm": "6.0",
    "Lead Comm": "0.0",
    "Hit Comm": "0.0",
    "Cookie Length": "45",
    "Auto Approve": "Country",
    "Auto Deposit": "1",
    "Datafeed Items": "120",
    "Epc 7 Day": "152.69",
    "EPC 30 Day": "245.81",
    "Reversal Rate 7 Day": "0.0",
    "Reversal Rate 30 Day": "3.5",
    "Ave Sale 7 Day": "132.33",
    "Ave Sale 30 Day": "128.18",
    "Ave Comm 7 Day": "13.23",
    "Ave Comm 30 Day": "12.82",
    "Powerrank Top 100": "No",
}


def shareasale_merchant(**changed: str) -> Program:
    row = {**MERCHANT, **{key.replace("_", " "): value for key, value in changed.items()}}
    return normalise(shareasale.merchant({squeezed(key): value for key, value in row.items()}))


def test_a_shareasale_merchant() -> None:  # 1
    squeezed_row = {squeezed(key): value for key, value in MERCHANT.items()}
    found = said(shareasale.merchant(squeezed_row))
    assert found.pop("exchange_rate_date")
    assert found == {
        "network": "shareasale",
        "external_id": "103574",
        "data_source": "feed:shareasale",
        "name": "Designer & Dram, LLC",
        "category": "Food/Drink",
        "categories": ("Food/Drink",),
        "vertical": "food",
        "merchant_domain": "designerdram.com",
        "program_url": "https://www.shareasale.com/shareasale.cfm?merchantID=103574",
        "merchant_url": "https://www.designerdram.com",
        "commission_type": "percent",
        "commission_min": 6,
        "commission_max": 8,
        "commission_rules": (percent(6, 8),),
        "commission_text": "6.00% to 8.00% Per Sale",
        "currency": "USD",
        "exchange_rate": 1,
        "cookie_days": 45,
        "average_earnings": 12.82,
        "average_earnings_usd": 12.82,
        "epc": 2.4581,
        "epc_raw": 245.81,
        "epc_unit": "100 clicks",
        "epc_window": "30d",
        "epc_currency": "USD",
        "approval_rate": 96.5,
        "approval_mode": "manual",
        "has_product_feed": True,
    }


def test_shareasale_quirks() -> None:  # 2, 3
    assert shareasale_merchant(Status="Pending").status == "active"  # the account's application, not the program
    assert shareasale_merchant(Commission_Text=" $50.00  Per Sale", Sale_Comm="50.0").commission_fixed_max == 50
    both = shareasale_merchant(Commission_Text=" 15.00%  Per Sale  $0.10  Per Lead")
    assert (both.commission_type, both.commission_max, both.commission_fixed_max) == ("hybrid", 15, 0.1)
    blank = shareasale_merchant(Commission_Text="", Sale_Comm="10.0")  # percent or dollars? It does not say
    assert (blank.commission_type, blank.commission_max, blank.commission_fixed_max) == (None, None, None)
    week = shareasale_merchant(EPC_30_Day="")
    assert (week.epc_raw, week.epc_window) == (152.69, "7d")
    assert shareasale_merchant(EPC_30_Day="-12.5").epc is None
    assert shareasale_merchant(Reversal_Rate_30_Day="130.0").approval_rate is None
    assert shareasale_merchant(Auto_Approve="Yes").approval_mode == "auto"
    assert shareasale_merchant(Datafeed_Items="0").has_product_feed is False
    freebies = shareasale_merchant(Category="Freebies, Free Stuff, Rewards Programs")
    assert freebies.categories == ("Freebies, Free Stuff, Rewards Programs",)


def test_a_shareasale_merchant_status() -> None:  # 1
    row = {
        "Merchant Id": "1234",
        "Merchant": "Plain Shoes",
        "WWW": "http://plainshoes.example.com",
        "Program Status": "TemporarilyOffline",
        "Program Category": "acc,clo,spf",
        "Sale Comm": "12.00%",
        "Lead Comm": "$2.00",
        "Hit Comm": "0",
        "Approved": "Declined",
        "Link Url": "https://shareasale.com/r.cfm?b=1&u=2&m=1234",
        "Ships To": "US,CA,UK",
    }
    made = normalise(shareasale.merchant({squeezed(key): value for key, value in row.items()}))
    assert (made.name, made.status) == ("Plain Shoes", "paused")
    assert made.categories == ("Accessories", "Clothing", "Sports/Fitness")
    assert made.geo_targeting == ("US", "CA", "GB")
    assert (made.commission_type, made.commission_max, made.commission_fixed_max) == ("hybrid", 12, 2)
    assert made.affiliate_url == "https://shareasale.com/r.cfm?b=1&u=2&m=1234"


ADVERTISER = """
<advertiser>
  <advertiser-id>2339402</advertiser-id><account-status>Active</account-status>
  <seven-day-epc>12.33</seven-day-epc><three-month-epc>10.94</three-month-epc>
  <language>en</language><advertiser-name>Gadgets &amp; More</advertiser-name>
  <program-url>http://www.gadgets.example.com/</program-url>
  <relationship-status>notjoined</relationship-status>
  <mobile-tracking-certified>true</mobile-tracking-certified>
  <cookieless-tracking-enabled>true</cookieless-tracking-enabled>
  <network-rank>4</network-rank>
  <primary-category><parent>Computer &amp; Electronics</parent><child>Computer SW</child></primary-category>
  <performance-incentives>false</performance-incentives>
  <actions>
    <action><name>Purchase</name><type>advanced sale</type><id>380</id><commission>
      <default type="order">5.00%</default>
      <itemlist name="Laptops" id="37514">3.00%</itemlist><itemlist name="Bags" id="37515">8.00%</itemlist>
    </commission></action>
    <action><name>Sign up</name><type>lead</type><id>381</id>
      <commission><default>USD 0.50</default></commission></action>
  </actions>
  <link-types><link-type>Text Link</link-type><link-type>DeepLink</link-type></link-types>
</advertiser>
"""


def cj_advertiser(xml: str) -> dict[str, Any]:
    return said(cj.advertiser(as_record(etree.fromstring(xml))))


def test_a_cj_advertiser() -> None:  # 1
    found = cj_advertiser(ADVERTISER)
    assert found.pop("exchange_rate_date")
    assert found == {
        "network": "cj",
        "external_id": "2339402",
        "data_source": "feed:cj",
        "name": "Gadgets & More",
        "category": "Computer SW",
        "categories": ("Computer SW",),
        "vertical": found["vertical"],
        "merchant_domain": "example.com",
        "program_url": "https://members.cj.com/member/publisher/advertiserDetail.do?advertiserId=2339402",
        "merchant_url": "http://www.gadgets.example.com/",
        "deep_link_allowed": True,
        "commission_type": "hybrid",
        "commission_min": 3,
        "commission_max": 8,
        "commission_fixed_min": 0.5,
        "commission_fixed_max": 0.5,
        "commission_fixed_min_usd": 0.5,
        "commission_fixed_max_usd": 0.5,
        "currency": "USD",
        "exchange_rate": 1,
        "commission_rules": (
            percent(5, 5),
            percent(3, 3, condition="Laptops"),
            percent(8, 8, condition="Bags"),
            fixed(0.5, 0.5, event="lead"),
        ),
        "epc": 0.1094,
        "epc_raw": 10.94,
        "epc_unit": "100 clicks",
        "epc_window": "3m",
        "epc_currency": "USD",
        "popularity_raw": 4,
        "popularity_metric": "networkRank",
        "language": ("en",),
    }
    assert found["vertical"] in ("software", "electronics")


def test_cj_sentinels() -> None:  # 2
    xml = (
        ADVERTISER.replace("10.94", "N/A").replace("<network-rank>4", "<network-rank>New").replace("Active", "Deactive")
    )
    found = cj_advertiser(xml.replace("<child>Computer SW</child>", ""))
    assert not found.keys() & {"epc", "epc_raw", "epc_window", "epc_unit", "popularity_raw", "popularity_metric"}
    assert found["status"] == "closed"
    assert found["category"] == "Computer & Electronics"
    weekly = cj_advertiser(ADVERTISER.replace("<three-month-epc>10.94</three-month-epc>", ""))
    assert (weekly["epc_raw"], weekly["epc_window"]) == (12.33, "7d")
    listed = cj_advertiser(xml.replace("<link-type>DeepLink</link-type>", ""))
    assert listed["deep_link_allowed"] is False


def test_a_rakuten_advertiser() -> None:  # 1
    record = {
        "id": 1234,
        "name": "Awesome Store",
        "network": "United States",
        "url": "awesome.example.com",
        "description": "Everything &amp; more",
        "logo": "https://merchant.linksynergy.com/fs/logo/lg_1234.jpg",
        "policies": {
            "international_capabilities": {"ships_to": ["US", "CA", "UK"]},
            "software": {"dsa": True, "dsa_specs": ""},
        },
        "features": {
            "premium_advertiser": True,
            "product_feed": True,
            "media_opt_report": False,
            "cross_device_tracking": "",
            "deep_links": True,
            "itp_compliant": True,
        },
        "contact": {"name": "A", "email": "a@example.com", "country": "US"},
    }
    found = said(rakuten.advertiser(record))
    assert found.pop("exchange_rate_date")
    assert found == {
        "network": "rakuten",
        "external_id": "1-1234",
        "data_source": "feed:rakuten",
        "name": "Awesome Store",
        "description": "Everything & more",
        "merchant_domain": "example.com",
        "primary_region": "US",
        "program_url": "https://publisher.rakutenadvertising.com/advertisers/1234",
        "merchant_url": "https://awesome.example.com",
        "logo_url": "https://merchant.linksynergy.com/fs/logo/lg_1234.jpg",
        "traffic_allowed": ("software",),
        "deep_link_allowed": True,
        "currency": "USD",
        "exchange_rate": 1,
        "geo_targeting": ("US", "CA", "GB"),
        "has_product_feed": True,
    }


@pytest.mark.parametrize(
    ("network", "id"),
    [
        (1, "1-7"),
        ("1", "1-7"),
        ("3 - United Kingdom", "3-7"),
        ("Canada", "5-7"),
        (None, "7"),
        ("Mars", "7"),
        (41, "41-7"),
    ],
)
def test_rakuten_networks_are_a_number_in_one_call_and_a_name_in_another(network: Any, id: str) -> None:  # 2
    assert rakuten.advertiser({"id": 7, "name": "A", "network": network}).external_id == id


def test_a_rakuten_offer() -> None:  # 1
    record = {
        "advertiser": {
            "id": 12345,
            "network": 3,
            "name": "Store",
            "status": "active",
            "details": "/v2/advertisers/12345",
        },
        "offer_number": "24.1",
        "goid": 11111,
        "status": "available",
        "name": "Baseline",
        "type": "public",
        "return_days": 30,
        "update_window": 7,
        "offer_rules": [
            {
                "is_base_commission": True,
                "is_dynamic": False,
                "commissions": [
                    {
                        "commission_type": "percentage",
                        "description": "Base commission rate",
                        "tiers": [
                            {"commission": 5.5, "threshold": 0, "upper_threshold": 1000},
                            {"commission": 7, "threshold": 1000, "upper_threshold": None},
                        ],
                    }
                ],
            },
            {
                "is_base_commission": False,
                "sku_list_name": "Holiday Products",
                "commissions": [{"commission_type": "flat", "tiers": [{"commission": 2, "threshold": 0}]}],
            },
        ],
    }
    made = normalise(rakuten.offer(record))
    assert (made.external_id, made.cookie_days, made.validation_days, made.approval_mode) == ("3-12345", 30, 7, None)
    assert made.commission_rules == (
        percent(5.5, 5.5),
        percent(7, 7, threshold=1000),
        fixed(2, 2, "GBP", condition="Holiday Products"),
    )
    assert (made.commission_type, made.commission_min, made.commission_max) == ("hybrid", 5.5, 7)
    assert normalise(rakuten.offer({**record, "type": "private"})).approval_mode == "invite"


def test_rakuten_calls_add_up() -> None:  # 1, 3
    about = {"id": 1, "network": 1, "name": "Store"}
    program = rakuten.joined(
        rakuten.advertiser({**about, "url": "store.example.com"}),
        rakuten.partnership(
            {"advertiser": {**about, "categories": ["Shoes"], "status": "active"}, "status": "temp-decline"}
        ),
    )
    program = rakuten.joined(program, rakuten.offer({"advertiser": about, "return_days": 14}))
    made = normalise(program)
    assert (made.category, made.cookie_days, made.merchant_url) == ("Shoes", 14, "https://store.example.com")
    assert made.status == "active"  # that the account was declined says nothing of the program


PROGRAMME: dict[str, Any] = {
    "id": 15078,
    "name": "Schöne Möbel DE",
    "description": "<p>Möbel &amp; mehr</p>",
    "displayUrl": "https://www.moebel.example.de",
    "clickThroughUrl": "https://www.awin1.com/cread.php?awinmid=15078&awinaffid=1",
    "logoUrl": "https://ui.awin.com/images/upload/merchant/profile/15078.png",
    "currencyCode": "EUR",
    "primaryRegion": {"name": "Germany", "countryCode": "DE"},
    "primarySector": "Furniture & Soft Furnishings",
    "status": "Active",
    "linkStatus": "Online",
    "validDomains": [{"domain": "moebel.example.de"}],
}
DETAILS: dict[str, Any] = {
    "programmeInfo": {**PROGRAMME, "deeplinkEnabled": True, "membershipStatus": "notjoined"},
    "kpi": {
        "averagePaymentTime": "63",
        "approvalPercentage": 88.4,
        "epc": 0.42,
        "conversionRate": 3.1,
        "validationDays": 30,
        "awinIndex": 55.2,
    },
    "commissionRange": [
        {"min": 0, "max": 8, "type": "percentage"},
        {"min": 5, "max": 15, "type": "fix"},
    ],
}


def test_an_awin_programme() -> None:  # 1
    assert said(awin.programme(PROGRAMME)) == {
        "network": "awin",
        "external_id": "15078",
        "data_source": "feed:awin",
        "name": "Schöne Möbel DE",
        "description": "Möbel & mehr",
        "category": "Furniture & Soft Furnishings",
        "categories": ("Furniture & Soft Furnishings",),
        "vertical": "home",
        "merchant_domain": "example.de",
        "primary_region": "DE",
        "program_url": "https://ui.awin.com/merchant-profile/15078",
        "merchant_url": "https://www.moebel.example.de",
        "affiliate_url": "https://www.awin1.com/cread.php?awinmid=15078&awinaffid=1",
        "logo_url": "https://ui.awin.com/images/upload/merchant/profile/15078.png",
        "currency": "EUR",
        "exchange_rate": normalise(awin.programme(PROGRAMME)).exchange_rate,
        "exchange_rate_date": normalise(awin.programme(PROGRAMME)).exchange_rate_date,
        "geo_targeting": ("DE",),
    }


def test_awin_details() -> None:  # 1
    made = normalise(awin.details(DETAILS))
    assert made == normalise(awin.programme(PROGRAMME, DETAILS))
    assert made.commission_rules == (percent(None, 8), fixed(5, 15, "EUR"))
    assert (made.commission_type, made.commission_min, made.commission_max) == ("hybrid", None, 8)
    assert (made.commission_fixed_min, made.commission_fixed_max, made.currency) == (5, 15, "EUR")
    assert (made.validation_days, made.payment_days, made.deep_link_allowed) == (30, 63, True)
    assert (made.epc_raw, made.epc_unit, made.epc_currency) == (0.42, "click", "EUR")
    assert (made.conversion_rate, made.approval_rate, made.popularity_raw) == (3.1, 88.4, 55.2)
    assert made.popularity_metric == "awinIndex"


def test_awin_zeros_without_an_index_are_no_data() -> None:  # 2
    kpi = {"averagePaymentTime": "null", "approvalPercentage": 0, "epc": 0, "conversionRate": 0, "validationDays": 0,
           "awinIndex": 0}  # fmt: skip
    made = normalise(
        awin.details({**DETAILS, "kpi": kpi, "commissionRange": [{"min": 0, "max": 0, "type": "percentage"}]})
    )
    assert (made.epc, made.epc_raw, made.conversion_rate, made.approval_rate) == (None, None, None, None)
    assert (made.validation_days, made.payment_days, made.popularity_raw) == (None, None, None)
    assert (made.commission_type, made.commission_rules) == (None, None)


def test_awin_states() -> None:  # 1
    assert normalise(awin.programme({**PROGRAMME, "linkStatus": "Offline"})).status == "paused"
    assert normalise(awin.programme({**PROGRAMME, "status": "Closed", "linkStatus": "Online"})).status == "closed"
    assert normalise(awin.programme({**PROGRAMME, "status": "Active", "linkStatus": None})).status == "active"


ROW = {
    "advertiserId": "15078",
    "programmeName": "Schöne Möbel DE",
    "conversionRate": "3.1",
    "approvalRate": "88.4",
    "epc": "0.42",
    "launchDate": "2019-11-04",
    "paymentStatus": "amber",
    "paymentRiskLevel": "level 2",
    "awinIndex": "55.2",
    "feedEnabled": "yes",
    "productReporting": "no",
    "commissionMin": "5",
    "commissionMax": "8",
    "leadMin": "0",
    "leadMax": "15",
    "cookieLength": "30",
    "parentSectors": "Retail & Shopping",
    "subSectors": "Home & Garden|Furniture & Soft Furnishings|DIY",
    "primarySector": "Furniture & Soft Furnishings",
    "averagePaymentTime": "63",
    "primaryRegion": "DE",
    "descriptionShort": "Möbel &amp; mehr",
    "logoUrl": "https://ui.awin.com/images/upload/merchant/profile/15078.png",
    "displayUrl": "www.moebel.example.de",
}


def test_a_row_of_the_awin_directory() -> None:  # 1
    found = said(awin.directory_row(ROW))
    rate = found.pop("exchange_rate")
    assert found.pop("exchange_rate_date")
    assert found == {
        "network": "awin",
        "external_id": "15078",
        "data_source": "feed:awin",
        "name": "Schöne Möbel DE",
        "description": "Möbel & mehr",
        "category": "Furniture & Soft Furnishings",
        "categories": ("Furniture & Soft Furnishings", "Home & Garden", "DIY"),
        "vertical": "home",
        "merchant_domain": "example.de",
        "primary_region": "DE",
        "launched_at": date(2019, 11, 4),
        "program_url": "https://ui.awin.com/merchant-profile/15078",
        "merchant_url": "https://www.moebel.example.de",
        "logo_url": "https://ui.awin.com/images/upload/merchant/profile/15078.png",
        "commission_type": "hybrid",
        "commission_min": 5,
        "commission_max": 8,
        "commission_fixed_max": 15,
        "commission_fixed_max_usd": round(15 * rate, 4),
        "commission_rules": (percent(5, 8), fixed(None, 15, "EUR", event="lead")),
        "currency": "EUR",
        "cookie_days": 30,
        "payment_days": 63,
        "payment_risk": "level 2",
        "epc": round(0.42 * rate, 6),
        "epc_raw": 0.42,
        "epc_unit": "click",
        "epc_window": "30d",
        "epc_currency": "EUR",
        "conversion_rate": 3.1,
        "approval_rate": 88.4,
        "popularity_raw": 55.2,
        "popularity_metric": "awinIndex",
        "geo_targeting": ("DE",),
        "has_product_feed": True,
    }


def test_a_silent_row_of_the_awin_directory() -> None:  # 2
    zeros = ("conversionRate", "approvalRate", "epc", "awinIndex", "commissionMin", "commissionMax", "leadMin",
             "leadMax", "cookieLength")  # fmt: skip
    made = normalise(awin.directory_row({**ROW, **dict.fromkeys(zeros, "0"), "averagePaymentTime": "null"}))
    assert (made.commission_type, made.cookie_days, made.epc_raw, made.conversion_rate) == (None, None, None, None)
    assert (made.approval_rate, made.popularity_raw, made.payment_days) == (None, None, None)
    blank = normalise(awin.directory_row({**dict.fromkeys(ROW, ""), "advertiserId": "1", "programmeName": "A"}))
    assert (blank.category, blank.primary_region, blank.merchant_url, blank.has_product_feed) == (
        None,
        None,
        None,
        None,
    )


CAMPAIGN: dict[str, Any] = {
    "AdvertiserId": "1804207",
    "AdvertiserName": "Acme Corporation",
    "AdvertiserUrl": "https://www.acme.example.io",
    "CampaignId": "10306",
    "CampaignName": "Acme Shop",
    "CampaignUrl": "http://www.acme.example.io/shop",
    "CampaignDescription": "Shop &amp; save",
    "ShippingRegions": ["UK", "CANADA", "US", "SOUTHAFRICA", "CZECHREPUBLIC"],
    "CampaignLogoUri": "/Mediapartners/IR1/Campaigns/10306/Logo",
    "PublicTermsUri": "/Mediapartners/IR1/Campaigns/10306/PublicTerms",
    "ContractStatus": "Active",
    "ContractUri": "/Mediapartners/IR1/Campaigns/10306/Contracts/Active",
    "TrackingLink": "https://acme.sjv.io/c/1/2/10306",
    "HasStandDownPolicy": "true",
    "AllowsDeeplinking": "true",
    "DeeplinkDomains": ["acme.example.io ", "*.acme.example.io"],
    "Uri": "/Mediapartners/IR1/Campaigns/10306",
}
CONTRACT: dict[str, Any] = {
    "Id": "S-1",
    "CampaignId": "10306",
    "Terms": {
        "Currency": "GBP",
        "EventPayouts": [
            {
                "EventTypeName": "Online Sale",
                "EventCategory": "SALE",
                "DefaultPayoutRate": "10",
                "PayoutGroups": [
                    {
                        "Rank": "1",
                        "PayoutRate": "4",
                        "Rules": [{"Variable": "CUSTOMER_STATUS", "Operator": "IS", "Values": ["EXISTING"]}],
                    }
                ],
                "PerformanceBonus": {"Tiers": [{"RevenueThreshold": "1000000.00", "PayoutRate": "2"}]},
                "Locking": {"Basis": "TRACKED", "Period": "MONTH", "MonthOffset": "1", "DayOffset": "15"},
                "ValidReferrals": [
                    {"Type": "IMPRESSIONS", "Window": "1", "WindowUnit": "DAY"},
                    {"Type": "CLICKS", "Window": "30", "WindowUnit": "DAY"},
                ],
            },
            {"EventTypeName": "Sign-up", "EventCategory": "LEAD", "DefaultPayout": "2.50"},
            {"EventTypeName": "Free trial", "EventCategory": "LEAD", "DefaultPayout": "0.00"},
        ],
    },
}


def test_an_impact_campaign() -> None:  # 1
    assert said(impact.campaign(CAMPAIGN)) == {
        "network": "impact",
        "external_id": "10306",
        "data_source": "feed:impact",
        "name": "Acme Shop",
        "description": "Shop & save",
        "merchant_domain": "example.io",
        "merchant_url": "http://www.acme.example.io/shop",
        "affiliate_url": "https://acme.sjv.io/c/1/2/10306",
        "deep_link_allowed": True,
        "geo_targeting": ("GB", "CA", "US", "ZA", "CZ"),
    }
    assert normalise(impact.campaign({**CAMPAIGN, "ContractStatus": "Expired"})).status == "closed"


def test_an_impact_contract() -> None:  # 1
    made = normalise(impact.campaign(CAMPAIGN, CONTRACT))
    assert made.commission_rules == (
        percent(10, 10),
        percent(4, 4, condition="CUSTOMER_STATUS IS EXISTING"),
        fixed(2.5, 2.5, "GBP", event="lead"),
    )
    assert (made.commission_type, made.commission_min, made.commission_max) == ("hybrid", 4, 10)
    assert (made.currency, made.cookie_days, made.validation_days) == ("GBP", 30, 45)


def test_an_impact_campaign_in_xml() -> None:  # 1
    xml = """<Campaign><CampaignId>10306</CampaignId><CampaignName>Acme Shop</CampaignName>
        <AllowsDeeplinking>false</AllowsDeeplinking>
        <ShippingRegions><ShippingRegion>US</ShippingRegion><ShippingRegion>UK</ShippingRegion></ShippingRegions>
        </Campaign>"""
    made = normalise(impact.campaign(as_record(etree.fromstring(xml))))
    assert (made.external_id, made.geo_targeting, made.deep_link_allowed) == ("10306", ("US", "GB"), False)


PARTNERSTACK: dict[str, Any] = {
    "id": 12345,
    "key": "acmecrm",
    "name": "Acme CRM",
    "website": "https://acmecrm.example.com",
    "category": ["CRM", "Sales"],
    "country": "US",
    "description": "A CRM.",
    "logo": "https://cdn.example.com/acme.png",
    "has_sub_id": True,
    "offers": [
        {"base_rate": "20%", "currency": "USD", "description": "20% recurring for 12 months", "type_": "revenue_share"}
    ],
    "promotions": [],
    "created_at": 1538352000000,
    "updated_at": 1700000000000,
}


def test_a_partnerstack_program() -> None:  # 1
    found = said(partnerstack.program(PARTNERSTACK))
    assert found.pop("exchange_rate_date")
    assert found == {
        "network": "partnerstack",
        "external_id": "acmecrm",
        "data_source": "feed:partnerstack",
        "name": "Acme CRM",
        "description": "A CRM.",
        "category": "CRM",
        "categories": ("CRM", "Sales"),
        "vertical": "software",
        "merchant_domain": "example.com",
        "primary_region": "US",
        "launched_at": date(2018, 10, 1),
        "program_url": "https://market.partnerstack.com/page/acmecrm",
        "merchant_url": "https://acmecrm.example.com",
        "logo_url": "https://cdn.example.com/acme.png",
        "commission_type": "percent",
        "commission_min": 20,
        "commission_max": 20,
        "commission_rules": (percent(20, 20),),
        "commission_text": "20% recurring for 12 months",
        "currency": "USD",
        "exchange_rate": 1,
        "recurring": True,
        "recurring_months": 12,
    }


@pytest.mark.parametrize(
    ("offers", "rules"),
    [
        (["Up to $500 CPA"], (fixed(None, 500),)),
        ([{"description": "30% lifetime"}], (percent(30, 30),)),
        ("25% for the first year", (percent(25, 25),)),
        ([{"base_rate": 15, "type_": "revenue_share", "description": "Base"}], (percent(15, 15),)),
        ([{"base_rate": 50, "type_": "flat", "currency": "EUR"}], (fixed(50, 50, "EUR"),)),
        ([{"base_rate": 50, "description": "Base"}], None),  # percent or dollars? It does not say
        ([{"base_rate": "$100", "description": "per qualified demo"}], (fixed(100, 100),)),
        ([], None),
        (None, None),
    ],
)  # fmt: skip
def test_partnerstack_offers(offers: Any, rules: Any) -> None:  # 1
    assert normalise(partnerstack.program({**PARTNERSTACK, "offers": offers})).commission_rules == rules


def test_a_bare_partnerstack_program() -> None:  # 2
    made = normalise(partnerstack.program({**PARTNERSTACK, "category": None, "logo": "img_abc123", "country": None}))
    assert (made.category, made.logo_url, made.primary_region) == (None, None, None)
    assert made.vertical == "software", "by what its text is about"


def test_a_refersion_affiliate() -> None:  # 1
    record: dict[str, Any] = {
        "id": 77,
        "status": "ACTIVE",
        "rfsn_parameter": "rfsn=77.abc",
        "shop": {"name": "Candles", "url": "https://candles.example.com", "shop_identifier": "candles-1"},
    }
    assert said(refersion.affiliate(record)) == {
        "network": "refersion",
        "external_id": "candles-1",
        "data_source": "feed:refersion",
        "name": "Candles",
        "vertical": "home",  # by what it sells
        "merchant_domain": "example.com",
        "merchant_url": "https://candles.example.com",
        "affiliate_url": "https://candles.example.com/?rfsn=77.abc",
    }
    bare = refersion.affiliate(
        {**record, "rfsn_parameter": "77.abc", "shop": {**record["shop"], "url": "c.example.com"}}
    )
    assert bare.affiliate_url == "https://c.example.com/?rfsn=77.abc"
    broken = refersion.affiliate({**record, "shop": {**record["shop"], "url": "https://[x"}})
    assert (broken.affiliate_url, normalise(broken).merchant_url) == (None, None)


_EVERY: dict[str, Any] = {
    "clickbank": lambda record: clickbank.site(record, ()),
    "shareasale": shareasale.merchant,
    "cj": cj.advertiser,
    "rakuten advertiser": rakuten.advertiser,
    "rakuten offer": rakuten.offer,
    "rakuten partnership": rakuten.partnership,
    "awin": awin.programme,
    "awin details": awin.details,
    "awin directory": awin.directory_row,
    "impact": impact.campaign,
    "impact contract": lambda record: impact.campaign({}, record),
    "partnerstack": partnerstack.program,
    "refersion": refersion.affiliate,
}
_COMPLETE: dict[str, Any] = {
    "clickbank": SITE, "shareasale": {squeezed(key): value for key, value in MERCHANT.items()},
    "cj": as_record(etree.fromstring(ADVERTISER)), "awin": PROGRAMME, "awin details": DETAILS, "awin directory": ROW,
    "impact": CAMPAIGN, "impact contract": CONTRACT, "partnerstack": PARTNERSTACK,
}  # fmt: skip
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("layout", _EVERY)
def test_a_record_without_an_id_is_rejected_with_the_reason(layout: str) -> None:  # 4
    with pytest.raises(Rejected, match="external id"):
        normalise(_EVERY[layout]({}))


@pytest.mark.parametrize("layout", _COMPLETE)
@given(data=st.data())
def test_a_value_of_any_shape_anywhere_is_a_program_or_rejected(layout: str, data: st.DataObject) -> None:  # 4
    record = dict(_COMPLETE[layout])
    for key in data.draw(st.sets(st.sampled_from(sorted(record)), max_size=4)):
        record[key] = data.draw(_json)
    try:
        made = normalise(_EVERY[layout](record))
    except Rejected:
        return
    assert msgspec.convert(msgspec.to_builtins(made), Program) == made
