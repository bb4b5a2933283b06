"""Answers in gzip, for whoever takes it: made off the event loop, and of a cached answer only once.

A cached answer is compressed without its end, to a byte's edge; the end, which differs from answer to answer, is put
behind it as it is (a stored block, RFC 1951 3.2.4), and the checksum goes on over both.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

SMALLEST = 4_096  # bytes; below this the headers of an answer weigh as much as what is won
_LEVEL = 5  # four fifths of the time of 6, and one hundredth larger
_LONGEST_HEADER = 500
_MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952 2.3: deflate, no name, no time, no system
_RAW = -zlib.MAX_WBITS  # deflate without a wrapping of its own
_GZIP = zlib.MAX_WBITS | 16
_TRAILER = struct.Struct("<II")  # CRC-32, and the length modulo 2^32
_LONGEST_BLOCK = 65_535


@lru_cache(maxsize=256)
def _named(accepted: bytes) -> bool:
    for each in accepted.lower().split(b","):
        coding, _, weight = each.partition(b";")
        if coding.strip() in (b"gzip", b"x-gzip"):
            return weight.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0.")
    return False


def takes_gzip(accepted: bytes | None) -> bool:
    """Whether an `Accept-Encoding` header names gzip, and not with the weight 0 (RFC 9110 12.5.3)."""
    return accepted is not None and len(accepted) <= _LONGEST_HEADER and _named(accepted)


def packed(begin: bytes) -> bytes:
    """The beginning of an answer, compressed, for `with_end`; takes about a millisecond for 100 kB."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return (
        _TRAILER.pack(zlib.crc32(begin), len(begin) & 0xFFFFFFFF)
        + _MEMBER
        + deflate.compress(begin)
        + deflate.flush(zlib.Z_FULL_FLUSH)
    )


def with_end(begin: bytes, end: bytes) -> bytes:
    """A gzip answer: what `packed` gave, and behind it up to 65,535 bytes as they are."""
    if len(end) > _LONGEST_BLOCK:
        raise ValueError(f"the end of an answer has {len(end):,} bytes; a stored block has {_LONGEST_BLOCK:,} at most")
    checksum, length = _TRAILER.unpack_from(begin)
    return b"".join(
        (
            begin[_TRAILER.size :],
            struct.pack("<BHH", 1, len(end), len(end) ^ 0xFFFF),  # the last block, stored
            end,
            _TRAILER.pack(zlib.crc32(end, checksum), (length + len(end)) & 0xFFFFFFFF),
        )
    )


def whole(body: bytes) -> bytes:
    """An answer in gzip."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return deflate.compress(body) + deflate.flush()


class Pieces:
    """A streamed answer in gzip, piece by piece; `last` ends it."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)

    def add(self, piece: bytes, last: bool) -> bytes:
        """What can be sent once this piece is there; may be nothing yet."""
        done = self._deflate.compress(piece)
        return done + self._deflate.flush() if last else done
