"""Every category of every network has a vertical, and "other" only where that is honest.

1. Each category that a network is known to have is placed by its own name, not by its parent's alone.
2. Codes, ids, slugs and spellings of a category lead to the same place.
3. A category nobody knows is "other"; a program without any has no vertical.
4. A network whose categories are unknown is read by names on which all others agree.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.normalising.categories import categories
from mappings.taxonomy import VERTICALS, vertical_of

# network -> its categories as the network lists them; "Parent > Child" where it has a tree.
LISTED: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("categories.toml").read_text("utf-8"))
COUNTS = {"clickbank": 23, "shareasale": 39, "cj": 177, "rakuten": 29, "awin": 77, "partnerstack": 19}

# No field of business: a kind of campaign, a kind of customer.
HONESTLY_OTHER = {("awin", "Lead Gen"), ("shareasale", "Military"), ("cj", "Careers > Military")}


@pytest.mark.parametrize("network", list(LISTED))
def test_every_category_is_placed(network: str) -> None:  # 1
    listed = LISTED[network]
    assert len(listed) == len(set(listed)) == COUNTS[network]
    slugs = {vertical.slug for vertical in VERTICALS}
    for name in listed:
        assert (network, name.lower()) in vertical_of(), name
        deepest, _, vertical = categories(network, (name,))
        assert deepest == name.split(" > ")[-1]
        assert vertical in slugs
        assert (vertical == "other") == ((network, name) in HONESTLY_OTHER), name


@pytest.mark.parametrize(
    ("network", "written", "name", "vertical"),
    [
        ("shareasale", "clo", "Clothing", "fashion"),
        ("shareasale", "fud", "Food/Drink", "food"),
        ("clickbank", "1347", "Health & Fitness", "health"),
        ("clickbank", "Health & Fitness > Diets & Weight Loss", "Diets & Weight Loss", "health"),
        ("clickbank", "Home & Garden > Animal Care & Pets", "Animal Care & Pets", "pets"),
        ("rakuten", "24", "Pet Care", "pets"),
        ("rakuten", "Home Goods", "Home Goods", "home"),
        ("cj", "Home & Garden > Pets", "Pets", "pets"),
        ("cj", "Travel > Accessories", "Accessories", "travel"),
        ("cj", "Computer : Electronics", "Computer : Electronics", "electronics"),
        ("cj", "Computer &amp; Electronics > Computer SW", "Computer SW", "software"),
        ("awin", "Telco's & Services > Web Hosting", "Web Hosting", "web"),
        ("awin", "retail & shopping", "retail & shopping", "shopping"),
        ("partnerstack", "hr-and-recruiting", "hr-and-recruiting", "business"),
        ("partnerstack", "developer-tools", "developer-tools", "software"),
        ("impact", "Apparel", "Apparel", "fashion"),
        ("impact", "Accessories", "Accessories", "fashion"),
        ("impact", "Never heard of", "Never heard of", "other"),
        ("cj", "Never heard of", "Never heard of", "other"),
    ],
)
def test_spellings(network: str, written: str, name: str, vertical: str) -> None:  # 2, 3, 4
    assert categories(network, (written,)) == (name, (name,), vertical)


def test_several() -> None:  # 3
    assert categories("awin", ("Lead Gen", "Insurance")) == ("Lead Gen", ("Lead Gen", "Insurance"), "insurance")
    assert categories("awin", ()) == (None, None, None)
    assert categories("awin", ("", " > ")) == (None, None, None)
