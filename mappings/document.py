"""A program as a search document, made by Postgres: the SQL is derived from the record, no Python touches a row.

What only the machinery needs sits under `sync`, the last member of the document, so that answering can cut it off.
"""

from __future__ import annotations

from collections.abc import Iterable

from mappings.catalogue import FIELDS, PATH_SEPARATOR, Entry, Kind
from mappings.taxonomy import VERTICALS

# Buckets of the comparison between Postgres and OpenSearch (a power of two: the bucket is the id's low bits).
BUCKETS = 1024

# The key of a program without a domain, which is a merchant of its own: this and its id.
ALONE = "p:"

# hashint8extended is what hash partitions are built on, so its values survive a Postgres upgrade.
CHECK = "(hashint8extended({id}, {version}) & 4294967295)"

_UTC = """to_char({0} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def check_sql(id: str, version: str) -> str:
    """SQL for the 32-bit hash of (id, version) that both sides add up per bucket."""
    return CHECK.format(id=id, version=version)


def bucket_sql(id: str) -> str:
    """SQL for the bucket of an id."""
    return f"({id} & {BUCKETS - 1})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def vertical_label_sql(vertical: str) -> str:
    """SQL for the label of a vertical's slug; null for null."""
    arms = " ".join(f"when {_quoted(each.slug)} then {_quoted(each.label)}" for each in VERTICALS)
    return f"case {vertical} {arms} end"


def _member(entry: Entry) -> str:
    expression = entry.document
    if entry.kind is Kind.TIME:
        expression = _UTC.format(expression)
    return f'{expression} as "{entry.key}"'


def _sync() -> str:
    """The machinery's part: version and checksum, the category path, the merchant's key."""
    label = "l.label"
    path = f"array[{label}, {label} || {_quoted(PATH_SEPARATOR)} || p.category]"
    # The offers of one merchant in one region belong together; a program without a domain is a group of its own.
    merchant = f"coalesce(p.merchant_domain || '/' || coalesce(p.primary_region, ''), '{ALONE}' || p.id)"
    return (
        '(select s from (select p.version as "version", '
        f'{bucket_sql("p.id")} as "bucket", {check_sql("p.id", "p.version")} as "check", '
        f'case when {label} is not null then array_remove({path}, null) end as "categoryPath", '
        f'{merchant} as "merchant", p.popularity as "popularity", {_times()}) s) as "sync"'
    )


# Kept by triggers: the last change of the terms, the last cut of a rate, since when closed.
TIMES = {"changedAt": "p.terms_changed_at", "rateCutAt": "p.rate_cut_at", "closedAt": "p.closed_at"}


def _times() -> str:
    return ", ".join(f'{_UTC.format(column)} as "{key}"' for key, column in TIMES.items())


def action_sql(id: str, version: str) -> str:
    """SQL for the bulk action line of a document: the newest version wins, equal ones are replays."""
    return f"""'{{"index":{{"_id":"' || {id} || '","version":' || {version} || ',"version_type":"external_gte"}}}}'"""


def documents_sql(keys: Iterable[str], where: str) -> str:
    """SELECT of (action, document) for the programs (alias `p`) that satisfy `where`.

    `keys` are the members a generation knows; the document has these and no others.
    """
    wanted = set(keys)
    members = ", ".join(_member(entry) for entry in FIELDS if entry.key in wanted)
    vertical = "coalesce(p.vertical_override, p.vertical)"
    return (
        f"select {action_sql('p.id', 'p.version')} as action, row_to_json(d) as document "
        "from programs p join networks n on n.id = p.network_id "
        f"cross join lateral (select {vertical_label_sql(vertical)} as label) l "
        f"cross join lateral (select {members}, {_sync()}) d "
        f"where {where}"
    )


def tombstones_sql(where: str) -> str:
    """SELECT of (action, document) for the deleted programs (alias `p`) that satisfy `where`.

    A deleted program stays in the index as a document, since OpenSearch forgets deletions after a restart. One that is
    back under its old id (a restored dump) is not deleted any more.
    """
    return (
        f"select {action_sql('p.id', 'p.version')} as action, json_build_object('sync', json_build_object("
        f"'version', p.version, 'bucket', {bucket_sql('p.id')}, 'check', {check_sql('p.id', 'p.version')}, "
        f"'deleted', true)) as document from deleted_programs p where {where} "
        "and not exists (select from programs back where back.id = p.id)"
    )
