"""A real OpenSearch behind a proxy that misbehaves when it is told to.

A fault is a function of the proxy and a request; its answer is what the client gets, and None breaks the connection.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_JSON = "application/json; charset=UTF-8"
_SLOW_SECONDS = 0.1
_LONGEST_SECONDS = 60.0  # a hang ends with the fault; this is for a test that broke off


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_bulk(self) -> bool:
        return self.path.partition("?")[0].endswith("/_bulk")


@dataclass(frozen=True, slots=True)
class Answer:
    """`length` is what the head says of the body, if that is not the truth."""

    status: int
    body: bytes
    type: str = _JSON
    length: int | None = None


Fault = Callable[["FaultyEngine", Request], Answer | None]


class FaultyEngine:
    """Passes on what is asked of an engine, until it is told otherwise. Use as a context."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._fault: Fault = passed_on
        self.over = threading.Event()  # set while it behaves
        self.over.set()
        self.asked: Counter[str] = Counter()  # requests by the last part of their path
        self.url = ""

    def __enter__(self) -> FaultyEngine:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.command, self.path, dict(self.headers), body)
                engine.asked[self.path.partition("?")[0].rpartition("/")[2]] += 1
                answer = engine._fault(engine, request)
                if answer is None:
                    self.close_connection = True
                    return
                with suppress(ConnectionError):  # who asked may have gone
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.type)
                    self.send_header("Content-Length", str(answer.length or len(answer.body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(answer.body)
                if answer.length is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - http.server asks for these names

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                pass  # connections that break are what this is for

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def misbehaving(self, fault: Fault) -> Iterator[None]:
        """Have it misbehave for a while."""
        self.over.clear()
        self._fault = fault
        try:
            yield
        finally:
            self._fault = passed_on
            self.over.set()

    def pass_on(self, request: Request) -> Answer:
        """What the real engine answers."""
        onward = http.client.HTTPConnection(self._to.hostname or "", self._to.port or 80, timeout=_LONGEST_SECONDS)
        try:
            onward.request(request.method, request.path, request.body, _without_hops(request.headers))
            answer = onward.getresponse()
            return Answer(answer.status, answer.read(), answer.headers.get("Content-Type", _JSON))
        finally:
            onward.close()


def _without_hops(headers: dict[str, str]) -> dict[str, str]:
    """The headers that are the client's and not of its connection to us."""
    ours = ("host", "connection", "content-length", "accept-encoding")
    return {name: value for name, value in headers.items() if name.lower() not in ours}


def refusal(status: int, type: str) -> Answer:
    """An error as OpenSearch words one."""
    cause = {"type": type, "reason": "as the test wants it"}
    return Answer(status, json.dumps({"error": {"root_cause": [cause], **cause}, "status": status}).encode())


# -- faults ------------------------------------------------------------------------------------------------------


def passed_on(engine: FaultyEngine, request: Request) -> Answer:
    """None at all."""
    return engine.pass_on(request)


def too_many_requests(_: FaultyEngine, __: Request) -> Answer:
    return refusal(429, "rejected_execution_exception")


def unavailable(_: FaultyEngine, __: Request) -> Answer:
    return refusal(503, "cluster_block_exception")


def every_second_document_too_many(engine: FaultyEngine, request: Request) -> Answer:
    """A bulk request of which only every second document is taken; 429 for each of the others."""
    if not request.is_bulk:
        return engine.pass_on(request)
    lines = request.body.split(b"\n")
    documents = [lines[at : at + 2] for at in range(0, len(lines) - 1, 2)]
    taken = documents[::2]
    body = b"".join(b"\n".join(document) + b"\n" for document in taken)
    answer = engine.pass_on(Request(request.method, request.path, request.headers, body))
    told = json.loads(answer.body)
    items: list[Any] = []
    for place, (action, _) in enumerate(documents):
        if place % 2 == 0:
            items.append(told["items"][place // 2])
        else:
            error = {"type": "rejected_execution_exception", "reason": "as the test wants it"}
            items.append({"index": {"_id": json.loads(action)["index"]["_id"], "status": 429, "error": error}})
    return Answer(200, json.dumps({"errors": True, "items": items}).encode())


def a_web_page(_: FaultyEngine, __: Request) -> Answer:
    return Answer(200, b"<html><body>Welcome to the airport</body></html>", "text/html")


def broken_json(_: FaultyEngine, __: Request) -> Answer:
    return Answer(200, b'{"took": 3, "hits": {"hi')


def json_of_something_else(_: FaultyEngine, __: Request) -> Answer:
    return Answer(200, b'{"status": 200}')


def an_empty_object(_: FaultyEngine, __: Request) -> Answer:
    return Answer(200, b"{}")


def no_text(_: FaultyEngine, __: Request) -> Answer:
    return Answer(200, bytes(range(128, 256)))


def cut_off(engine: FaultyEngine, request: Request) -> Answer:
    """Done, and told by half of an answer."""
    answer = engine.pass_on(request)
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.type, len(answer.body))


def answer_lost(engine: FaultyEngine, request: Request) -> None:
    """Done, and not told."""
    engine.pass_on(request)


def broken_off(_: FaultyEngine, __: Request) -> None:
    """Not done, and not told."""


def slow(engine: FaultyEngine, request: Request) -> Answer:
    engine.over.wait(_SLOW_SECONDS)
    return engine.pass_on(request)


def hanging(engine: FaultyEngine, _: Request) -> None:
    """Nothing at all, until it is over."""
    engine.over.wait(_LONGEST_SECONDS)
