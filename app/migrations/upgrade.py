"""Bring a database to the newest schema, and its networks to what `mappings.networks` says."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from indexing.locks import Lock
from mappings.networks import NETWORKS

# Two commands that start at once must not migrate at once; any number, known to nobody else.

_PUT_NETWORK = """
insert into networks (id, slug, name, home, retired, min_payout, payment_methods)
values (%(id)s, %(slug)s, %(name)s, %(home)s, %(retired)s, %(min_payout)s, %(payment_methods)s)
on conflict (id) do update set
    slug = excluded.slug, name = excluded.name, home = excluded.home, retired = excluded.retired,
    min_payout = excluded.min_payout, payment_methods = excluded.payment_methods
where (networks.slug, networks.name, networks.home, networks.retired, networks.min_payout, networks.payment_methods)
    is distinct from
    (excluded.slug, excluded.name, excluded.home, excluded.retired, excluded.min_payout, excluded.payment_methods)
"""

# Where programs, runs and the rest say which network they are of.
_REFERENCES = """
    select r.conrelid::regclass::text, a.attname from pg_constraint r
    join pg_attribute a on a.attrelid = r.conrelid and a.attnum = r.conkey[1]
    where r.contype = 'f' and r.confrelid = 'networks'::regclass
"""
_ADDED_BEFORE = "select id from networks where slug = %s and id <> %s"


def sqlalchemy_connection(connection: psycopg.Connection) -> Connection:
    """SQLAlchemy's view of an open psycopg connection."""
    # The connection stays the caller's: the pool of one neither resets nor closes it.
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool, pool_reset_on_return=None
    )
    return engine.connect()


def upgrade(connection: psycopg.Connection) -> None:
    """Run the migrations that are missing, in one transaction each caller waits for. Idempotent."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    connection.execute("select pg_advisory_xact_lock(%s)", (Lock.MIGRATION,))
    config.attributes["connection"] = sqlalchemy_connection(connection)
    command.upgrade(config, "head")
    for network in NETWORKS:
        added = connection.execute(_ADDED_BEFORE, (network.slug, network.id)).fetchone()
        if added:  # it was added to this catalogue before it came with us: then its slug is free for ours
            connection.execute("update networks set slug = '+' || slug where id = %s", added)
        connection.execute(
            _PUT_NETWORK,
            {
                "id": network.id,
                "slug": network.slug,
                "name": network.name,
                "home": network.home,
                "retired": network.retired,
                "min_payout": network.min_payout,
                "payment_methods": list(network.payment_methods) or None,
            },
        )
        if added:
            _hand_over(connection, added[0], network.id)
    connection.commit()


def _hand_over(connection: psycopg.Connection, added: int, ours: int) -> None:
    """Make all that is of a network that was added ours, and forget that one."""
    for table, column in connection.execute(_REFERENCES).fetchall():
        connection.execute(f"update {table} set {column} = %s where {column} = %s", (ours, added))
    connection.execute(
        "update networks n set last_complete_at = a.last_complete_at from networks a where a.id = %s and n.id = %s",
        (added, ours),
    )
    connection.execute("delete from networks where id = %s", (added,))
