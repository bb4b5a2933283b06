"""Which tests several processes of one run share out among them, and which stay together: `pytest -n 2`.

Tests wait for engines, processes and browsers far more than they compute, so two processes need hardly more than half
the time. What is costly to prepare is prepared once: the files that use it stay together. The longest come first, so
that none is left to the end.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Rooms whose files share what is costly to prepare, and files that take long, the longest first.
TOGETHER = ("tests/instep/faults/", "tests/dashboard/", "tests/relevance/", "tests/examples/")
_LONG = (
    "tests/instep/faults/",
    "tests/engines/test_up.py",
    "tests/dashboard/",
    "tests/relevance/",
    "tests/importing/test_stuck_records.py",
    "tests/algolia/test_clients.py",
    "tests/feeds/test_feed_command.py",
    "tests/cli/",
    "tests/engines/",
    "tests/examples/",
    "tests/networks/",
    "tests/linear/",
)


def scope_of(nodeid: str) -> str:
    """What a test stays together with: its room, or its file."""
    path = nodeid.partition("::")[0]
    return next((room for room in TOGETHER if path.startswith(room)), path)


class LongestFirst(LoadScopeScheduling):  # type: ignore[misc]
    """Scopes as `scope_of` names them, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def in_order(items: list[pytest.Item]) -> None:
    """Put the longest first; others stay as they are."""
    items.sort(key=lambda item: next((place for place, start in enumerate(_LONG) if item.nodeid.startswith(start)), 99))


def scheduler(config: pytest.Config, log: Any) -> LongestFirst:
    """The scheduler of a run on several processes."""
    config.option.loadscopereorder = False
    return LongestFirst(config, log)
