"""How far a log may be read that transactions write to as they commit, in an order of their own."""

from __future__ import annotations

from typing import LiteralString

HORIZON: LiteralString = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
"""The oldest open transaction, as SQL: whatever commits later comes after all rows whose `xid` is less."""
