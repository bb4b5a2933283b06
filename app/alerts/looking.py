"""Look for what there is to tell: which programs match a watch and did not before, and what changed in those that do.

A look reads what was pushed to the index since the last one, asks the index which of that each watch matches, and
writes what follows in one transaction: events, what each watch matches now, and that it was read. A look that is
killed has done nothing, and the next one begins where it did; so each event is written once, and none is missed.
What comes and goes between two looks is not told. All that a watch matches is drawn anew when another generation
serves, and daily.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import structlog
from opensearchpy import OpenSearch, OpenSearchException
from psycopg.types.json import Jsonb

from app.alerts.matching import MOST_MATCHES, Body, NotWhole, TooManyMatches, matched, related, stored_body
from app.alerts.sources import Read, Snapshot, Told, move, read_changes, read_relations
from app.alerts.wanted import relations_of
from app.failures import Misuse
from indexing.connect import Connect
from indexing.generations import target
from indexing.locks import Lock, alone
from mappings.document import documents_sql
from mappings.program import RATE
from mappings.watching import packed, unpacked

_log = structlog.get_logger()

Tell = Callable[[list[int]], None]
"""Told which watches have something for their webhooks."""

_AT_ONCE = 5_000  # programs
_IDLE_SECONDS = 1.0
# However much changes all the time, looking leaves the engines twice the time that it takes.
_REST = 2.0
_LONGEST_REST = 20.0
_AFTER_FAILURE_SECONDS = 5.0
_KEPT_DAYS = 90
_PRUNE_SECONDS = 3600.0
SHOWN = (
    "id", "network", "name", "status", "vertical", "category", "merchantDomain", *RATE, "cookieDays", "epc",
    "programUrl", "createdAt",
)  # fmt: skip
"""What an event says of its program."""

_PUSHED = "select id, program_id from pushed_programs order by id limit %s"
_WATCHES = """
    select id, revision, query, analysis, tells, born, matched, webhook is not null,
        generation is distinct from %s or drawn_at < now() - interval '1 day'
    from watches where paused_at is null order by id
"""
# Programs to which an account stands and of which the index may lack the newest.
_UNPUSHED = """
    select program_id from changed_programs c
    where exists (select from program_relations r where r.program_id = c.program_id)
"""
_EVENTS = "copy watch_events (watch_id, at, kind, program_id, field, old, new, program) from stdin"
_PRUNE = f"""
    delete from watch_events e using watches w
    where w.id = e.watch_id and e.at < now() - interval '{_KEPT_DAYS} days'
        and (w.webhook is null or e.id <= w.told or w.given_up_at is not null)
