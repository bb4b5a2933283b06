"""A cache with single flight: bounded, and each value made once however many ask for it at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SingleFlightCache(Generic[Value]):
    """The most recently used values, up to `most` in sum of `weigh(value)`.

    A key must name everything its value depends on, the state of the index included: nothing here grows stale, it
    is only evicted.
    """

    def __init__(self, most: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._flights: dict[Hashable, tuple[asyncio.Task[Value], int]] = {}

    def known(self, key: Hashable) -> Value | None:
        """The value of a key, if it is in the cache."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def flying(self, key: Hashable) -> bool:
        """Whether the value of a key is being made."""
        return key in self._flights

    def store(self, key: Hashable, value: Value) -> None:
        """Store a value, evicting the least recently used ones that no longer fit."""
        weight = self._weigh(value)
        if weight > self._most // 4:  # one giant must not push out everything else
            return
        if (before := self._values.pop(key, None)) is not None:
            self._weight -= self._weigh(before)
        self._values[key] = value
        self._weight += weight
        while self._weight > self._most:
            _, oldest = self._values.popitem(last=False)
            self._weight -= self._weigh(oldest)

    async def get(
        self, key: Hashable, make: Callable[[], Awaitable[Value]], cacheable: Callable[[Value], bool] = lambda _: True
    ) -> Value:
        """The cached value, or the one being made, or a new one, stored if `cacheable` says so.

        Whoever waits may be cancelled without disturbing the others; when the last one is, the making ends too.
        """
        if (value := self.known(key)) is not None:
            return value
        with self.flight(key, make, cacheable) as task:
            return await asyncio.shield(task)

    @contextmanager
    def flight(
        self, key: Hashable, make: Callable[[], Awaitable[Value]], cacheable: Callable[[Value], bool] = lambda _: True
    ) -> Iterator[asyncio.Task[Value]]:
        """The task that makes a value which is not known, one for all who ask; not to be cancelled by any of them."""
        task, waiting = self._flights.get(key, (None, 0))
        if task is None or task.done():
            task, waiting = asyncio.ensure_future(self._make(key, make, cacheable)), 0
        self._flights[key] = (task, waiting + 1)
        try:
            yield task
        finally:
            self._leave(key, task)

    async def _make(
        self, key: Hashable, make: Callable[[], Awaitable[Value]], cacheable: Callable[[Value], bool]
    ) -> Value:
        value = await make()
        if cacheable(value):
            self.store(key, value)
        return value

    def _leave(self, key: Hashable, task: asyncio.Task[Value]) -> None:
        current, waiting = self._flights.get(key, (None, 0))
        if current is not task:
            return
        if waiting > 1:
            self._flights[key] = (task, waiting - 1)
            return
        del self._flights[key]
        if not task.done():
            task.cancel()
