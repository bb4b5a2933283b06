"""Whatever others write is read in a time that grows no faster than its length.

1. Every public function that reads foreign text is measured, or it is said why not; a new one is found missing.
2. Of none does a text sixteen times as long take more than 32 times as long, whatever it repeats.
3. None takes a second of CPU for 64 kB.
4. The texts that stopped a process do it no more.
"""

from __future__ import annotations

import time

import pytest

from app.normalising.commission_text.reading import understand
from app.normalising.text import clean
from app.search.analysing import analyse
from app.search.lexicon import NO_LEXICON
from app.search.query_analysis import Wording
from tests.linear.hostile import hostile
from tests.linear.measuring import MOST, slope
from tests.linear.readers import NOT_MEASURED, READERS, found

DRAWN = 6  # texts put together at random for each function
SHARE = 3  # of the pieces alone each function gets one in so many here; `python -m tests.linear` gives it all
LONGEST = 1.0  # seconds


@pytest.fixture(scope="module", autouse=True)
def tables() -> None:
    """Words, topics and facts, read before anything is measured, as a process of the API does at its start."""
    analyse(Wording("a first search"), NO_LEXICON)


def test_every_reader_is_measured() -> None:  # 1
    listed = READERS.keys() | NOT_MEASURED.keys()
    missing, gone = sorted(found() - listed), sorted(listed - found())
    assert missing == [], "these may read foreign text: add them to tests/linear/readers.py"
    assert gone == []
    assert not READERS.keys() & NOT_MEASURED.keys()


@pytest.mark.parametrize("name", READERS)
def test_time_grows_no_faster_than_the_text(name: str) -> None:  # 2, 3
    place = list(READERS).index(name)
    pieces = list(hostile(DRAWN, seed=place))
    worst = slope(READERS[name], [*pieces[place % SHARE : -DRAWN : SHARE], *pieces[-DRAWN:]])
    assert worst.growth <= MOST, f"{worst.growth:.0f} times from 4 to 64 kB: {worst.hostile}"
    assert worst.large <= LONGEST, f"{worst.large:.1f} s for 64 kB: {worst.hostile}"


@pytest.mark.parametrize(
    "text",
    [" / ".join(["22"] * 400), "10% " * 500, "earn 10% " + "a-" * 1000, "5, " * 700, "$5 " * 700],
    ids=["figures_in_a_row", "percents", "words_of_hyphens", "list_without_end", "sums"],
)
def test_offers_that_stopped_a_process(text: str) -> None:  # 4
    begun = time.process_time()
    understand(text)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("piece", ["<script ", "<!--", "<style>", "&#1", "&#" + "9" * 5000 + ";"])
def test_markup_that_stopped_a_process(piece: str) -> None:  # 4
    begun = time.process_time()
    clean(piece * (400_000 // len(piece)), 5000)
    assert time.process_time() - begun < 0.5
