"""The worker's own door: whether it lives, how it is, and what it counts, for whoever runs and watches it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import psycopg
from prometheus_client import CONTENT_TYPE_LATEST

from app.api.keys import digest
from app.failures import Misuse
from app.observability.instruments import exposition
from app.processes.heartbeat import Heartbeat
from indexing.connect import Connect

_MOST_AT_ONCE = 16  # who comes beyond that is sent away: nobody but a few watchers has anything to ask
_PATIENCE_SECONDS = 5.0  # with one who asks slowly
_JSON = "application/json"
_READER = "select from api_keys where sha256 = %s and revoked_at is null and (expires_at is null or expires_at > now())"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: Callable[[str, str], tuple[int, str, bytes]]) -> None:
        self.answer = answer
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, *_: object) -> None:
        """Who goes away in the middle of a request is nothing to log."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        status, media_type, body = self.server.answer(
            self.path.partition("?")[0], self.headers.get("authorization") or ""
        )
        self.send_response_only(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: it is asked every few seconds."""


@contextmanager
def door(host: str, port: int | None, heartbeat: Heartbeat, connect: Connect, *, open_metrics: bool) -> Iterator[None]:
    """Answer at an address, if there is a port, until the end of the block. Raises Misuse if it cannot be had.

    `/livez` is 503 if a part hangs, `/healthz` also while changes wait too long or the database is away; `/metrics`
    needs a key unless `open_metrics`.
    """

    def answer(path: str, authorization: str) -> tuple[int, str, bytes]:
        if path in ("/livez", "/healthz"):
            health = heartbeat.health()
            well = health.works if path == "/livez" else health.status == "ready"
            return 200 if well else 503, _JSON, msgspec.json.encode(health)
        if path == "/metrics":
            if open_metrics or _may_read(connect, authorization):
                return 200, CONTENT_TYPE_LATEST, exposition()
            return 401, _JSON, b'{"type":"/problems/key-needed"}'
        return 404, _JSON, b'{"type":"/problems/not-found"}'

    if port is None:
        yield
        return
    try:
        server = _Server((host, port), answer)
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise Misuse(f"port {port} of {host} {why}; set AFFINDEX_WORKER_PORT to a free one, or to none") from None
    threading.Thread(target=server.serve_forever, name="door", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _may_read(connect: Connect, authorization: str) -> bool:
    kind, _, key = authorization.partition(" ")
    if kind.lower() != "bearer" or not key:
        return False
    with suppress(psycopg.Error), connect() as connection:
        return connection.execute(_READER, (digest(key.strip()),)).fetchone() is not None
    return False
