"""Generated programs give way to real ones: they are taken away, as if they had never been a network's."""

from __future__ import annotations

import psycopg

from app.importing.order import in_order
from mappings.network_program import GENERATED

# What is deleted is no change of a program: history says nothing of it.
_REMOVE = f"""
    with generated as materialized (
        select id from programs
        where starts_with(data_source, '{GENERATED}') and network_id = any(%(networks)s)
        order by {in_order()}
        for update
    ), removed as (
        delete from programs using generated where programs.id = generated.id returning network_id
    )
    select network_id, count(*) from removed group by network_id
"""


def remove_generated_of(connection: psycopg.Connection, networks: list[int]) -> dict[int, int]:
    """Remove the generated programs of these networks, in the caller's transaction; how many, by network."""
    return dict(connection.execute(_REMOVE, {"networks": networks}).fetchall()) if networks else {}


def remove_generated(connection: psycopg.Connection) -> dict[str, int]:
    """Remove every generated program; how many, by the network's slug. Commits."""
    slugs: dict[int, str] = dict(connection.execute("select id, slug from networks order by id").fetchall())
    removed = remove_generated_of(connection, list(slugs))
    connection.commit()
    return {slugs[network]: count for network, count in sorted(removed.items())}


def real_networks(connection: psycopg.Connection, staging: str) -> list[int]:
    """The networks of which real records are staged."""
    rows = connection.execute(
        f"select distinct network_id from {staging} where not starts_with(data_source, '{GENERATED}')"
    ).fetchall()
    return [network for (network,) in rows]
