"""How whoever works on Postgres gets its connections."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg

Connect = Callable[[], psycopg.Connection]
"""Opens a connection of one's own, to be closed by who asked for it."""

AsyncConnect = Callable[[], AbstractAsyncContextManager[psycopg.AsyncConnection[dict[str, Any]]]]
"""Lends a connection whose rows are dicts."""
