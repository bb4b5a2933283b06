"""Which bytes are which characters: UTF-8 with or without a mark, UTF-16, Windows-1252, and mixtures of the last.

What is none of these a detector decides (`guessing`). The whole member is looked at, not its first lines: the one é
of a feed may stand at its end.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import Any

from app.feeds.guessing import Sample, doubled, guess
from app.feeds.limits import CHUNK, SAMPLE
from app.feeds.packing import Member
from app.feeds.refusal import BadMapping, NotAFeed, shown

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,40})[\"']")
_ZEROS = 0.3  # a share of zero bytes on one side only that text in 16 bits has, and nothing else
_BINARY = 0.02  # a share of zero bytes that no text has
# What is called Latin-1 or ASCII is Windows-1252 in practice: its extra 27 characters are no others' ones.
_SAME = {"iso8859-1": "windows-1252", "ascii": "utf-8", "cp1252": "windows-1252"}
MENDED = "mended-utf-8"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A survey of a member: what reading it once from end to end has shown."""

    encoding: str  # a codec's name
    errors: str  # how it treats bytes that are none of its characters
    called: str  # for people
    size: int  # bytes
    head: str  # the first characters
    doubt: str | None = None  # why that may be wrong


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are the Windows-1252 characters they most likely were."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_WINDOWS[byte] for byte in wrong), error.end


_WINDOWS = [bytes([byte]).decode("cp1252", "ignore") or bytes([byte]).decode("latin-1") for byte in range(256)]
codecs.register_error(MENDED, _as_windows)


def survey(member: Member, given: str | None = None) -> Surveyed:
    """Read a member to its end: whole, within the limits, and in which encoding. Raises NotAFeed."""
    with member.open() as reader:
        head = reader.read(SAMPLE)
        encoding = _given(given) or _marked(head)
        counted = _Counted(encoding, certain=given is not None)
        chunk = head
        try:
            while chunk:
                counted.take(chunk)
                chunk = reader.read(CHUNK)
            counted.take(b"", final=True)
        except UnicodeDecodeError:
            raise NotAFeed(f"'{shown(member.name)}' is damaged: it is not {encoding} to its end") from None
    name, errors, called, doubt = counted.verdict()
    if given:
        doubt = None
    if name in ("utf-8", "utf-8-sig", "windows-1252") and head.count(0) > _BINARY * len(head):
        raise NotAFeed(f"'{shown(member.name)}' is no text: it is full of NUL bytes")
    text = codecs.getincrementaldecoder(name)(errors).decode(head, final=len(head) < SAMPLE)
    return Surveyed(name, errors, called, counted.size, text, doubt)


def characters(reader: io.BufferedReader[Any], surveyed: Surveyed) -> io.TextIOWrapper:
    """The characters of an opened member; lines end as they are written."""
    return io.TextIOWrapper(reader, encoding=surveyed.encoding, errors=surveyed.errors, newline="")


def _given(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return _same(codecs.lookup(name).name)
    except LookupError:
        raise BadMapping(f"encoding: '{shown(name, 40)}' is none; utf-8, utf-16 and windows-1252 are usual") from None


def _same(name: str) -> str:
    return _SAME.get(name, name)


def _marked(head: bytes) -> str | None:
    """What the file itself says of its encoding; None if it says nothing."""
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return name
    sample = head[:4096]
    pairs = len(sample) // 2
    if pairs >= 4:
        even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
        if odd > _ZEROS * pairs and even * 20 < odd:
            return "utf-16-le"
        if even > _ZEROS * pairs and odd * 20 < even:
            return "utf-16-be"
    if declared := _DECLARED.match(head.lstrip()):
        try:
            name = _same(codecs.lookup(declared[1].decode()).name)
        except LookupError:
            return None
        return None if name == "utf-8" or name.startswith("utf-16") else name
    return None


class _Counted:
    """Decodes without keeping anything, to see which encoding holds to the end."""

    def __init__(self, encoding: str | None, *, certain: bool) -> None:
        self.size = 0
        # What a document says of itself holds only if it is not plainly UTF-8.
        self._said = None if certain or encoding not in _LEGACY else encoding
        encoding = None if self._said else encoding
        self._known = encoding
        self._sample = Sample()
        self._strict = codecs.getincrementaldecoder(encoding or "utf-8")("strict")
        self._mended = encoding == "windows-1252"  # every byte is a character of it, or is taken for one
        self._whole = 0  # characters of more than one byte, as UTF-8 has them
        self._wrong = 0  # bytes that are no UTF-8

    def take(self, chunk: bytes, *, final: bool = False) -> None:
        self.size += len(chunk)
        self._sample.take(chunk)
        if not self._mended:
            kept = self._strict.getstate()[0]
            try:
                self._strict.decode(chunk, final)
            except UnicodeDecodeError:
                if self._known not in _UTF8:
                    raise
                self._mended = True
                chunk = kept + chunk
            else:
                self._whole += len(chunk.translate(None, _NO_LEADS))
                return
        if self._known in _UTF8 and not chunk.isascii():
            self._whole += len(_WHOLE.findall(chunk))
            self._wrong += len(_WHOLE.sub(b"", chunk).translate(None, _ASCII))

    def verdict(self) -> tuple[str, str, str, str | None]:
        """Codec, error handler, what to call it, and why that is in doubt."""
        name = self._known or "utf-8"
        if not self._mended:
            doubt = doubled(self._sample.content()) if name in _UTF8 and self._whole else None
            return name, "strict", name.removesuffix("-sig"), doubt
        if self._said:
            return self._said, MENDED if self._said == "windows-1252" else "replace", self._said, None
        if name in _UTF8 and (self._known or self._whole > self._wrong):
            return name, MENDED, "utf-8 with stray Windows-1252 bytes", None
        if self._known:
            return "windows-1252", MENDED, "windows-1252", None
        sample = self._sample.content()
        if self._whole * _MOST_STRAY >= self._wrong and _is_mixed(sample):
            doubt = "encoding in doubt: some of its lines are UTF-8, others Windows-1252; write all in one"
            return name, MENDED, "utf-8 and windows-1252, mixed", doubt
        found = guess(sample, sample.decode("windows-1252", MENDED))
        return found.codec, MENDED if found.codec == "windows-1252" else "replace", found.called, found.doubt


def _is_mixed(sample: bytes) -> bool:
    """Whether it has letters as UTF-8 writes them (which Windows-1252 reads as "Ã©") beside letters of one byte, one or
    two in a row as a Western word has them."""
    letters = _WHOLE.findall(sample)
    return (
        bool(letters)
        and all(each[0] in _WESTERN_LEADS for each in letters)
        and all(len(run) <= 2 for run in _BEYOND.findall(_WHOLE.sub(b" ", sample)))
    )


_MOST_STRAY = 4  # bytes of Windows-1252 to each letter of UTF-8 in a file that may be a mixture
_WESTERN_LEADS = frozenset({0xC2, 0xC3, 0xC5, 0xE2})
_BEYOND = re.compile(rb"[\x80-\xff]+")
_UTF8 = (None, "utf-8", "utf-8-sig")
# Encodings of one byte a character, in which everything is some text.
_LEGACY = frozenset(
    {"windows-1252", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "koi8-r", "mac-roman"}
)
_WHOLE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes(range(0x80))
_NO_LEADS = bytes(range(0xC2)) + bytes(range(0xF5, 0x100))
