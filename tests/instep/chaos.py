"""Real processes killed with -9 again and again, on engines of their own; at the end nothing may be lost.

`make chaos` runs it and prints the table of where the kills landed. A child process ends itself with SIGKILL at the
I/O operation it was told; the engines are killed from outside. `SECONDS=600` is how long it goes on.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import psycopg

from app.cli.ports import with_urls
from app.engines import Engines, open_search, running
from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.postgres import start_postgres
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.migrations import upgrade
from app.settings import Settings, read_settings
from indexing.follow import drain, follow
from indexing.rebuild import rebuild
from indexing.tend import tend_once
from indexing.verify import verify
from tests.instep.stepping import GatedConnection, GatedCursor

HOT = 20  # programs that are written all the time and never deleted: every answer must have all of them
_CLIENTS = 8
_FIRST_WRITE = """
    insert into programs (network_id, external_id, data_source, status, name, normaliser)
    values (5, %s, 'chaos', 'active', 'hot 0', 1)
"""

# Where a child ends itself: (which child, what it is about to do, after how many I/O operations like that).
PHASES: dict[str, tuple[str, str, int]] = {
    "mid-COPY": ("import", "copied", 1),
    "mid-lease": ("follow", "copy", 3),
    "after push before acknowledge": ("follow", "with pushed", 3),
    "after create before backfill": ("rebuild", "pg_export_snapshot", 1),
    "in the backfill": ("rebuild", "_bulk", 2),
    "between gate and alias call": ("rebuild", "_aliases", 1),
    "after the alias call": ("rebuild", "set state = 'standby'", 1),
    "": ("", "", 0),
}


class _Gate:
    """Counts I/O operations and ends the process at the one it was told."""

    def __init__(self, at: str, times: int) -> None:
        self.at, self.left = at, times

    def gate(self, what: str) -> None:
        if self.at and self.at in what:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class _CopyingCursor(GatedCursor):
    @contextmanager
    def copy(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with super().copy(*args, **kwargs) as copy:
            write = copy.write

            def written(data: Any) -> None:
                write(data)
                self.connection.process.gate("copied")  # type: ignore[attr-defined]

            copy.write = written
            yield copy


def child(phase: str, kind: str) -> None:
    """An importer, a follower or a rebuild, until its end."""
    settings = read_settings(os.environ)
    assert settings.database_url
    assert settings.opensearch_url
    engines = Engines(settings.database_url, settings.opensearch_url)
    gate = _Gate(*PHASES[phase][1:])

    def connect() -> psycopg.Connection:
        connection = GatedConnection.connect(engines.database_url, cursor_factory=_CopyingCursor, connect_timeout=5)
        connection.process = gate  # type: ignore[assignment]
        return connection

    client = open_search(engines, settings)
    perform = client.transport.perform_request

    def gated(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        gate.gate(f"{method} {url}")
        return perform(method, url, *args, **kwargs)

    client.transport.perform_request = gated  # type: ignore[method-assign]
    match kind:
        case "import":
            seed = random.randrange(10_000)
            run_import(connect, generated(("clickbank", "cj"), limit=400, seed=seed), {})
        case "follow":
            follow(connect, client, threading.Event())
        case "rebuild":
            rebuild(connect, client, settings.index)


class Chaos:
    """One run."""

    def __init__(self, settings: Settings, engines: Engines, seconds: float) -> None:
        self.settings, self.engines = settings, engines
        assert engines._servers
        self.servers = engines._servers
        self.environment = with_urls(settings, engines)
        self.until = time.monotonic() + seconds
        self.kills: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.written = 0
        self.slowest = 0.0
        self.over = threading.Event()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.engines.database_url, connect_timeout=5)

    def run(self) -> None:
        client = open_search(self.engines, self.settings)
        with self.connect() as connection:
            upgrade(connection)
            for number in range(HOT):
                connection.execute(_FIRST_WRITE, (f"hot{number}",))
        rebuild(self.connect, client, self.settings.index)
        serving = self._spawn("serve")
        self._wait_for_api()
        threads: list[threading.Thread] = [
            *(threading.Thread(target=self._search) for _ in range(_CLIENTS)),
            threading.Thread(target=self._write),
            threading.Thread(target=self._loop, args=("import",)),
            threading.Thread(target=self._loop, args=("follow",)),
            threading.Thread(target=self._loop, args=("follow",)),
            threading.Thread(target=self._loop, args=("rebuild",)),
            threading.Thread(target=self._engines),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        serving.terminate()
        serving.wait(20)
        self._settle(client)

    def _settle(self, client: Any) -> None:
        for _ in range(60):
            with suppress(Exception):
                tend_once(self.connect, client, self.settings.index)
                drain(self.connect, client)
                with self.connect() as connection:
                    (left,) = connection.execute("select count(*) from changed_programs").fetchone() or (1,)
                    if not left:
                        break
            time.sleep(1)
        found = verify(self.connect, client, self.settings.index, deep=True)
        lines = [
            f"{sum(self.kills.values())} kills",
            *(f"| {phase or 'none'} | {count} |" for phase, count in sorted(self.kills.items())),
            f"answers {dict(self.answers)}, slowest 503 {self.slowest:.2f} s, {self.written} writes",
            f"{len(self.wrong)} wrong {self.wrong[:5]}",
            f"verify --deep {msgspec.json.encode(found).decode()}",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        if self.wrong or not found.in_step:
            raise SystemExit(1)

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", *command],
            env=self.environment,
            stderr=subprocess.DEVNULL,
        )

    def _wait_for_api(self) -> None:
        for _ in range(300):
            with suppress(httpx2.HTTPError):
                if httpx2.get(f"http://127.0.0.1:{self.settings.port}/readyz").status_code == 200:
                    return
            time.sleep(0.1)
        raise SystemExit("the API does not come up")

    def _loop(self, kind: str) -> None:
        """Children of one kind, one after the other, each killed somewhere; now and then one is left alone."""
        phases = [phase for phase, (child, _, _) in PHASES.items() if child == kind]
        turn = 0
        while time.monotonic() < self.until:
            phase = "" if kind != "follow" and turn % 4 == 3 else phases[turn % len(phases)]
            turn += 1
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.instep.chaos", "child", phase, kind],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(random.uniform(40, 60))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.kills[f"{kind}, anywhere"] += 1
                continue
            if process.returncode == -signal.SIGKILL:
                self.kills[phase] += 1

    def _engines(self) -> None:
        turn = 0
        while time.monotonic() < self.until - 30:
            time.sleep(random.uniform(20, 40))
            server = next(each for each in self.servers._running if each.name == ("Postgres", "OpenSearch")[turn % 2])
            turn += 1
            server.process.kill()
            server.process.wait()
            self.servers.forget(server)
            self.kills[server.name] += 1
            if server.name == "Postgres":
                start_postgres(self.servers, self.settings.data)
            else:
                port = urlsplit(self.engines.opensearch_url).port
                jars = fetch(locked_jars(), self.settings.cache, None, None)
                start_opensearch(
                    self.servers,
                    self.settings.data,
                    jars,
                    heap=self.settings.opensearch_heap,
                    nodes=1,
                    port=port,
                )

    def _write(self) -> None:
        while time.monotonic() < self.until:
            try:
                with self.connect() as connection:
                    while time.monotonic() < self.until:
                        self.written += 1
                        connection.execute(
                            "update programs set name = %s where external_id = %s and network_id = 5",
                            (f"hot {self.written}", f"hot{random.randrange(HOT)}"),
                        )
                        if self.written % 5 == 0:
                            connection.execute(
                                "delete from programs where id in (select id from programs "
                                "where network_id <> 5 order by random() limit 3)"
                            )
                        connection.commit()
                        time.sleep(0.02)
            except psycopg.Error:
                time.sleep(0.2)

    def _search(self) -> None:
        query = f"/api/programs?perPage=100&externalId={','.join(f'hot{number}' for number in range(HOT))}"
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.settings.port}", timeout=10) as client:
            while time.monotonic() < self.until:
                began = time.monotonic()
                try:
                    answer = client.get(query)
                except httpx2.HTTPError as error:
                    self.answers[type(error).__name__] += 1
                    continue
                self.answers[str(answer.status_code)] += 1
                if answer.status_code == 200 and answer.json()["total"] != HOT:
                    self.wrong.append(answer.text[:300])
                elif answer.status_code == 503:
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    if "retry-after" not in answer.headers:
                        self.wrong.append("503 without Retry-After")
                elif answer.status_code not in (200, 503):
                    self.wrong.append(f"{answer.status_code} {answer.text[:300]}")
                time.sleep(0.25)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["child"]:
        child(*arguments[1:])
        return
    with tempfile.TemporaryDirectory(prefix="affindex-chaos-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data_dir=folder, opensearch_heap="768m", port=8931, workers=1, secret="chaos")
        with running(settings, hold=True) as engines:
            Chaos(settings, engines, float(os.environ.get("SECONDS", "600"))).run()


if __name__ == "__main__":
    main(sys.argv[1:])
