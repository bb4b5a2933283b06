"""Addresses are whole, and point to the merchant.

1. What feeds do to an address is undone: a lacking or doubled scheme, quotes, entities, blanks, a second address.
2. What is no web address is unknown; so is one that carries a password.
3. The registrable domain joins a merchant's offers; a network's tracking link has none.
4. Cleaning twice is cleaning once.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.normalising.urls import merchant_domain, url


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("https://shop.example.com/a?b=1", "https://shop.example.com/a?b=1"),
        ("www.shop.example.com", "https://www.shop.example.com"),
        ("WWW.Shop.Example.co.uk/Path?A=1", "https://www.shop.example.co.uk/Path?A=1"),
        ("//cdn.example.com/logo.png", "https://cdn.example.com/logo.png"),
        ("HTTP://Example.com", "http://example.com"),
        ("http:/example.com/a", "http://example.com/a"),
        ("http//example.com", "http://example.com"),
        ("http://https://example.com/p", "https://example.com/p"),
        ("https:\\\\example.com", "https://example.com"),
        ('"https://example.com"', "https://example.com"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("https://example.com/a?b=1&amp;c=2", "https://example.com/a?b=1&c=2"),
        ("https://example.com/a?x=1&copy=2", "https://example.com/a?x=1&copy=2"),
        ("https://example.com/a b.html", "https://example.com/a%20b.html"),
        ("http://example.com|http://example.org", "http://example.com"),
        ("example.com, www.example.org", "https://example.com"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("example.com/r?u=https://other.example", "https://example.com/r?u=https://other.example"),
        ("https://münchen.de/", "https://münchen.de/"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.com", None),
        ("ftp://example.com", None),
        ("https://user@evil.com/", None),
        ("http://127.0.0.1/", None),
        ("localhost", None),
        ("no address", None),
        ("https://", None),
        ("", None),
        ("https://example.com/" + "a" * 3000, None),
        (None, None),
    ],
)
def test_address(written: str | None, clean: str | None) -> None:  # 1, 2
    assert url(written) == clean


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.shop.example.co.uk/x", "example.co.uk"),
        ("https://shop.example.com", "example.com"),
        ("https://münchen.de", "xn--mnchen-3ya.de"),
        ("https://brand.myshopify.com", "brand.myshopify.com"),
        ("https://www.awin1.com/cread.php?x=1", None),
        ("https://click.linksynergy.com/deeplink", None),
        ("https://merchant.pxf.io/c/1", None),
        ("https://bit.ly/abc", None),
        (None, None),
    ],
)
def test_domain(address: str | None, domain: str | None) -> None:  # 3
    assert merchant_domain(address) == domain


@given(st.text(max_size=80) | st.from_regex(r"(https?:/{0,3})?[a-z]{1,8}\.(com|de|co\.uk)([/?#][ -~]{0,20})?"))
def test_cleaning_is_idempotent(written: str) -> None:  # 4
    cleaned = url(written)
    if cleaned is not None:
        assert url(cleaned) == cleaned
        assert cleaned.startswith(("http://", "https://"))
        assert len(cleaned) <= 2000
