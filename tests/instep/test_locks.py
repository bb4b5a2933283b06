"""One of us at a time: whoever asks after it was let go has it, whoever asks before is told so."""

from __future__ import annotations

import threading

import psycopg
import pytest

from indexing.locks import alone
from indexing.rebuild_lock import AlreadyRebuilding, rebuild_lock
from tests.words import Catalogue, program

KEYS = [(6_000_000_000_001,), (7, -7)]


@pytest.mark.parametrize("key", KEYS)
def test_free_again_at_once(catalogue: Catalogue, key: tuple[int, ...]) -> None:
    for _ in range(50):
        with catalogue.connect() as connection, alone(connection, *key) as free:
            assert free


@pytest.mark.parametrize("key", KEYS)
def test_one_at_a_time(catalogue: Catalogue, key: tuple[int, ...]) -> None:
    with catalogue.connect() as one, catalogue.connect() as other, alone(one, *key) as free:
        assert free
        with alone(other, *key) as free_too:
            assert not free_too
        with alone(other, 8, 8) as another:
            assert another


def test_free_after_an_error(catalogue: Catalogue) -> None:
    with catalogue.connect() as connection, catalogue.connect() as other:
        with pytest.raises(psycopg.errors.DivisionByZero), alone(connection, 9):
            connection.execute("select 1 / 0")
        with alone(other, 9) as free:
            assert free


def test_a_rebuild_waits_for_who_only_clears_up(catalogue: Catalogue) -> None:
    catalogue.store(program("Waits"))
    held, done = threading.Event(), threading.Event()

    def clear_up() -> None:
        with rebuild_lock(catalogue.connect):
            held.set()
            done.wait(0.3)

    holder = threading.Thread(target=clear_up)
    holder.start()
    held.wait(5)
    catalogue.rebuild()
    holder.join()
    catalogue.finds("waits", ["Waits"])


def test_a_rebuild_does_not_wait_for_another(catalogue: Catalogue) -> None:
    with rebuild_lock(catalogue.connect), pytest.raises(AlreadyRebuilding):
        catalogue.rebuild()
