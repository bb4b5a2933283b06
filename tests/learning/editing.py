"""Words for tests of edits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.words import Catalogue

_PATIENCE_SECONDS = 30.0

Json = dict[str, Any]


def add(catalogue: Catalogue, expect: int = 201, **edit: Any) -> Json:
    """Add an edit by the API."""
    answer = catalogue.api.post("/api/search/edits", json=edit, headers=catalogue.key("admin"))
    assert answer.status_code == expect, answer.text
    added: Json = answer.json()
    return added


def same(catalogue: Catalogue, *words: str) -> Json:
    """Let words mean the same."""
    return add(catalogue, kind="synonym", words=words)


def pin(catalogue: Catalogue, query: str, *names: str) -> Json:
    """Put the programs of these names first for a query."""
    return add(catalogue, kind="pin", query=query, programs=ids(catalogue, *names))


def remove(catalogue: Catalogue, edit: Json) -> None:
    """Remove an edit by the API."""
    answer = catalogue.api.delete(f"/api/search/edits/{edit['id']}", headers=catalogue.key("admin"))
    assert answer.status_code == 204, answer.text


def ids(catalogue: Catalogue, *names: str) -> list[int]:
    """The ids of programs, by their names."""
    known = dict(catalogue.rows("select name, id from programs"))
    return [known[name] for name in names]


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
