"""Which of my links earn: addresses in, the programs of their merchants out.

1. An address, a domain, or a tracking link that says where it leads, finds every program of its merchant, however many
   requests that takes.
2. The best paid comes first, by percent, amount and EPC; closed programs come last and say so.
3. What is no address of a merchant is named; a merchant without programs stays, with none.
4. JSON and CSV, over HTTP and from the command line; a cell is never a formula.
5. At most 10,000 addresses and 5 MB, in a body that can be read; the time grows no faster than what is given.
"""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import sys
from typing import Any

import pytest

from app.engines import open_search_async
from app.normalising.urls import domain_of
from app.search.bad_request import BadRequest
from app.search.engine import SearchEngine
from app.search.lookup.earning import Lookup, earning
from app.search.lookup.sought import LARGEST_BODY, MOST_ADDRESSES, sought
from tests.serving import environment_of
from tests.words import Catalogue, program

_TEA = "https://shop.tea.co.uk/green?x=1"
_TRACKING = "https://www.awin1.com/cread.php?awinmid=7&ued=https%3A%2F%2Fwww.mail.example.com%2Fleaf"


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Tea unknown", network="cj", merchant_domain="tea.co.uk"),
        program("Tea poor", network="cj", merchant_domain="tea.co.uk", commission_max=3.0, epc=9.0),
        program("Tea rich", network="awin", merchant_domain="tea.co.uk", commission_max=30.0),
        program("Tea gone", network="awin", merchant_domain="tea.co.uk", commission_max=99.0, status="closed"),
        program("Tea click", network="rakuten", merchant_domain="tea.co.uk", commission_max=3.0, epc=9.5),
        program("=Mail", network="rakuten", merchant_domain="example.com", commission_fixed_max=5.0, currency="USD"),
        program("Another", merchant_domain="another.com"),
    )
    return shared_catalogue


def _ask(catalogue: Catalogue, addresses: list[str], expect: int = 200) -> Any:
    answer = catalogue.api.post("/api/programs/lookup", json={"addresses": addresses})
    assert answer.status_code == expect, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("tea.co.uk", "tea.co.uk"),
        ("HTTP://Shop.TEA.co.uk:8080/x", "tea.co.uk"),
        ("me.myshopify.com", "me.myshopify.com"),
        (_TRACKING, "example.com"),
        ("https://click.linksynergy.com/deeplink?id=x&murl=http%3A%2F%2Ftea.co.uk", "tea.co.uk"),
        ("https://www.awin1.com/cread.php?awinmid=7", None),
        ("https://awin1.com/?" + "u=https://awin1.com&" * 60, None),
        ("co.uk", None),
        ("mailto:me@tea.co.uk", None),
        ("tea", None),
        ("127.0.0.1", None),
        ("https://" + "a" * 9000 + ".com", None),
    ],
)
def test_where_an_address_leads(address: str, domain: str | None) -> None:  # 1, 3
    assert domain_of(address) == domain


def test_the_best_paid_first(stocked: Catalogue) -> None:  # 2, 3
    found = _ask(stocked, [_TEA, "tea", "nothing.com", _TRACKING, "TEA.co.uk"])
    assert [each["domain"] for each in found["merchants"]] == ["tea.co.uk", "nothing.com", "example.com"]
    tea, nothing, mail = found["merchants"]
    names = [each["name"] for each in tea["programs"]]
    assert names == ["Tea rich", "Tea click", "Tea poor", "Tea unknown", "Tea gone"]
    assert [each["closed"] for each in tea["programs"]] == [False] * 4 + [True]
    assert tea["addresses"] == [_TEA, "TEA.co.uk"]
    assert (nothing["count"], nothing["programs"]) == (0, [])
    assert [each["network"] for each in mail["programs"]] == ["rakuten"]
    assert found["unread"] == ["tea"]
    assert (found["addresses"], found["programs"], found["without"]) == (5, 6, 1)
    rich = stocked.get(f"/api/programs/{tea['programs'][0]['id']}")
    assert {key: rich[key] for key in tea["programs"][0] if key != "closed"} | {"closed": False} == tea["programs"][0]


