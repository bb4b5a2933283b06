"""Relations: how the account that reads a source stands to its programs, kept apart from what the programs are.

They are put aside before a record is normalised, so that no document, rejected record or preview ever holds one, and
written after the merge, in its transaction. A list that says the same again writes when it was read, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
import psycopg

from app.importing.joined_watch import watch_joined
from app.importing.sources import Record, Unreadable
from app.normalising import external_id
from mappings.networks import BY_SLUG
from mappings.relations import relation


class ToldRelations:
    """What the records of one source tell of relations, by network and the id of the program there."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, str]] = {}

    def apart(
        self, records: Iterable[Record], known_programs: Callable[[], frozenset[str]] | None = None
    ) -> Iterator[Record]:
        """The records without their relations, which are put aside. Of two records of one program the last one wins.

        Of programs that are known, by the network's id, nothing but the relation is read.
        """
        passed_over = known_programs() if known_programs else frozenset()
        for record in records:
            if isinstance(record, Unreadable) or record.relation is None:
                yield record
                continue
            found, known = relation(record.relation), external_id(record.network, record.external_id)
            if found is not None and known:
                self._told.setdefault(record.network, {})[known] = found
            if known in passed_over:
                continue
            yield msgspec.structs.replace(record, relation=None)

    def store(self, connection: psycopg.Connection, account: str | None, *, complete: bool) -> int:
        """Write what differs from what is known, in the caller's transaction; how many relations that were.

        Of a `complete` list, programs that it lacks and that are there all the same are unknown from now on. One that
        is missing altogether keeps its relation: a joined program that closed is what its account wants to see.
        """
        return sum(
            _store(connection, account or network, BY_SLUG[network].id, told, complete)
            for network, told in self._told.items()
        )


def _store(connection: psycopg.Connection, account: str, network: int, told: dict[str, str], complete: bool) -> int:
    connection.execute(
        "insert into relation_accounts (name, network_id) values (%s, %s) on conflict do nothing", (account, network)
    )
    # One list of an account at a time; `changes` is then counted in the order in which they become visible.
    (first,) = connection.execute(
        "select seen_at is null from relation_accounts where name = %s for update", (account,)
    ).fetchone() or (False,)
    connection.execute("drop table if exists told_relations")
    connection.execute("create temporary table told_relations (external_id text, relation text) on commit drop")
    with connection.cursor().copy("copy told_relations from stdin") as copy:
        for row in told.items():
            copy.write_row(row)
    connection.execute("analyze told_relations")
    values = {"account": account, "network": network, "complete": complete, "first": first}
    written = connection.execute(_CHANGED, values).fetchone()
    assert written is not None
    if complete or written[0]:
        connection.execute(
            "update relation_accounts set changes = changes + %(changed)s, "
            "seen_at = case when %(complete)s then now() else seen_at end where name = %(account)s",
            {**values, "changed": written[0]},
        )
    connection.execute("drop table told_relations")
    watch_joined(connection, account, first=first)
    return int(written[0])


# The first complete list is no news: it says how things have been, since nobody knows when. Nor is a new program that
# was not joined.
_CHANGED = """
    with told as (
        select p.id as program_id, t.relation
        from told_relations t join programs p on p.network_id = %(network)s and p.external_id = t.external_id
    ), changed as materialized (
        select coalesce(told.program_id, known.program_id) as program_id, known.relation as old, told.relation as new
        from told
        full join (select program_id, relation from program_relations where account = %(account)s) as known
            using (program_id)
        where told.relation is distinct from known.relation
            and (told.program_id is not null or (%(complete)s and not exists (
                select from programs p where p.id = known.program_id and p.missing_since is not null
            )))
    ), put as (
        insert into program_relations as r (account, program_id, relation, since)
        select %(account)s, program_id, new, case when %(first)s then null else now() end
        from changed where new is not null
        on conflict (account, program_id) do update set relation = excluded.relation, since = now()
    ), gone as (
        delete from program_relations r using changed
        where changed.new is null and r.account = %(account)s and r.program_id = changed.program_id
    ), noted as (
        insert into relation_history (account, program_id, old, new)
        select %(account)s, program_id, old, new from changed
        where not %(first)s and (old is not null or new <> 'notJoined')
    )
    select count(*) from changed
"""
