"""Pulls as they are kept in Postgres: pages as they came, details per program, and what a pull can go on from."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from app.networks.api import ListingPage, NetworkAnswer
from indexing.connect import Connect
from mappings.networks import BY_SLUG

# A pull that stopped is gone on with for so long; after that its first pages say too little about today.
_RESUMED_HOURS = 12
_KEPT_PULLS = 2  # merged pulls whose pages stay: for conditional requests, and to look at what came
_COMPRESSION = 3  # JSON and XML shrink to a sixth, at 100 MB a second


@dataclass(frozen=True, slots=True)
class Pull:
    """A reading of a network's lists. `previous` is the last one that was merged, of the same account.

    `account` is empty for the network's first account.
    """

    id: int
    network: str
    resumed: bool
    previous: int | None
    account: str = ""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of a listing that is stored already."""

    page: ListingPage
    number: int
    etag: str | None
    last_modified: str | None


def begin(connection: psycopg.Connection, network: str, *, refused_too: bool, account: str = "") -> Pull:
    """The account's open pull, to go on with, or a new one; commits.

    With `refused_too`, a pull that was refused for its drift is taken up again as it is.
    """
    own = BY_SLUG[network].id, account
    connection.execute(
        "update network_pulls set state = 'dropped' where network_id = %s and account = %s and state = 'pulling' "
        "and started_at < now() - make_interval(hours => %s)",
        (*own, _RESUMED_HOURS),
    )
    if refused_too:
        connection.execute(
            "update network_pulls set state = 'pulling' where id = ("
            "select max(id) from network_pulls where network_id = %s and account = %s) and state = 'refused' "
            "and started_at > now() - make_interval(hours => %s)",
            (*own, _RESUMED_HOURS),
        )
    previous = connection.execute(
        "select max(id) from network_pulls where network_id = %s and account = %s and state = 'merged'", own
    ).fetchone()
    found = connection.execute(
        "select id from network_pulls where network_id = %s and account = %s and state = 'pulling'", own
    ).fetchone()
    opening = "insert into network_pulls (network_id, account) values (%s, %s) returning id"
    row = found or connection.execute(opening, own).fetchone()
    assert row is not None
    connection.commit()
    return Pull(row[0], network, found is not None, previous[0] if previous else None, account)


def close(connection: psycopg.Connection, pull: Pull, state: str, *, complete: bool) -> None:
    """End a pull, in the caller's transaction; pages of older ones go."""
    connection.execute("update network_pulls set state = %s, complete = %s where id = %s", (state, complete, pull.id))
    connection.execute(
        "delete from network_pages where pull_id in ("
        "select id from network_pulls where network_id = %s and account = %s and state <> 'pulling' "
        "order by id desc offset %s)",
        (BY_SLUG[pull.network].id, pull.account, _KEPT_PULLS),
    )


def newest_merged(connection: psycopg.Connection, network: str) -> Pull | None:
    """The pull of the first account that was merged last; None if there is none."""
    row = connection.execute(
        "select max(id) from network_pulls where network_id = %s and account = '' and state = 'merged'",
        (BY_SLUG[network].id,),
    ).fetchone()
    return Pull(row[0], network, False, None) if row and row[0] is not None else None


def last_page(connection: psycopg.Connection, pull: int, listing: str) -> KeptPage | None:
    """The last stored page of a listing."""
    row = connection.execute(
        "select ids, total, next, number, etag, last_modified from network_pages "
        "where pull_id = %s and listing = %s order by number desc limit 1",
        (pull, listing),
    ).fetchone()
    return KeptPage(ListingPage(tuple(row[0]), row[1], row[2]), row[3], row[4], row[5]) if row else None


def page_asked_with(
    connection: psycopg.Connection, pull: int | None, listing: str, number: int, cursor: str | None
) -> KeptPage | None:
    """A page of an earlier pull, asked for in the very same way, that can be asked for conditionally."""
    row = connection.execute(
        "select ids, total, next, number, etag, last_modified from network_pages "
        "where pull_id = %s and listing = %s and number = %s and cursor is not distinct from %s "
        "and (etag is not null or last_modified is not null)",
        (pull, listing, number, cursor),
    ).fetchone()
    return KeptPage(ListingPage(tuple(row[0]), row[1], row[2]), row[3], row[4], row[5]) if row else None


def keep_page(
    connection: psycopg.Connection,
    pull: Pull,
    listing: str,
    number: int,
    cursor: str | None,
    page: ListingPage,
    answer: NetworkAnswer,
) -> None:
    """Store a page; commits."""
    connection.execute(
        "insert into network_pages (pull_id, listing, number, cursor, next, total, ids, body, etag, last_modified) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            pull.id,
            listing,
            number,
            cursor,
            page.next,
            page.total,
            list(page.ids),
            zlib.compress(answer.body, _COMPRESSION),
            answer.headers.get("etag"),
            answer.headers.get("last-modified"),
        ),
    )
    connection.commit()


def keep_page_again(connection: psycopg.Connection, pull: Pull, listing: str, kept: KeptPage) -> None:
    """Take over a page of the pull before, which the network says has not changed; commits."""
    connection.execute(
        "insert into network_pages (pull_id, listing, number, cursor, next, total, ids, body, etag, last_modified) "
        "select %s, listing, number, cursor, next, total, ids, body, etag, last_modified "
        "from network_pages where pull_id = %s and listing = %s and number = %s",
        (pull.id, pull.previous, listing, kept.number),
    )
    connection.commit()


