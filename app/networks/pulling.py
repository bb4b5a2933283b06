"""Read a network: its lists page by page, then details as far as the budget goes. Every step is kept at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import psycopg
import structlog

from app.networks import pulls
from app.networks.accounts import Account
from app.networks.api import Detail, Listing, ListingPage, NetworkAnswer
from app.networks.client import Client
from app.networks.connector import Connector
from app.networks.failures import NetworkFailure, NotAnAnswer, NotThere, OverBudget, Stopped
from app.networks.pulls import Pull
from indexing.connect import Connect

_log = structlog.get_logger()

# A list that has more pages than this goes round in circles.
_MOST_PAGES = 10_000
# So many details in a row that fail are no bad luck.
_MOST_FAILED_DETAILS = 5

Progress = Callable[[str, int, int | None], None]
"""Called with (step, done, of how many) after every page and detail."""


@dataclass(slots=True)
class PullOutcome:
    """The outcome of a pull. `complete`: every required list was read to its end, and held all that it announced."""

    complete: bool = True
    details: int = 0
    notes: list[str] = field(default_factory=list)


def pull_lists(
    connect: Connect, client: Client, connector: Connector, account: Account, pull: Pull, progress: Progress
) -> PullOutcome:
    """Read a network's lists into its pull. Raises NetworkFailure if a required one cannot be read."""
    outcome = PullOutcome()
    listings = connector.listings(account.credentials)
    for listing in listings:
        if listing.required:
            _list(connect, client, pull, listing, progress)
            with connect() as connection:
                got, total = pulls.counted(connection, pull.id, listing.name)
            if total is not None and got < total:
                outcome.complete = False
                outcome.notes.append(f"{listing.name}: {got} of {total} announced programs came; nothing is closed")
    for listing in listings:
        if not listing.required:
            try:
                _list(connect, client, pull, listing, progress)
                _keep_rows(connect, pull, listing)
            except Stopped:
                raise
            except NetworkFailure as failure:
                outcome.notes.append(f"{listing.name} could not be read, the last ones are used: {failure}")
    return outcome


def wanted_details(
    connect: Connect, connector: Connector, account: Account, pull: Pull
) -> list[tuple[Detail, list[str]]]:
    """The details that the budget of a sync allows, the most wanted first; kinds of which none is due are left out."""
    required = [listing.name for listing in connector.listings(account.credentials) if listing.required]
    wanted = []
    with connect() as connection:
        for detail in connector.details(account.credentials):
            due = pulls.due(
                connection,
                pull,
                detail.kind,
                listings=required,
                first=connector.first,
                stale_days=detail.stale_days,
                most=detail.a_sync if account.details is None else account.details,
            )
            if due:
                wanted.append((detail, due))
    return wanted


def _list(connect: Connect, client: Client, pull: Pull, listing: Listing, progress: Progress) -> None:
    """Read a listing from where the pull is to its end."""
    with connect() as connection:
        last = pulls.last_page(connection, pull.id, listing.name)
        number, cursor, ended = (last.number, last.page.next, last.page.next is None) if last else (0, None, False)
        while not ended:
            number += 1
            if number > _MOST_PAGES:
                raise NotAnAnswer(f"{pull.network}: {listing.name} has no end after {_MOST_PAGES} pages")
            try:
                page = _page(connection, client, pull, listing, number, cursor)
            except NotThere:
                raise NotAnAnswer(f"{pull.network}: there is no {listing.name} list where it should be (404)") from None
            if page.next is not None and page.next == cursor:
                raise NotAnAnswer(f"{pull.network}: {listing.name} goes on with the page it is at")
            cursor, ended = page.next, page.next is None
            progress(listing.name, number, None)


def _page(
    connection: psycopg.Connection, client: Client, pull: Pull, listing: Listing, number: int, cursor: str | None
) -> ListingPage:
    known = pulls.page_asked_with(connection, pull.previous, listing.name, number, cursor)
    connection.commit()  # nothing stays open while the network takes its time
    request = listing.request(cursor)
    if known:
        request = replace(request, etag=known.etag, last_modified=known.last_modified)

    def answered(answer: NetworkAnswer) -> tuple[NetworkAnswer, ListingPage | None]:
        return answer, None if answer.not_modified else listing.read(answer, cursor)

    answer, page = client.ask(request, answered)
    if page is None:
        assert known is not None
        pulls.keep_page_again(connection, pull, listing.name, known)
        return known.page
    pulls.keep_page(connection, pull, listing.name, number, cursor, page, answer)
    return page


def _keep_rows(connect: Connect, pull: Pull, listing: Listing) -> None:
    """Let a whole extra list take the place of what was kept of the last one."""
    assert listing.rows is not None
    rows: dict[str, list[object]] = {}
    for body in pulls.pages(connect, pull.id, listing.name):
        for key, row in listing.rows(body):
            rows.setdefault(key, []).append(row)
    with connect() as connection:
        pulls.replace_details(connection, pull, listing.name, rows)


def pull_details(
    connect: Connect,
    client: Client,
    network: str,
    detail: Detail,
    wanted: Sequence[str],
    outcome: PullOutcome,
    progress: Progress,
) -> None:
    """Ask for details; each is kept at once, so that it can end anywhere. Failures cost freshness only."""
    with connect() as connection:
        # Each is kept as it comes; if the database crashes, the last few are asked for again.
        connection.execute("set synchronous_commit = off")
        connection.commit()
        failed = 0
        for done, key in enumerate(wanted, start=1):
            body: bytes | None
            try:
                body = client.ask(detail.request(key), partial(_checked, detail))
            except Stopped:
                raise
            except NotThere:
                body = None
            except OverBudget as over:
                outcome.notes.append(f"{detail.kind}: {done - 1} of {len(wanted)} asked for; {over}")
                return
            except NetworkFailure as failure:
                failed += 1
                outcome.notes.append(f"{detail.kind} {key}: {failure}")
                if failed >= _MOST_FAILED_DETAILS:
                    outcome.notes.append(f"{detail.kind}: {failed} failed in a row; the rest is left to the next sync")
                    return
                continue
            failed = 0
            pulls.keep_detail(connection, network, detail.kind, key, body)
            outcome.details += 1
            progress(detail.kind, done, len(wanted))


def _checked(detail: Detail, answer: NetworkAnswer) -> bytes:
    detail.check(answer)
    return answer.body


class StoredPull:
    """A pull as its connector reads it back."""

    def __init__(self, connect: Connect, pull: Pull) -> None:
        self._connect = connect
        self._pull = pull

    def pages(self, listing: str) -> Iterator[bytes]:
        return pulls.pages(self._connect, self._pull.id, listing)

    def knows(self, listing: str) -> bool:
        with self._connect() as connection:
            return pulls.knows(connection, self._pull, listing)

    def details(self, kind: str, keys: Sequence[str]) -> Mapping[str, Any]:
        with self._connect() as connection:
            return pulls.details(connection, self._pull, kind, keys)
