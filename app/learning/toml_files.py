"""Files of operators in TOML: bounded, and read in linear time."""

from __future__ import annotations

import tomllib
from typing import Any

LARGEST_FILE = 1_000_000  # bytes
_MOST_POINTS = 100  # of a line: the parser takes quadratic time over keys of many parts


class NotToml(ValueError):
    """What is wrong with a file."""


def tables_of(body: bytes) -> dict[str, Any]:
    """The content of a file. Raises NotToml."""
    if len(body) > LARGEST_FILE:
        raise NotToml(f"it has more than {LARGEST_FILE:,} bytes")
    if any(line.count(b".") > _MOST_POINTS for line in body.splitlines()):
        raise NotToml(f"a line has more than {_MOST_POINTS} points; break it up")
    try:
        return tomllib.loads(body.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotToml(str(error)) from None
