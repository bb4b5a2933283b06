"""This code and the version before it, side by side: real processes of both, over one data directory.

1. A data directory that the version before made is taken as it is: the same programs, each found by its name. The index
   is built anew where it was built for other code, and is in step.
2. Beside a migrated schema processes of before go on: their API answers as it did, from the old generation, and finds
   what a worker of either version pushes. Ours answers words there only if the design is the same, else 503.
3. Beside a generation of another design the API of before answers what asks for no words, and 503 with the reason to
   words. What a worker of before pushes into it may lack what is new: `verify --deep --repair` finds and mends that.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import psycopg
import pytest

from app.engines import Engines, running
from app.settings import Settings
from mappings.index import DESIGN
from tests.nightly import nightly
from tests.serving import free_port

ROOT = Path(__file__).parents[2]
BEFORE = "9cfc7d6ab25e"  # once there is a release, the last one; until then the last commit of the first design
_A_NETWORK, _NETWORKS = 60, 5
_HEAP = "512m"
_READY_SECONDS = 300  # a machine that does much else takes many times as long
_STOP_SECONDS = 30
_WORDS = ("software", "hosting", "shoes", "running", "affiliate")
_DESIGN = "import mappings.index as index; print(getattr(index, 'DESIGN', None))"

pytestmark = [nightly, pytest.mark.timeout(1800)]


class Version:
    """A checkout with its own environment, and processes of it over one data directory."""

    def __init__(self, root: Path, python: Path, data: Path) -> None:
        self._root = root
        self._python = python
        self.data = data

    def environment(self, **more: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AFFINDEX_")}
        return {
            **ours,
            "AFFINDEX_DATA_DIR": str(self.data),
            "AFFINDEX_GENERATED": str(_A_NETWORK),
            "AFFINDEX_OPENSEARCH_HEAP": _HEAP,
            "AFFINDEX_SECRET": "a secret that both know",
            "AFFINDEX_WORKERS": "1",
            **more,
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            [str(self._python), *words],
            cwd=self._root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=_READY_SECONDS,
            check=False,
        )

    def affindex(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of Affindex, to its end."""
        return self.run("-m", "app.cli", *words, **more)

    @contextmanager
    def started(self, *words: str, **more: str) -> Iterator[Api]:
        """A process that goes on; its API, if it has one. It is stopped as an operator does."""
        port = free_port()
        log = self.data.parent / f"{words[0]} {port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(self._python), "-m", "app.cli", *words],
                cwd=self._root,
                env=self.environment(AFFINDEX_PORT=str(port), **more),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield Api(port, process, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise


class Api:
    """What a process serves."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self._port = port
        self._process = process
        self._log = log

    def get(self, path: str) -> tuple[int, Any]:
        """Status and body of an answer."""
        try:
            with urlopen(Request(f"http://127.0.0.1:{self._port}{path}"), timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def wait_for(self, path: str) -> None:
        """Until it answers this with 200."""

        def answers() -> bool:
            assert self._process.poll() is None, self._log.read_text()
            return self.get(path)[0] == 200

        _eventually(answers, lambda: self._log.read_text())

    def searched(self, query: str) -> Any:
        """The answer to a search; an engine that is slow, as all are beside others, is asked again."""
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            status, answer = self.get(f"/api/programs?{query}")
            if status == 200:
                return answer
            assert status == 503, answer
            assert "does not answer" in answer["detail"], answer
            assert time.monotonic() < deadline, answer
            time.sleep(1)

    def found(self, words: str) -> set[int]:
        """The ids of what words find."""
        return {each["id"] for each in self.searched(f"perPage=100&q={quote(words)}")["programs"]}

    def refusal(self, path: str) -> str:
        """Why it answers 503."""
        status, answer = self.get(path)
        assert status == 503, answer
        return str(answer.get("detail", answer))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="affindex-versions-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made(folder: Path) -> tuple[Path, Path]:
    """The version before with its environment, and a data directory that it made and has left."""
    known = subprocess.run(
        ["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"], cwd=ROOT, capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip(f"the history up to {BEFORE} is not here: `git fetch --unshallow`")
    before = folder / "before"
    before.mkdir()
    packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x"], cwd=before, input=packed, check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # that of nightly
    making = ["make", ".venv/ready", f"PYTHON={sys.executable}"]
    done = subprocess.run(making, cwd=before, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    data = folder / "data"
    with Version(before, before / ".venv" / "bin" / "python", data).started("up") as api:
        api.wait_for("/readyz")
    return before, data


class House:
    """Both versions over a copy of that data directory."""

    def __init__(self, before: Path, data: Path) -> None:
        self.before = Version(before, before / ".venv" / "bin" / "python", data)
        self.ours = Version(ROOT, Path(sys.executable), data)
        self.same_design = self.before.run("-c", _DESIGN).stdout.strip() == str(DESIGN)


@pytest.fixture
def house(made: tuple[Path, Path]) -> Iterator[House]:
    before, data = made
    copy = Path(tempfile.mkdtemp(prefix="copy-", dir=data.parent))
    copy.chmod(0o755)
    subprocess.run(["cp", "-a", str(data), str(copy / "data")], check=True)  # whoever owns what
    yield House(before, copy / "data")
    shutil.rmtree(copy, ignore_errors=True)


def _rows(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select id, external_id, name, created_at from programs order by id").fetchall()


def _described(data: Path) -> dict[str, str]:
    described: dict[str, str] = json.loads((data / "engines.json").read_text())
    return described


def test_a_data_directory_of_before(house: House) -> None:  # 1
    with house.before.started("up") as api:
        api.wait_for("/readyz")
        rows = _rows(_described(house.before.data)["database_url"])
        found = {words: api.found(words) for words in _WORDS}
        exactly = {name: id in api.found(name) for id, _, name, _ in rows[:20]}
    assert len(rows) == _A_NETWORK * _NETWORKS
    assert all(exactly.values())
    with house.ours.started("up") as api:
        api.wait_for("/readyz")
        assert _rows(_described(house.ours.data)["database_url"]) == rows
        assert api.searched("")["total"] == len(rows)
        for id, _, name, _ in rows[:20]:
            assert id in api.found(name), name
        for words, ids in found.items():
            assert api.found(words) & ids, words
        said = json.loads(house.ours.affindex("index", "status", "--json").stdout)
        assert [each["current"] for each in said["generations"] if each["state"] == "serving"] == [True]
        verified = house.ours.affindex("index", "verify", "--deep", "--json")
        assert verified.returncode == 0, verified.stdout


@contextmanager
def _engines(house: House) -> Iterator[tuple[Engines, dict[str, str]]]:
    """Engines over the data, of our code, and the settings that name them."""
    with running(
        Settings(data_dir=str(house.ours.data), opensearch_heap=_HEAP), hold=True, say=lambda _: None
    ) as there:
        urls = {"AFFINDEX_DATABASE_URL": there.database_url, "AFFINDEX_OPENSEARCH_URL": there.opensearch_url}
        yield there, urls


def _rename(url: str, id: int, name: str) -> None:
    """Change a program, and wait until somebody has pushed it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("update programs set name = %s where id = %s", (name, id))

        def pushed() -> bool:
            return connection.execute("select count(*) from changed_programs").fetchone() == (0,)

        _eventually(pushed, lambda: f"nobody pushed {name}")


def test_processes_of_before_go_on(house: House) -> None:  # 2, 3
    with _engines(house) as (engines, urls), ExitStack() as processes:
        old = processes.enter_context(house.before.started("serve", **urls))
        old.wait_for("/readyz")
        found = {words: old.found(words) for words in _WORDS}
        (first, *_), (second, *_), (third, *_), *_ = _rows(engines.database_url)

        upgraded = house.ours.affindex("db", "upgrade", **urls)
        assert upgraded.returncode == 0, upgraded.stderr
        new = processes.enter_context(house.ours.started("serve", **urls))
        new.wait_for("/healthz")
        assert {words: old.found(words) for words in _WORDS} == found
        assert old.get(f"/api/programs/{first}")[0] == 200
        if house.same_design:
            new.wait_for("/readyz")
        else:
            assert "index too old, rebuild" in new.refusal("/readyz")
            assert "too old" in new.refusal("/api/programs?q=software")
        assert new.get(f"/api/programs/{first}")[0] == 200

        with house.ours.started("worker", **urls):
            _rename(engines.database_url, first, "Zebrafish orchestra")
            _eventually(lambda: old.found("zebrafish") == {first}, lambda: "it is not found")
        with house.before.started("worker", **urls):
            _rename(engines.database_url, second, "Quokka orchestra")
            _eventually(lambda: old.found("orchestra") == {first, second}, lambda: "it is not found")

        rebuilt = house.ours.affindex("index", "rebuild", **urls)
        assert rebuilt.returncode == 0, rebuilt.stderr
        new.wait_for("/readyz")
        assert new.found("orchestra") == {first, second}
        assert old.searched("network=cj")["total"] == _A_NETWORK
        if not house.same_design:
            assert "the search index" in old.refusal("/api/programs?q=software")

        with house.before.started("worker", **urls):
            _rename(engines.database_url, third, "Wombat orchestra")
            _eventually(lambda: new.found("wombat") == {third}, lambda: "it is not found")
        repaired = house.ours.affindex("index", "verify", "--deep", "--repair", "--json", **urls)
        assert json.loads(repaired.stdout)["missing"] == 0, repaired.stdout
        verified = house.ours.affindex("index", "verify", "--deep", "--json", **urls)
        assert verified.returncode == 0, verified.stdout


def _eventually(holds: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with suppress(OSError, ValueError):
            if holds():
                return
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.2)
