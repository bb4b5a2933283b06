"""Room that is kept for the day the disk is full: without any, an engine cannot even open what it has to read it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_AGAIN_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0

# What the embedded OpenSearch is asked once the room is there: nothing more is written, a shard that was given up
# since it could not write is opened again, and what waits to be written is, while it still can be.
_STEPS = (
    ("PUT", "/_all/_settings", b'{"index.blocks.read_only_allow_delete": true}'),
    ("POST", "/_cluster/reroute?retry_failed=true", b""),
    ("POST", "/_flush", b""),
)
_STEPS_WITH_ROOM = (("POST", "/_cluster/reroute?retry_failed=true", b""),)


@dataclass(frozen=True, slots=True)
class Room:
    """What is kept, in bytes, and what is left of the disk when it is given up, and kept again."""

    kept: int = 64 << 20
    full: int = 16 << 20  # with less left than this the disk is full
    again: int = 4 * kept  # with more than this the room is kept (again)


_ROOM = Room()


class Reserve:
    """A file in the data directory that keeps room, given up when the disk is full. `look` is called again and again.

    `opensearch_url` is where the embedded OpenSearch answers; None if there is none.
    """

    def __init__(self, data: Path, opensearch_url: str | None, say: Callable[[str], None], room: Room = _ROOM) -> None:
        self._room = room
        self._file = data / "reserve"
        self._url = opensearch_url
        self._say = say
        self.full = False
        self._over = threading.Event()

    def look(self) -> None:
        """Keep the room, or give it up."""
        free = shutil.disk_usage(self._file.parent).free
        if free < self._room.full and not self.full:
            self.full = True
            self._say(
                "the disk is full: the room that was kept is given up, so that searches go on; nothing is written "
                "to the index until there is room"
            )
            self._file.unlink(missing_ok=True)
            self._ask(_STEPS)
        elif free > self._room.again and (self.full or not self._file.exists()):
            if self.full:
                self._say("there is room on the disk again")
                self.full = False
                self._ask(_STEPS_WITH_ROOM)
            self._keep()

    def close(self) -> None:
        """Ask nothing more."""
        self._over.set()

    def _keep(self) -> None:
        with suppress(OSError), self._file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self._room.kept)

    def _ask(self, steps: tuple[tuple[str, str, bytes], ...]) -> None:
        """Ask the engine in a thread, each step until it is done, or something else is to be asked."""
        self._over.set()
        if self._url is None:
            return
        self._over = over = threading.Event()
        threading.Thread(target=_all, args=(self._url, steps, over), name="reserve", daemon=True).start()


def give_up_if_full(data: Path, room: Room = _ROOM) -> None:
    """Before anything is started on a full disk: let it have the room."""
    if data.is_dir() and shutil.disk_usage(data).free < room.full:
        (data / "reserve").unlink(missing_ok=True)


def _all(url: str, steps: tuple[tuple[str, str, bytes], ...], over: threading.Event) -> None:
    for method, path, body in steps:
        while not over.is_set():
            request = Request(f"{url}{path}", data=body, method=method, headers={"Content-Type": "application/json"})
            try:
                urlopen(request, timeout=_PATIENCE_SECONDS).close()
                break
            except HTTPError as error:
                error.close()
            except OSError:
                pass
            over.wait(_AGAIN_SECONDS)
