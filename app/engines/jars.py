"""OpenSearch's jars: downloaded once per user, in parallel, against the committed lock of coordinates and checksums."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import msgspec
from jgo.constants import MAVEN_CENTRAL_URL

from app.failures import Failure

_AT_ONCE = 8
_BLOCK = 1 << 18
_ATTEMPTS = 4
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


def fetch(jars: list[Jar], cache: Path, repository: str | None, progress: Progress | None = None) -> list[Path]:
    """The jars as files below `cache`, downloading what is not there. Raises DownloadFailed."""
    folder = cache / "jars"
    folder.mkdir(parents=True, exist_ok=True)
    base = (repository or MAVEN_CENTRAL_URL).rstrip("/")
    total = sum(jar.size for jar in jars)
    # A file under its final name was checked when it got that name; its size is checked again, its sum is not.
    lacking = [jar for jar in jars if not _there(folder / jar.file, jar)]
    counted = [total - sum(jar.size for jar in lacking)]

    def count(more: int) -> None:
        counted[0] += more
        if progress:
            progress(counted[0], total)

    if lacking:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(_fetch_one, jar, folder, base, count) for jar in lacking]:
                done.result()
    return [folder / jar.file for jar in jars]


def _there(path: Path, jar: Jar) -> bool:
    try:
        return path.stat().st_size == jar.size
    except FileNotFoundError:
        return False


def _fetch_one(jar: Jar, folder: Path, base: str, count: Callable[[int], None]) -> None:
    # Half a file is kept for the next try. Two processes write two of them: the name says whose it is.
    part = folder / f"{jar.file}.part"
    mine = folder / f"{jar.file}.{os.getpid()}.{secrets.token_hex(4)}.part"
    if part.exists():
        with suppress(FileNotFoundError):
            part.rename(mine)
    failure: Exception | None = None
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(2**attempt / 2)
        try:
            _resume(jar, mine, f"{base}/{jar.path}", count)
        except (URLError, OSError, TimeoutError) as error:
            failure = error
            if isinstance(error, HTTPError) and error.code in (401, 403, 404):
                break
            continue
        if mine.stat().st_size == jar.size and _sum(mine) == jar.sha256:
            mine.rename(folder / jar.file)
            return
        failure = DownloadFailed("its checksum is not the lock's")
        count(-mine.stat().st_size)
        mine.unlink()
    if mine.exists():
        mine.rename(part)
    raise DownloadFailed(f"{jar.coordinate}: {failure}") from failure


def _resume(jar: Jar, path: Path, url: str, count: Callable[[int], None]) -> None:
    have = path.stat().st_size if path.exists() else 0
    if have >= jar.size:
        return
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
        resumed = have and answer.status == 206
        if resumed:
            count(have)
        with path.open("ab" if resumed else "wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                count(len(block))


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
