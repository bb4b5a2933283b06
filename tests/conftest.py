"""One pair of real engines for all tests of a run, and a catalogue of its own for each test that asks for one."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.engines import Engines, running
from app.migrations import upgrade
from app.observability.request_id import REQUEST_ID
from app.settings import Secret, Settings, read_settings
from tests import sharing_out
from tests.words import Catalogue

_ROOM = 4 << 30  # bytes
_PREFIX = "affindex-test-"
ENGINES = pytest.StashKey[tuple[Engines, Path | None]]()

# Examples run against engines: their speed says nothing, and a slow one is no failure.
hypothesis_settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("default")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat what waits for processes, signals or probes as often as REPEATS says: a race shows once in many times."""
    times = int(os.environ.get("REPEATS", "1"))
    if times > 1 and metafunc.definition.get_closest_marker("waits"):
        metafunc.fixturenames.append("repeat")
        metafunc.parametrize("repeat", range(times))


def in_memory() -> str | None:
    """The folder of a file system in memory, where a machine has one with room: nothing that engines of tests hold need
    outlive a loss of power, and they write much that must reach the disk."""
    folder = "/dev/shm"
    try:
        return folder if shutil.disk_usage(folder).free > _ROOM and os.access(folder, os.W_OK) else None
    except OSError:
        return None


def sweep(memory: Path) -> None:
    """Remove what runs that were killed have left in memory; their numbers are those of no process any more."""
    for left in memory.glob(f"{_PREFIX}*-*"):
        number = left.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def settings_of_a_run(database_url: str | None = None, opensearch_url: str | None = None) -> Iterator[Settings]:
    """Settings of a run of tests alone: folders and ports of its own, beside whatever else is running.

    With the URLs of engines, here or in the environment, the tests run on those; they make databases and indexes of
    their own.
    """
    given = read_settings(os.environ)
    memory = in_memory()
    if memory:
        sweep(Path(memory))
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=memory))
    folder.chmod(0o755)
    try:
        yield Settings(
            data_dir=str(folder),
            opensearch_heap="768m",
            secret=Secret("secret of the tests"),
            database_url=Secret(database_url) if database_url else given.database_url,
            opensearch_url=opensearch_url or given.opensearch_url,
            opensearch_user=given.opensearch_user,
            opensearch_password=given.opensearch_password,
            opensearch_ca_file=given.opensearch_ca_file,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what is prepared together, the longest first."""
    return sharing_out.scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, none of the longest may be left to the end."""
    if hasattr(config, "workerinput"):
        sharing_out.in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each process of tests the engines of the run, started by the process that hands tests out."""
    config = node.config
    if ENGINES not in config.stash:
        running_engines = ExitStack()
        settings = running_engines.enter_context(settings_of_a_run())
        engines = running_engines.enter_context(running(settings, hold=True, say=lambda _: None))
        config.stash[ENGINES] = engines, None if settings.database_url else settings.data
        config.add_cleanup(running_engines.close)
    engines, data = config.stash[ENGINES]
    node.workerinput["engines"] = (engines.database_url, engines.opensearch_url)
    node.workerinput["engines_data"] = str(data) if data else None


@pytest.fixture(scope="session")
def settings(pytestconfig: pytest.Config) -> Iterator[Settings]:
    """Settings of this process of tests."""
    with settings_of_a_run(*getattr(pytestconfig, "workerinput", {}).get("engines", ())) as settings:
        yield settings


@pytest.fixture(autouse=True)
def under_no_id() -> Iterator[None]:
    """Each test begins under the id of no request: jobs and commands, which take one, are called in this process."""
    token = REQUEST_ID.set("")
    yield
    REQUEST_ID.reset(token)


@pytest.fixture(scope="session")
def engines(settings: Settings) -> Iterator[Engines]:
    """A real Postgres and a real OpenSearch, one pair for all processes of a run."""
    with running(settings, hold=True, say=lambda _: None) as engines:
        yield engines


@pytest.fixture(scope="session")
def engines_data(pytestconfig: pytest.Config, engines: Engines, settings: Settings) -> Path | None:
    """The data directory of this run's engines; None if they are somebody else's."""
    given = getattr(pytestconfig, "workerinput", None)
    if given is not None:
        return Path(given["engines_data"]) if given["engines_data"] else None
    return None if settings.database_url else settings.data


@pytest.fixture(scope="session")
def template(engines: Engines) -> Iterator[str]:
    """A migrated database that others are copied from."""
    name = f"template_{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    with psycopg.connect(of_database(engines.database_url, name)) as connection:
        upgrade(connection)
    yield name
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def of_database(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def catalogue(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """An empty catalogue: a database and an index of its own."""
    yield from new_catalogue(engines, settings, template)


@pytest.fixture(scope="module")
def shared_catalogue(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    """An empty catalogue that the tests of one file share; none of them may change it after it was stocked."""
    yield from new_catalogue(engines, settings, template)


def new_catalogue(
    engines: Engines, settings: Settings, template: str, opensearch_url: str | None = None
) -> Iterator[Catalogue]:
    """A new catalogue, gone afterwards; its index is in another OpenSearch if one is given."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    database_url = of_database(engines.database_url, name)
    catalogue = Catalogue(database_url, opensearch_url or engines.opensearch_url, settings, alias=name)
    try:
        yield catalogue
    finally:
        catalogue.close()
        with psycopg.connect(engines.database_url, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")
