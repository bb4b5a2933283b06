"""A file in a network's own layout needs no mapping.

1. Every layout is recognised by its heading or shape, and read in full, quirks and all.
2. The network may be left out; where it is not the layout's, that is a warning, and the units are the layout's.
3. A vendor that is listed several times is one program, in its deepest category.
4. The three formats of one ShareASale report say the same.
5. One program alone is a feed too; packed it says the same as plain, and several pages in an archive are one feed.
"""

from __future__ import annotations

import gzip
import shutil
import zipfile
from datetime import date
from pathlib import Path

import msgspec
import pytest

from app.feeds.opening import open_feed
from app.feeds.refusal import NotAFeed
from tests.feeds.opened import FIXTURES, programs_of, split

LAYOUTS = {
    "awin_details.json": ("awin", "Awin programme details", 1),
    "awin_directory.csv": ("awin", "Awin directory export", 3),
    "awin_programmes.json": ("awin", "Awin programmes", 2),
    "cj.xml": ("cj", "CJ advertiser lookup", 3),
    "clickbank.xml": ("clickbank", "ClickBank marketplace feed", 3),
    "impact.json": ("impact", "impact.com campaigns", 2),
    "impact.xml": ("impact", "impact.com campaigns", 2),
    "partnerstack.json": ("partnerstack", "PartnerStack marketplace", 2),
    "rakuten_advertisers.json": ("rakuten", "Rakuten advertisers", 2),
    "rakuten_offers.json": ("rakuten", "Rakuten offers", 2),
    "refersion.json": ("refersion", "Refersion affiliates", 1),
    "shareasale_search.csv": ("shareasale", "ShareASale merchantSearch", 6),
    "shareasale_search.txt": ("shareasale", "ShareASale merchantSearch", 6),
    "shareasale_search.xml": ("shareasale", "ShareASale merchantSearch", 6),
    "shareasale_status.txt": ("shareasale", "ShareASale merchantStatus", 2),
}


def test_every_fixture_is_of_a_layout() -> None:  # 1
    assert {path.name for path in FIXTURES.iterdir()} == LAYOUTS.keys()


@pytest.mark.parametrize("name", LAYOUTS)
def test_recognised(name: str) -> None:  # 1, 2
    network, called, count = LAYOUTS[name]
    feed = open_feed(FIXTURES / name, network)
    assert feed.called == called
    programs, _ = split(feed)
    assert len(programs) == count
    assert {(each.network, each.data_source) for each in programs} == {(network, f"feed:{network}")}
    assert open_feed(FIXTURES / name).network == network


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_network_is_whom_the_user_names(name: str) -> None:  # 2
    """A layout of another network is said, and its units stay what they are there."""
    network, called, count = LAYOUTS[name]
    other = "cj" if network != "cj" else "awin"
    feed = open_feed(FIXTURES / name, other)
    assert feed.described()["warnings"] == [
        f"its layout is '{called}', of {network}; its programs are taken for {other}'s, as you say"
    ]
    programs, _ = split(feed)
    assert len(programs) == count
    assert {(each.network, each.data_source) for each in programs} == {(other, f"feed:{other}")}
    for theirs, own in zip(programs, split(open_feed(FIXTURES / name))[0], strict=True):
        assert (theirs.external_id, theirs.name, theirs.status) == (own.external_id, own.name, own.status)
        assert theirs.commission_max == own.commission_max
        assert (theirs.epc_raw, theirs.epc_unit) == (own.epc_raw, own.epc_unit)


def test_clickbank() -> None:  # 1, 3
    burn, yoga, chess = programs_of(FIXTURES / "clickbank.xml")
    assert (burn.external_id, burn.name, burn.description) == ("FATBURN1", "Burn & Win NOW é", "Up to 75% & more")
    assert (burn.category, burn.categories) == (
        "Diets & Weight Loss",
        ("Diets & Weight Loss", "Health & Fitness", "New"),
    )
    assert (burn.commission_max, burn.recurring, burn.popularity_raw, burn.launched_at) == (
        75,
        True,
        142.87,
        date(2019, 4, 3),
    )
    assert (yoga.name, yoga.description) == ("Yoga am Morgen: Übungen", "Détente")
    assert (yoga.launched_at, yoga.recurring, yoga.popularity_raw) == (None, False, 0)
    assert (chess.name, chess.description, chess.category) == ("Chess & Co", None, "Games")


