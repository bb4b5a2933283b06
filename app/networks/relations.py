"""The accounts that are set up, and how they stand to programs. Their names are told, their credentials never."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from app.networks.accounts import Account


class AccountTold(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An account: why it is not synced (null: it is), when it was last read whole, its programs by their relation."""

    name: str
    network: str
    reason: str | None
    seen_at: datetime | None
    programs: Mapping[str, int]


ACCOUNTS_TOLD = """
    select a.name, a.seen_at, n.slug as network,
        coalesce((select json_object_agg(relation, programs) from (
            select relation, count(*) as programs from program_relations r where r.account = a.name group by 1
        ) as counted), '{}') as programs
    from relation_accounts a join networks n on n.id = a.network_id order by a.name
"""


def accounts_told(connection: psycopg.Connection, given: Iterable[Account]) -> list[AccountTold]:
    """The accounts that are set up, and those that told something from files."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return as_accounts(cursor.execute(ACCOUNTS_TOLD).fetchall(), given)


def as_accounts(rows: Iterable[Mapping[str, Any]], given: Iterable[Account]) -> list[AccountTold]:
    """Rows of ACCOUNTS_TOLD beside the settings, by name."""
    known = {row["name"]: row for row in rows}
    by_name = {each.name: each for each in given}
    return [
        AccountTold(
            name=name,
            network=known[name]["network"] if name in known else by_name[name].network,
            reason=_reason(by_name.get(name)),
            seen_at=known[name]["seen_at"] if name in known else None,
            programs=known[name]["programs"] if name in known else {},
        )
        for name in sorted({*known, *by_name})
    ]


def _reason(account: Account | None) -> str | None:
    if account is None:
        return "it is not set up; what is known of it came from files"
    return account.obstacle[1] if account.obstacle else None
