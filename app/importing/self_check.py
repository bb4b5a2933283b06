"""A self-check of generated data: a sample goes all the way into Postgres, is checked there, and is rolled back."""

from __future__ import annotations

import msgspec
import psycopg
from psycopg.rows import dict_row

from app.importing.merge import merge
from app.importing.rows import COLUMNS, COPY_OPTIONS
from app.importing.run_import import chunks
from app.importing.runs import staging_name
from app.importing.sources import generated
from app.normalising import VERSION
from mappings.catalogue import FIELDS
from mappings.document import documents_sql
from mappings.index import KEYS
from mappings.networks import BY_SLUG
from mappings.program import Program
from mappings.tables.imports import staging_table

SAMPLE = 100
_ONE_IN_TEN = 0.10

# Percent bounds of the generated catalogues, of every row that shows a rate.
RANGES = {
    "clickbank": (40.0, 75.0),
    "shareasale": (4.0, 50.0),
    "cj": (5.0, 20.0),
    "rakuten": (5.0, 15.0),
    "awin": (5.0, 25.0),
}


class Finding(msgspec.Struct, frozen=True):
    """One finding of a self-check."""

    name: str
    passed: bool
    said: str


class SelfCheck(msgspec.Struct, frozen=True, rename="camel"):
    """What a self-check found; `fill_rates` is the share of rows with a value, per network and field."""

    passed: bool
    programs: int
    checks: list[Finding]
    fill_rates: dict[str, dict[str, float]]


def self_check(connection: psycopg.Connection, networks: tuple[str, ...], *, seed: int) -> SelfCheck:
    """Import SAMPLE programs, spread over the networks, check what was stored, and roll everything back."""
    share, rest = divmod(SAMPLE, len(networks))
    staging = staging_name(0)
    wanted = {network: share + (1 if index < rest else 0) for index, network in enumerate(networks)}
    rejected: list[str] = []
    try:
        connection.execute(f"drop table if exists {staging}")
        connection.execute(staging_table(staging))
        # What is there already would hide what the sample does.
        connection.execute("set local session_replication_role = replica")
        ids = [BY_SLUG[network].id for network in networks]
        connection.execute("delete from programs where network_id = any(%s)", (ids,))
        connection.execute("set local session_replication_role = origin")
        for network, count in wanted.items():
            for chunk in chunks(generated((network,), limit=count, seed=seed).records()):
                rejected += [f"{chunk.network}: {reason}" for _, _, reason, _ in chunk.rejected]
                with connection.cursor().copy(
                    f"copy {staging} ({', '.join(COLUMNS)}) from stdin {COPY_OPTIONS}"
                ) as copy:
                    for lines in chunk.lines:
                        copy.write(lines)
        merged = merge(connection, staging, networks=tuple(ids), partial=True, normaliser=VERSION)
        created = sum(each.created for each in merged.values())
        checks = [
            Finding("accepted", not rejected, "; ".join(rejected[:3]) or "no record was rejected"),
            Finding("count", created == SAMPLE, f"{created} of {SAMPLE} stored"),
            *_ranges(connection, networks),
            *_keys(connection, ids),
            *_urls(connection, ids),
            _changes(connection, created),
        ]
        fill = {network: _fill(connection, BY_SLUG[network].id) for network in networks}
        checks.append(_documents(connection, ids))
    finally:
        connection.rollback()
    return SelfCheck(all(check.passed for check in checks), created, checks, fill)


def _ranges(connection: psycopg.Connection, networks: tuple[str, ...]) -> list[Finding]:
    checks = []
    for network in networks:
        low, high = RANGES[network]
        outside, without, total = connection.execute(
            "select count(*) filter (where commission_min < %(low)s or commission_max > %(high)s "
            "or commission_min > %(high)s or commission_max < %(low)s), "
            "count(*) filter (where commission_min is null and commission_max is null), count(*) "
            "from programs where network_id = %(network)s",
            {"low": low, "high": high, "network": BY_SLUG[network].id},
        ).fetchone() or (0, 0, 0)
        passed = not outside and without <= max(1, _ONE_IN_TEN * total * 2)
        said = f"{low:g} to {high:g} %: {outside} outside, {without} of {total} show none"
        checks.append(Finding(f"commission {network}", passed, said))
    return checks


def _keys(connection: psycopg.Connection, ids: list[int]) -> list[Finding]:
    total, distinct = connection.execute(
        "select count(*), count(distinct (network_id, external_id)) from programs where network_id = any(%s)", (ids,)
    ).fetchone() or (0, 0)
    return [Finding("unique keys", total == distinct, f"{distinct} distinct (network, external id) of {total}")]


def _urls(connection: psycopg.Connection, ids: list[int]) -> list[Finding]:
    checks = []
    for column in ("program_url", "merchant_url", "affiliate_url", "logo_url"):
        given, wrong = connection.execute(
            rf"select count({column}), count(*) filter (where {column} !~ '^https?://[^/\s]+\.[^/\s]+') "
            "from programs where network_id = any(%s)",
            (ids,),
        ).fetchone() or (0, 0)
        checks.append(Finding(column, not wrong, f"{given} given, {wrong} malformed"))
    return checks


def _changes(connection: psycopg.Connection, created: int) -> Finding:
    (noted,) = connection.execute(
        "select count(*) from changed_programs c join programs p on p.id = c.program_id and p.version = c.version "
        "where p.created_at = now()"
    ).fetchone() or (0,)
    return Finding("change set", noted == created, f"{noted} of {created} rows noted for the index")


def _documents(connection: psycopg.Connection, ids: list[int]) -> Finding:

    where = f"p.network_id = any('{{{','.join(map(str, ids))}}}')"
    rows = connection.execute(f"select document::text from ({documents_sql(KEYS, where)}) as d").fetchall()
    try:
        for (document,) in rows:
            msgspec.json.decode(document, type=Program)
    except msgspec.ValidationError as error:
        return Finding("documents", False, str(error))
    return Finding("documents", True, f"{len(rows)} documents are valid programs")


def _fill(connection: psycopg.Connection, network: int) -> dict[str, float]:
    shown = [entry for entry in FIELDS if entry.optional and entry.field.stored]
    counted = ", ".join(f'count({entry.name}) as "{entry.key}"' for entry in shown)
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            f"select count(*) as total, {counted} from programs where network_id = %s", (network,)
        ).fetchone()
    assert row is not None
    total = row.pop("total") or 1
    return {key: round(count / total, 4) for key, count in row.items()}
