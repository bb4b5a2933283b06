"""The watch of what accounts of ours have joined, which nobody has to make: what changes in it and closes is told.

It is made once, with the list that first tells of a joined program and in its transaction, so that whatever is
committed later is told. Who removes it has removed it.
"""

from __future__ import annotations

import secrets

import psycopg

from mappings.watching import KINDS, packed, unpacked

NAME = "Programs that I have joined"
QUERY = "relation=joined"
_BUILT_IN = "joined"
_NO_WORDS = "{}"  # how a query without words is read
_SECRET_BYTES = 32
_MOST_NAMES = 100

_JOINED = """
    select distinct r.program_id from program_relations r join programs p on p.id = r.program_id
    where r.relation = 'joined' and (%(account)s::text is null or r.account = %(account)s)
"""
_ONCE = "insert into built_in_watches (name) values (%s) on conflict do nothing"
_STANDS = """
    select w.id, w.matched from watches w join built_in_watches b on b.watch_id = w.id
    where b.name = %s for update of w
"""
# It tells what any transaction changes that was open now, this one too.
_MAKE = """
    with born as (select pg_snapshot_xmin(pg_current_snapshot()) as xmin)
    insert into watches (name, query, analysis, tells, secret, born, matched, matches, drawn_at)
    select %s, %s, %s, %s, %s, format('%%s:%%s:', xmin, xmin), %s, %s, now() from born
    on conflict (name) do nothing returning id
"""

_TAKE = "update watches set matched = %s, matches = %s, revision = revision + 1 where id = %s"


def watch_joined(connection: psycopg.Connection, account: str, *, first: bool) -> None:
    """Make the watch unless it was made before, in the caller's transaction.

    Until an account's first complete list is read, what it has joined is no news: the watch takes it as known.
    """
    joined = _joined(connection, account)
    if not joined:
        return
    if connection.execute(_ONCE, (_BUILT_IN,)).rowcount:
        if not connection.execute("select 1 from watches where query = %s", (QUERY,)).fetchone():
            _make(connection, _joined(connection, None))
    elif first and (stands := connection.execute(_STANDS, (_BUILT_IN,)).fetchone()):
        id, matched = stands
        if joined - (known := unpacked(matched)):
            connection.execute(_TAKE, (packed(known | joined), len(known | joined), id))


def _joined(connection: psycopg.Connection, account: str | None) -> frozenset[int]:
    return frozenset(id for (id,) in connection.execute(_JOINED, {"account": account}))


def _make(connection: psycopg.Connection, joined: frozenset[int]) -> None:
    for number in range(1, _MOST_NAMES):
        name = NAME if number == 1 else f"{NAME} {number}"  # somebody's watch may be called so
        values = (name, QUERY, _NO_WORDS, list(KINDS), secrets.token_bytes(_SECRET_BYTES), packed(joined), len(joined))
        if made := connection.execute(_MAKE, values).fetchone():
            connection.execute("update built_in_watches set watch_id = %s where name = %s", (made[0], _BUILT_IN))
            return
