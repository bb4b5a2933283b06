"""Numbers larger than any column are numbers that nothing has: never an error of ours."""

from __future__ import annotations

import pytest

from tests.words import Catalogue, program

_LARGE = [2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40]


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("A"))
    return shared_catalogue


@pytest.mark.parametrize("number", _LARGE)
@pytest.mark.parametrize(
    "path",
    [
        "/api/programs/{}",
        "/api/programs/{}?waitForVersion=1",
        "/api/programs/{}/similar",
        "/api/programs/{}/history",
        "/api/import/runs/{}",
        "/api/import/runs/{}/rejected",
        "/api/import/runs/{}/events",
        "/1/indexes/programs/{}",
    ],
)
def test_in_a_path(stocked: Catalogue, path: str, number: int) -> None:
    assert stocked.api.get(path.format(number)).status_code == 404


@pytest.mark.parametrize("number", _LARGE)
@pytest.mark.parametrize(
    "path",
    [
        "/api/programs?waitForVersion={}",
        "/api/programs/export?waitForVersion={}",
        "/api/programs/1?waitForVersion={}",
        "/api/programs?perPage={}",
        "/api/programs?page={}",
        "/api/changes?limit={}",
        "/api/suggest?limit={}",
        "/api/facets/network?limit={}",
        "/api/import/runs?limit={}",
    ],
)
def test_in_a_parameter(stocked: Catalogue, path: str, number: int) -> None:
    assert stocked.api.get(path.format(number)).status_code == 400


@pytest.mark.parametrize("number", _LARGE)
def test_in_marks(stocked: Catalogue, number: int) -> None:
    marked = stocked.api.patch(f"/api/programs/{number}", json={"verified": True}, headers=stocked.key("import"))
    assert marked.status_code == 404


@pytest.mark.parametrize("number", _LARGE)
def test_after_a_line(stocked: Catalogue, number: int) -> None:
    ((run,),) = stocked.rows(
        "insert into import_runs (source, partial, parameters) values ('x', true, '{}') returning id"
    )
    assert stocked.api.get(f"/api/import/runs/{run}/rejected?after={number}").json() == {"rejected": [], "next": None}
