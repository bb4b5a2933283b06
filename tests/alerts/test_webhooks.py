"""What a watch tells its webhook.

1. Each event is one message by Standard Webhooks, as the receivers' own library checks it: signed, with an id that
   stays, a type and a time; in order.
2. What is not taken is sent again, with the same id, later each time; what comes after it waits. After days it is given
   up, with the reason; `410` gives it up at once.
3. A message that was taken is not sent again, unless it is asked for: a replay sends it with its id.
4. Private addresses are refused, when a watch is made and when a message is sent; so is a redirect.
5. A receiver that never ends its answer is left.
6. A job tells the webhook, unless the watch is paused, and puts the next attempt before the workers.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from app.alerts.outlets import Outlets
from app.alerts.posting import Poster, poster, refusal
from app.alerts.telling import BACKOFF, due, tell
from app.alerts.wanted import read_watch
from app.alerts.watches import add, one, pause, replay, secret_text
from app.jobs import TELL, defer_telling
from app.jobs import worker as job_worker
from tests.alerts.receiving import Receiver, receiver
from tests.alerts.watching import told
from tests.words import Catalogue


@pytest.fixture
def received() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


def _watched(catalogue: Catalogue, received: Receiver, events: int = 3) -> int:
    """A watch with some events to tell; its id."""
    wanted = read_watch("tea", "q=tea", webhook=received.url, plain_http=True)
    with catalogue.connect() as connection:
        id, secret = add(connection, wanted, "{}", set(), None)
    catalogue.rows(
        "insert into watch_events (watch_id, at, kind, program_id, program) "
        "select %s, now(), 'entered', n, jsonb_build_object('name', 'Tea ' || n) from generate_series(1, %s) n",
        id,
        events,
    )
    received.secret = secret_text(secret)
    return id


def _told(catalogue: Catalogue, id: int) -> float | None:
    with poster(allow_private=True) as opened:
        return tell(catalogue.connect, opened, id)


def _at_once(catalogue: Catalogue) -> None:
    catalogue.rows("update watches set retry_at = now() - interval '1 second'")


def test_each_event_is_a_message(catalogue: Catalogue, received: Receiver) -> None:  # 1, 3
    id = _watched(catalogue, received)
    assert _told(catalogue, id) is None
    with catalogue.connect() as connection:
        events = told(catalogue, one(connection, id))
        assert due(connection) == []
    assert [came for came, _ in received.taken] == [f"evt_{each.id}" for each in events]
    message = received.taken[0][1]
    assert (message["type"], message["data"]["watch"]) == ("watch.entered", {"id": id, "name": "tea"})
    assert (message["data"]["programId"], message["data"]["program"]) == (1, {"name": "Tea 1"})
    assert message["timestamp"].endswith("Z")
    assert _told(catalogue, id) is None
    assert len(received.came) == 3


def test_what_is_not_taken_comes_again(catalogue: Catalogue, received: Receiver) -> None:  # 2
    id = _watched(catalogue, received)
    received.answers = [204, 500, 302]
    wait = _told(catalogue, id)
    assert wait is not None
    assert BACKOFF[0] <= wait <= BACKOFF[0] * 1.1
    with catalogue.connect() as connection:
        stands = one(connection, id)
        assert (stands.pending, stands.attempts, stands.failure) == (2, 1, "it answers 500")
        assert due(connection) == []
    assert 0 < (_told(catalogue, id) or 0) <= wait, "not before its time"
    assert len(received.came) == 2
    _at_once(catalogue)
    wait = _told(catalogue, id)
    assert wait is not None
    assert wait >= BACKOFF[1]
    with catalogue.connect() as connection:
        assert one(connection, id).failure == "it answers 302; redirects are not followed"
    _at_once(catalogue)
    with catalogue.connect() as connection:
        assert due(connection) == [id]
    assert _told(catalogue, id) is None
    assert [came for came, _ in received.came] == [
        received.taken[0][0],
        *[received.taken[1][0]] * 3,
        received.taken[2][0],
    ]
    with catalogue.connect() as connection:
        stands = one(connection, id)
    assert (stands.pending, stands.attempts, stands.failure, stands.failing_since) == (0, 0, None, None)


def test_given_up_after_days(catalogue: Catalogue, received: Receiver) -> None:  # 2
    id = _watched(catalogue, received, 2)
    received.answers = [503] * (len(BACKOFF) + 1)
    waits: list[float] = []
    while (wait := _told(catalogue, id)) is not None:
        waits.append(wait)
        _at_once(catalogue)
    assert len(waits) == len(BACKOFF)
    assert sum(waits) > 3 * 86_400
    _at_once(catalogue)
    assert _told(catalogue, id) is None
    assert received.taken == []
    with catalogue.connect() as connection:
        stands = one(connection, id)
        assert stands.given_up_at is not None
        assert (stands.pending, stands.failure) == (2, "it answers 503")
        assert due(connection) == []
        assert replay(connection, id, None) == 2
    assert _told(catalogue, id) is None
    assert len(received.taken) == 2


def test_gone_is_gone(catalogue: Catalogue, received: Receiver) -> None:  # 2
    id = _watched(catalogue, received, 1)
    received.answers = [410]
    assert _told(catalogue, id) is None
    with catalogue.connect() as connection:
        assert one(connection, id).given_up_at is not None


def test_a_receiver_may_ask_for_time(catalogue: Catalogue, received: Receiver) -> None:  # 2
    id = _watched(catalogue, received, 1)
    received.answers, received.headers = [429], {"Retry-After": "4000"}
    assert _told(catalogue, id) == 4000


def test_replay(catalogue: Catalogue, received: Receiver) -> None:  # 3
    id = _watched(catalogue, received)
    _told(catalogue, id)
    (first,) = catalogue.rows("select min(id) from watch_events")[0]
    with catalogue.connect() as connection:
        assert replay(connection, id, first) == 2
    _told(catalogue, id)
    ids = [came for came, _ in received.taken]
    assert ids == [*ids[:3], *ids[1:3]]


def test_paused_tells_nothing(catalogue: Catalogue, received: Receiver) -> None:  # 6
    id = _watched(catalogue, received)
    with catalogue.connect() as connection:
        pause(connection, id)
        assert due(connection) == []
    assert _told(catalogue, id) is None
    assert received.came == []


def test_private_addresses(catalogue: Catalogue, received: Receiver) -> None:  # 4
    for address in ("https://127.0.0.1/x", "https://[::1]/", "https://10.1.2.3:8443/", "https://169.254.169.254/"):
        assert "not on the open internet" in (refusal(address, allow_private=False) or "")
    assert refusal(received.url, allow_private=True) is None
    id = _watched(catalogue, received, 1)
    with poster(allow_private=False) as strict:
        tell(catalogue.connect, strict, id)
        catalogue.rows("update watches set webhook = replace(webhook, 'http:', 'https:')")
        _at_once(catalogue)
        tell(catalogue.connect, strict, id)
    assert received.came == []
    with catalogue.connect() as connection:
        assert "not on the open internet" in (one(connection, id).failure or "")


def test_an_answer_without_end() -> None:  # 5
    enough = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not enough.wait(0.05):
                    try:
                        connection.sendall(b"X-A: b\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        opened = Poster(allow_private=True, seconds=0.5)
        delivery = opened.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"x", "evt_1", b"{}")
        enough.set()
        thread.join()
    assert not delivery.taken
    assert "longer than 0.5 seconds" in delivery.because


async def _worked(catalogue: Catalogue) -> None:
    app = job_worker(catalogue.engines.database_url, catalogue.connect, outlets=Outlets(allow_private=True))
    async with app.open_async():
        await app.run_worker_async(queues=["alerts"], wait=False, install_signal_handlers=False, delete_jobs="never")


def test_a_job_tells(catalogue: Catalogue, received: Receiver) -> None:  # 6
    id = _watched(catalogue, received, 2)
    received.answers = [204, 500]
    defer_telling(catalogue.engines.database_url, [id, id])
    asyncio.run(_worked(catalogue))
    jobs = catalogue.rows(
        "select status::text, scheduled_at > now() from jobs.procrastinate_jobs where task_name = %s order by id", TELL
    )
    assert jobs == [("succeeded", None), ("todo", True)]
    assert len(received.taken) == 1
    _at_once(catalogue)
    catalogue.rows("set search_path to jobs; update procrastinate_jobs set scheduled_at = now() where status = 'todo'")
    asyncio.run(_worked(catalogue))
    assert len(received.taken) == 2
