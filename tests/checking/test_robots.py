"""robots.txt is read by RFC 9309: our group or everybody's, and of its rules the longest that fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.checking.robots import read_robots


@pytest.mark.parametrize(
    ("text", "allowed", "forbidden"),
    [
        ("", ["/", "/a?b"], []),
        ("User-agent: *\nDisallow:", ["/"], []),
        ("User-agent: *\nDisallow: /", [], ["/", "/a"]),
        ("user-agent:*\ndisallow:/a # not this\n", ["/", "/b"], ["/a", "/ab", "/a/b"]),
        ("User-agent: Googlebot\nDisallow: /", ["/"], []),
        ("User-agent: *\nDisallow: /\n\nUser-agent: AFFINDEX/2.0\nDisallow: /x", ["/"], ["/x"]),
        ("User-agent: a\nUser-agent: affindex\nDisallow: /x\nUser-agent: b\nDisallow: /", ["/"], ["/x"]),
        ("User-agent: affindex\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: affindex\nDisallow: /y",
         ["/"], ["/x", "/y"]),
        ("User-agent: affindexer\nDisallow: /", ["/"], []),
        ("User-agent: *\nDisallow: /\nAllow: /$\nAllow: /shop", ["/", "/shop", "/shop/a"], ["/s", "/a"]),
        ("User-agent: *\nAllow: /\nDisallow: /a", ["/b"], ["/a"]),
        ("User-agent: *\nDisallow: /a\nAllow: /a", ["/a"], []),
        ("User-agent: *\nDisallow: /*?", ["/a"], ["/a?", "/a?b"]),
        ("User-agent: *\nDisallow: /*.php$", ["/a.php5", "/php"], ["/a.php", "/a/b.php"]),
        ("User-agent: *\nDisallow: /a*b*c$", ["/abcd", "/ac"], ["/abc", "/a-b-c-c"]),
        ("User-agent: *\nDisallow: /a$", ["/", "/ab"], ["/a"]),
        ("User-agent: *\nDisallow: /aa*a$", ["/aa"], ["/aaa"]),
        ("User-agent: *\nDisallow: /caf%C3%A9", ["/cafe"], ["/caf%c3%a9", "/café"]),
        ("User-agent: *\r\nCrawl-delay: 9\r\nDisallow: /a\r\nSitemap: http://x.y/z\r\n", ["/"], ["/a"]),
        ("Disallow: /\n<html>User-agent: *", ["/"], []),
        ("\ufeffUser-agent: *\nDisallow: /", [], ["/"]),
    ],
)  # fmt: skip
def test_rules(text: str, allowed: list[str], forbidden: list[str]) -> None:
    rules = read_robots(text.encode())
    assert [path for path in [*allowed, *forbidden] if rules.allow(path)] == allowed


@given(some.binary(max_size=400), some.text(max_size=50))
def test_nothing_is_too_strange(body: bytes, path: str) -> None:
    read_robots(b"User-agent: *\nDisallow: " + body).allow(path)
    read_robots(body)