def pages(connect: Connect, pull: int, listing: str) -> Iterator[bytes]:
    """The pages of a listing in order, one in memory at a time."""
    number = 0
    while True:
        number += 1
        with connect() as connection:
            row = connection.execute(
                "select body from network_pages where pull_id = %s and listing = %s and number = %s",
                (pull, listing, number),
            ).fetchone()
        if row is None:
            return
        yield zlib.decompress(row[0])


def counted(connection: psycopg.Connection, pull: int, listing: str) -> tuple[int, int | None]:
    """Distinct ids that a listing gave, and the total that its last page announced."""
    row = connection.execute(
        "select (select count(distinct id) from network_pages p, unnest(p.ids) as id "
        "  where p.pull_id = %(pull)s and p.listing = %(listing)s), "
        "(select total from network_pages where pull_id = %(pull)s and listing = %(listing)s "
        "  order by number desc limit 1)",
        {"pull": pull, "listing": listing},
    ).fetchone()
    assert row is not None
    return row[0], row[1]


# -- details ---------------------------------------------------------------------------------------------------------


def keep_detail(connection: psycopg.Connection, network: str, kind: str, key: str, body: object) -> None:
    """Store what was asked about one program; None says that there is nothing. Commits."""
    _put_details(connection, network, kind, [(key, body)])
    connection.commit()


def replace_details(
    connection: psycopg.Connection, pull: Pull, kind: str, rows: Mapping[str, Sequence[object]]
) -> None:
    """Let the rows of a whole extra list take the place of the last ones; commits."""
    connection.execute(
        "delete from network_details where network_id = %s and account = %s and kind = %s and key <> all(%s)",
        (BY_SLUG[pull.network].id, pull.account, kind, list(rows)),
    )
    _put_details(connection, pull.network, kind, rows.items(), pull.account)
    connection.commit()


def _put_details(
    connection: psycopg.Connection, network: str, kind: str, rows: Iterable[tuple[str, object]], account: str = ""
) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into network_details (network_id, account, kind, key, body) values (%s, %s, %s, %s, %s) "
            "on conflict (network_id, account, kind, key) do update set body = excluded.body, fetched_at = now()",
            [(BY_SLUG[network].id, account, kind, key, _json(body)) for key, body in rows],
        )


def _json(body: object) -> str | None:
    """ASCII, in which a NUL is an escape that `json` takes; the normaliser refuses it later."""
    if body is None:
        return None
    if isinstance(body, bytes):
        body = msgspec.json.decode(body)
    return json.dumps(body, ensure_ascii=True)


def knows(connection: psycopg.Connection, pull: Pull, listing: str) -> bool:
    """Whether an extra list was read to its end in this pull, or left rows in an earlier one."""
    row = connection.execute(
        "select exists (select from network_pages where pull_id = %s and listing = %s and next is null) "
        "or exists (select from network_details where network_id = %s and account = %s and kind = %s)",
        (pull.id, listing, BY_SLUG[pull.network].id, pull.account, listing),
    ).fetchone()
    return bool(row and row[0])


def details(connection: psycopg.Connection, pull: Pull, kind: str, keys: Sequence[str]) -> dict[str, Any]:
    """The kept details of programs, decoded, by the network's ids; a program without any is left out."""
    rows = connection.execute(
        "select key, body::text from network_details "
        "where network_id = %s and account = %s and kind = %s and key = any(%s) and body is not null",
        (BY_SLUG[pull.network].id, pull.account, kind, list(keys)),
    ).fetchall()
    return {key: msgspec.json.decode(body) for key, body in rows}


def due(
    connection: psycopg.Connection,
    pull: Pull,
    kind: str,
    *,
    listings: Sequence[str],
    first: Sequence[str],
    stale_days: float,
    most: int,
) -> list[str]:
    """Programs of a pull whose details are missing or stale, in the order in which they are worth asking for.

    Those of the listings `first` (joined ones) come first, then popular ones, then those never asked for, then the
    oldest. `most` of them.
    """
    rows = connection.execute(
        """
        select listed.id
        from (
            select id, bool_or(p.listing = any(%(first)s)) as first
            from network_pages p, unnest(p.ids) as id
            where p.pull_id = %(pull)s and p.listing = any(%(listings)s) group by id
        ) as listed
        left join network_details d
            on d.network_id = %(network)s and d.account = '' and d.kind = %(kind)s and d.key = listed.id
        left join programs s on s.network_id = %(network)s and s.external_id = listed.id
        where d.fetched_at is null or d.fetched_at < now() - make_interval(secs => %(stale)s)
        order by listed.first desc, s.popularity desc nulls last, d.fetched_at nulls first, listed.id
        limit %(most)s
        """,
        {
            "first": list(first),
            "listings": list(listings),
            "pull": pull.id,
            "network": BY_SLUG[pull.network].id,
            "kind": kind,
            "stale": stale_days * 86_400,
            "most": most,
        },
    ).fetchall()
    return [key for (key,) in rows]
