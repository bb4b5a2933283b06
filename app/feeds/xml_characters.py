"""Characters that XML forbids, which feeds hold nevertheless: control characters, and halves of characters.

A parser takes one of them for the end of the document. They are left out, and counted; the two halves of one character,
each written as a reference, are that character.
"""

from __future__ import annotations

import re

_RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_RAW_BYTES = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20)])
_REFERENCE = re.compile(rb"&#(?:[0-9]{1,9}|[xX][0-9a-fA-F]{1,8});(?:&#(?:[0-9]{1,9}|[xX][0-9a-fA-F]{1,8});)*")
_ONE = re.compile(r"&#(?:([0-9]{1,9})|[xX]([0-9a-fA-F]{1,8}));")


def is_allowed(code: int) -> bool:
    """Whether a character may stand in XML 1.0."""
    return (
        code in (0x09, 0x0A, 0x0D) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    )


def without_raw(text: str) -> tuple[str, int]:
    """A text without forbidden characters that stand in it as such, and how many there were."""
    return _RAW.subn("", text) if _RAW.search(text) else (text, 0)


def references(written: str) -> tuple[str, int]:
    """References to characters, one behind the other, without the forbidden ones, and how many of these there were."""
    codes = [int(each[1]) if each[1] else int(each[2], 16) for each in _ONE.finditer(written)]
    if all(map(is_allowed, codes)):
        return written, 0
    kept: list[int] = []
    dropped = 0
    at = 0
    while at < len(codes):
        code, following = codes[at], codes[at + 1] if at + 1 < len(codes) else 0
        if 0xD800 <= code < 0xDC00 <= following < 0xE000:
            kept.append(0x10000 + ((code - 0xD800) << 10) + (following - 0xDC00))
            at += 2
            continue
        if is_allowed(code):
            kept.append(code)
        else:
            dropped += 1
        at += 1
    return "".join(f"&#{code};" for code in kept), dropped


def without_forbidden(document: bytes) -> tuple[bytes, int]:
    """A whole document in UTF-8 or another encoding with ASCII's bytes, without forbidden characters; their number."""
    cleaned = document.translate(None, _RAW_BYTES)
    dropped = len(document) - len(cleaned)

    def mended(match: re.Match[bytes]) -> bytes:
        nonlocal dropped
        written, less = references(match[0].decode())
        dropped += less
        return written.encode()

    return _REFERENCE.sub(mended, cleaned) if b"&#" in cleaned else cleaned, dropped