"""


class _Overtaken(Exception):
    """A watch was changed while it was looked at; the next look does it again."""


@dataclass(slots=True)
class _Watch:
    id: int
    revision: int
    query: str
    analysis: str
    tells: list[str]
    born: str
    matched: bytes
    webhook: bool
    whole: bool  # all that it matches is drawn anew
    related_to: frozenset[int] | None = None  # the programs to which accounts stand as it asks; null: it does not ask
    unpushed: frozenset[int] = frozenset()  # of these the index does not say yet that they no longer match
    entered: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    before: frozenset[int] = frozenset()
    told: list[Told] = field(default_factory=list)
    paused_because: str | None = None

    @property
    def moved(self) -> bool:
        return bool(self.entered or self.left or self.told or self.whole or self.paused_because)


@dataclass(slots=True)
class Looked:
    """What a look did: programs that were looked at, events that were written; `more` if there is more at once."""

    programs: int = 0
    events: int = 0
    more: bool = False
    to_tell: list[int] = field(default_factory=list)


def look(connection: psycopg.Connection, client: OpenSearch, alias: str, most: int = MOST_MATCHES) -> Looked:
    """One look; commits. A watch that matches more than `most` programs is paused.

    Raises NotWhole, and as the engines do; then nothing was done.
    """
    pushed: dict[int, int] = dict(connection.execute(_PUSHED, (_AT_ONCE,)).fetchall())
    connection.commit()  # a watch that is made from here on sees in the index what was pushed
    generation = target(client, alias)
    if generation is None:
        return Looked()
    changes = read_changes(connection)
    relations = read_relations(connection)
    watches = [_Watch(*row) for row in connection.execute(_WATCHES, (generation,)).fetchall()]
    comparing = bool(pushed) or not relations.still or any(watch.whole for watch in watches)
    if comparing:
        _relate(connection, watches, most)
    connection.commit()
    looked = Looked(len(pushed), more=len(pushed) == _AT_ONCE or changes.more or relations.more)
    if comparing:
        _compare(client, alias, generation, watches, set(pushed.values()), set(relations.found), most)
    elif changes.still:
        return looked
    _note_changes(watches, changes.found)
    try:
        _write(connection, generation, watches, (changes, relations), list(pushed), looked)
    except _Overtaken:
        connection.rollback()
        return Looked(more=True)
    connection.commit()
    return looked


def _relate(connection: psycopg.Connection, watches: list[_Watch], most: int) -> None:
    """Find the programs to which accounts stand as watches ask, once for all that ask the same."""
    found: dict[tuple[str, ...], frozenset[int] | None] = {(): None}
    unpushed: frozenset[int] | None = None
    for watch in watches:
        try:
            if (relations := relations_of(watch.query)) not in found:
                found[relations] = related(connection, relations, most)
            watch.related_to = found[relations]
            if relations and unpushed is None:
                unpushed = frozenset(id for (id,) in connection.execute(_UNPUSHED))
            watch.unpushed = unpushed if relations and unpushed else frozenset()
        except TooManyMatches:
            watch.paused_because = _too_many(most)
        except Misuse as error:
            watch.paused_because = _unread(error)


def _too_many(most: int) -> str:
    return f"it matches more than {most:,} programs by now; narrow it"


def _unread(error: Exception) -> str:
    return f"this version does not read its query any more ({error}); make it anew"


def _compare(
    client: OpenSearch,
    alias: str,
    generation: str,
    watches: list[_Watch],
    pushed: set[int],
    standing_otherwise: set[int],
    most: int,
) -> None:
    """Which programs came and went, by what the index says now, and by how accounts stand to them."""
    asked: list[tuple[_Watch, Body]] = []
    looked_at: dict[int, set[int]] = {}
    for watch in watches:
        some = pushed | standing_otherwise if watch.related_to is not None else pushed
        if watch.paused_because or not (watch.whole or some):
            continue
        looked_at[watch.id] = some
        try:
            among = None if watch.whole else some
            asked.append((watch, stored_body(watch.query, watch.analysis, among, watch.related_to, most)))
        except (Misuse, msgspec.DecodeError) as error:
            watch.paused_because = _unread(error)
    if not asked:
        return
    client.indices.refresh(index=generation)
    for (watch, _), found in zip(asked, matched(client, alias, (body for _, body in asked), most), strict=True):
        watch.before = unpacked(watch.matched)
        if found is None:
            watch.paused_because = _too_many(most)
            continue
        entered = found - watch.before
        left = {id for id in watch.before if watch.whole or id in looked_at[watch.id]} - found
        if watch.related_to is not None:
            left -= watch.related_to & watch.unpushed
        if len(watch.before) + len(entered) - len(left) > most:
            watch.paused_because = _too_many(most)
        else:
            watch.entered, watch.left = entered, left


def _note_changes(watches: list[_Watch], told: list[Told]) -> None:
    """The changes of programs that a watch matched before or matches now, but for those from before it was made."""
    if not told:
        return
    changed = {each.program_id for each in told}
    for watch in watches:
        watch.before = watch.before or unpacked(watch.matched)
        if (concerned := changed & (watch.before | watch.entered)) and not watch.paused_because:
            born = Snapshot(watch.born)
            watch.told = [
                each
                for each in told
                if each.program_id in concerned and each.kind in watch.tells and not born.holds(each.xid)
            ]


def _write(
    connection: psycopg.Connection,
    generation: str,
    watches: list[_Watch],
    reads: Iterable[Read[Any]],
    pushed: list[int],
    looked: Looked,
) -> None:
    """Events, sets and cursors. Raises _Overtaken if a watch is not what it was."""
    stands = connection.execute(
        "select id, revision from watches where id = any(%s) order by id for update",
        ([watch.id for watch in watches],),
    ).fetchall()
    there: dict[int, int] = dict(stands)
    if any(there.get(watch.id, watch.revision) != watch.revision for watch in watches):
        raise _Overtaken
    moved = [watch for watch in watches if watch.moved and watch.id in there]
    programs = _programs(connection, moved)
    with connection.cursor().copy(_EVENTS) as copy:
        copy.set_types(["int8", "timestamptz", "text", "int8", "text", "jsonb", "jsonb", "jsonb"])
        for watch in moved:
            written = 0
            for row in _events(watch, programs):
                copy.write_row(row)
                written += 1
            looked.events += written
            if written and watch.webhook:
                looked.to_tell.append(watch.id)
    for watch in moved:
        _keep(connection, generation, watch)
    connection.execute("delete from pushed_programs where id = any(%s)", (pushed,))
    for read in reads:
        move(connection, read)


def _programs(connection: psycopg.Connection, watches: Iterable[_Watch]) -> dict[int, Jsonb]:
    """What the events of watches say of their programs; those that are gone are missing."""
    ids = {id for watch in watches for id in (*watch.entered, *watch.left)}
    ids |= {each.program_id for watch in watches for each in watch.told}
    members = f"select (document::jsonb - 'sync') as program from ({documents_sql(SHOWN, 'p.id = any(%s)')}) d"
    return {program["id"]: Jsonb(program) for (program,) in connection.execute(members, (sorted(ids),))}


def _events(watch: _Watch, programs: Mapping[int, Jsonb]) -> Iterable[tuple[Any, ...]]:
    """Rows of events: what came, what changed in the order of its commits, what went."""
    now = datetime.now(UTC)
    if "entered" in watch.tells:
        for id in sorted(watch.entered):
            yield watch.id, now, "entered", id, None, None, None, programs.get(id)
    for each in watch.told:
        old, new = (None if value is None else Jsonb(value) for value in (each.old, each.new))
        yield watch.id, each.at, each.kind, each.program_id, each.field, old, new, programs.get(each.program_id)
    if "left" in watch.tells:
        for id in sorted(watch.left):
            yield watch.id, now, "left", id, None, None, None, programs.get(id)


def _keep(connection: psycopg.Connection, generation: str, watch: _Watch) -> None:
    """What a watch matches now; or why it is paused."""
    if watch.paused_because:
        connection.execute(
            "update watches set paused_at = now(), paused_because = %s, revision = revision + 1 where id = %s",
            (watch.paused_because, watch.id),
        )
        return
    matches = (watch.before | watch.entered) - watch.left
    connection.execute(
        "update watches set matched = %s, matches = %s, revision = revision + 1, "
        "generation = case when %s then %s else generation end, drawn_at = case when %s then now() else drawn_at end "
        "where id = %s",
        (
            packed(matches) if watch.entered or watch.left else watch.matched,
            len(matches),
            watch.whole,
            generation,
            watch.whole,
            watch.id,
        ),
    )


def prune(connection: psycopg.Connection) -> int:
    """Delete events that nobody waits for any more, months after they were told; how many. Commits."""
    deleted = connection.execute(_PRUNE).rowcount
    connection.commit()
    return deleted


def keep_looking(connect: Connect, client: OpenSearch, alias: str, stop: threading.Event, tell: Tell) -> None:
    """Look until `stop` is set, one of all workers at a time; outages are waited out."""
    prune_at = time.monotonic() + _PRUNE_SECONDS
    while not stop.is_set():
        began, looked = time.monotonic(), Looked()
        rest = _IDLE_SECONDS
        try:
            with connect() as connection, alone(connection, Lock.LOOKING) as free:
                if free:
                    looked = look(connection, client, alias)
                    if time.monotonic() >= prune_at:
                        prune_at = time.monotonic() + _PRUNE_SECONDS
                        prune(connection)
            if looked.to_tell:
                tell(looked.to_tell)
            rest = 0.0 if looked.more else max(rest, min(_REST * (time.monotonic() - began), _LONGEST_REST))
        except Exception as error:  # whatever it was, it must not end the looking
            passing = isinstance(error, psycopg.Error | OpenSearchException | NotWhole)
            _log.log(
                logging.DEBUG if passing else logging.WARNING,
                "could not look for the watches",
                because=f"{type(error).__name__}: {error}".strip(),
                exc_info=None if passing else error,
            )
            rest = _AFTER_FAILURE_SECONDS
        stop.wait(rest)
