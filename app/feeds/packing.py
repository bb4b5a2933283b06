"""A file as it lies on disk, gz, zip or plain, as members that can be read any number of times.

Nothing is unpacked to disk or to memory. Every reader counts what comes out and stops at the limits; a truncated or
damaged archive is refused when its end is read, which the survey does before anything is imported.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, TypeAlias

from app.feeds.limits import LIMITS, MIB, Limits
from app.feeds.refusal import NotAFeed, shown

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OTHERS = (
    (b"BZh", "a bzip2 archive; unpack it, or pack it as gz or zip"),
    (b"\xfd7zXZ", "an xz archive; unpack it, or pack it as gz or zip"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive; unpack it, or pack it as gz or zip"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it, or pack it as gz or zip"),
    (b"Rar!", "a RAR archive; unpack it, or pack it as gz or zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document; save it as CSV"),
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file; save it as CSV or NDJSON"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_NO_DATA = frozenset({".dtd", ".xsd", ".md", ".pdf", ".png", ".jpg", ".gif", ".htm", ".html"})
_Bytes: TypeAlias = io.BufferedIOBase | IO[bytes]
_DAMAGED = (EOFError, zlib.error, zipfile.BadZipFile, OSError)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The feeds in a file, in order, and the names of an archive's entries that are none."""

    members: list[Member]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One feed inside a file: the file itself, or one of an archive's."""

    name: str
    _open: Callable[[], _Bytes]
    _most: int  # bytes that may come out
    _why: str

    @contextmanager
    def open(self) -> Iterator[io.BufferedReader[Any]]:
        """The member's bytes, unpacked. Reading raises NotAFeed at a limit, or where the archive is damaged."""
        try:
            source = self._open()
        except (*_DAMAGED, RuntimeError, NotImplementedError) as error:
            raise NotAFeed(f"'{shown(self.name)}' cannot be unpacked: {error}") from None
        with source, io.BufferedReader(_Guarded(source, self), buffer_size=MIB // 4) as reader:
            yield reader

    def most(self) -> tuple[int, str]:
        """How many bytes may come out, and what more would mean."""
        return self._most, self._why


class _Guarded(io.RawIOBase):
    """Counts what is read of a member."""

    def __init__(self, source: _Bytes, member: Member) -> None:
        self._source = source
        self._name = member.name
        self._most, self._why = member.most()
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(len(buffer))
        except _DAMAGED as error:
            raise NotAFeed(f"'{shown(self._name)}' is truncated or damaged: {error}") from None
        self._read += len(data)
        if self._read > self._most:
            raise NotAFeed(f"'{shown(self._name)}' unpacks to more than {self._most:,} bytes: {self._why}")
        buffer[: len(data)] = data
        return len(data)


def unpacked(path: Path, limits: Limits = LIMITS) -> Unpacked:
    """The feeds in a file. Raises NotAFeed."""
    size = path.stat().st_size
    if size == 0:
        raise NotAFeed("it is empty")
    if size > limits.file:
        raise NotAFeed(f"it has {size:,} bytes; at most {limits.file:,} are taken")
    with path.open("rb") as file:
        head = file.read(32)
    if head.startswith(_GZIP):
        most, why = _ceiling(size, limits)
        name = path.name.removesuffix(".gz")
        return Unpacked([_checked(Member(name, lambda: gzip.open(path, "rb"), most, why))])
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return _zipped(path, limits)
    return Unpacked([_checked(Member(path.name, lambda: path.open("rb"), limits.file, "it grew while it was read"))])


def _ceiling(packed: int, limits: Limits) -> tuple[int, str]:
    """How much may come out of so many packed bytes."""
    by_ratio = max(limits.ratio_from, packed * limits.ratio)
    if by_ratio < limits.unpacked:
        return by_ratio, f"more than {limits.ratio} times its packed size, an archive made to harm"
    return limits.unpacked, "more than is taken"


def _zipped(path: Path, limits: Limits) -> Unpacked:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _DAMAGED as error:
        raise NotAFeed(f"the zip archive is truncated or damaged: {error}") from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
        raise NotAFeed("it is an Excel or Word document; save it as CSV")
    wanted = [entry for entry in entries if _is_data(entry.filename)]
    if len(wanted) > limits.members:
        raise NotAFeed(f"the archive has {len(wanted):,} members; at most {limits.members} are taken")
    if not wanted:
        raise NotAFeed("the archive holds no feed" + (f", only {shown(', '.join(sorted(names)))}" if names else ""))
    declared = sum(entry.file_size for entry in wanted)
    packed = sum(entry.compress_size for entry in wanted)
    most, why = _ceiling(packed, limits)
    if declared > most:
        raise NotAFeed(f"the archive unpacks to {declared:,} bytes: {why}")
    found = []
    for entry in wanted:
        if entry.flag_bits & 0x1:
            raise NotAFeed(f"'{shown(entry.filename)}' in the archive is encrypted")
        # What a header declares is checked against what comes out: no member may exceed its own size.
        found.append(
            _checked(Member(entry.filename, _opener(path, entry), entry.file_size, "more than its header declares"))
        )
    return Unpacked(found, tuple(entry.filename for entry in entries if _is_beside(entry.filename)))


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not hidden and path.suffix.lower() not in _NO_DATA and not path.name.lower().startswith("readme")


def _is_beside(name: str) -> bool:
    """Whether an entry is no data, and was put there by somebody: not by the Mac that packed it."""
    path = PurePosixPath(name)
    return not _is_data(name) and "__MACOSX" not in path.parts and path.name != ".DS_Store"


def _opener(path: Path, entry: zipfile.ZipInfo) -> Callable[[], _Bytes]:
    def opened() -> IO[bytes]:
        archive = zipfile.ZipFile(path)
        try:
            member = archive.open(entry)
        finally:
            archive.close()  # the open member keeps the file
        return member

    return opened


def _checked(member: Member) -> Member:
    """The member, if what it starts with is not something else altogether."""
    with member.open() as reader:
        head = reader.read(32)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise NotAFeed(f"'{shown(member.name)}' is {what}")
    if head.startswith((_GZIP, _ZIP)):
        raise NotAFeed(f"'{shown(member.name)}' is an archive inside an archive; unpack the outer one")
    return member
