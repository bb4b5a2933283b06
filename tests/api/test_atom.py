"""Searches and changes as Atom, for readers that follow them.

1. `.atom` and `Accept: application/atom+xml` have the same answer; who does not name Atom gets JSON.
2. A document is Atom (RFC 4287): what must be there is, once; times, ids and links have their form.
3. Whatever texts hold, the document is XML and says them as text.
4. A search has its newest 50 programs unless `sort` or `perPage` say otherwise; changes the newest 50, newest first.
5. An id stays: over searches, and when a program changes. An `ETag` holds until something changes.
6. Parameters that make no sense in Atom are refused, as is all that a search refuses.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from lxml import etree

from app.api.atom.document import AtomEntry, document, tag
from tests.words import Catalogue, program

_ATOM = {"a": "http://www.w3.org/2005/Atom"}
_ASKING = {"Accept": "application/atom+xml"}
_HOSTILE = "]]></title><script>&amp;<![CDATA[ \"'\u0085\u2028 \U0001f375"
_TAG = re.compile(r"tag:[a-z.]+,\d{4}:[!-~]+")


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Green Tea", network="cj", commission_min=5.0, commission_max=8.5, cookie_days=30, epc=0.42),
        program(_HOSTILE, network="awin", description=_HOSTILE, category="a<b&c"),
        *(program(f"Shop {number}", network="rakuten") for number in range(60)),
    )
    shared_catalogue.rows("update programs set created_at = now() - interval '1 year' * id / 1000")
    shared_catalogue.rows("update programs set commission_max = 9 where name = 'Green Tea'")
    shared_catalogue.rows("update programs set status = 'paused' where name = %s", _HOSTILE)
    shared_catalogue.index()
    return shared_catalogue


def _one(parent: Any, name: str) -> Any:
    (found,) = parent.findall(f"a:{name}", _ATOM)
    return found


def _checked(body: bytes) -> Any:
    """The entries of a document that has all that RFC 4287 asks for, as etree elements."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    feed = etree.fromstring(body, parser)
    assert feed.tag == f"{{{_ATOM['a']}}}feed"
    assert _one(_one(feed, "author"), "name").text
    entries = feed.findall("a:entry", _ATOM)
    for each in (feed, *entries):
        assert _TAG.fullmatch(_one(each, "id").text)
        assert _one(each, "title").text
        assert datetime.fromisoformat(_one(each, "updated").text).tzinfo is not None
        links = [(link.get("rel"), link.get("href")) for link in each.findall("a:link", _ATOM)]
        assert [rel for rel, _ in links] == (["self", "alternate"] if each is feed else ["alternate"])
        assert all(re.fullmatch(r"https?://[!-~]+", href) for _, href in links)
    assert len({_one(each, "id").text for each in entries}) == len(entries)
    assert not entries or _one(feed, "updated").text == max(_one(each, "updated").text for each in entries)
    return entries


def _titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == "application/atom+xml"
    return [_one(each, "title").text for each in _checked(answer.content)]


def test_both_ways_of_asking(stocked: Catalogue) -> None:  # 1
    for path in ("/api/programs", "/api/changes"):
        by_accept = stocked.api.get(path, headers=_ASKING)
        by_name = stocked.api.get(f"{path}.atom", headers={"Accept": "*/*"})
        assert by_accept.content == by_name.content
        assert by_accept.headers["vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize(
    ("accept", "atom"),
    [
        ("application/atom+xml;q=0.9, */*;q=0.1", True),
        ("text/html, APPLICATION/ATOM+XML", True),
        ("application/json, application/atom+xml;q=0.5", False),
        ("application/atom+xml;q=0", False),
        ("application/atom+xml;q=x", False),
        ("*/*", False),
        ("application/atomic", False),
        (",;,;=atom", False),
    ],
)
def test_who_names_atom(stocked: Catalogue, accept: str, atom: bool) -> None:  # 1
    for path in ("/api/programs", "/api/changes"):
        answer = stocked.api.get(path, headers={"Accept": accept})
        assert answer.headers["content-type"].startswith("application/atom+xml") is atom
        assert "Accept" in answer.headers["vary"].split(", ")


def test_the_newest_fifty(stocked: Catalogue) -> None:  # 4
    newest = stocked.get(sort="-createdAt", perPage=50)["programs"]
    assert _titles(stocked.api.get("/api/programs.atom")) == [each["name"] for each in newest]
    assert _titles(stocked.api.get("/api/programs.atom?sort=name&perPage=2&network=rakuten")) == ["Shop 0", "Shop 1"]
    assert _titles(stocked.api.get("/api/programs.atom?q=green&sort=")) == ["Green Tea"]
    assert _titles(stocked.api.get("/api/programs.atom?network=shareasale")) == []


