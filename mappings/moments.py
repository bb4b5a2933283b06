"""Moments as every answer, log and index writes them: RFC 3339, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal


def rfc3339(moment: datetime, precision: Literal["milliseconds", "microseconds"] = "microseconds") -> str:
    """A moment, `2026-11-24T04:02:38.000000Z`; one that names no zone is of the machine's."""
    return moment.astimezone(UTC).isoformat(timespec=precision).removesuffix("+00:00") + "Z"
