"""An engine for tests of its start: it is told by words when it says what. Run as a program, with OpenSearch's options.

`silent=SECONDS` nothing at first, `logging=SECONDS` then only lines of its log, `recovering=SECONDS` then answers that
say so, and afterwards it is there. `name=` is its cluster. It ends at once if its port is taken.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def main(words: list[str]) -> None:
    options = dict(word.split("=", 1) for word in words if "=" in word)
    port = int(words[words.index("-baseHttpPort") + 1]) + 1
    time.sleep(float(options.get("silent", "0")))
    until = time.monotonic() + float(options.get("logging", "0"))
    while time.monotonic() < until:
        sys.stderr.write("loading\n")
        sys.stderr.flush()
        time.sleep(0.2)
    began = time.monotonic()
    recovers = float(options.get("recovering", "0"))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            spent = time.monotonic() - began
            left = max(recovers - spent, 0.0)
            health = {
                "cluster_name": options["name"],
                "status": "red" if left else "yellow",
                "number_of_nodes": 1,
                "active_shards": int(spent * 10),
                "initializing_shards": int(left > 0),
            }
            self._answer(408 if left else 200, health)

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, {})

        def _answer(self, status: int, value: Mapping[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
