"""Edits in Postgres: listed, added, removed, brought in together, and read as searches use them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from app.learning.edits import BadEdit, GivenEdit
from app.search.edits import SearchEdits
from mappings.folding import key

MOST_EDITS = 2_000

# Differs whenever the edits do: who changes them changes it in the same transaction, one after the other.
EDITS_MARK = "select changes from search_edit_changes"
EDITS = "select kind, content from search_edits order by id"
_LISTED = "select id, kind, content, author, created_at from search_edits order by id"
_ADDED = """
    insert into search_edits (kind, content, author) values (%s, %s, %s)
    returning id, kind, content, author, created_at
"""
_CHANGED = "update search_edit_changes set changes = changes + 1"
_MISSING = "select asked from unnest(%s::bigint[]) as asked where not exists (select from programs where id = asked)"


class StoredEdit(msgspec.Struct, frozen=True, rename="camel"):
    """An edit: a synonym with its `words`, a topic with words that ask for it, a pin with its `query` and `programs`;
    its author (a key's name; null: a command), and when it was made."""

    id: int
    kind: str
    topic: str | None
    words: list[str] | None
    query: str | None
    programs: list[int] | None
    author: str | None
    created_at: datetime


class ImportedEdits(msgspec.Struct, frozen=True):
    """What bringing in a file did: edits that were added, were there already, and were removed."""

    added: int
    there: int
    removed: int


def search_edits(rows: Iterable[dict[str, Any]]) -> SearchEdits:
    """Rows of `EDITS` as searches use them."""
    listed = list(rows)
    return SearchEdits(
        (row["content"]["words"] for row in listed if row["kind"] == "synonym"),
        ((row["content"]["query"], row["content"]["programs"]) for row in listed if row["kind"] == "pin"),
        ((row["content"]["topic"], row["content"]["words"]) for row in listed if row["kind"] == "topic"),
    )


def read_edits(connection: psycopg.Connection) -> SearchEdits:
    """The edits as searches use them."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return search_edits(cursor.execute(EDITS))


def listed(connection: psycopg.Connection) -> list[StoredEdit]:
    """All edits, the oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_stored(row) for row in cursor.execute(_LISTED)]


def add(connection: psycopg.Connection, edit: GivenEdit, author: str | None = None) -> StoredEdit:
    """Add a checked edit; a pin takes the place of an older one of the same query. Commits. Raises BadEdit."""
    _begin(connection)
    added = _add(connection, edit, author)
    connection.commit()
    return added


def remove(connection: psycopg.Connection, id: int) -> bool:
    """Remove an edit; whether it was there. Commits."""
    _begin(connection)
    removed = connection.execute("delete from search_edits where id = %s", (id,)).rowcount
    connection.commit()
    return bool(removed)


def trial(
    connection: psycopg.Connection, added: GivenEdit | None = None, removed: int | None = None
) -> tuple[SearchEdits, SearchEdits]:
    """The edits as they are, and as they would be with a checked one more, or without one by its id. Nothing is kept of
    it. Raises BadEdit."""
    before = read_edits(connection)
    if added:
        _add(connection, added, None)
    if removed is not None:
        connection.execute("delete from search_edits where id = %s", (removed,))
    after = read_edits(connection)
    connection.rollback()
    return before, after


def bring_in(
    connection: psycopg.Connection, edits: Iterable[GivenEdit], author: str | None = None, *, replace: bool = False
) -> ImportedEdits:
    """Add the checked edits that are not there, and with `replace` remove all others; all or nothing. Commits.

    Raises BadEdit.
    """
    _begin(connection)
    wanted = {_content(each): each for each in edits}
    there = {_content(given(each)): each.id for each in listed(connection)}
    removed = [id for content, id in there.items() if content not in wanted] if replace else []
    connection.execute("delete from search_edits where id = any(%s)", (removed,))
    new = [each for content, each in wanted.items() if content not in there]
    for each in new:
        _add(connection, each, author)
    connection.commit()
    return ImportedEdits(added=len(new), there=len(wanted) - len(new), removed=len(removed))


def given(stored: StoredEdit) -> GivenEdit:
    """A stored edit without what the store gave it."""
    if stored.kind == "synonym":
        return GivenEdit(kind="synonym", words=tuple(stored.words or ()))
    if stored.kind == "topic":
        return GivenEdit(kind="topic", topic=stored.topic, words=tuple(stored.words or ()))
    return GivenEdit(kind="pin", query=stored.query, programs=tuple(stored.programs or ()))


def _begin(connection: psycopg.Connection) -> None:
    """Write one after the other, and let everybody who holds edits know."""
    connection.execute(_CHANGED)


def _add(connection: psycopg.Connection, edit: GivenEdit, author: str | None) -> StoredEdit:
    if edit.programs and (missing := connection.execute(_MISSING, (list(edit.programs),)).fetchall()):
        raise BadEdit(f"there is no program {', '.join(str(id) for (id,) in missing)}; a search shows the ids")
    if edit.query is not None:
        same = [each.id for each in listed(connection) if each.query and key(each.query) == key(edit.query)]
        connection.execute("delete from search_edits where id = any(%s)", (same,))
    (count,) = connection.execute("select count(*) from search_edits").fetchone() or (0,)
    if count >= MOST_EDITS:
        raise BadEdit(f"there are {MOST_EDITS:,} edits, and no more are kept; remove some first")
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_ADDED, (edit.kind, Jsonb(_members(edit)), author)).fetchone()
    assert row is not None
    return _stored(row)


def _members(edit: GivenEdit) -> dict[str, Any]:
    if edit.kind == "synonym":
        return {"words": list(edit.words or ())}
    if edit.kind == "topic":
        return {"topic": edit.topic, "words": list(edit.words or ())}
    return {"query": edit.query, "programs": list(edit.programs or ())}


def _content(edit: GivenEdit) -> bytes:
    return msgspec.json.encode(edit)


def _stored(row: dict[str, Any]) -> StoredEdit:
    content = row["content"]
    return StoredEdit(
        id=row["id"],
        kind=row["kind"],
        topic=content.get("topic"),
        words=content.get("words"),
        query=content.get("query"),
        programs=content.get("programs"),
        author=row["author"],
        created_at=row["created_at"].astimezone(UTC),
    )
