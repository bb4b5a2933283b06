"""Which legacy encoding bytes are in, by a maintained detector, and whether that is in doubt.

Windows-1252 stands where its reading is as good as any other: that is what nearly all feeds are that are not UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from charset_normalizer import CharsetMatch, from_bytes

# What feeds are written in besides UTF-8. What is more exotic is not guessed, but given with `--encoding`.
_CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp932", "gb18030", "big5", "cp949", "koi8_r",
    "mac_roman", "iso8859_2",
)  # fmt: skip
_CALLED = {
    "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1252": "windows-1252", "cp1253": "windows-1253",
    "cp1254": "windows-1254", "cp1257": "windows-1257", "cp932": "shift-jis", "gb18030": "gb18030", "big5": "big5",
    "cp949": "euc-kr", "koi8_r": "koi8-r", "mac_roman": "mac-roman", "iso8859_2": "iso-8859-2",
}  # fmt: skip
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(r"[^\x00-\x7f]+")
_BEFORE, _BEHIND = 60, 1_000  # bytes that are kept with a character beyond ASCII, to the ends of its line
_SAMPLE = 16_384  # bytes that are judged
_FEW = 12  # bytes beyond ASCII that prove nothing
_CLEAR = 0.08  # by so much less mess a reading must be better than the next
_ALIKE = 0.02  # and so much more is no reason against Windows-1252
_SENSE = 0.2  # words of a language that a reading has
# What no word of a Western language has: signs inside it, capitals with marks behind small letters, and letters that
# only Icelandic knows.
_SIGNS = "¡¢£¤¥¦§¨©¬®¯°±²³µ¶¸¹¼½¾¿×÷†‡‰‹›•…ƒˆ˜"
_ODD = re.compile(
    rf"[a-zA-Zà-ÿ][{_SIGNS}]+[a-zA-Zà-ÿ]|[£¤¥¢¦§¶†‡ƒ][a-zA-Zà-ÿ]|[a-zà-ÿ][ŠŸŽŒÀ-ÖØ-Þ]|[a-zA-Z][ÞþÐðÝý][a-z]|[ÞÐÝ][a-z]*[þðý¿]"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A codec's name, what it is called, and why that is in doubt."""

    codec: str
    called: str
    doubt: str | None = None


class Sample:
    """The parts of a file that have characters beyond ASCII, its first ones."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def take(self, chunk: bytes) -> None:
        """Look at a piece of the file."""
        if len(self._kept) >= _SAMPLE or chunk.isascii():
            return
        at = 0
        while len(self._kept) < _SAMPLE and (found := _BEYOND_ASCII.search(chunk, at)):
            first = found.start()
            before = max(at, first - _BEFORE, chunk.rfind(b"\n", max(at, first - _BEFORE), first) + 1)
            end = chunk.find(b"\n", first, first + _BEHIND)  # characters of several bytes are not cut in two
            at = end + 1 if end >= 0 else min(len(chunk), first + _BEHIND)
            self._kept += chunk[before:at]

    def content(self) -> bytes:
        """What was kept."""
        return bytes(self._kept[:_SAMPLE])


def guess(sample: bytes, as_windows: str) -> Guess:
    """The encoding of bytes that are no UTF-8; `as_windows` is how they read in Windows-1252."""
    found = list(from_bytes(sample, cp_isolation=list(_CANDIDATES)))
    best = found[0] if found else None
    if best is None:
        return Guess("windows-1252", "windows-1252", "encoding in doubt: it fits none that we know")
    western = next((each for each in found if str(each) == as_windows), None)
    if western is not None and western.chaos <= best.chaos + _ALIKE:
        if _ODD.search(as_windows):
            return Guess("windows-1252", "windows-1252", _doubt("windows-1252", best, found))
        return Guess("windows-1252", "windows-1252")
    called = _CALLED.get(best.encoding, best.encoding)
    rivals = [each.chaos for each in found[1:]]
    clear = all(chaos >= best.chaos + _CLEAR for chaos in rivals) or best.coherence >= _SENSE
    few = len(sample.translate(None, bytes(range(128)))) < _FEW
    return Guess(best.encoding, called, _doubt(called, best, found) if few or not clear else None)


def _doubt(called: str, best: CharsetMatch, found: list[CharsetMatch]) -> str:
    others = [name for each in found[:3] if (name := _CALLED.get(each.encoding, each.encoding)) != called]
    or_else = f", {' or '.join(dict.fromkeys(others))} is as likely" if others else ""
    return f"encoding in doubt: {called} is a guess{or_else}; name the right one"


def doubled(sample: bytes) -> str | None:
    """Why text in UTF-8 is in doubt: it was encoded twice ("CafÃ©"). None if it was not."""
    runs = _RUN.findall(sample.decode("utf-8", "ignore"))
    twice = sum(map(_was_encoded, runs))
    if twice and twice * 2 >= len(runs):
        return "encoding in doubt: its text was encoded in UTF-8 twice ('Ã©' for 'é')"
    return None


def _was_encoded(run: str) -> bool:
    try:
        whole = b"".join(_byte(character) for character in run)
        return len(whole.decode("utf-8")) < len(run)
    except UnicodeError:
        return False


def _byte(character: str) -> bytes:
    return bytes((ord(character),)) if ord(character) < 0xA0 else character.encode("cp1252")
