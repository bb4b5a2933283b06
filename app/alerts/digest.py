"""The daily digest: one mail to each address, with what its watches found since the last one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple

import psycopg
import structlog

from app.alerts.mailing import MailServer, NotMailed
from app.alerts.watches import Event, read_events
from indexing.connect import Connect
from indexing.locks import Lock, alone

_log = structlog.get_logger()

_SHOWN = 50  # events of a watch in a mail; the rest is counted
_READ = 5_000  # events of a watch at a time
_DUE = """
    select coalesce(w.email, %(reader)s::text) as reader, array_agg(w.id order by w.id)
    from watches w left join built_in_watches b on b.watch_id = w.id
    where (w.email is not null or (b.watch_id is not null and %(reader)s::text is not null))
        and w.paused_at is null and (w.mailed_at is null or w.mailed_at < %(due)s)
    group by reader order by reader
"""
_OF_WATCH = "select name, mailed from watches where id = %s"
_NUMBERED = frozenset(("commissionMin", "commissionMax"))


class Section(NamedTuple):
    """What a mail says of one watch; `more` events are only counted. `last` is the last of all."""

    watch: int
    name: str
    events: list[Event]
    more: int
    last: int


def begin_of(now: datetime, hour: int) -> datetime:
    """The latest time not after `now` at which a digest was due: daily at an hour of UTC."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else datetime.fromtimestamp(today.timestamp() - 86_400, UTC)


def send_digests(
    connect: Connect, server: MailServer, hour: int, site: str | None = None, now: datetime | None = None
) -> int:
    """Send the digests that are due and were not sent yet; how many were taken. Those that were not stay due.

    A worker that is killed between a mail and its note sends it again, with the same Message-ID.
    """
    sent = 0
    due = begin_of(now or datetime.now(UTC), hour)
    with connect() as connection, alone(connection, Lock.DIGEST) as free:
        if not free:
            return 0
        addresses = connection.execute(_DUE, {"due": due, "reader": server.reader}).fetchall()
        connection.commit()
        for address, watches in addresses:
            sections = [section for watch in watches if (section := _section(connection, watch)) is not None]
            connection.commit()
            if any(section.events for section in sections):
                try:
                    server.send(digest(address, sections, server.sender, site))
                except NotMailed as failed:
                    _log.warning("a digest was not taken", because=str(failed))
                    connection.execute(
                        "update watches set mail_failure = %s where id = any(%s)", (str(failed), watches)
                    )
                    connection.commit()
                    continue
                sent += 1
            for section in sections:
                connection.execute(
                    "update watches set mailed = greatest(mailed, %s), mailed_at = now(), mail_failure = null "
                    "where id = %s",
                    (section.last, section.watch),
                )
            connection.commit()
    return sent


def _section(connection: psycopg.Connection, watch: int) -> Section | None:
    found = connection.execute(_OF_WATCH, (watch,)).fetchone()
    if found is None:
        return None
    name, mailed = found
    events = read_events(connection, watch, mailed, _READ)
    last = events[-1][0] if events else mailed
    return Section(watch, name, [event for _, event in events[:_SHOWN]], max(len(events) - _SHOWN, 0), last)


def digest(address: str, sections: Iterable[Section], sender: str, site: str | None) -> EmailMessage:
    """The mail: plain text, a section a watch."""
    told = [section for section in sections if section.events]
    count = sum(len(section.events) + section.more for section in told)
    mail = EmailMessage()
    mail["Subject"] = f"Affindex: {count:,} {'change' if count == 1 else 'changes'} in what you watch"
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = format_datetime(datetime.now(UTC))
    place = "-".join(f"{section.watch}.{section.last}" for section in told)[:100]
    mail["Message-ID"] = f"<digest-{place}@{sender.rpartition('@')[2].strip('<> ') or 'affindex'}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines: list[str] = []
    for section in told:
        lines += [section.name, "=" * min(len(section.name), 70), ""]
        lines += [f"- {sentence(event, site)}" for event in section.events]
        if section.more:
            lines.append(f"- and {section.more:,} more")
        lines.append("")
    mail.set_content("\n".join(lines))
    return mail


def test_mail(address: str, sender: str) -> EmailMessage:
    """A mail that says only that mails arrive."""
    mail = EmailMessage()
    mail["Subject"] = "Affindex: a test"
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail.set_content("This is a test. Digests of what you watch will come to this address.\n")
    return mail


def sentence(event: Event, site: str | None = None) -> str:
    """An event as a line of text."""
    program = event.program
    who = f"{program['name']} ({program['network']})" if program else f"program {event.program_id}, which is gone"
    who = " ".join(who.split())
    link = f" {site.rstrip('/')}/programs/{event.program_id}" if site and program else ""
    if event.kind == "entered":
        return f"{who}: matches now{link}"
    if event.kind == "left":
        return f"{who}: no longer matches{link}"
    unit = " %" if event.field in _NUMBERED else " days" if event.field == "cookieDays" else ""
    return f"{who}: {event.field} {_value(event.old, unit)} → {_value(event.new, unit)}{link}"


def _value(value: object, unit: str) -> str:
    if value is None:
        return "unknown"
    return f"{value:g}{unit}" if isinstance(value, int | float) else str(value)
