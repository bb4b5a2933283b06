"""Who may ask the search engine now.

1. So many are under way at once; as many wait, in the order in which they came; the next is refused.
2. More may wait in a burst, after there was room; none whose turn would come too late.
3. Who was let in before goes first, and is not refused.
4. While answers take long fewer are let in, and more again once they do not.
5. Whoever leaves while waiting leaves no trace, at whatever moment.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.admission import ADMITTED, Admission, Busy


def _places(at_once: int = 2, longest_wait: float = 60.0) -> Admission:  # as long as a busy machine needs
    return Admission(at_once, longest_wait=longest_wait, longest_pause=0.0)


def _without_bursts(at_once: int = 2, longest_wait: float = 60.0) -> Admission:
    places = _places(at_once, longest_wait)
    places._credit = 0
    places.seconds = 0.001
    return places


class _Visit:
    """One request that takes a place, and leaves when it is told to."""

    def __init__(self, places: Admission, *, let_in: bool = False) -> None:
        self._over = asyncio.Event()
        self.inside = False
        self.task = asyncio.ensure_future(self._run(places, let_in))

    async def _run(self, places: Admission, let_in: bool) -> str:
        ADMITTED.set(let_in)
        try:
            since = await places.enter(60.0)
        except Busy:
            return "refused"
        self.inside = True
        try:
            await self._over.wait()
        finally:
            self.inside = False
            places.leave(since, counts=False)
        return "answered"

    def ends(self) -> None:
        self._over.set()


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_some_at_once_some_wait_and_the_rest_is_refused() -> None:  # 1
    async def test() -> None:
        places = _without_bursts()
        visits = [_Visit(places) for _ in range(2)]
        await _settled()
        places._credit = 0
        visits += [_Visit(places) for _ in range(3)]
        await _settled()
        assert [each.inside for each in visits] == [True, True, False, False, False]
        assert (places.running, places.waiting, places.refused) == (2, 2, 1)
        assert await visits[4].task == "refused"
        visits[1].ends()
        await _settled()
        assert [each.inside for each in visits[:4]] == [True, False, True, False]
        for each in visits:
            each.ends()
        assert [await each.task for each in visits[:4]] == ["answered"] * 4
        assert (places.running, places.waiting) == (0, 0)

    _run(test())


def test_a_burst_waits_after_there_was_room() -> None:  # 2
    async def test() -> None:
        places = _without_bursts()
        for _ in range(3):
            places.leave(await places.enter(1.0), counts=False)
            ADMITTED.set(False)
        visits = [_Visit(places) for _ in range(8)]
        await _settled()
        # Two came in and earned two more, beside those that did before.
        assert (places.running, places.waiting, places.refused) == (2, 6, 0)
        for each in visits:
            each.ends()
            await each.task

    _run(test())


def test_none_waits_whose_turn_would_come_too_late() -> None:  # 2
    async def test() -> None:
        places = _places(longest_wait=1.0)
        places.seconds = 0.9
        visits = [_Visit(places) for _ in range(6)]
        await _settled()
        assert (places.running, places.waiting, places.refused) == (2, 2, 2)
        for each in visits:
            each.task.cancel()
        await asyncio.gather(*(each.task for each in visits), return_exceptions=True)
        assert (places.running, places.waiting) == (0, 0)

    _run(test())


def test_who_waited_in_vain_is_refused() -> None:  # 2
    async def test() -> None:
        places = _without_bursts(1, longest_wait=0.01)
        first, second = _Visit(places), _Visit(places)
        assert await second.task == "refused"
        assert (places.running, places.waiting, places.refused) == (1, 0, 1)
        first.ends()
        await first.task

    _run(test())


def test_who_was_let_in_before_goes_first() -> None:  # 3
    async def test() -> None:
        places = _without_bursts(1)
        visits = [_Visit(places), _Visit(places), *(_Visit(places, let_in=True) for _ in range(3))]
        await _settled()
        assert (places.waiting, places.refused) == (4, 0)
        for each in (visits[0], *visits[2:], visits[1]):
            assert each.inside
            each.ends()
            assert await each.task == "answered"
            await _settled()

    _run(test())


def test_slow_answers_are_asked_for_by_fewer() -> None:  # 4
    async def test() -> None:
        places = _places(4)

        async def answers() -> None:
            for since in [await places.enter(1.0) for _ in range(int(places.limit))]:
                places.leave(since, counts=True)

        places.slow = 0.0
        for _ in range(100):
            await answers()
        assert places.limit == 1.0
        places.slow = 60.0
        for _ in range(100):
            await answers()
        assert places.limit == 4.0

    _run(test())


@given(seed=st.integers(), visits=st.integers(1, 30))
@settings(max_examples=100)
def test_whoever_leaves_leaves_no_trace(seed: int, visits: int) -> None:  # 5
    async def test() -> None:
        chance = random.Random(seed)
        places = _places()
        inside = [_Visit(places, let_in=chance.random() < 0.3) for _ in range(visits)]
        for each in chance.sample(inside, visits):
            if chance.random() < 0.5:
                each.ends()
            else:
                each.task.cancel()
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            assert places.running <= 2
        await asyncio.gather(*(each.task for each in inside), return_exceptions=True)
        assert (places.running, places.waiting) == (0, 0)

    _run(test())
