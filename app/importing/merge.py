"""One merge a run: duplicates, fields not spoken of, popularity, new and changed rows, presence. Statements over a
staging table.

The merge takes rows in one order (`app.importing.order`): two importers that lock the same ones in different orders
deadlock.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from app.importing.generated import real_networks, remove_generated_of
from app.importing.not_carried import columns
from app.importing.order import in_order
from app.importing.tagging import tag_staged
from mappings.catalogue import COMPARED, IMPORTED
from mappings.network_program import GENERATED

# A percentile moves by a point for half the catalogue when one percent of it is new; only real moves are written.
_POPULARITY_STEP = 3
_POPULARITY_EVERY = "20 hours"  # at most daily, with room for a run that starts a little earlier than yesterday's

_COLUMNS = tuple("network_id" if entry.name == "network" else entry.name for entry in IMPORTED)
_TEXTS = frozenset({"description", "text_language", "category"})  # besides the name what topics are found in
_COMPARED = tuple(entry.name for entry in COMPARED)


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did to one network's programs, in rows."""

    duplicates: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0
    closed: int = 0
    removed: int = 0  # generated ones, which real ones took the place of


def _listed(columns: tuple[str, ...], prefix: str) -> str:
    return ", ".join(f"{prefix}{column}" for column in columns)


def _drop_duplicates(staging: str) -> str:
    """The last record of a program wins."""
    return f"""
        with repeated as (
            select network_id, external_id, max(line) as last
            from {staging} group by network_id, external_id having count(*) > 1
        ), dropped as (
            delete from {staging} s using repeated r
            where s.network_id = r.network_id and s.external_id = r.external_id and s.line < r.last
            returning s.network_id
        )
        select network_id, count(*) from dropped group by network_id
    """


def _keep_not_carried(staging: str, not_carried: int) -> str:
    """Records take over the fields that they do not carry from the rows that are there.

    What a generator made up does not outlive a real record. A program that was closed because it was missing is
    there again; otherwise who says nothing of its status leaves that too.
    """
    taken = {column: f"p.{column}" for column in columns(not_carried)}
    if "status" in taken:
        taken["status"] = "case when p.missing_since is null then p.status else s.status end"
    assignments = ", ".join(f"{column} = {value}" for column, value in taken.items())
    return f"""
        update {staging} s set {assignments}
        from programs p
        where s.silent = {not_carried} and p.network_id = s.network_id and p.external_id = s.external_id
            and not starts_with(p.data_source, '{GENERATED}')
    """


# Per program of the run its percentile within the network, 1 to 100; only over networks that draw in this run.
_RANKED = """
    select network_id, external_id,
        ceil(100 * cume_dist() over (partition by network_id order by popularity_raw))::integer as popularity
    from {staging}
    where popularity_raw is not null and network_id = any(%(drawing)s)
"""


def _upsert(staging: str) -> str:
    assignments = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS if column != "network_id")
    return f"""
        with ranked as ({_RANKED.format(staging=staging)}),
        merged as (
            insert into programs as stored ({_listed(_COLUMNS, "")}, popularity, normaliser)
            select {_listed(_COLUMNS, "s.")}, ranked.popularity, %(normaliser)s
            from {staging} s
            left join ranked using (network_id, external_id)
            left join programs p
                on p.network_id = s.network_id and p.external_id = s.external_id
            where p.id is null
                or p.normaliser <> %(normaliser)s
                or p.missing_since is not null
                or ({_listed(_COMPARED, "p.")}) is distinct from ({_listed(_COMPARED, "s.")})
            order by {in_order("s.")}
            on conflict (network_id, external_id) do update set
                {assignments},
                normaliser = excluded.normaliser, missing_since = null, last_seen_at = null,
                popularity = case
                    when stored.network_id <> all(%(drawing)s) then stored.popularity
                    when abs(stored.popularity - excluded.popularity) < {_POPULARITY_STEP} then stored.popularity
                    else excluded.popularity
                end
            returning network_id, (xmax = 0) as created
        )
        select network_id, count(*) filter (where created), count(*) filter (where not created)
        from merged group by network_id
    """


def _rerank(staging: str) -> str:
    """The percentile of rows that did not change otherwise."""
    return f"""
        with ranked as ({_RANKED.format(staging=staging)}),
        moved as materialized (
            select p.id, ranked.popularity
            from programs p
            join {staging} s on p.network_id = s.network_id and p.external_id = s.external_id
            left join ranked on ranked.network_id = s.network_id and ranked.external_id = s.external_id
            where p.network_id = any(%(drawing)s)
                and p.popularity is distinct from ranked.popularity
                and coalesce(abs(p.popularity - ranked.popularity) >= {_POPULARITY_STEP}, true)
            order by {in_order("p.")}
            for no key update of p
        )
        update programs set popularity = moved.popularity from moved where programs.id = moved.id
    """


