"""Our own marks on programs: set one program at a time, by one statement, and never by an import."""

from __future__ import annotations

from collections.abc import Collection
from typing import LiteralString

import psycopg

from app.importing.order import in_order
from mappings.network_program import GENERATED

MARKED: LiteralString = "insert into program_marks (program_id, author, request_id, marks) values (%s, %s, %s, %s)"
"""Who set which marks: program, author, request, the marks as JSON."""

_ASSIGNMENTS: dict[str, LiteralString] = {
    # null hands it back to the checks of links, which say anew what they know
    "verified": "verified = coalesce(%(verified)s, false), verified_at = case when %(verified)s then now() end",
    "featured": "featured = %(featured)s",
    "vertical": "vertical_override = %(vertical)s",
}
_AUTHOR = "up"
_FEATURED_OF = 100  # one of so many generated programs


def mark_statement(marks: Collection[str]) -> str:
    """The statement that sets these marks of the program `%(id)s`; it returns the version of the write."""
    assignments = ", ".join(_ASSIGNMENTS[name] for name in sorted(marks))
    return f"update programs set {assignments} where id = %(id)s returning version"


def feature_generated(connection: psycopg.Connection) -> int:
    """Feature one generated program in a hundred of each network, the popular ones first; how many. Commits."""
    rows = connection.execute(
        f"""
        select id from (
            select id, row_number() over (
                partition by network_id order by popularity desc nulls last, {in_order()}
            ) as place, count(*) over (partition by network_id) as of
            from programs where starts_with(data_source, '{GENERATED}') and not featured
        ) as ranked
        where place <= round(of / {_FEATURED_OF}.0) order by id
        """
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(mark_statement(["featured"]), [{"id": id, "featured": True} for (id,) in rows])
        cursor.executemany(MARKED, [(id, _AUTHOR, None, '{"featured":true}') for (id,) in rows])
    connection.commit()
    return len(rows)