def test_shareasale_in_three_formats() -> None:  # 1, 4
    in_columns = programs_of(FIXTURES / "shareasale_search.csv")
    assert programs_of(FIXTURES / "shareasale_search.txt") == in_columns
    assert programs_of(FIXTURES / "shareasale_search.xml") == in_columns
    dram, cafe, shoes, both, words, blank = in_columns
    assert (dram.name, dram.commission_max, dram.epc, dram.average_earnings) == (
        "Designer Dram, LLC",
        10,
        2.4581,
        12.82,
    )
    assert (cafe.name, cafe.commission_fixed_max, cafe.cookie_days) == ('Café & "Co" 24" TV', 50, 90)
    assert (cafe.epc, cafe.epc_raw, cafe.approval_rate, cafe.approval_mode) == (None, -2.25, None, "auto")
    assert (shoes.commission_min, shoes.commission_max, shoes.approval_rate, shoes.status) == (6, 8, 95, "active")
    assert (both.commission_type, both.epc_raw, both.epc_window, both.average_earnings) == ("hybrid", 3, "7d", 2.5)
    assert (words.commission_text, words.commission_type) == ("Contact us", None)
    assert words.category == "Freebies, Free Stuff, Rewards Programs"
    assert (blank.commission_type, blank.merchant_url, blank.category, blank.epc_raw) == (None, None, None, None)


def test_shareasale_status() -> None:  # 1
    plain, poor = programs_of(FIXTURES / "shareasale_status.txt")
    assert (plain.status, plain.geo_targeting, plain.commission_max) == ("active", ("US", "CA", "GB"), 12)
    assert (poor.status, poor.commission_type) == ("paused", None)


def test_cj_as_it_is_not_well_formed() -> None:  # 1
    gadgets, cafe, gone = programs_of(FIXTURES / "cj.xml")
    assert (gadgets.name, gadgets.merchant_url) == ("Gadgets & More", "http://www.gadgets.example.com/?a=1&b=2")
    assert gadgets.commission_rules is not None
    assert [rule.condition for rule in gadgets.commission_rules] == [None, "Laptops & Tablets", None]
    assert (gadgets.commission_min, gadgets.commission_max, gadgets.commission_fixed_max) == (3, 5, 0.5)
    assert (gadgets.epc, gadgets.popularity_raw, gadgets.deep_link_allowed) == (0.1094, 4, True)
    assert (cafe.name, cafe.category, cafe.epc_raw, cafe.popularity_raw) == ("Café du Sud", "Food & Drinks", None, None)
    assert (cafe.status, cafe.language) == ("active", ("fr",))
    assert (gone.status, gone.epc_raw) == ("closed", None)
    assert (gone.commission_type, gone.deep_link_allowed) == (None, None)


def test_rakuten() -> None:  # 1
    store, kaufhaus = programs_of(FIXTURES / "rakuten_advertisers.json")
    assert (store.external_id, store.geo_targeting, store.has_product_feed) == ("1-1234", ("US", "CA", "GB"), True)
    assert (kaufhaus.external_id, kaufhaus.geo_targeting, kaufhaus.deep_link_allowed) == ("77", None, False)
    store, shop = programs_of(FIXTURES / "rakuten_offers.json")
    assert (store.external_id, store.cookie_days, store.commission_type) == ("1-12345", 30, "tiered")
    assert (store.commission_min, store.commission_max, store.validation_days) == (5.5, 7, 7)
    assert (shop.external_id, shop.approval_mode, shop.commission_fixed_max, shop.currency) == (
        "3-777",
        "invite",
        4,
        "GBP",
    )


def test_awin() -> None:  # 1
    moebel, offline = programs_of(FIXTURES / "awin_programmes.json")
    assert (moebel.description, moebel.primary_region, moebel.currency) == ("Möbel & mehr", "DE", "EUR")
    assert (offline.status, offline.currency) == ("paused", "GBP")
    (details,) = programs_of(FIXTURES / "awin_details.json")
    assert (details.commission_min, details.commission_max, details.commission_fixed_max) == (4, 8, 15)
    assert (details.payment_days, details.validation_days, details.deep_link_allowed) == (63, 30, True)


def test_the_awin_directory() -> None:  # 1
    (moebel, still, pomme), refused = split(open_feed(FIXTURES / "awin_directory.csv", "awin"))
    assert moebel.description == 'Möbel & mehr, "gut" und günstig'
    assert (moebel.commission_min, moebel.commission_max, moebel.commission_fixed_max) == (5, 8, 15)
    assert (moebel.currency, moebel.epc_currency, moebel.payment_days, moebel.payment_risk) == (
        "EUR",
        "EUR",
        63,
        "level 2",
    )
    assert (still.commission_type, still.epc_raw, still.conversion_rate, still.approval_rate) == (
        None,
        None,
        None,
        None,
    )
    assert (still.popularity_raw, still.payment_days, still.payment_risk, still.cookie_days) == (None, None, "none", 30)
    assert (pomme.commission_min, pomme.commission_max, pomme.commission_type) == (10, 10, "percent")
    assert (pomme.cookie_days, pomme.categories, pomme.vertical) == (None, ("Wine, Spirits & Tobacco",), "food")
    assert [each.reason for each in refused] == [
        "line 6: name: it is missing; a program needs one",
        "line 7: name is a spreadsheet's formula; it is not text",
    ]


