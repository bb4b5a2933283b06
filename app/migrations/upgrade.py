"""Bring a database to the newest schema, and its networks to what `mappings.networks` says."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from mappings.networks import NETWORKS

# Two commands that start at once must not migrate at once; any number, known to nobody else.
_MIGRATION_LOCK = 5_238_417_001

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
    connection.execute("select pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
    config.attributes["connection"] = sqlalchemy_connection(connection)
    command.upgrade(config, "head")
    with connection.cursor() as cursor:
        cursor.executemany(
            _PUT_NETWORK,
            [
                {
                    "id": network.id,
                    "slug": network.slug,
                    "name": network.name,
                    "home": network.home,
                    "retired": network.retired,
                    "min_payout": network.min_payout,
                    "payment_methods": list(network.payment_methods) or None,
                }
                for network in NETWORKS
            ],
        )
    connection.commit()
