"""OpenSearch's jars: downloaded once per user, in parallel, against the committed lock of coordinates and checksums."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from threading import Event
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec

from app.failures import Failure

_AT_ONCE = 8
_BLOCK = 1 << 18
_ATTEMPTS = 4
_FIRST_PAUSE_SECONDS = 1.0  # then twice as long each time
_TIMEOUT_SECONDS = 30

Progress = Callable[[int, int], None]
"""Called with (bytes there, bytes in all)."""


class Jar(msgspec.Struct, frozen=True):
    """One artifact: `group:artifact:version`, its checksum and size in bytes."""

    coordinate: str
    sha256: str
    size: int

    @property
    def file(self) -> str:
        """The file's name."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    @property
    def path(self) -> str:
        """The path below a Maven repository."""
        group, artifact, version = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.file}"


class DownloadFailed(Failure):
    """A jar could not be had, or was not what the lock says."""


def locked_jars() -> list[Jar]:
    """What the lock lists."""
    lines = files("app.engines").joinpath("jars.lock").read_text("utf-8").splitlines()
    jars = []
    for line in lines:
        if line and not line.startswith("#"):
            coordinate, sha256, size = line.split()
            jars.append(Jar(coordinate, sha256, int(size)))
    return jars


def fetch(
    jars: list[Jar],
    cache: Path,
    repository: str | None,
    progress: Progress | None = None,
    stopping: Event | None = None,
    first_pause: float = _FIRST_PAUSE_SECONDS,
) -> list[Path]:
    """The jars as files below `cache`, downloading what is not there. Raises DownloadFailed.

    With `stopping` set it ends within seconds, by raising; what has been read is kept for the next time.
    """
    folder = cache / "jars"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadFailed(f"{folder} cannot be made ({error.strerror}); set AFFINDEX_CACHE_DIR") from error
    # A file under its final name was checked when it got that name; its size is checked again, its sum is not.
    lacking = [jar for jar in jars if not _there(folder / jar.file, jar)]
    if lacking:
        from jgo.constants import MAVEN_CENTRAL_URL  # not at the top: 20 MB, needed once

        total = sum(jar.size for jar in jars)
        read = {jar.coordinate: jar.size for jar in jars} | {jar.coordinate: 0 for jar in lacking}
        task = _Task(folder, (repository or MAVEN_CENTRAL_URL).rstrip("/"), stopping or Event(), first_pause)

        def count(jar: Jar, there: int) -> None:
            read[jar.coordinate] = there
            if progress:
                progress(sum(read.values()), total)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            fetched = [pool.submit(_fetch_one, task, jar, count) for jar in lacking]
            try:
                for done in fetched:
                    done.result()
            except BaseException:
                task.stopping.set()  # the others would only find out the same, one after another
                pool.shutdown(cancel_futures=True)
                raise
    return [folder / jar.file for jar in jars]


@dataclass(frozen=True, slots=True)
class _Task:
    folder: Path
    base: str
    stopping: Event
    first_pause: float


def _there(path: Path, jar: Jar) -> bool:
    try:
        return path.stat().st_size == jar.size
    except FileNotFoundError:
        return False


def _fetch_one(task: _Task, jar: Jar, count: Callable[[Jar, int], None]) -> None:
    # Half a file is kept for the next try. Two processes write two of them: the name says whose it is.
    part = task.folder / f"{jar.file}.part"
    mine = task.folder / f"{jar.file}.{os.getpid()}.{secrets.token_hex(4)}.part"
    with suppress(FileNotFoundError):
        part.rename(mine)
    failure: Exception | None = None
    try:
        for attempt in range(_ATTEMPTS):
            if attempt and task.stopping.wait(task.first_pause * 2 ** (attempt - 1)):
                break
            try:
                _resume(task, jar, mine, count)
            except (URLError, OSError, TimeoutError, HTTPException) as error:
                failure = error
                if isinstance(error, HTTPError):
                    error.close()
                    if error.code in (401, 403, 404):
                        break
                continue
            if task.stopping.is_set():
                break
            if mine.stat().st_size < jar.size:
                failure = DownloadFailed("the connection broke off")
                continue
            if mine.stat().st_size == jar.size and _sum(mine) == jar.sha256:
                mine.rename(task.folder / jar.file)
                return
            failure = DownloadFailed("its checksum is not the lock's")
            mine.unlink()
    finally:
        if mine.exists():
            mine.rename(part)
    raise DownloadFailed(f"{jar.coordinate} from {task.base}: {failure or 'broken off'}") from failure


def _resume(task: _Task, jar: Jar, path: Path, count: Callable[[Jar, int], None]) -> None:
    """Read on where an earlier try ended, as far as the server lets us; less than all if we are stopping."""
    have = path.stat().st_size if path.exists() else 0
    if have >= jar.size:
        return
    url = f"{task.base}/{jar.path}"
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
        resumed = have and answer.status == 206
        with path.open("ab" if resumed else "wb") as file:
            while not task.stopping.is_set() and (block := answer.read1(_BLOCK)):
                file.write(block)
                count(jar, file.tell())


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
