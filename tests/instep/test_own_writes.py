"""A writer who must see its own write can.

1. `PATCH ?refresh=wait` answers once a search shows the marks; without it the answer does not wait.
2. `waitForVersion` with the `X-Program-Version` of a write makes a search, a program and an export hold it, also where
   the answer to the same question is remembered.
3. If the index does not come there in time it is a 504 that says so, and the write is safe.
4. A program changed again since counts, and a program waits for its own changes alone; a paused standby is not waited
   for; a version that was never given out is a 400.
5. A finished import run says a version that all of its changes are found with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.api.bounds import ApplicationBounds
from app.importing.run_import import run_import
from app.importing.sources import generated
from indexing import generations
from indexing.follow import drain, follow
from tests.words import Catalogue, program


@pytest.fixture(autouse=True)
def _patient(catalogue: Catalogue) -> None:
    _opened(catalogue)


def _opened(catalogue: Catalogue, searchable_seconds: float = 60.0, **bounds: int) -> None:
    """Ask an API of these bounds from now on; what must arrive may take as long as a busy machine needs."""
    catalogue.api = catalogue.opened(bounds=ApplicationBounds(searchable_seconds, **bounds))


@contextmanager
def _followed(catalogue: Catalogue) -> Iterator[None]:
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(catalogue.connect, catalogue.search, stop), daemon=True)
    follower.start()
    try:
        yield
    finally:
        stop.set()
        follower.join(30)


def _mark(catalogue: Catalogue, id: int, query: str = "", expect: int = 200, **marks: Any) -> Any:
    key = catalogue.key("import")
    answer = catalogue.api.patch(f"/api/programs/{id}{query}", json=marks, headers=key)
    assert answer.status_code == expect, answer.text
    return answer


def _stored(catalogue: Catalogue) -> int:
    catalogue.store(program("A"), program("B"))
    id: int = catalogue.get(q="A")["programs"][0]["id"]
    return id


def test_the_answer_waits_for_the_write(catalogue: Catalogue) -> None:  # 1
    one = _stored(catalogue)
    with _followed(catalogue):
        for featured in (True, False) * 3:
            catalogue.get(featured="true")  # what it says now is remembered
            _mark(catalogue, one, "?refresh=wait", featured=featured)
            assert catalogue.get(featured="true")["total"] == featured


def test_a_search_a_program_and_an_export_wait(catalogue: Catalogue) -> None:  # 2
    one = _stored(catalogue)
    with _followed(catalogue):
        for number, featured in enumerate((True, False) * 3):
            catalogue.get(featured="true")
            version = int(_mark(catalogue, one, featured=featured).headers["X-Program-Version"])
            wait: dict[str, Any] = {"waitForVersion": version}
            if number % 3 == 0:
                assert catalogue.get(featured="true", **wait)["total"] == featured
            elif number % 3 == 1:
                assert catalogue.get(f"/api/programs/{one}", **wait)["featured"] == featured
            else:
                told = catalogue.api.get("/api/programs/export", params={"featured": "true", **wait})
                assert told.headers["X-Total-Count"] == str(int(featured))


def test_not_in_time(catalogue: Catalogue) -> None:  # 3
    _opened(catalogue, 0.3)
    one = _stored(catalogue)
    late = _mark(catalogue, one, "?refresh=wait", expect=504, featured=True)
    assert late.json()["type"] == "/problems/not-indexed-yet"
    assert int(late.headers["Retry-After"]) > 0
    version = late.json()["version"]
    assert late.headers["X-Program-Version"] == str(version)
    assert catalogue.rows("select featured, version from programs where id = %s", one) == [(True, version)]
    assert catalogue.get(expect=504, waitForVersion=version)["version"] == version
    assert catalogue.get(f"/api/programs/{one}", expect=504, waitForVersion=version)["version"] == version
    _opened(catalogue)
    drain(catalogue.connect, catalogue.search)
    assert catalogue.get(featured="true", waitForVersion=version)["total"] == 1


def test_many_are_waited_for_to_the_last(catalogue: Catalogue) -> None:  # 2, 3
    catalogue.store(*(program(f"A {number}") for number in range(7)))
    ((last, version),) = catalogue.rows("update programs set featured = true returning id, version")[-1:]
    _opened(catalogue, 0.5, pending_at_once=2)
    catalogue.get(expect=504, waitForVersion=version)
    # The index holds all but one.
    with catalogue.connect() as held:
        held.execute("select from changed_programs where program_id = %s for update", (last,))
        drain(catalogue.connect, catalogue.search)
        catalogue.get(expect=504, waitForVersion=version)
    _opened(catalogue, pending_at_once=2)
    with _followed(catalogue):
        assert catalogue.get(featured="true", waitForVersion=version)["total"] == 7


def test_too_far_behind_is_said_at_once(catalogue: Catalogue) -> None:  # 3
    one = _stored(catalogue)
    catalogue.rows("update programs set epc = 1")
    version = int(_mark(catalogue, one, featured=True).headers["X-Program-Version"])
    _opened(catalogue, 3600.0, most_pending=1)
    assert "under way" in catalogue.get(expect=504, waitForVersion=version)["detail"]


def test_changed_again_since(catalogue: Catalogue) -> None:  # 4
    """The index has the awaited write; that the program is on the way once more does not matter."""
    one = _stored(catalogue)
    version = int(_mark(catalogue, one, featured=True).headers["X-Program-Version"])
    drain(catalogue.connect, catalogue.search)
    catalogue.rows("update programs set epc = 2 where id = %s", one)
    assert catalogue.get(featured="true", waitForVersion=version)["total"] == 1


def test_a_program_waits_for_itself_alone(catalogue: Catalogue) -> None:  # 4
    one = _stored(catalogue)
    version = int(_mark(catalogue, one, featured=True).headers["X-Program-Version"])
    drain(catalogue.connect, catalogue.search)
    other = catalogue.rows("update programs set epc = 2 where id <> %s returning version", one)[0][0]
    assert other > version
    assert catalogue.get(f"/api/programs/{one}", waitForVersion=other)["featured"] is True


def test_a_paused_standby_is_not_waited_for(catalogue: Catalogue) -> None:  # 4
    one = _stored(catalogue)
    catalogue.rebuild()
    with catalogue.connect() as connection:
        standby = next(each.name for each in generations.live(connection) if each.state == "standby")
        connection.commit()
    catalogue.search.indices.put_settings(index=standby, body={"index.blocks.write": True})
    with _followed(catalogue):
        _mark(catalogue, one, "?refresh=wait", featured=True)
        assert catalogue.get(featured="true")["total"] == 1
    assert catalogue.rows("select count(*) from changed_programs") == [(1,)]


@pytest.mark.parametrize("version", ["0", "-1", "x", "9" * 19, "9" * 30, "1&waitForVersion=2"])
def test_no_such_version(catalogue: Catalogue, version: str) -> None:  # 4
    _stored(catalogue)
    answer = catalogue.api.get(f"/api/programs?waitForVersion={version}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["parameter"] == "waitForVersion"


def test_a_run_says_what_to_wait_for(catalogue: Catalogue) -> None:  # 5
    catalogue.rebuild()
    with _followed(catalogue):
        run = run_import(catalogue.connect, generated(("awin",), limit=1500, seed=1), {})
        told = catalogue.api.get(f"/api/import/runs/{run}")
        assert told.json()["state"] == "done"
        version = told.headers["X-Program-Version"]
        assert catalogue.get(waitForVersion=version, status="active,paused,closed")["total"] == 1500
