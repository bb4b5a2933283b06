"""A receiver of webhooks on this machine, that checks each message by the receivers' own library."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Answer = Callable[["Receiver"], int | None]


class Receiver:
    """What came, in order; `answers` are the next statuses, 204 once there are no more. None is no answer at all."""

    def __init__(self) -> None:
        self.url = ""
        self.secret = ""
        self.came: list[tuple[str, Any]] = []  # (id, message)
        self.taken: list[tuple[str, Any]] = []
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}

    def judge(self, headers: dict[str, str], body: bytes) -> int:
        message = Webhook(self.secret).verify(body, headers) if self.secret else json.loads(body)
        each = (headers["webhook-id"], message)
        self.came.append(each)
        status = self.answers.pop(0) if self.answers else 204
        if 200 <= status < 300:
            self.taken.append(each)
        return status


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that is up."""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = received.judge({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            for name, value in received.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    received.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
