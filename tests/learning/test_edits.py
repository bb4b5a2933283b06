"""Operators edit how words are read, without a release.

1. Edits are added and removed with a key of scope `admin`, and listed with one of scope `read`, with who made them.
2. What cannot be one is refused, and says why.
3. Every process knows an edit without being asked or started anew; stored answers change with it, and no two processes
   answer differently under one tag.
4. The command adds, lists, removes; a file of all edits can be written, brought in, and brought in again.
5. Before an edit is made, or one is removed, its effect on judged queries can be asked for, with a key of scope
   `admin`: nothing is changed by that, and what comes of it once the edit is made is what was told.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.cli.test_commands import Command
from tests.learning.editing import add, ids, pin, remove, same, until
from tests.words import Catalogue, program


@pytest.fixture
def stocked(catalogue: Catalogue) -> Catalogue:
    catalogue.store(
        program("Zilb", description="zilb for everybody"),
        program("Quonk", description="quonk and more"),
        program("Tea", description="green tea"),
    )
    return catalogue


def test_keys(stocked: Catalogue) -> None:  # 1
    edit: dict[str, Any] = {"kind": "synonym", "words": ["zilb", "quonk"]}
    assert stocked.api.post("/api/search/edits", json=edit).status_code == 401
    assert stocked.api.post("/api/search/edits", json=edit, headers=stocked.key("import")).status_code == 403
    assert stocked.api.get("/api/search/edits").status_code == 401
    assert stocked.api.delete("/api/search/edits/1", headers=stocked.key("import")).status_code == 403
    added = add(stocked, **edit)
    assert (added["kind"], added["words"], added["query"], added["author"]) == (
        "synonym",
        ["zilb", "quonk"],
        None,
        "test",
    )
    listed = stocked.api.get("/api/search/edits", headers=stocked.key("read")).json()
    assert listed["edits"] == [added]
    assert listed["version"]
    remove(stocked, added)
    assert stocked.api.get("/api/search/edits", headers=stocked.key("read")).json() == {"edits": [], "version": ""}
    gone = stocked.api.delete(f"/api/search/edits/{added['id']}", headers=stocked.key("admin"))
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("edit", "because"),
    [
        ({"kind": "synonym", "words": ["tea"]}, "two words or more"),
        ({"kind": "synonym", "words": ["Tea", "teas"]}, "differ in more than case"),
        ({"kind": "synonym", "words": ["tea", "!!"]}, "no letter"),
        ({"kind": "synonym", "words": ["tea", "a b c d e"]}, "more than 4 words"),
        ({"kind": "synonym", "words": ["tea", "x" * 81]}, "80 characters"),
        ({"kind": "synonym", "words": ["tea", "a\u202eb"]}, "cannot be printed"),
        ({"kind": "synonym", "words": ["tea", "zilb"], "query": "tea"}, "neither 'query'"),
        ({"kind": "synonym", "words": ["tea", "zilb"], "topic": "vpn"}, "no 'topic'"),
        ({"kind": "topic", "words": ["tea"]}, "no topic ''"),
        ({"kind": "topic", "words": ["tea"], "topic": "vpnn"}, "did you mean 'vpn'"),
        ({"kind": "topic", "words": [], "topic": "vpn"}, "'words'"),
        ({"kind": "synonym", "words": [f"w{n}" for n in range(21)]}, "20"),
        ({"kind": "pin", "query": "tea"}, "'query' and 'programs'"),
        ({"kind": "pin", "query": "--", "programs": [1]}, "no letter"),
        ({"kind": "pin", "query": "tea", "programs": [2**52]}, "no program"),
        ({"kind": "pin", "query": "tea", "programs": list(range(1, 12))}, "10"),
        ({"kind": "other", "words": ["tea"]}, "Invalid enum value"),
        ({"kind": "pin", "query": "tea", "programs": [1], "more": 1}, "more"),
    ],
)
def test_what_is_refused(stocked: Catalogue, edit: dict[str, Any], because: str) -> None:  # 2
    assert because in add(stocked, 400, **edit)["detail"]
    assert stocked.rows("select count(*) from search_edits") == [(0,)]


def test_every_process_knows(stocked: Catalogue) -> None:  # 3
    others = [stocked.opened(), stocked.opened()]

    def asked(client: TestClient[Any]) -> tuple[list[str], str]:
        answer = client.get("/api/programs", params={"q": "zilb"})
        return sorted(each["name"] for each in answer.json()["programs"]), answer.headers["etag"]

    names, before = asked(stocked.api)
    assert names == ["Zilb"]
    assert all(asked(client) == (names, before) for client in others)

    edit = same(stocked, "zilb", "quonk")
    names, after = asked(stocked.api)
    assert names == ["Quonk", "Zilb"]
    assert after != before
    for client in others:
        until(lambda client=client: asked(client) == (names, after))  # type: ignore[misc]

    remove(stocked, edit)
    assert asked(stocked.api) == (["Zilb"], before)
    for client in others:
        until(lambda client=client: asked(client) == (["Zilb"], before))  # type: ignore[misc]


JUDGED = """
    [[judgements]]
    query = "zilb"
    relevant = ["Quonk"]
    [[judgements]]
    query = "tea"
    relevant = ["Tea"]
