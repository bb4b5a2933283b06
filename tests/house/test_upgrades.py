"""Upgrades: from any schema there was, with its data, while processes of the version before go on.

1. A catalogue of the first schema, with programs in it, becomes one of the newest: nothing is lost, and it is what the
   tables say.
2. Every migration only adds: what processes of the version before read and write is there afterwards, and takes what
   they write. Nothing is dropped or renamed, no column changes its type, a new one needs no value of theirs, and what
   was unique, which an `on conflict` of theirs names, still is. What nobody uses any more goes in a later version
   (expand, then contract).
3. A dump of the deployment, restored, holds what was dumped, and `verify --repair` takes an index that was ahead back;
   the commands are those that `docs/operations.md` prints.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app import migrations
from app.engines import Engines
from app.engines.postgres import _INSTALL, _PACKAGE, _WHEEL
from app.migrations import differences, upgrade
from app.migrations.upgrade import sqlalchemy_connection
from indexing.verify import verify
from tests.conftest import of_database
from tests.words import Catalogue, program

ROOT = Path(__file__).parents[2]
_TOOLS = Path(str(distribution(_WHEEL).locate_file(_PACKAGE))) / _INSTALL / "bin"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")


class Column(NamedTuple):
    kind: str
    needed: bool  # by whoever inserts a row


def _config(connection: psycopg.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = sqlalchemy_connection(connection)
    return config


REVISIONS = [each.revision for each in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()][::-1]

_COLUMNS = """
    select table_name, column_name, data_type || coalesce(udt_name, ''),
        is_nullable = 'NO' and column_default is null and is_identity = 'NO' and is_generated = 'NEVER'
    from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version'
"""


def _columns(connection: psycopg.Connection) -> dict[tuple[str, str], Column]:
    rows = connection.execute(_COLUMNS).fetchall()
    return {(table, column): Column(kind, needed) for table, column, kind, needed in rows}


_UNIQUE = """
    select indrelid::regclass::text, pg_get_expr(indpred, indrelid), array(
        select attname::text from unnest(indkey::int2[]) key join pg_attribute on attrelid = indrelid and attnum = key
        order by attname)
    from pg_index where indisunique and indrelid in (
        select oid from pg_class where relnamespace = 'public'::regnamespace and relname <> 'alembic_version')