def test_more_programs_than_one_request_brings(stocked: Catalogue) -> None:  # 1
    async def found(addresses: list[str], **bounds: int) -> Lookup:
        client = open_search_async(stocked.engines.opensearch_url, stocked.settings)
        try:
            return await earning(SearchEngine(client, stocked.alias), sought(addresses), **bounds)
        finally:
            await client.close()

    addresses = ["tea.co.uk", "another.com", "example.com"]
    assert asyncio.run(found(addresses, page=2, at_once=2)) == asyncio.run(found(addresses))
    tea = asyncio.run(found(addresses, most=2)).merchants[0]
    assert (tea.count, len(tea.programs)) == (5, 2)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_as_a_table(stocked: Catalogue) -> None:  # 4
    listed = f"\ufeff{_TRACKING}\r\n\r\n=1+1\nnothing.com\nhttps://tea.co.uk/a\ntea.co.uk"
    answer = stocked.api.post(
        "/api/programs/lookup?format=csv", content=listed.encode(), headers={"Content-Type": "text/plain"}
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = _rows(answer.text)
    assert [(row["domain"], row["addresses"], row["rank"], row["name"]) for row in rows] == [
        ("example.com", "1", "1", "'=Mail"),
        ("nothing.com", "1", "", ""),
        ("tea.co.uk", "2", "1", "Tea rich"),
        ("tea.co.uk", "2", "2", "Tea click"),
        ("tea.co.uk", "2", "3", "Tea poor"),
        ("tea.co.uk", "2", "4", "Tea unknown"),
        ("tea.co.uk", "2", "5", "Tea gone"),
        ("", "1", "", ""),
    ]
    assert rows[-1]["address"] == "'=1+1"
    assert [row["closed"] for row in rows] == ["false", "", "false", "false", "false", "false", "true", ""]


def test_from_the_command_line(stocked: Catalogue) -> None:  # 4
    environment = environment_of(
        stocked.settings,
        database_url=stocked.engines.database_url,
        opensearch_url=stocked.engines.opensearch_url,
        alias=stocked.alias,
    )
    command = [sys.executable, "-m", "app.cli", "lookup", "-"]
    done = subprocess.run(command, input=f"{_TRACKING}\ntea\n", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [row["name"] for row in _rows(done.stdout)] == ["'=Mail", ""]
    assert "2 addresses, 1 merchants, 1 programs" in done.stderr


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"addresses": "tea.co.uk"}', b'{"addresses": []}', b'{"addresses": [" "]}', b"\xff"]
)
def test_a_body_that_cannot_be_read(stocked: Catalogue, body: bytes) -> None:  # 5
    refused = stocked.api.post("/api/programs/lookup", content=body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "addresses"


def test_too_much(stocked: Catalogue) -> None:  # 5
    assert "at most 10,000" in _ask(stocked, ["tea.co.uk"] * (MOST_ADDRESSES + 1), 400)["detail"]
    large = stocked.api.post("/api/programs/lookup", content=b" " * (LARGEST_BODY + 1))
    assert large.status_code == 413
    with pytest.raises(BadRequest, match="no address"):
        sought(["", " "])


def test_ten_thousand_at_once(stocked: Catalogue) -> None:  # 5
    found = _ask(stocked, [f"shop{number}.com" for number in range(MOST_ADDRESSES - 1)] + ["tea.co.uk"])
    assert (found["without"], found["programs"]) == (MOST_ADDRESSES - 1, 5)
    alike = _ask(stocked, ["tea.co.uk"] * MOST_ADDRESSES)
    assert [len(each["addresses"]) for each in alike["merchants"]] == [MOST_ADDRESSES]
