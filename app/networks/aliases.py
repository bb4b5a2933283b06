"""Programs that moved to another network, under new ids: ShareASale's to Awin, in October 2025."""

from __future__ import annotations

import psycopg

from mappings.networks import BY_SLUG

# The same registrable domain; of several new programs of a domain the one of the same region, if there is just one.
_LINK = """
    with pairs as (
        select old.external_id, new.id,
            count(*) over (partition by old.external_id) as found,
            new.primary_region is not distinct from old.primary_region as same,
            count(*) filter (where new.primary_region is not distinct from old.primary_region)
                over (partition by old.external_id) as same_found
        from programs old
        join programs new on new.network_id = %(new)s and new.merchant_domain = old.merchant_domain
        where old.network_id = %(old)s
    )
    insert into program_aliases (network_id, external_id, alias_of)
    select %(old)s, external_id, id from pairs where found = 1 or (same and same_found = 1)
    on conflict (network_id, external_id) do update set alias_of = excluded.alias_of
    where program_aliases.alias_of <> excluded.alias_of
"""


def link_taken_over(connection: psycopg.Connection, network: str) -> int:
    """Note which of a network's programs carry on those of the one it took over; how many were new or moved. Commits.

    0 for a network that took over none.
    """
    old = BY_SLUG[network].took_over
    if old is None:
        return 0
    # The aliases of programs that are gone go with the next look: no foreign key holds them.
    connection.execute("delete from program_aliases where not exists (select from programs where id = alias_of)")
    linked = connection.execute(_LINK, {"new": BY_SLUG[network].id, "old": BY_SLUG[old].id}).rowcount
    connection.commit()
    return linked
