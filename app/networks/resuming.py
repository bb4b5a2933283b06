"""Which syncs and details to go on with: those that a crash, a stop or a passing trouble left unfinished."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from app.failures import Ending
from app.importing.runs import bury_dead_runs
from app.networks.accounts import Account

# A network in trouble is left in peace for a while, and after so many failures until its schedule comes round.
_PEACE_MINUTES = 20
_MOST_FAILURES = 3

_UNFINISHED = """
    select concat_ws('.', n.slug, nullif(p.account, '')) as account, r.ending,
        r.finished_at < now() - make_interval(mins => %(peace)s) as rested,
        (select count(*) from network_syncs s where s.pull_id = p.id) as attempts
    from network_pulls p
    join networks n on n.id = p.network_id
    join lateral (
        select r.* from network_syncs s join import_runs r on r.id = s.run_id
        where s.network_id = p.network_id
            and coalesce(r.parameters ->> 'account', n.slug) = concat_ws('.', n.slug, nullif(p.account, ''))
        order by r.id desc limit 1
    ) as r on r.state = 'failed'
    where p.state = 'pulling'
        and not exists (select from import_run_networks c where c.network_id = p.network_id and c.active)
"""

# The newest pass of a network, where it failed. It stays the newest until it is gone on with.
_UNFINISHED_DETAILS = """
    select n.slug, (r.parameters ->> 'sync')::bigint as sync, r.ending,
        r.finished_at < now() - make_interval(mins => %(peace)s) as rested,
        (select count(*) from import_runs f join import_run_networks c on c.run_id = f.id
            where c.network_id = n.id and f.source = 'details' and f.id > coalesce(
                (select max(d.id) from import_runs d join import_run_networks e on e.run_id = d.id
                    where e.network_id = n.id and d.source = 'details' and d.state = 'done'), 0)) as attempts
    from networks n
    join lateral (
        select d.* from import_runs d join import_run_networks c on c.run_id = d.id
        where c.network_id = n.id and d.source = 'details' order by d.id desc limit 1
    ) as r on r.state = 'failed'
    where not exists (select from import_run_networks c where c.network_id = n.id and c.active)
"""


def to_resume(connection: psycopg.Connection, accounts: Mapping[str, Account]) -> list[str]:
    """Accounts whose pull should go on now, the most important first; dead runs are buried before. Commits."""
    bury_dead_runs(connection)
    rows = connection.execute(_UNFINISHED, {"peace": _PEACE_MINUTES}).fetchall()
    connection.commit()
    found = [
        slug
        for slug, ending, rested, attempts in rows
        if slug in accounts
        and accounts[slug].obstacle is None
        and (ending == Ending.INTERRUPTED or (ending == Ending.PASSING and rested and attempts <= _MOST_FAILURES))
    ]
    return sorted(found, key=lambda slug: -accounts[slug].priority)


def details_to_resume(connection: psycopg.Connection, accounts: Mapping[str, Account]) -> list[tuple[str, int]]:
    """Networks whose details should be gone on with now, and the sync they belong to; as `to_resume`.

    What came is kept whatever ended a pass, so that another try costs little: an error of any kind is tried again.
    """
    bury_dead_runs(connection)
    rows = connection.execute(_UNFINISHED_DETAILS, {"peace": _PEACE_MINUTES}).fetchall()
    connection.commit()
    found = [
        (slug, sync)
        for slug, sync, ending, rested, attempts in rows
        if slug in accounts
        and accounts[slug].obstacle is None
        and (ending == Ending.INTERRUPTED or (rested and attempts <= _MOST_FAILURES))
    ]
    return sorted(found, key=lambda each: -accounts[each[0]].priority)