"""


def _unique(connection: psycopg.Connection) -> set[tuple[str, str | None, frozenset[str]]]:
    """Which columns of which table are unique together, and of which rows."""
    return {(table, of, frozenset(columns)) for table, of, columns in connection.execute(_UNIQUE).fetchall()}


@pytest.fixture
def empty(engines: Engines) -> Iterator[psycopg.Connection]:
    """A database without any schema."""
    name = f"old_{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    try:
        with psycopg.connect(of_database(engines.database_url, name)) as connection:
            yield connection
    finally:
        with psycopg.connect(engines.database_url, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


_NETWORK = "insert into networks (id, slug, name, home, retired) values (1, 'clickbank', 'Old', 'https://x', false)"
_KEPT = "select id, external_id, name, popularity, verified, created_at, version from programs order by id"
# What a column that needs a value is given, by its type.
_VALUES = {"boolean": "false", "text": "'x' || n", "integer": "1", "smallint": "1", "bigint": "n"}


def _write_as_then(connection: psycopg.Connection, needed: dict[str, str], numbers: range) -> None:
    """Write programs with the columns that the first schema needed, and none that came later."""
    values = {column: _VALUES[kind] for column, kind in needed.items()} | {
        "data_source": "'test'",
        "status": "'active'",
    }
    connection.execute(
        f"insert into programs ({', '.join(values)}) select {', '.join(values.values())} "
        f"from generate_series({numbers.start}, {numbers.stop - 1}) n"
    )


def test_from_the_first_schema_with_data(empty: psycopg.Connection) -> None:  # 1
    command.upgrade(_config(empty), REVISIONS[0])
    empty.commit()
    empty.execute(_NETWORK)
    rows = empty.execute(_COLUMNS.replace("data_type || coalesce(udt_name, '')", "data_type")).fetchall()
    needed = {column: kind for table, column, kind, must in rows if table == "programs" and must}
    _write_as_then(empty, needed, range(1, 51))
    empty.commit()
    before = empty.execute(_KEPT).fetchall()
    assert len(before) == 50
    upgrade(empty)
    after = empty.execute(_KEPT).fetchall()
    assert [each[:-1] for each in after] == [each[:-1] for each in before]
    # what the networks are called now is in every document, so each has a newer version
    assert all(now[-1] > was[-1] for was, now in zip(before, after, strict=True))
    assert differences(empty) == []
    _write_as_then(empty, needed, range(51, 61))  # a process of the first version, which knows no newer column
    changed = empty.execute("select count(*) from changed_programs").fetchone()
    assert changed is not None
    assert changed[0] >= 10
    empty.commit()


def test_every_migration_only_adds(empty: psycopg.Connection) -> None:  # 2
    known: dict[tuple[str, str], Column] = {}
    unique: set[tuple[str, str | None, frozenset[str]]] = set()
    tables: set[str] = set()
    assert len(REVISIONS) > 10
    for revision in REVISIONS:
        command.upgrade(_config(empty), revision)
        empty.commit()
        now = _columns(empty)
        for column, was in known.items():
            assert column in now, f"{revision} takes {column} away"
            assert now[column].kind == was.kind, f"{revision} changes the type of {column}"
        for column, is_now in now.items():
            if column[0] in tables and is_now.needed:
                was_needed = known.get(column, Column("", False)).needed
                assert was_needed or column in _DRAWN, f"{revision} needs {column} of those who do not know it"
        still = _unique(empty)
        taken = {each for each in unique - still if (revision, each[0]) not in _NO_LONGER_UNIQUE}
        assert not taken, f"{revision}: what an `on conflict` names is unique no more"
        known, unique = now, still
        tables = {table for table, _ in now}


# A network got several accounts before the first release. docs/operations.md says what that does to workers of before.
_NO_LONGER_UNIQUE = {("0011", "network_details"), ("0011", "network_pulls")}
# Without a default, but drawn by a trigger whoever writes.
_DRAWN = {("programs", "version")}


def _printed(first_words: str) -> str:
    """The command of the page that begins so."""
    block = next(each for each in re.findall(r"```sh\n(.*?)```", OPERATIONS, re.DOTALL) if first_words in each)
    return str(block).replace("\\\n", " ")


def _run(catalogue: Catalogue, words: list[str], **streams: object) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(words, env=environment, stderr=subprocess.PIPE, check=False, **streams)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mode", ["deployment", "embedded"])
def test_backup_and_restore(catalogue: Catalogue, tmp_path: Path, mode: str) -> None:  # 3
    catalogue.store(*(program(f"Program {number}") for number in range(20)))
    dump, url = tmp_path / "affindex.dump", catalogue.engines.database_url
    if mode == "deployment":
        assert "pg_dump -U affindex --format=custom affindex > affindex.dump" in _printed("pg_dump -U affindex")
        with dump.open("wb") as file:
            _run(catalogue, [str(_TOOLS / "pg_dump"), "--format=custom", url], stdout=file)
    else:
        assert "bin/pg_dump --format=custom --file=affindex.dump" in _printed("pginstall18/bin/pg_dump")
        _run(catalogue, [str(_TOOLS / "pg_dump"), "--format=custom", f"--file={dump}", url])
    then = catalogue.rows("select id, name, version from programs order by id")
    catalogue.rows("update programs set name = 'later' where id % 2 = 0")
    catalogue.rows("delete from programs where id % 3 = 0")
    catalogue.index()
    flags = ["--clean", "--if-exists", "--single-transaction", "--no-owner"]
    for each in flags:
        assert each in _printed("pg_restore -U affindex" if mode == "deployment" else "pginstall18/bin/pg_restore")
    with dump.open("rb") as file:
        _run(catalogue, [str(_TOOLS / "pg_restore"), *flags, f"--dbname={url}"], stdin=file)
    assert catalogue.rows("select id, name, version from programs order by id") == then
    with catalogue.connect() as connection:
        assert differences(connection) == []
    verify(catalogue.connect, catalogue.search, catalogue.alias, repair=True)
    catalogue.index()
    assert verify(catalogue.connect, catalogue.search, catalogue.alias, deep=True).in_step
    found = catalogue.documents()
    assert {id: found[id]["name"] for id, _, _ in then} == {id: name for id, name, _ in then}
