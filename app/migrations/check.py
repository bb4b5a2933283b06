"""Compare a database with what `mappings.tables` says it should be."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg.sql import SQL, Identifier

from app.migrations.upgrade import sqlalchemy_connection
from mappings.tables import METADATA

_CONSTRAINTS = """
select conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid)
from pg_constraint
where connamespace = %s::regnamespace and contype in ('c', 'u', 'f', 'p')
"""

_CONSTRAINT = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and conname = %s"

_TRIGGERS = """
select tgname, tgrelid::regclass::text from pg_trigger
where tgrelid in ('public.programs'::regclass, 'public.networks'::regclass) and not tgisinternal and tgenabled = 'O'
"""
_EXPECTED_TRIGGERS = {
    **dict.fromkeys(
        ("stamp", "stamp_changed", "note_inserted", "note_updated", "note_deleted", "note_truncated"), "programs"
    ),
    "touch_programs": "networks",
}
_DEFINED = re.compile(
    r"^create (?:or replace )?function (\w+)\(\) returns trigger language plpgsql as \$\$(.*?)\$\$;",
    re.DOTALL | re.MULTILINE,
)

_SCRATCH = "affindex_db_check"


def differences(connection: psycopg.Connection) -> list[str]:
    """What the database has otherwise than the tables say, one sentence each; empty if they agree.

    The CHECKs are compared as Postgres prints them: the tables are built once more in a scratch schema, which the
    rollback at the end takes away again.
    """
    found: list[str] = []
    through = sqlalchemy_connection(connection)
    context = MigrationContext.configure(
        through,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name != "alembic_version",
        },
    )
    found += [f"schema: {difference}" for difference in compare_metadata(context, METADATA)]

    actual: dict[str, str] = dict(connection.execute(_CONSTRAINTS, ("public",)).fetchall())
    actual.pop("alembic_version.alembic_version_pkc", None)
    connection.execute(f"create schema {_SCRATCH}")
    connection.execute(f"set local search_path to {_SCRATCH}, public")
    scratch = through.execution_options(schema_translate_map={None: _SCRATCH})
    METADATA.create_all(scratch, checkfirst=False)
    prefix = f"{_SCRATCH}."
    wanted = {
        name.removeprefix(prefix): definition.replace(prefix, "")
        for name, definition in connection.execute(_CONSTRAINTS, (_SCRATCH,)).fetchall()
    }
    restored = {
        name: _printed_again(connection, name, wanted[name])
        for name in wanted.keys() & actual.keys()
        if wanted[name] != actual[name] and wanted[name].startswith("CHECK")
    }
    connection.rollback()

    for name in sorted(wanted.keys() - actual.keys()):
        found.append(f"constraint {name} is missing: {wanted[name]}")
    for name in sorted(actual.keys() - wanted.keys()):
        found.append(f"constraint {name} is not in the tables: {actual[name]}")
    for name in sorted(wanted.keys() & actual.keys()):
        if actual[name] not in (wanted[name], restored.get(name)):
            found.append(f"constraint {name} differs: {actual[name]}, should be {wanted[name]}")

    triggers: dict[str, str] = dict(connection.execute(_TRIGGERS).fetchall())
    found += [
        f"trigger {name} is missing on {table}"
        for name, table in _EXPECTED_TRIGGERS.items()
        if triggers.get(name) != table
    ]
    bodies: dict[str, str] = dict(
        connection.execute(
            "select proname, prosrc from pg_proc p join pg_language l on l.oid = p.prolang "
            "where pronamespace = 'public'::regnamespace and lanname = 'plpgsql'"
        ).fetchall()
    )
    found += [
        f"function {name} is not what the migrations make"
        for name, body in _functions().items()
        if bodies.get(name) != body
    ]
    (cache,) = connection.execute(
        "select seqcache from pg_sequence where seqrelid = 'program_version'::regclass"
    ).fetchone() or (None,)
    if cache != 1:
        found.append(f"sequence program_version has CACHE {cache}; only 1 keeps versions in order")
    connection.rollback()
    return found


def _printed_again(connection: psycopg.Connection, name: str, definition: str) -> str:
    """A CHECK as Postgres prints it once it has been read from its own print, as a restored dump has been.

    `BETWEEN` is printed as two comparisons in parentheses of their own, which go once they are read again.
    """
    table, constraint = (Identifier(part) for part in name.split("."))
    drop = SQL("alter table {}.{} drop constraint {}, add constraint {} ")
    connection.execute(drop.format(Identifier(_SCRATCH), table, constraint, constraint) + SQL(definition))
    row = connection.execute(_CONSTRAINT, (f"{_SCRATCH}.{name.split('.')[0]}", name.split(".")[1])).fetchone()
    assert row is not None
    return str(row[0])


def _functions() -> dict[str, str]:
    """The body of each trigger function as the last migration that defines it says."""
    scripts = sorted((Path(__file__).parent / "versions").glob("*.sql"))
    return {name: body for script in scripts for name, body in _DEFINED.findall(script.read_text("utf-8"))}
