"""Full text of Postgres: a vector with weights and a GIN index, ranked by `ts_rank`, facets by grouping sets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from app.benchmarks.peers.rows import FACETS, HITS, Question
from app.benchmarks.sandbox import Sandbox

_MAKE = """
    drop table if exists peer_programs;
    create table peer_programs as
        select p.id, n.slug as network, p.status::text as status, p.name, p.vertical,
            p.commission_type::text as commission_type, p.primary_region, p.epc::float8 as epc,
            p.commission_min::float8 as commission_min, p.commission_max::float8 as commission_max,
            setweight(to_tsvector('simple', p.name), 'A')
                || setweight(to_tsvector('simple', coalesce(p.merchant_domain, '')), 'B')
                || setweight(to_tsvector('simple', coalesce(p.category, '')), 'C')
                || setweight(to_tsvector('simple', coalesce(p.description, '')), 'D') as words
        from programs p join networks n on n.id = p.network_id;
    create index on peer_programs using gin (words);
    alter table peer_programs add primary key (id);
    analyze peer_programs;
"""
_HITS = f"""
    with found as materialized (
        select *, ts_rank(words, asked) as rank
        from peer_programs, plainto_tsquery('simple', %(q)s) asked
        where words @@ asked and status in ('active', 'paused')
            and (commission_max >= %(low)s or (commission_max is null and commission_min is not null))
    )
    select 0 as part, null as value, count(*) as programs, null::jsonb as hits, null::float8[] as epc from found
    union all
    select grouping({", ".join(FACETS)}), coalesce({", ".join(FACETS)}), count(*), null, null
        from found group by grouping sets ({", ".join(f"({each})" for each in FACETS)})
    union all
    select 1, width_bucket(epc, array[0.1, 0.25, 0.5, 1, 2, 5])::text, count(*), null, null from found group by 2
    union all
    select 2, null, count(epc), null,
        percentile_cont(array[0.05, 0.25, 0.5, 0.75, 0.95]) within group (order by epc) from found
    union all
    (select 3, null, id, row_to_json(found)::jsonb - 'words', null from found order by rank desc, id limit {HITS})
"""


class Postgres:
    """A table of its own in the sandbox's database; a connection for each who asks."""

    name = "Postgres full text"
    threads = 8

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._own = threading.local()
        self._opened: list[psycopg.Connection] = []

    def close(self) -> None:
        """Close the connections of all who asked."""
        for connection in self._opened:
            connection.close()

    def ask(self, asked: Question) -> int:
        """One statement answers hits, total and facets."""
        connection: psycopg.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._sandbox.connect()
            connection.autocommit = True
            self._opened.append(connection)
        rows = connection.execute(_HITS, {"q": asked.q, "low": asked.low}).fetchall()
        return next(int(programs) for part, value, programs, *_ in rows if part == 0 and value is None)


@contextmanager
def postgres(sandbox: Sandbox) -> Iterator[Postgres]:
    """Postgres with the programs of a sandbox."""
    with sandbox.connect() as connection:
        connection.execute(_MAKE)
    with closing(Postgres(sandbox)) as peer:
        yield peer
