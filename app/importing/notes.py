"""What we keep of programs for ourselves: notes, tags, when we applied, the shortlist; written, and carried elsewhere.

A program is named by its network and the network's id of it, so that it is found in another catalogue too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from app.failures import Misuse
from mappings.networks import BY_SLUG

LONGEST_TEXT = 10_000  # characters
MOST_TAGS = 20
LONGEST_TAG = 50
MOST_LINES = 100_000
LARGEST_BODY = 20_000_000  # bytes

Tag = Annotated[str, msgspec.Meta(max_length=4 * LONGEST_TAG)]


class BadNote(Misuse):
    """What is wrong with a note, or with a line of them."""


class Note(msgspec.Struct, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is said of a program; none of it is no note."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None = None
    tags: Annotated[list[Tag], msgspec.Meta(max_length=MOST_TAGS)] | None = None
    applied_on: date | None = None


class KeptLine(Note, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A line of an export: a program, its note, and since when it is on the shortlist. `name` is for who reads it."""

    network: str
    external_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    name: str | None = None
    shortlisted_at: datetime | None = None


class Kept(msgspec.Struct, frozen=True):
    """What an import of lines did: notes and shortlisted programs written, lines whose program is not there."""

    notes: int
    shortlisted: int
    unknown: int


_decode = msgspec.json.Decoder(KeptLine).decode


def clean(note: Note) -> tuple[str | None, list[str] | None, date | None]:
    """Text, tags and day as they are stored: tags in small letters, each once. Raises BadNote."""
    text = (note.text or "").strip() or None
    tags = list(dict.fromkeys(tag for each in note.tags or () if (tag := " ".join(each.lower().split()))))
    for each in (text or "", *tags):
        if "\0" in each or any("\ud800" <= letter <= "\udfff" for letter in each):
            raise BadNote("it holds a NUL, or half a character (a lone surrogate)")
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise BadNote(f"a tag has more than {LONGEST_TAG} characters")
    return text, tags or None, note.applied_on


PUT_NOTE = """
    insert into program_notes (program_id, text, tags, applied_on, author)
    values (%(id)s, %(text)s, %(tags)s, %(applied_on)s, %(author)s)
    on conflict (program_id) do update set text = excluded.text, tags = excluded.tags,
        applied_on = excluded.applied_on, author = excluded.author, updated_at = now()
"""
DROP_NOTE = "delete from program_notes where program_id = %(id)s"
PUT_ASIDE = """
    insert into shortlisted_programs (program_id, added_at, author)
    values (%(id)s, coalesce(%(at)s, now()), %(author)s) on conflict do nothing
"""
CHANGED = "update note_changes set changes = changes + 1"

_EXPORTED = """
    select n.slug as network, p.external_id, p.name, k.text, k.tags, k.applied_on, s.added_at as shortlisted_at
    from programs p join networks n on n.id = p.network_id
    left join program_notes k on k.program_id = p.id
    left join shortlisted_programs s on s.program_id = p.id
    where p.id in (select program_id from program_notes union select program_id from shortlisted_programs)
    order by p.id
"""


def exported(connection: psycopg.Connection) -> Iterator[bytes]:
    """Every note and every program on the shortlist, a JSON object a line."""
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_EXPORTED):
            yield msgspec.json.encode(KeptLine(**row)) + b"\n"


def read_lines(body: bytes) -> list[KeptLine]:
    """The lines of an export. Raises BadNote that names the line."""
    written = [(number, line) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    if len(written) > MOST_LINES:
        raise BadNote(f"{len(written):,} lines; at most {MOST_LINES:,} are taken")
    lines: list[KeptLine] = []
    for number, line in written:
        try:
            read = _decode(line)
            clean(read)
        except (msgspec.MsgspecError, UnicodeDecodeError, BadNote) as error:
            raise BadNote(f"line {number}: {error}") from None
        lines.append(read)
    return lines


def imported(connection: psycopg.Connection, lines: Iterable[KeptLine], author: str | None = None) -> Kept:
    """Write lines over what is kept of their programs; commits. What is kept of others stays."""
    notes = shortlisted = unknown = 0
    for line in lines:
        network = BY_SLUG.of(line.network)
        found = (
            network
            and connection.execute(
                "select id from programs where network_id = %s and external_id = %s", (network.id, line.external_id)
            ).fetchone()
        )
        if not found:
            unknown += 1
            continue
        text, tags, day = clean(line)
        values: dict[str, Any] = {"id": found[0], "author": author, "at": line.shortlisted_at}
        if text or tags or day:
            connection.execute(PUT_NOTE, {**values, "text": text, "tags": tags, "applied_on": day})
            notes += 1
        if line.shortlisted_at:
            connection.execute(PUT_ASIDE, values)
            shortlisted += 1
    connection.execute(CHANGED)
    connection.commit()
    return Kept(notes, shortlisted, unknown)
