"""Exports.

1. Every match, once, in the order asked for, with its number up front and its digest at the end.
2. CSV: lists joined by a bar, unknown is empty, nothing a spreadsheet would execute; an end row and a byte order mark
   where they are asked for, one character set.
3. One snapshot: what changes while it runs is not in it. None is left behind.
4. What has no meaning in an export is refused.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from typing import Any

import pytest

from app.api.bounds import ApplicationBounds
from app.search import export
from indexing.follow import drain
from tests.words import Catalogue, program


@pytest.fixture(autouse=True)
def _small_pages(catalogue: Catalogue) -> None:
    """Pages of seven, so that few programs make several."""
    catalogue.api = catalogue.opened(bounds=ApplicationBounds(export_page=7))


def test_ndjson(catalogue: Catalogue) -> None:  # 1
    catalogue.store(*(program(f"P{number:02}", network="cj", epc=float(number)) for number in range(30)), program("No"))
    answer = catalogue.api.get("/api/programs/export", params={"format": "ndjson", "network": "cj", "sort": "-epc"})
    assert answer.headers["x-total-count"] == "30"
    *lines, end = answer.content.splitlines(keepends=True)
    assert [json.loads(line)["name"] for line in lines] == [f"P{number:02}" for number in reversed(range(30))]
    assert json.loads(end) == {"end": {"count": 30, "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}}
    assert json.loads(lines[0]) == catalogue.get(network="cj", sort="-epc", perPage="1")["programs"][0]


@pytest.mark.parametrize("count", [0, 1, 7, 14])
def test_whole_pages(catalogue: Catalogue, count: int) -> None:  # 1
    catalogue.store(program("Other", network="cj"), *(program(f"P{number}") for number in range(count)))
    answer = catalogue.api.get("/api/programs/export", params={"network": "awin"})
    assert json.loads(answer.content.splitlines()[-1])["end"]["count"] == count


def test_csv(catalogue: Catalogue) -> None:  # 2
    catalogue.store(
        program("=cmd|' /C calc'!A0", geo_targeting=("DE", "AT"), epc_raw=-0.5, recurring=True),
        program("@sum", description='say "hi", twice; or so'),
    )
    fields = "name,geoTargeting,epcRaw,recurring,description"
    answer = catalogue.api.get("/api/programs/export", params={"format": "csv", "fields": fields, "end": "row"})
    head, one, two, end = csv.reader(io.StringIO(answer.text))
    assert head == fields.split(",")
    assert sorted((one, two)) == [
        ["'=cmd|' /C calc'!A0", "DE|AT", "-0.5", "true", ""],
        ["'@sum", "", "", "", 'say "hi", twice; or so'],
    ]
    before = answer.content[: answer.content.index(b"#end")]
    assert end[:3] == ["#end", "2", hashlib.sha256(before).hexdigest()]


def test_csv_is_rows_alone_unless_an_end_is_asked_for(catalogue: Catalogue) -> None:  # 2
    catalogue.store(*(program(f"P{number}") for number in range(10)))
    plain = catalogue.api.get("/api/programs/export?format=csv&fields=name")
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(plain.text.splitlines()) == 11
    marked = catalogue.api.get("/api/programs/export?format=csv&fields=name&bom=true")
    assert marked.content == b"\xef\xbb\xbf" + plain.content


@pytest.mark.parametrize("query", ["format=csv", "format=csv&bom=true", "format=csv&end=row", "format=ndjson"])
def test_the_digest_is_said_before_where_it_can_be_known(catalogue: Catalogue, query: str) -> None:  # 1
    catalogue.store(*(program(f"P{number}") for number in range(6)))
    answer = catalogue.api.get(f"/api/programs/export?{query}")
    assert answer.headers["x-content-sha256"] == hashlib.sha256(answer.content).hexdigest()
    catalogue.store(program("P7"))
    assert "x-content-sha256" not in catalogue.api.get(f"/api/programs/export?{query}").headers


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"])
def test_no_sign_of_a_formula(sign: str) -> None:  # 2
    assert export._cell("name", f"{sign}1+1") == f"'{sign}1+1"
    assert export._cell("geoTargeting", [f"{sign}1", "DE"]) == f"'{sign}1|DE"


def test_words_are_read_as_in_a_search(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Skincare"))
    answer = catalogue.api.get("/api/programs/export", params={"q": "skincaer", "fields": "name"})
    assert answer.text.splitlines()[0] == '{"name":"Skincare"}'


@pytest.mark.parametrize(
    "parameters",
    [
        {"page": "2"},
        {"cursor": "x"},
        {"facets": "*"},
        {"format": "xml"},
        {"end": "row"},
        {"bom": "true"},
        {"bom": "x", "format": "csv"},
        {"end": "x", "format": "csv"},
        {"nework": "cj"},
        {"epc": "5..1"},
    ],
)
def test_refuses(catalogue: Catalogue, parameters: dict[str, str]) -> None:  # 4
    catalogue.store(program("A"))
    problem = catalogue.get("/api/programs/export", expect=400, **parameters)
    assert problem["errors"][0]["parameter"] == next(iter(parameters))


def test_what_changes_meanwhile_is_not_in_it(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    catalogue.store(*(program(f"P{number}") for number in range(10)))
    engine = catalogue.api.app.state.app_state.engine
    search = engine.search_snapshot

    def change() -> None:
        catalogue.rows("delete from programs where name in ('P1', 'P9')")
        catalogue.put([program("P95")])
        drain(catalogue.connect, catalogue.search)
        catalogue.search.indices.refresh(index=f"{catalogue.alias}-*")

    async def changing(snapshot: str, body: dict[str, Any]) -> Any:
        found = await search(snapshot, body)
        if "search_after" not in body:  # between the first page and the second
            await asyncio.to_thread(change)
        return found

    monkeypatch.setattr(engine, "search_snapshot", changing)
    answer = catalogue.api.get("/api/programs/export?sort=name")
    assert [json.loads(line)["name"] for line in answer.text.splitlines()[:-1]] == [f"P{n}" for n in range(10)]
    assert "P95" in catalogue.found(sort="name")


def test_leaves_no_snapshot_behind(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"))
    catalogue.api.get("/api/programs/export")
    assert catalogue.api.app.state.app_state.exports.running == 0
    stats = catalogue.search.indices.stats(index=f"{catalogue.alias}-*", metric="search")
    assert stats["_all"]["total"]["search"]["point_in_time_current"] == 0
