"""Real processes killed with -9 again and again, on engines of their own; at the end nothing may be lost.

`make chaos` runs it and prints the table of where the kills landed. A child process ends itself with SIGKILL at the
I/O operation it was told, or is killed from outside anywhere, as the engines are. `SECONDS=600` is how long it goes on;
then for as long again, at most, until every phase has had its share of kills. A whole run that holds writes its table
to `docs/reliability.md`.
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
import psycopg

from app.cli.ports import with_urls
from app.engines import Engines, open_search, running
from app.engines.jars import fetch, locked_jars
from app.engines.opensearch import start_opensearch
from app.engines.postgres import start_postgres
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.migrations import upgrade
from app.settings import Secret, Settings, read_settings
from indexing.follow import drain, follow
from indexing.maintenance import maintain_once
from indexing.rebuild import rebuild
from indexing.verify import Verified, verify
from tests.instep.stepping import GatedConnection, GatedCursor

HOT = 20  # programs that are written all the time and never deleted: every answer must have all of them
_CLIENTS = 8
WHOLE_SECONDS = 600.0  # what these are asked of a run of; a shorter one owes its share
_KILLS = 60
_KILLS_A_PHASE = 5
_PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- chaos: written by `make chaos` -->\n", "<!-- end of chaos -->\n"
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
    "in the backfill": ("rebuild", "_bulk", 1),
    "between gate and alias call": ("rebuild", "_aliases", 1),
    "after the alias call": ("rebuild", "set state = 'standby'", 1),
}
_PATIENCE_SECONDS = 60.0  # a child that has not come to its place by then waits for an engine, and is killed there


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
    engines = Engines(settings.database_url.reveal(), settings.opensearch_url)
    gate = _Gate(*PHASES[phase][1:] if phase else ("", 0))

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
        self.seconds = seconds
        self.began = time.monotonic()
        self.spent = 0.0
        self.kills: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.written = 0
        self.committed: dict[str, int] = {}  # hot program -> what it was last called, as far as its writer knows
        self.ended: Counter[str] = Counter()  # children that were not killed, by their end
        self.slowest = 0.0

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.engines.database_url, connect_timeout=5)

    def _owed(self, whole: int) -> int:
        return max(round(whole * min(self.seconds / WHOLE_SECONDS, 1.0)), 1)

    @property
    def _enough(self) -> bool:
        phases = all(self.kills[phase] >= self._owed(_KILLS_A_PHASE) for phase in PHASES)
        return phases and sum(self.kills.values()) >= self._owed(_KILLS)

    @property
    def _going(self) -> bool:
        spent = time.monotonic() - self.began
        return spent < self.seconds or (spent < 2 * self.seconds and not self._enough)

    def run(self) -> None:
        client = open_search(self.engines, self.settings)
        with self.connect() as connection:
            upgrade(connection)
            for number in range(HOT):
                connection.execute(_FIRST_WRITE, (f"hot{number}",))
        rebuild(self.connect, client, self.settings.index)
        serving = self._spawn("serve")
        self._wait_for_api()
        self.began = time.monotonic()
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
        self.spent = time.monotonic() - self.began
        serving.terminate()
        serving.wait(20)
        self._settle(client)

    def _settle(self, client: Any) -> None:
        for _ in range(60):
            with suppress(Exception):
                maintain_once(self.connect, client, self.settings.index)
                drain(self.connect, client)
                with self.connect() as connection:
                    (left,) = connection.execute("select count(*) from changed_programs").fetchone() or (1,)
                    if not left:
                        break
            time.sleep(1)
        found = verify(self.connect, client, self.settings.index, deep=True)
        lost = self._lost()
        report = self._report(found, lost)
        sys.stdout.write(report)
        for said in (*self.wrong[:5], *lost[:5]):
            sys.stdout.write(f"wrong: {said}\n")
        sys.stdout.write(f"children that were not killed: {dict(self.ended)}\n")
        if self.wrong or lost or not found.in_step or not self._enough:
            raise SystemExit(1)
        if self.seconds >= WHOLE_SECONDS:
            before, begin, rest = _PAGE.read_text("utf-8").partition(_BEGIN)
            _, end, after = rest.partition(_END)
            assert begin
            assert end
            _PAGE.write_text(f"{before}{begin}{report}{end}{after}", "utf-8")

    def _lost(self) -> list[str]:
        """Hot programs that are called something older than what their writer was told is committed."""
        with self.connect() as connection:
            rows = connection.execute("select external_id, name from programs where network_id = 5").fetchall()
        names: dict[str, str] = dict(rows)
        return [
            f"{key} is {names.get(key)}, 'hot {number}' was committed"
            for key, number in self.committed.items()
            if int(names.get(key, "hot -1").split()[1]) < number
        ]

    def _report(self, found: Verified, lost: list[str]) -> str:
        answered, refused = self.answers["200"], self.answers["503"]
        rest = {how: count for how, count in self.answers.items() if how not in ("200", "503")}
        lines = [
            "| killed | times |",
            "|---|---|",
            *(f"| {phase} | {count} |" for phase, count in sorted(self.kills.items(), key=lambda each: -each[1])),
            f"| **all** | **{sum(self.kills.values())}** |",
            "",
            f"{self.spent:,.0f} seconds on {os.cpu_count()} cores: {self.written:,} writes of programs that are "
            f"searched for, {answered:,} searches answered, {refused:,} refused with 503 and Retry-After (the slowest "
            f"after {self.slowest:.2f} s){f', {rest}' if rest else ''}; {len(self.wrong)} wrong answers, "
            f"{len(lost)} commits lost. `verify --deep` at the end, {found.rows:,} rows: {found.missing} "
            f"missing, {found.stale} stale, {found.extra} resurrected, "
            f"{'in step' if found.in_step else found.undecided or 'not in step'}.",
        ]
        return "\n".join(lines) + "\n"

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
        while self._going:
            turn += 1
            anywhere, alone = turn % 4 == 2, turn % 6 == 0
            # The phase with the fewest kills is next, so that none is left out however hard it is to come to.
            phase = "" if anywhere or alone else min(phases, key=lambda each: (self.kills[each], random.random()))
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.instep.chaos", "child", phase, kind],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(random.uniform(1, 10) if anywhere else _PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.kills[f"{kind}, anywhere"] += 1
                continue
            if process.returncode == -signal.SIGKILL:
                self.kills[phase] += 1
            else:
                self.ended[f"{kind}: {'done' if process.returncode == 0 else 'failed'}"] += 1

    def _engines(self) -> None:
        turn = 0
        while self._going:
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
        while self._going:
            try:
                with self.connect() as connection:
                    while self._going:
                        self.written += 1
                        key = f"hot{random.randrange(HOT)}"
                        connection.execute(
                            "update programs set name = %s where external_id = %s and network_id = 5",
                            (f"hot {self.written}", key),
                        )
                        if self.written % 5 == 0:
                            connection.execute(
                                "delete from programs where id in (select id from programs "
                                "where network_id <> 5 order by random() limit 3)"
                            )
                        connection.commit()
                        self.committed[key] = self.written
                        time.sleep(0.02)
            except psycopg.Error:
                time.sleep(0.2)

    def _search(self) -> None:
        query = f"/api/programs?perPage=100&externalId={','.join(f'hot{number}' for number in range(HOT))}"
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.settings.port}", timeout=10) as client:
            while self._going:
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
        settings = Settings(data_dir=folder, opensearch_heap="768m", port=8931, workers=1, secret=Secret("chaos"))
        with running(settings, hold=True) as engines:
            Chaos(settings, engines, float(os.environ.get("SECONDS", "600"))).run()


if __name__ == "__main__":
    main(sys.argv[1:])
