"""Engines of a test's own, which it may kill and start again on the same data and address."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.postgres import start_postgres
from app.engines.process import Server, Servers
from app.settings import Settings

_HEAP = "512m"


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
