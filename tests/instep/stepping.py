"""A process of ours that does one I/O operation at a time, when it is told to, and can be killed between any two.

The product's own functions run on a thread; what is stepped is the connection and the client they are given. A kill
ends the thread's I/O for good and breaks its connections, as `kill -9` would; a cancellation is an exception that the
function may clean up after.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from opensearchpy import OpenSearch
from psycopg.pq import TransactionStatus

from tests.words import Catalogue

_STUCK_SECONDS = 60
# Nothing of ours may wait for somebody else's row lock; a wait becomes an error that fails the test.
_LOCK_MILLISECONDS = 5000


class Killed(BaseException):
    """Raised in a process that no longer exists."""


class Cancelled(BaseException):
    """Raised once, as a signal would."""


class Process:
    """Runs `work(connect, client)` step by step."""

    def __init__(self, name: str, catalogue: Catalogue, work: Callable[[Any, OpenSearch], Any]) -> None:
        self.name = name
        self.at = "start"
        self.error: BaseException | None = None
        self._catalogue = catalogue
        self._work = work
        self._condition = threading.Condition()
        self._waiting = False
        self._permit = False
        self._ended = False
        self._dead = False
        self._cancelled = False
        self._connections: list[GatedConnection] = []
        self._client = catalogue.new_client()
        perform = self._client.transport.perform_request

        def stepped(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            self.gate(f"{method} {url}")
            return perform(method, url, *args, **kwargs)

        self._client.transport.perform_request = stepped  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()
        self._await_gate()

    @property
    def ended(self) -> bool:
        """Whether it has come to an end by itself, or was killed."""
        return self._ended

    def connect(self) -> psycopg.Connection:
        """What the work opens its connections with."""
        self.gate("connect")
        connection = GatedConnection.connect(
            self._catalogue.engines.database_url,
            cursor_factory=GatedCursor,
            options=f"-c lock_timeout={_LOCK_MILLISECONDS}",
        )
        connection.process = self
        self._connections.append(connection)
        return connection

    def gate(self, what: str) -> None:
        """Called before every I/O operation: waits for leave to do it."""
        with self._condition:
            if self._dead:
                raise Killed
            self.at, self._waiting = what, True
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._permit or self._dead or self._cancelled)
            self._waiting = False
            if self._dead:
                raise Killed
            if self._cancelled:
                self._cancelled = False
                raise Cancelled
            self._permit = False

    def step(self, times: int = 1) -> None:
        """Let it do so many operations, or as many as it has left."""
        for _ in range(times):
            with self._condition:
                if self._ended:
                    return
                self._permit, self._waiting = True, False
                self._condition.notify_all()
            self._await_gate()

    def advance(self, to: str, most: int = 60) -> None:
        """Let it come to where it is about to do something, if it does within so many operations."""
        for _ in range(most):
            self.step()
            if to in self.at:
                return

    def finish(self, most: int = 3000) -> None:
        """Let it come to its end."""
        self.step(most)
        assert self._ended, f"{self.name} does not end; it is at {self.at}"

    def cancel(self) -> None:
        """Stop it where it is, and let it clean up."""
        with self._condition:
            if self._ended:
                return
            self._cancelled, self._waiting = True, False
            self._condition.notify_all()
        self._await_gate()
        self.finish()

    def kill(self) -> None:
        """End it between two operations; its connections break."""
        with self._condition:
            self._dead = True
            for connection in self._connections:
                connection.close()
            self._condition.notify_all()
        self._thread.join(_STUCK_SECONDS)
        assert not self._thread.is_alive(), f"{self.name} survived its end at {self.at}"

    def _await_gate(self) -> None:
        with self._condition:
            reached = self._condition.wait_for(lambda: self._waiting or self._ended, _STUCK_SECONDS)
        assert reached, f"{self.name} is stuck after {self.at}"

    def _run(self) -> None:
        try:
            self._work(self.connect, self._client)
        except BaseException as error:
            self.error = error
        finally:
            with self._condition:
                self._ended = True
                self._condition.notify_all()
            self._client.close()


class GatedCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.connection.process.gate(" ".join(str(query).split())[:60])  # type: ignore[attr-defined]
        return super().execute(query, *args, **kwargs)

    def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
        self.connection.process.gate(" ".join(str(query).split())[:60])  # type: ignore[attr-defined]
        super().executemany(query, *args, **kwargs)

    @contextmanager
    def copy(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        self.connection.process.gate("copy")  # type: ignore[attr-defined]
        with super().copy(*args, **kwargs) as copy:
            yield copy


class GatedConnection(psycopg.Connection[Any]):
    process: Process

    def commit(self) -> None:
        if not self.closed and self.info.transaction_status != TransactionStatus.IDLE:
            self.process.gate("commit")
        super().commit()
