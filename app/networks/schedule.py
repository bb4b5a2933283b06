"""When a network is synced: cron lines, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from croniter import croniter


def is_cron(line: str) -> bool:
    """Whether a line is five fields of cron."""
    return len(line.split()) == 5 and bool(croniter.is_valid(line))


def following(line: str, now: datetime) -> datetime:
    """The next time of a cron line after `now`."""
    moment: datetime = croniter(line, now.astimezone(UTC)).get_next(datetime)
    return moment


def interval(line: str, now: datetime) -> timedelta:
    """The longest time between two syncs, of the next few."""
    times = croniter(line, now.astimezone(UTC))
    moments: list[datetime] = [times.get_next(datetime) for _ in range(8)]
    return max(later - earlier for earlier, later in pairwise(moments))