"""


def effect(stocked: Catalogue, expect: int = 200, **tried: Any) -> dict[str, Any]:
    answer = stocked.api.post("/api/search/edits/effect", json=tried, headers=stocked.key("admin"))
    assert answer.status_code == expect, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_effect_of_an_edit_is_told_before_it_is_made(stocked: Catalogue) -> None:  # 5
    first: dict[str, Any] = {"kind": "pin", "query": "zilb", "programs": ids(stocked, "Quonk")}
    told = effect(stocked, judgements=JUDGED, add=first)
    assert (told["before"], told["after"]) == (0.5, 1.0)
    assert told["queries"] == [
        {"query": "zilb", "before": 0.0, "after": 1.0},
        {"query": "tea", "before": 1.0, "after": 1.0},
    ]
    assert stocked.rows("select count(*) from search_edits") == [(0,)]
    assert stocked.api.get("/api/programs", params={"q": "zilb"}).json()["total"] == 1
    assert effect(stocked, judgements=JUDGED)["after"] == 0.5
    added = add(stocked, **first)
    assert effect(stocked, judgements=JUDGED)["before"] == 1.0
    told = effect(stocked, judgements=JUDGED, remove=added["id"])
    assert (told["before"], told["after"]) == (1.0, 0.5)
    assert stocked.rows("select id from search_edits") == [(added["id"],)]


def test_what_effects_are_refused(stocked: Catalogue) -> None:  # 5
    assert "cannot be read" in effect(stocked, 400, judgements="[[")["detail"]
    assert "more than 100" in effect(stocked, 400, judgements=JUDGED * 51)["detail"]
    assert "two words" in effect(stocked, 400, judgements=JUDGED, add={"kind": "synonym", "words": ["tea"]})["detail"]
    address, body = "/api/search/edits/effect", {"judgements": JUDGED}
    assert stocked.api.post(address, json=body).status_code == 401
    assert stocked.api.post(address, json=body, headers=stocked.key("read")).status_code == 403


def test_a_process_that_starts_knows(stocked: Catalogue) -> None:  # 3
    pin(stocked, "tea", "Zilb")
    found = stocked.opened().get("/api/programs", params={"q": "tea"}).json()
    assert [each["name"] for each in found["programs"]] == ["Zilb", "Tea"]


def test_without_the_database_what_is_held_stays(stocked: Catalogue) -> None:  # 3
    same(stocked, "zilb", "quonk")
    stocked.rows("alter table search_edit_changes rename to moved_away")
    stocked.get("/healthz")
    stocked.finds("zilb", ["Zilb", "Quonk"])
    stocked.rows("alter table moved_away rename to search_edit_changes")


def test_the_command(stocked: Catalogue, tmp_path: Path) -> None:  # 4
    affindex = Command(stocked)
    (tea, quonk) = ids(stocked, "Tea", "Quonk")
    added = affindex.json("search", "edits", "add", "synonym", "zilb", "quonk")["edit"]
    assert (added["words"], added["author"]) == (["zilb", "quonk"], None)
    affindex.json("search", "edits", "add", "topic", "vpn", "tunnel")
    affindex.json("search", "edits", "add", "pin", "green tea", str(tea))
    affindex.json("search", "edits", "add", "pin", "Green Téa", str(quonk), str(tea))
    assert affindex.json("search", "zilb")["total"] == 2
    assert [each["name"] for each in affindex.json("search", "green", "tea")["programs"]] == ["Quonk", "Tea"]
    listed = affindex.json("search", "edits", "list")
    assert [(each["kind"], each["programs"]) for each in listed] == [
        ("synonym", None),
        ("topic", None),
        ("pin", [quonk, tea]),
    ]

    file = tmp_path / "edits.toml"
    affindex.run("search", "edits", "export", str(file))
    assert tomllib.loads(file.read_text("utf-8")) == {
        "same": [["zilb", "quonk"]],
        "topics": [{"topic": "vpn", "words": ["tunnel"]}],
        "pins": [{"query": "Green Téa", "programs": [quonk, tea]}],
    }
    assert affindex.run("search", "edits", "export").stdout == file.read_text("utf-8")
    imported = affindex.json("search", "edits", "import", str(file))["imported"]
    assert imported == {"added": 0, "there": 3, "removed": 0}
    file.write_text('same = [["zilb", "tea"]]', "utf-8")
    imported = affindex.json("search", "edits", "import", str(file), "--replace")["imported"]
    assert imported == {"added": 1, "there": 0, "removed": 3}
    stocked.finds("zilb", ["Zilb", "Tea"])
    (left,) = affindex.json("search", "edits", "list")
    affindex.run("search", "edits", "remove", str(left["id"]))
    affindex.run("search", "edits", "remove", str(left["id"]), status=2)
    stocked.get("/readyz")
    stocked.finds("zilb", ["Zilb"])


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("same = [", "cannot be read"),
        ('same = ["tea"]', "cannot be read"),
        ('same = [["tea", "zilb"], ["tea"]]', "group 2 of 'same'"),
        ('[[pins]]\nquery = "tea"\nprograms = [4503599627370496]', "no program"),
        ('[[pins]]\nquery = "tea"\nprograms = []', "pin 1"),
        ("same = " + "[" * 5000, "cannot be read"),
    ],
)
def test_a_file_is_brought_in_whole_or_not_at_all(
    stocked: Catalogue, tmp_path: Path, text: str, because: str
) -> None:  # 4
    file = tmp_path / "edits.toml"
    file.write_text(text, "utf-8")
    assert because in Command(stocked).run("search", "edits", "import", str(file), status=2).stderr
    assert stocked.rows("select count(*) from search_edits") == [(0,)]
