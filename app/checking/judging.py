"""What is known of an address after it was asked once more. One failure proves nothing: dead is judged over days."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from app.checking.asking import Outcome

FAILURES_OF_DEAD = 3
"""On so many days in a row an address that was there must fail before it is dead; one that is gone, on two."""

ANOTHER_DAY = timedelta(hours=20)
"""So much later is another day: a daily round that comes a little earlier than the one before is one."""

_BAD = ("gone", "failed")


class LinkState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an address: the last outcome, failures in a row (one a day; the last counted at `failed_at`),
    when it last answered, since when it is dead."""

    checked_at: datetime
    outcome: Outcome
    because: str
    failures: int = 0
    failed_at: datetime | None = None
    answered_at: datetime | None = None
    dead_since: datetime | None = None


def judged(before: LinkState | None, outcome: Outcome, because: str, at: datetime) -> LinkState:
    """What is known of an address that was asked at `at`."""
    state = LinkState(
        checked_at=at,
        outcome=outcome,
        because=because,
        answered_at=before.answered_at if before else None,
        dead_since=before.dead_since if before else None,
    )
    if outcome == "answers":
        return replace(state, answered_at=at, dead_since=None)
    if outcome not in _BAD:  # somebody is there, or nobody may know: it stays what it was
        return state
    if before is None or before.failed_at is None:
        return replace(state, failures=1, failed_at=at)
    if at - before.failed_at < ANOTHER_DAY:
        return replace(state, failures=before.failures, failed_at=before.failed_at)
    failures = before.failures + 1
    died = failures >= FAILURES_OF_DEAD or outcome == before.outcome == "gone"
    return replace(state, failures=failures, failed_at=at, dead_since=state.dead_since or (at if died else None))
