"""Notes, tags and the shortlist of one's own.

1. A note is put, read, changed and dropped; tags are a member, a filter and a facet of a search with a key, at once.
2. The shortlist likewise.
3. Both go out as lines and come in again, into another catalogue too, all or nothing.
4. Read with scope read, written with scope import; without a key 401; nothing of it in an answer without a key.
5. What cannot be kept is a 400 that says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from app.cli import affindex
from app.settings import as_environment
from tests.words import Catalogue, program

PRIVATE = "private, no-store"


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    catalogue.store(*(program(f"Shop {number}", external_id=f"p{number}") for number in range(4)))
    assert catalogue.api
    return catalogue


def ids(catalogue: Catalogue) -> dict[str, int]:
    return {each["name"]: each["id"] for each in catalogue.get(perPage=100)["programs"]}


def test_a_note_and_its_tags(stocked: Catalogue) -> None:  # 1
    reader, writer = stocked.key("read"), stocked.key("import")
    api, of = stocked.api, ids(stocked)
    before = api.get("/api/programs?facets=*")
    noted = {"text": " Pays late. ", "tags": ["Slow  Payer", "travel", "TRAVEL"], "appliedOn": "2026-11-02"}
    assert api.put(f"/api/programs/{of['Shop 1']}/note", json=noted, headers=writer).status_code == 204
    api.put(f"/api/programs/{of['Shop 2']}/note", json={"tags": ["travel"]}, headers=writer)
    read = api.get(f"/api/programs/{of['Shop 1']}/note", headers=reader)
    kept = read.json()
    assert read.headers["cache-control"] == PRIVATE
    assert (kept["text"], kept["tags"], kept["appliedOn"]) == ("Pays late.", ["slow payer", "travel"], "2026-11-02")
    assert kept["author"] == "test"

    def search(**parameters: Any) -> Any:
        return api.get("/api/programs", params=parameters, headers=reader).json()

    found = search(tags="slow payer")
    assert [(each["name"], each["tags"]) for each in found["programs"]] == [("Shop 1", ["slow payer", "travel"])]
    facet = search(facets="tags", tags="slow payer")["facets"]["tags"]
    assert [(each["value"], each["count"], each["selected"]) for each in facet["values"]] == [
        ("travel", 2, False),
        ("slow payer", 1, True),
    ]
    assert facet["unknown"] == 2
    assert search(tags="!travel")["total"] == 2
    assert search(tags="unknown")["total"] == 2
    assert search(tags="nobody's")["total"] == 0

    assert api.put(f"/api/programs/{of['Shop 1']}/note", json={"text": "   "}, headers=writer).status_code == 204
    assert api.get(f"/api/programs/{of['Shop 1']}/note", headers=reader).json()["text"] is None
    assert api.delete(f"/api/programs/{of['Shop 2']}/note", headers=writer).status_code == 204
    assert search(tags="travel")["total"] == 0
    after = api.get("/api/programs?facets=*")
    assert (after.headers["etag"], "tags" in after.text) == (before.headers["etag"], False)


def test_the_shortlist(stocked: Catalogue) -> None:  # 2
    reader, writer = stocked.key("read"), stocked.key("import")
    api, of = stocked.api, ids(stocked)
    for name in ("Shop 3", "Shop 1", "Shop 3"):
        assert api.put(f"/api/shortlist/{of[name]}", headers=writer).status_code == 204
    listed = api.get("/api/shortlist", headers=reader)
    assert [each["name"] for each in listed.json()["programs"]] == ["Shop 3", "Shop 1"]
    assert listed.headers["cache-control"] == PRIVATE

    def search(**parameters: Any) -> Any:
        return api.get("/api/programs", params=parameters, headers=reader).json()

    assert {each["name"] for each in search(shortlisted="true")["programs"]} == {"Shop 1", "Shop 3"}
    assert search(shortlisted="false")["total"] == 2
    facet = search(facets="shortlisted")["facets"]["shortlisted"]
    assert {each["value"]: each["count"] for each in facet["values"]} == {True: 2, False: 2}
    assert api.delete(f"/api/shortlist/{of['Shop 1']}", headers=writer).status_code == 204
    assert {each["shortlisted"] for each in search(fields="shortlisted", perPage=4)["programs"]} == {True, False}
    assert search(shortlisted="true")["total"] == 1


def test_out_and_in_again(stocked: Catalogue) -> None:  # 3
    reader, writer = stocked.key("read"), stocked.key("import")
    api, of = stocked.api, ids(stocked)
    api.put(f"/api/programs/{of['Shop 0']}/note", json={"text": 'Güt, "quoted"', "tags": ["a,b"]}, headers=writer)
    api.put(f"/api/shortlist/{of['Shop 2']}", headers=writer)
    out = api.get("/api/notes", headers=reader)
    lines = [msgspec.json.decode(line) for line in out.content.splitlines()]
    assert [(each["externalId"], each.get("tags"), "shortlistedAt" in each) for each in lines] == [
        ("p0", ["a,b"], False),
        ("p2", None, True),
    ]
    stocked.rows("delete from program_notes")
    stocked.rows("delete from shortlisted_programs")
    moved = out.content + b'{"network": "cj", "externalId": "elsewhere", "text": "not here"}\n'
    done = api.post("/api/notes", content=moved, headers=writer)
    assert done.json() == {"notes": 1, "shortlisted": 1, "unknown": 1}
    assert api.get("/api/notes", headers=reader).content == out.content
    broken = out.content.replace(b"a,b", b"c") + b'{"network": "awin"}\n'
    refused = api.post("/api/notes", content=broken, headers=writer)
    assert (refused.status_code, "line 3" in refused.json()["detail"]) == (400, True)
    assert api.get("/api/notes", headers=reader).content == out.content, "all or nothing"


def test_the_command(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    catalogue.put([program("Shop", external_id="p0")])
    catalogue.rows("insert into program_notes (program_id, text) select id, 'Pays late.' from programs")
    for name, value in as_environment(catalogue.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AFFINDEX_DATABASE_URL", catalogue.engines.database_url)
    monkeypatch.setenv("AFFINDEX_OPENSEARCH_URL", catalogue.engines.opensearch_url)
    file = tmp_path / "notes.ndjson"
    assert CliRunner().invoke(affindex, ["notes", "export", str(file)]).exit_code == 0
    catalogue.rows("delete from program_notes")
    done = CliRunner().invoke(affindex, ["notes", "import", str(file), "--json"])
    assert msgspec.json.decode(done.stdout) == {"notes": 1, "shortlisted": 0, "unknown": 0}
    assert catalogue.rows("select text from program_notes") == [("Pays late.",)]
    again = CliRunner().invoke(affindex, ["notes", "export"])
    assert again.stdout.encode() == file.read_bytes()


@pytest.mark.parametrize(
    "noted",
    [
        {"text": "x" * 10_001},
        {"tags": ["x"] * 21},
        {"tags": ["x" * 51]},
        {"text": "a\0b"},
        {"appliedOn": "yesterday"},
        {"txet": "?"},
        {"tags": "travel"},
    ],
)
def test_what_cannot_be_kept(shared_catalogue: Catalogue, noted: dict[str, Any]) -> None:  # 5
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    key = shared_catalogue.key("import")
    answer = shared_catalogue.api.put("/api/programs/1/note", json=noted, headers=key)
    assert answer.status_code == 400, answer.text


def test_who_may(shared_catalogue: Catalogue) -> None:  # 4
    if "api" not in shared_catalogue.__dict__:
        shared_catalogue.store(program("Shop"))
    api, reader, writer = shared_catalogue.api, shared_catalogue.key("read"), shared_catalogue.key("import")
    reads = ["/api/programs/1/note", "/api/shortlist", "/api/notes"]
    writes = [("PUT", "/api/programs/1/note"), ("DELETE", "/api/programs/1/note"), ("PUT", "/api/shortlist/1"),
              ("DELETE", "/api/shortlist/1"), ("POST", "/api/notes")]  # fmt: skip
    for path in reads:
        assert api.get(path).status_code == 401
        assert api.get(path, headers=reader).status_code == 200
    for method, path in writes:
        assert api.request(method, path, json={}).status_code == 401
        assert api.request(method, path, json={}, headers=reader).status_code == 403
    assert api.put("/api/shortlist/999999", headers=writer).status_code == 404
