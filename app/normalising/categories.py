"""A network's categories: their names, the deepest, and the vertical they belong to."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from app.normalising.text import clean
from mappings.taxonomy import category_names, vertical_of

OTHER = "other"
_LONGEST = 200
_LONGEST_PATH = 1000
_MOST = 50
_SEPARATOR = ">"
_JOINING = re.compile(r"(?:\s*(?:&|\+|/|:|,|;|-|–|_|\band\b|\bund\b|')\s*)+")


@lru_cache(maxsize=16_384)
def categories(network: str, raw: tuple[str, ...]) -> tuple[str | None, tuple[str, ...] | None, str | None]:
    """(the deepest category of the main path, all categories, the vertical); None where the source names none."""
    paths = [path for each in raw[: 2 * _MOST] if (path := _path(network, each))]
    if not paths:
        return None, None, None
    names = tuple(dict.fromkeys(path[-1] for path in paths))[:_MOST]
    verticals = (_vertical(network, path) for path in paths)
    vertical = next((found for found in verticals if found and found != OTHER), OTHER)
    return paths[0][-1], names, vertical


def _path(network: str, raw: str) -> list[str]:
    # Cleaned before it is parted: "Home &amp; Garden &gt; Tools" is a path as well.
    parts = (clean(part, _LONGEST) for part in (clean(raw, _LONGEST_PATH) or "").split(_SEPARATOR))
    return [category_names().get((network, part.lower()), part) for part in parts if part]


def _vertical(network: str, path: list[str]) -> str | None:
    """By the whole path, else by its ends, else by the deepest part that is known: to the network, or alike to all."""
    own, shared = _of_network(network), _of_all()
    ends = [" > ".join(path), f"{path[0]} > {path[-1]}"] if len(path) > 1 else path
    whole = next((found for each in ends if (found := own.get(_key(each)))), None)
    return whole or next(
        (found for part in reversed(path) if (found := own.get(_key(part)) or shared.get(_key(part)))), None
    )


def _key(name: str) -> str:
    """One spelling: `Food & Drink`, `food : drink` and the slug `food-and-drink` are one."""
    return " > ".join(_JOINING.sub(" ", part).strip() for part in name.casefold().split(" > "))


@cache
def _of_network(network: str) -> dict[str, str]:
    return {_key(name): vertical for (owner, name), vertical in vertical_of().items() if owner == network}


@cache
def _of_all() -> dict[str, str]:
    """Names that every network which has them puts into one vertical: they mean the same where a network is silent."""
    found: dict[str, set[str]] = {}
    for (_, name), vertical in vertical_of().items():
        if " > " not in name and vertical != OTHER:
            found.setdefault(_key(name), set()).add(vertical)
    return {name: verticals.pop() for name, verticals in found.items() if len(verticals) == 1}
