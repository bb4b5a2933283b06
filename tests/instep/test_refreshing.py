"""What follow pushes is shown to searches without waiting for the index to refresh by itself.

1. A change becomes searchable in an index that never refreshes by itself.
2. Refreshes that are asked for all at once are made as one or two, and the last one asked for is made.
3. A refresh that fails ends nothing: the next one is made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from indexing.follow import follow
from indexing.generations import target
from indexing.refreshing import Refreshing
from tests.words import Catalogue, program


def _eventually(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


def _never_by_itself(catalogue: Catalogue) -> str:
    """The index that serves; of what it takes from now on nothing is shown until somebody refreshes it."""
    catalogue.store(program("A"))
    name = target(catalogue.search, catalogue.alias)
    assert name
    catalogue.search.indices.put_settings(index=name, body={"index": {"refresh_interval": "-1"}})
    return name


def _write(catalogue: Catalogue, index: str, name: str) -> None:
    catalogue.search.index(index=index, id=f"of {name}", body={"name": name})


def _shown(catalogue: Catalogue, index: str, name: str) -> bool:
    query: dict[str, Any] = {"query": {"ids": {"values": [f"of {name}"]}}}
    return bool(catalogue.search.search(index=index, body=query)["hits"]["hits"])


def test_a_change_is_shown(catalogue: Catalogue) -> None:  # 1
    _never_by_itself(catalogue)
    stop = threading.Event()
    follower = threading.Thread(target=follow, args=(catalogue.connect, catalogue.search, stop), daemon=True)
    follower.start()
    try:
        for name in ("B", "C"):
            catalogue.rows("update programs set name = %s", name)
            _eventually(lambda name=name: catalogue.found() == [name], "nobody refreshes")  # type: ignore[misc]
    finally:
        stop.set()
        follower.join(30)


def test_asked_for_all_at_once(catalogue: Catalogue) -> None:  # 2
    index = _never_by_itself(catalogue)
    # The first one waits to be made until the last was asked for.
    gate = threading.Event()
    refresh, made = catalogue.search.indices.refresh, []

    def counted(**parameters: Any) -> Any:
        made.append(parameters)
        gate.wait(60)
        return refresh(**parameters)

    catalogue.search.indices.refresh = counted
    with Refreshing(catalogue.search) as refreshing:
        for _ in range(100):
            refreshing.soon(index)
        _write(catalogue, index, "the last")
        refreshing.soon(index)
        gate.set()
        _eventually(lambda: _shown(catalogue, index, "the last"), "the last one asked for was not made")
    assert 1 <= len(made) <= 2


def test_one_that_fails(catalogue: Catalogue) -> None:  # 3
    index = _never_by_itself(catalogue)
    asked: list[str] = []
    refresh = catalogue.search.indices.refresh

    def noted(**parameters: Any) -> Any:
        asked.append(parameters["index"])
        return refresh(**parameters)

    catalogue.search.indices.refresh = noted
    with Refreshing(catalogue.search) as refreshing:
        refreshing.soon("no-such-index")
        _eventually(lambda: asked == ["no-such-index"], "it was not tried")
        _write(catalogue, index, "after it")
        refreshing.soon(index)
        _eventually(lambda: _shown(catalogue, index, "after it"), "a failure ended it")