def test_what_an_entry_says(stocked: Catalogue) -> None:  # 2
    (entry,) = _checked(stocked.api.get("/api/programs.atom?q=green").content)
    ((id,),) = stocked.rows("select id from programs where name = 'Green Tea'")
    stored = stocked.get(f"/api/programs/{id}")
    assert _one(entry, "summary").text == "cj · 5–9 % of a sale · EPC 0.42 USD · 30 days of cookie"
    assert _one(entry, "link").get("href").endswith(f"/programs/{id}")
    assert (_one(entry, "published").text, _one(entry, "updated").text) == (stored["createdAt"], stored["updatedAt"])


def test_hostile_texts_are_text(stocked: Catalogue) -> None:  # 3
    (entry,) = _checked(stocked.api.get("/api/programs.atom?network=awin").content)
    ((name, description),) = stocked.rows("select name, description from programs where category = 'a<b&c'")
    assert _one(entry, "title").text == name
    assert _one(entry, "content").text == description
    assert [each.get("term") for each in entry.findall("a:category", _ATOM)] == ["a<b&c"]
    (change,) = _checked(stocked.api.get("/api/changes.atom?network=awin&field=status").content)
    assert _one(change, "title").text == f"{name} (awin): status active → paused"


def test_no_character_breaks_a_document() -> None:  # 3
    every = "".join(map(chr, range(0x20))) + "\x7f\ufffe\uffff\ud800<&>\"'"
    entry = AtomEntry(
        "tag:a.b,2026:1", every, "2026-01-01T00:00:00Z", "http://a/" + every, every, None, every, (every,)
    )
    feed = etree.fromstring(document("tag:a.b,2026:0", every, [entry], myself="http://a/", page="http://a/"))
    title = feed.findtext("a:entry/a:title", "", _ATOM)
    assert title.replace("\r", "\n") == "\t\n\n\x7f<&>\"'"


@pytest.mark.parametrize("host", ["evil.example/<x>", 'a"b', "a b"])
def test_a_hostile_host_is_refused(stocked: Catalogue, host: str) -> None:  # 6
    answer = stocked.api.get("/api/programs.atom?perPage=1", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text


def test_addresses_are_written_as_such(stocked: Catalogue) -> None:  # 2, 3
    body = stocked.api.get('/api/programs.atom?perPage=1&q=%3C%22%26<"').text
    assert 'href="http://testserver.local/api/programs.atom?perPage=1&amp;q=%3C%22%26%3C%22"' in body


def test_changes_are_newest_first(stocked: Catalogue) -> None:  # 4
    titles = _titles(stocked.api.get("/api/changes.atom"))
    assert titles[1] == "Green Tea (cj): commissionMax 8.5 → 9"
    assert all(title.endswith(": new") for title in titles[2:])
    assert len(titles) == 50
    assert _titles(stocked.api.get("/api/changes.atom?field=commissionMax&limit=1")) == titles[1:2]
    assert _titles(stocked.api.get("/api/changes.atom?since=2999-01-01")) == []


def test_an_id_stays(stocked: Catalogue) -> None:  # 5
    in_all = {
        _one(each, "title").text: _one(each, "id").text
        for each in _checked(stocked.api.get("/api/programs.atom?perPage=100").content)
    }
    (alone,) = _checked(stocked.api.get("/api/programs.atom?q=green").content)
    assert _one(alone, "id").text == in_all["Green Tea"]
    assert tag(b"one", "programs/1") != tag(b"another", "programs/1")


@pytest.mark.parametrize("path", ["/api/programs.atom?q=green", "/api/changes.atom"])
def test_until_something_changes(catalogue: Catalogue, path: str) -> None:  # 5
    catalogue.store(program("Green Tea", network="cj", cookie_days=3))
    catalogue.get("/readyz")
    first = catalogue.api.get(path)
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == "no-cache"
    having = {"If-None-Match": first.headers["etag"]}
    kept = catalogue.api.get(path, headers=having)
    assert (kept.status_code, kept.content) == (304, b"")
    assert kept.headers["vary"] == "Accept, Accept-Encoding"
    catalogue.rows("update programs set cookie_days = 30")
    catalogue.index()
    assert catalogue.api.get(path, headers=having).status_code == 200


@pytest.mark.parametrize(
    "query", ["facets=network", "fields=id", "cursor=x", "collapse=merchant", "nework=cj", "epc=x"]
)
def test_what_makes_no_sense(stocked: Catalogue, query: str) -> None:  # 6
    refused = stocked.api.get(f"/api/programs.atom?{query}", headers=_ASKING)
    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json()["errors"][0]["parameter"] == query.partition("=")[0]