def test_impact() -> None:  # 1
    acme, b2b = programs_of(FIXTURES / "impact.json")
    assert (acme.geo_targeting, acme.deep_link_allowed, acme.status) == (("GB", "CA", "US", "ZA"), True, "active")
    assert (b2b.external_id, b2b.status, b2b.merchant_url) == ("10307", "closed", "https://b2b.acme.example.io")
    acme, b2b = programs_of(FIXTURES / "impact.xml")
    assert (acme.external_id, acme.geo_targeting, b2b.geo_targeting) == ("10306", ("GB", "CA"), None)


def test_partnerstack() -> None:  # 1
    acme, leads = programs_of(FIXTURES / "partnerstack.json")
    assert (acme.commission_max, acme.recurring, acme.recurring_months, acme.category) == (20, True, 12, "CRM")
    assert (leads.commission_type, leads.commission_max, leads.commission_fixed_max) == ("hybrid", 10, 100)
    assert leads.commission_text == "$100 per qualified demo; 10% for the first year"
    assert (leads.category, leads.logo_url, leads.merchant_url) == (None, None, None)


def test_one_program_alone_is_a_feed_too(tmp_path: Path) -> None:  # 5
    report = (FIXTURES / "shareasale_search.xml").read_text()
    first = report[: report.index("</merchantSearchReportrecord>")].replace("Reportrecord", "")
    (tmp_path / "one.xml").write_text(f"{first}</merchantSearch></merchantSearchReport>")
    assert [each.external_id for each in programs_of(tmp_path / "one.xml", "shareasale")] == ["103574"]
    whole = msgspec.json.decode((FIXTURES / "partnerstack.json").read_bytes())
    (tmp_path / "one.json").write_bytes(msgspec.json.encode(whole["data"]["items"][0]))
    assert [each.external_id for each in programs_of(tmp_path / "one.json", "partnerstack")] == ["acmecrm"]
    answer = {
        "_metadata": {},
        "advertiser": {"id": 5, "name": "A", "deep_link": {"deep_link_url": "https://a.example.com"}},
    }
    (tmp_path / "detail.json").write_bytes(msgspec.json.encode(answer))
    assert [each.external_id for each in programs_of(tmp_path / "detail.json", "rakuten")] == ["5"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_packed_and_plain_say_the_same(name: str, tmp_path: Path) -> None:  # 5
    plain = split(open_feed(FIXTURES / name))[0]
    with (FIXTURES / name).open("rb") as source, gzip.open(tmp_path / "packed.gz", "wb") as packed:
        shutil.copyfileobj(source, packed)
    assert split(open_feed(tmp_path / "packed.gz"))[0] == plain
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FIXTURES / name, f"feed/{name}")
        archive.writestr("feed/marketplace_feed_v2.dtd", "<!ELEMENT Catalog (Category*)>")
        archive.writestr("__MACOSX/._feed", b"\0\0")
    packed_feed = open_feed(tmp_path / "packed.zip")
    assert split(packed_feed)[0] == plain
    said = "'feed/marketplace_feed_v2.dtd' in the archive was left out: it is no data"
    assert [each for each in packed_feed.described()["warnings"] if "archive" in each] == [said]


def test_what_is_left_out_of_an_archive_is_named(tmp_path: Path) -> None:  # 5
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        archive.write(FIXTURES / "impact.json", "page.json")
        for name in ("README.md", "README", "shot.png", "terms.pdf", "page.html", "more.htm", ".hidden", ".DS_Store"):
            archive.writestr(name, "x")
    feed = open_feed(tmp_path / "feed.zip", "impact")
    assert [each.external_id for each in split(feed)[0]] == ["10306", "10307"]
    *named, more = [each for each in feed.described()["warnings"] if "archive" in each]
    assert [each.partition("'")[2].partition("'")[0] for each in named] == [
        "README.md", "README", "shot.png", "terms.pdf", "page.html",
    ]  # fmt: skip
    assert more == "2 more entries of the archive were left out"


def test_an_archive_of_several_pages_is_one_feed(tmp_path: Path) -> None:  # 5
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.write(FIXTURES / "impact.json", "page1.json")
        archive.write(FIXTURES / "impact.json", "page2.json")
    assert [each.external_id for each in programs_of(tmp_path / "pages.zip", "impact")] == ["10306", "10307"] * 2
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as archive:
        archive.write(FIXTURES / "impact.json", "a.json")
        archive.write(FIXTURES / "cj.xml", "b.xml")
    with pytest.raises(NotAFeed, match=r"its members differ: 'a.json' is impact.com campaigns, 'b.xml' is CJ"):
        open_feed(tmp_path / "mixed.zip")
