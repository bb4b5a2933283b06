"""Engines of a root run as somebody who may do less. What such a user can reach, and how files become his."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from app.engines.process import EngineDied

_ROOTS_HOME = Path("/var/lib/affindex")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_DIGITS = 12  # of a digest in a name


def unprivileged_user(name: str, candidates: Sequence[str]) -> str:
    """The first of some users that there is. `name` is the engine's. Raises EngineDied."""
    for candidate in candidates:
        with suppress(KeyError):
            pwd.getpwnam(candidate)
            return candidate
    raise EngineDied(f"{name} does not run as root, and there is no user {' or '.join(candidates)} to run it as")


def roots_home(name: str) -> Path:
    """A place for what such a user cannot reach where it is; he may pass, and see nobody else's name there."""
    _ROOTS_HOME.mkdir(parents=True, exist_ok=True)
    _ROOTS_HOME.chmod(0o711)  # whatever our umask is
    return _ROOTS_HOME / name


def digest(text: str) -> str:
    """A short name for a long one."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def reachable(path: Path, user: str) -> bool:
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


def hand_over(folder: Path, user: str) -> None:
    """Give a folder of ours and all below it to a user, the folder itself last: once it is his, all of it is.

    Links are not followed, and a file that has another name elsewhere stays whose it is: those below may be somebody's
    who would like to be given what they lead to.
    """
    owner = pwd.getpwnam(user)
    if folder.stat().st_uid == owner.pw_uid:
        return
    for _, folders, files, inside in os.fwalk(folder, topdown=False, follow_symlinks=False):
        for each in (*folders, *files):
            status = os.stat(each, dir_fd=inside, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink == 1:
                os.chown(each, owner.pw_uid, owner.pw_gid, dir_fd=inside, follow_symlinks=False)
    os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


@contextmanager
def _entered(folder: Path, below: Sequence[str], owner: tuple[int, int] | None) -> Iterator[int]:
    """A folder below another, made where it lacks; no link is followed. What is not ours could lead anywhere."""
    inside = os.open(folder, _FOLDER)
    try:
        for name in below:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=inside)
            entered = os.open(name, _FOLDER, dir_fd=inside)
            os.close(inside)
            inside = entered
            if owner and os.fstat(inside).st_uid != owner[0]:
                os.fchown(inside, *owner)
        yield inside
    finally:
        os.close(inside)


def write_for(user: str | None, folder: Path, below: Sequence[str], name: str, text: str) -> None:
    """Write a file of a user's (None is ourselves) some folders below one, in place of whatever had its name.

    One that says so already stays: a full disk has no room for another. Raises OSError where a folder is a link.
    """
    owner = (pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid) if user else None
    half = f".{name}.half"
    with _entered(folder, below, owner) as inside:
        if _says(inside, name, owner[0] if owner else os.geteuid(), text):
            return
        with suppress(FileNotFoundError):
            os.unlink(half, dir_fd=inside)
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=inside)
        with os.fdopen(file, "w", encoding="utf-8") as written:
            written.write(text)
            if owner:
                os.fchown(written.fileno(), *owner)
        os.rename(half, name, src_dir_fd=inside, dst_dir_fd=inside)


def _says(inside: int, name: str, owner: int, text: str) -> bool:
    with (
        suppress(OSError),
        os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside), "rb") as file,
    ):
        return os.fstat(file.fileno()).st_uid == owner and file.read(len(text.encode()) + 1) == text.encode()
    return False
