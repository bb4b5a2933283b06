"""Any other feed is read by a mapping file, which a suggestion drafts.

1. A mapping says which columns, members or elements are which fields; lists, constants, units, commission lines.
2. What is wrong in it is told with its place and the nearest right word.
3. A suggestion for a feed with sensible headings maps it right for every network; it is TOML that can be used as is.
4. In doubt a suggestion asks: bare numbers are neither percent nor amounts.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feeds.mapping import read
from app.feeds.opening import draft, open_feed
from app.feeds.refusal import BadMapping, UnknownLayout
from app.feeds.suggesting import suggest, toml
from mappings.networks import NETWORKS
from mappings.program import Program
from tests.feeds.opened import programs_of

SHOPS = """Händler-ID;Händler;Webseite;Rubrik;Untergruppe;Länder;Provision %;Provision Lead;Cookie;EPC;Stand
7;Käse Müller;www.kaese.example.de;Essen;Käse|Wurst;DE,AT;8,5;5,00 EUR;30 Tage;12,50;01.02.2023
"""
MAPPING = """
network = "awin"
[format]
encoding = "windows-1252"
[fields]
external_id = "Händler-ID"
name = "Händler"
merchant_url = "Webseite"
categories = { from = ["Rubrik", "Untergruppe"], separator = "|" }
geo_targeting = { from = "Länder", separator = "," }
cookie = "Cookie"
epc = "EPC"
launched = "Stand"
[constants]
currency = "EUR"
epc_unit = "100 clicks"
epc_currency = "EUR"
approval_mode = "manual"
language = "de"
[[commissions]]
event = "sale"
kind = "percent"
value = "Provision %"
[[commissions]]
event = "lead"
value = "Provision Lead"
"""


def made(tmp_path: Path, content: str | bytes, mapping: str, network: str | None = None) -> list[Program]:
    path = tmp_path / "feed"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return programs_of(path, network, mapping=read(mapping))


def test_columns(tmp_path: Path) -> None:  # 1
    (kaese,) = made(tmp_path, SHOPS.encode("windows-1252"), MAPPING)
    assert (kaese.network, kaese.data_source) == ("awin", "feed:awin")
    assert (kaese.external_id, kaese.name, kaese.merchant_url) == ("7", "Käse Müller", "https://www.kaese.example.de")
    assert kaese.categories == ("Essen", "Käse", "Wurst")
    assert (kaese.geo_targeting, kaese.language) == (("DE", "AT"), ("de",))
    assert (kaese.commission_min, kaese.commission_max, kaese.commission_fixed_max) == (8.5, 8.5, 5)
    assert (kaese.currency, kaese.cookie_days, kaese.approval_mode) == ("EUR", 30, "manual")
    assert (kaese.epc_raw, kaese.epc_unit, kaese.epc_currency) == (12.5, "100 clicks", "EUR")
    assert kaese.launched_at == date(2023, 2, 1)


def test_members_of_json(tmp_path: Path) -> None:  # 1
    answer = {
        "shops": [
            {
                "ref": 5,
                "about": {"title": "Shop", "site": "shop.example.com"},
                "tags": [{"name": "Shoes"}, {"name": "Bags"}],
                "rate": 0.05,
                "links": ["https://a.example.com/x", "https://b.example.com"],
            }
        ]
    }
    mapping = """
    [format]
    items = "shops"
    [fields]
    external_id = "ref"
    name = ["about.missing", "about.title"]
    merchant_url = { from = "about.site", prefix = "https://www." }
    affiliate_url = "links"
    categories = "tags"
    conversion_rate = { from = "rate", times = 100 }
    """
    (shop,) = made(tmp_path, json.dumps(answer), mapping, "impact")
    assert (shop.external_id, shop.name, shop.categories) == ("5", "Shop", ("Shoes", "Bags"))
    assert (shop.merchant_url, shop.affiliate_url) == ("https://www.shop.example.com", "https://a.example.com/x")
    assert shop.conversion_rate == 5


def test_elements_and_attributes_of_xml(tmp_path: Path) -> None:  # 1
    xml = """<export><merchant nr="9"><title lang="de">Schuhe &amp; Co</title><url>s.example.de</url>
      <pay unit="EUR">4.50</pay><cat>A</cat><cat>B</cat></merchant></export>"""
    mapping = """
    [format]
    record = "merchant"
    [fields]
    external_id = "@nr"
    name = "title"
    merchant_url = "url"
    categories = "cat"
    [[commissions]]
    kind = "fixed"
    value = "pay"
    currency = "EUR"
    """
    (schuhe,) = made(tmp_path, xml, mapping, "awin")
    assert (schuhe.external_id, schuhe.name, schuhe.categories) == ("9", "Schuhe & Co", ("A", "B"))
    assert (schuhe.commission_fixed_max, schuhe.currency) == (4.5, "EUR")


def test_a_file_without_a_heading(tmp_path: Path) -> None:  # 1
    mapping = """
    [format]
    columns = ["id", "shop", "rate"]
    delimiter = ","
    [fields]
    external_id = "id"
    name = "shop"
    commission_text = "rate"
    """
    first, second = made(tmp_path, "1,Acme,5%\n2,Bold,$9\n", mapping, "cj")
    assert (first.name, first.commission_max, second.commission_fixed_max) == ("Acme", 5, 9)


def test_a_mapping_outranks_a_layout_that_is_known(tmp_path: Path) -> None:  # 1
    content = "advertiserId,programmeName,epc,awinIndex,launchDate\n1,A,1,50,\n"
    (program,) = made(tmp_path, content, '[fields]\nexternal_id = "advertiserId"\nname = "programmeName"\n', "cj")
    assert (program.network, program.popularity_raw) == ("cj", None)


NEEDED = '[fields]\nexternal_id = "ID"\nname = "Shop"\n'


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[fields", "is no TOML"),
        ("[feilds]\n", "unknown field `feilds`"),
        ('[fields]\nname = "Shop"\n', "[fields] lacks 'external_id'"),
        ('[fields]\nexternal_id = "ID"\nnmae = "Shop"\n', "'nmae' is no field; did you mean 'name'?"),
        ('[fields]\nexternal_id = "ID"\nname = 5\n', "Expected `str | object | array`"),
        ('network = "awyn"\n[fields]\nexternal_id = "ID"\nname = "Shop"\n', "'awyn' is none; did you mean 'awin'?"),
        (f'{NEEDED}[constants]\nname = "x"\n', "stands in [fields] and in [constants]"),
        (f'{NEEDED}[[commissions]]\nkind = "percent"\n', "names no column for value"),
        (f'{NEEDED}[[commissions]]\nvalue = "x"\nevent = "sale"\nevent_from = "y"\n', "has event and event_from"),
        (f'{NEEDED}[[commissions]]\nkind = "%"\nvalue = "x"\n', "'percent' or 'fixed'"),
        ('[fields]\nexternal_id = "ID"\nname = "Shopp"\n', "reads column 'Shopp', which the file lacks; did you mean"),
        ('[fields]\nexternal_id = { from = "ID", seperator = "," }\nname = "Shop"\n', "unknown field `seperator`"),
        ('[format]\nencoding = "klingon"\n[fields]\nexternal_id = "ID"\nname = "Shop"\n', "'klingon' is none"),
        ('[format]\ndelimiter = "ab"\n[fields]\nexternal_id = "ID"\nname = "Shop"\n', "`$.format.delimiter`"),
        ("x" * 300_000, "300,000 characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, mapping: str, said: str) -> None:  # 2
    with pytest.raises(BadMapping) as caught:
        made(tmp_path, "ID,Shop\n1,A\n", mapping, "awin")
    assert said in str(caught.value)


def test_a_mapping_for_another_network_is_a_contradiction(tmp_path: Path) -> None:  # 2
    with pytest.raises(BadMapping, match="for awin, the import for cj"):
        made(tmp_path, SHOPS, MAPPING, "cj")


def test_a_layout_of_nobody_needs_one(tmp_path: Path) -> None:  # 3
    (tmp_path / "feed").write_text("ID,Shop\n1,A\n")
    with pytest.raises(UnknownLayout, match=r"none we know of awin: it has ID, Shop; it needs a mapping") as caught:
        open_feed(tmp_path / "feed", "awin")
    assert read(caught.value.draft).fields == {"external_id": "ID", "name": "Shop"}


# -- suggestions -----------------------------------------------------------------------------------------------------

GENERIC = """program_id,program_name,website,category,description,commission_rate,cookie_days,epc,currency,countries,\
language,logo,tracking_url,status,launch_date,conversion_rate,deep_linking,payment_methods,min_payout
101,Acme Shoes,https://acme.example.com,Shoes > Running,Runs well,8%,30,12.5,USD,"US, CA",English,\
https://acme.example.com/l.png,https://track.example.com/1,active,2021-05-06,2.5,yes,"PayPal, Check",25
102,Bold Bags,bold.example.com,Bags,Bags,"$5 per lead",45 days,N/A,EUR,DE,de,,,paused,,,no,,
"""


@pytest.mark.parametrize("network", [network.slug for network in NETWORKS])
def test_a_generic_feed_maps_well_for_every_network(tmp_path: Path, network: str) -> None:  # 3
    path = tmp_path / "feed.csv"
    path.write_text(GENERIC)
    suggestion, layout = draft(path, network)
    assert layout is None
    assert suggestion.unused == []
    shoes, bags = programs_of(path, network, mapping=read(toml(suggestion)))
    assert (shoes.external_id, shoes.name, shoes.description) == ("101", "Acme Shoes", "Runs well")
    assert (shoes.merchant_url, shoes.category) == ("https://acme.example.com", "Running")
    assert (shoes.commission_min, shoes.commission_max, shoes.cookie_days) == (8, 8, 30)
    assert (shoes.epc_raw, shoes.currency, shoes.geo_targeting) == (12.5, "USD", ("US", "CA"))
    assert (shoes.language, shoes.logo_url) == (("en",), "https://acme.example.com/l.png")
    assert (shoes.affiliate_url, shoes.launched_at) == ("https://track.example.com/1", date(2021, 5, 6))
    assert (shoes.conversion_rate, shoes.deep_link_allowed, shoes.min_payout) == (2.5, True, 25)
    assert shoes.payment_methods == ("paypal", "check")
    assert (bags.commission_fixed_max, bags.cookie_days, bags.epc_raw, bags.status) == (5, 45, None, "paused")


@pytest.mark.parametrize(
    ("heading", "row", "field", "value"),
    [
        ("Merchant ID;Merchant;URL;Commission Min;Commission Max", "1;A;a.de;5;8", "commission_max", 8),
        ("id\tmerchant\turl\tpercent_per_sale", "1\tA\ta.de\t75", "commission_max", 75),
        ("id|shop|domain|lead_min|lead_max", "1|A|a.de|2|5", "commission_fixed_max", 5),
        ("advertiser id,advertiser,payout", "1,A,Up to $500 CPA", "commission_fixed_max", 500),
        ("id,name,epc per 100 clicks", "1,A,30", "epc_unit", "100 clicks"),
        ("id,name,three_month_epc", "1,A,30", "epc_window", "3m"),
        ("id,name,gravity", "1,A,30", "popularity_metric", "gravity"),
        ("id,name,categories", '1,A,"Shoes;Bags"', "categories", ("Shoes", "Bags")),
        ("id,name,category,sub_category", "1,A,Shoes,Running", "categories", ("Shoes", "Running")),
        ("externalId,name,merchantUrl,categories", "1,A,https://a.de,Shoes|Bags", "categories", ("Shoes", "Bags")),
        ("key,name,website,country", "acme,A,a.de,Germany", "primary_region", "DE"),
        ("id,name,reversal rate", "1,A,4.5", "approval_rate", 95.5),
        ("id,name,auto approve", "1,A,Yes", "approval_mode", "auto"),
    ],
)  # fmt: skip
def test_headings_are_understood(tmp_path: Path, heading: str, row: str, field: str, value: Any) -> None:  # 3
    path = tmp_path / "feed"
    path.write_text(f"{heading}\n{row}\n")
    suggestion, _ = draft(path, "cj")
    assert suggestion.usable
    (program,) = programs_of(path, "cj", mapping=read(toml(suggestion)))
    assert getattr(program, field) == value


def test_in_doubt_it_asks(tmp_path: Path) -> None:  # 4
    path = tmp_path / "feed"
    path.write_text("id,name,commission\n1,A,10\n2,B,50\n")
    suggestion, _ = draft(path, "shareasale")
    assert "percent, or an amount?" in toml(suggestion)
    assert [each.commission_type for each in programs_of(path, "shareasale", mapping=read(toml(suggestion)))] == [
        None
    ] * 2


def test_without_an_id_it_is_not_usable(tmp_path: Path) -> None:  # 4
    path = tmp_path / "feed"
    path.write_text("shop,colour\nA,red\nB,blue\n")
    suggestion, _ = draft(path, "awin")
    assert not suggestion.usable
    assert "# external_id" in toml(suggestion)


def test_nested_members_are_offered_as_paths(tmp_path: Path) -> None:  # 3
    path = tmp_path / "feed"
    records = [{"merchant": {"id": n, "name": f"Shop {n}"}, "site": {"url": f"s{n}.de"}, "tags": ["A"]} for n in (1, 2)]
    path.write_text(json.dumps({"shops": records}))
    suggestion, _ = draft(path, "awin")
    programs = programs_of(path, "awin", mapping=read(toml(suggestion)))
    assert [(each.external_id, each.name, each.merchant_url) for each in programs] == [
        ("1", "Shop 1", "https://s1.de"),
        ("2", "Shop 2", "https://s2.de"),
    ]


_text = st.text(max_size=30)


def test_a_line_for_each_object_of_a_list(tmp_path: Path) -> None:  # 1
    path = tmp_path / "rates.json"
    rates = [{"what": "lead", "how": "fixed", "much": "5 EUR"}, {"what": "sale", "how": "percent", "much": 8}]
    path.write_text(json.dumps([{"id": 7, "name": "Tea", "terms": {"rates": rates}}, {"id": 8, "name": "Milk"}]))
    tea, milk = programs_of(
        path,
        "direct",
        mapping=read(
            """
            fields = { external_id = "id", name = "name" }
            commissions = [{ each = "terms.rates", value = "much", kind_from = "how", event_from = "what" }]
            """
        ),
    )
    assert [(rule.event, rule.kind, rule.max) for rule in tea.commission_rules or ()] == [
        ("lead", "fixed", 5.0),
        ("sale", "percent", 8.0),
    ]
    assert milk.commission_rules is None


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (["ID", "Name", "Cookie (weeks)", "Recurring months (years)"], ["7", "Tea", "4", "1"]),
        (["ID", "Name", "Countries", "Commission (%)", "Min. payout [USD]"], ["7", "Tea", "DE|AT", "8", "25"]),
    ],
)
def test_a_draft_is_read_as_it_was_meant(columns: list[str], row: list[str]) -> None:  # 3
    drafted = suggest(columns, [dict(zip(columns, row, strict=True))], "direct")
    assert read(toml(drafted)) == drafted.mapping


@given(st.lists(_text, max_size=8), st.lists(st.lists(_text, max_size=8), max_size=4))
def test_a_draft_is_always_toml(columns: list[str], rows: list[list[str]]) -> None:  # 3
    samples = [dict(zip(columns, row, strict=False)) for row in rows]
    suggestion = suggest(columns, samples, "awin")
    written = toml(suggestion)
    if suggestion.usable:
        assert read(written).fields == suggestion.mapping.fields
    else:
        with pytest.raises(BadMapping, match="lacks"):
            read(written)
