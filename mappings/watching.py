"""What is stored of a watch: what it can tell, and the ids that it matches as ascending differences, compressed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from itertools import accumulate, pairwise

KINDS = ("entered", "left", "rate", "cookie", "status", "epc", "link")
"""What a watch can tell: a program that matches now, one that no longer does, and what changed in one that does."""


def packed(ids: Iterable[int]) -> bytes:
    """The ids, which are positive, as `unpacked` takes them."""
    ordered = sorted(set(ids))
    steps = [after - before for before, after in pairwise([0, *ordered])]
    return zlib.compress(struct.pack(f"<{len(steps)}Q", *steps))


def unpacked(stored: bytes) -> frozenset[int]:
    """The ids of a stored set."""
    steps = zlib.decompress(stored)
    return frozenset(accumulate(struct.unpack(f"<{len(steps) // 8}Q", steps)))