def _note_absence(staging: str) -> str:
    """A program that a complete run lacks is missing; one that two complete runs in a row lack is closed.

    One whose record was rejected was there.
    """
    return f"""
        with absent as materialized (
            select p.id, n.last_complete_at, p.missing_since is not null as again
            from programs p join networks n on n.id = p.network_id
            where p.network_id = any(%(networks)s) and (p.missing_since is null or p.status <> 'closed')
                and not exists (
                    select from {staging} s where s.network_id = p.network_id and s.external_id = p.external_id
                )
                and not exists (
                    select from rejected_records j
                    where j.run_id = %(run)s and j.network_id = p.network_id and j.external_id = p.external_id
                )
            order by {in_order("p.")}
            for no key update of p
        ), noted as (
            update programs set
                missing_since = coalesce(missing_since, now()),
                last_seen_at = coalesce(last_seen_at, absent.last_complete_at, created_at),
                status = case when absent.again then 'closed' else status end
            from absent where programs.id = absent.id
            returning network_id, absent.again
        )
        select network_id, count(*), count(*) filter (where again) from noted group by network_id
    """


def merge(
    connection: psycopg.Connection,
    staging: str,
    *,
    networks: tuple[int, ...],
    partial: bool,
    normaliser: int,
    run: int | None = None,
) -> dict[int, Merged]:
    """Bring a run's staged records into `programs`, in the caller's transaction; per network id what was done.

    `run` is where its rejected records are, if it is on record.
    A run that is not `partial` holds all programs of its networks: it draws their popularity, at most daily, and
    notes what it lacks. If they are real, generated programs of these networks are gone before they come.
    """
    duplicates = _counts(connection.execute(_drop_duplicates(staging)).fetchall())
    connection.execute(f"analyze {staging} (network_id, external_id)")
    staged = _counts(connection.execute(f"select network_id, count(*) from {staging} group by 1").fetchall())
    removed = {} if partial else remove_generated_of(connection, real_networks(connection, staging))
    untold: list[int] = []
    for (not_carried,) in connection.execute(f"select distinct silent from {staging} where silent <> 0").fetchall():
        if taken := columns(not_carried):
            connection.execute(_keep_not_carried(staging, not_carried))
            if not _TEXTS.isdisjoint(taken):
                untold.append(not_carried)
    if untold:
        tag_staged(connection, staging, untold)
    drawing: list[int] = []
    if not partial:
        due = connection.execute(
            "select id from networks where id = any(%s) and "
            f"(popularity_drawn_at is null or popularity_drawn_at < now() - interval '{_POPULARITY_EVERY}')",
            (list(networks),),
        )
        drawing = [network for (network,) in due]
    parameters = {"drawing": drawing, "normaliser": normaliser, "networks": list(networks), "run": run}
    written = _pairs(connection.execute(_upsert(staging), parameters).fetchall())
    absent: dict[int, tuple[int, int]] = {}
    if drawing:
        # What was written has its percentile; only what did not change otherwise may have got another one.
        if any(staged.get(network, 0) > sum(written.get(network, (0, 0))) for network in drawing):
            connection.execute(_rerank(staging), parameters)
        connection.execute("update networks set popularity_drawn_at = now() where id = any(%s)", (drawing,))
    if not partial:
        absent = _pairs(connection.execute(_note_absence(staging), parameters).fetchall())
        connection.execute("update networks set last_complete_at = now() where id = any(%s)", (list(networks),))
    return {
        network: Merged(
            duplicates=duplicates.get(network, 0),
            created=written.get(network, (0, 0))[0],
            updated=written.get(network, (0, 0))[1],
            unchanged=staged.get(network, 0) - sum(written.get(network, (0, 0))),
            missing=absent.get(network, (0, 0))[0],
            closed=absent.get(network, (0, 0))[1],
            removed=removed.get(network, 0),
        )
        for network in networks
    }


def _counts(rows: list[tuple[int, int]]) -> dict[int, int]:
    return dict(rows)


def _pairs(rows: list[tuple[int, int, int]]) -> dict[int, tuple[int, int]]:
    return {network: (first, second) for network, first, second in rows}
