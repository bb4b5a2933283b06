"""A network's categories: their names, the deepest, and the vertical they belong to."""

from __future__ import annotations

from functools import lru_cache

from app.normalising.text import clean
from mappings.taxonomy import category_names, vertical_of

OTHER = "other"
_LONGEST = 200
_MOST = 50
_SEPARATOR = ">"


@lru_cache(maxsize=16_384)
def categories(network: str, raw: tuple[str, ...]) -> tuple[str | None, tuple[str, ...] | None, str | None]:
    """(the deepest category of the main path, all categories, the vertical); None where the source names none."""
    paths = [path for each in raw[: 2 * _MOST] if (path := _path(network, each))]
    if not paths:
        return None, None, None
    names = tuple(dict.fromkeys(path[-1] for path in paths))[:_MOST]
    vertical = next((found for path in paths if (found := _vertical(network, path))), OTHER)
    return paths[0][-1], names, vertical


def _path(network: str, raw: str) -> list[str]:
    parts = (clean(part, _LONGEST) for part in raw.split(_SEPARATOR))
    return [category_names().get((network, part.lower()), part) for part in parts if part]


def _vertical(network: str, path: list[str]) -> str | None:
    """By the whole path, else by the deepest part that is known."""
    known = vertical_of()
    whole = known.get((network, " > ".join(path).lower()))
    return whole or next((found for part in reversed(path) if (found := known.get((network, part.lower())))), None)
