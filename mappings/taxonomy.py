"""One taxonomy of verticals over all networks, and the way from every network's category to it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Vertical(msgspec.Struct, frozen=True):
    """One of ours: `slug` is stored and filtered by, `label` is shown and heads `categoryPath`."""

    slug: str
    label: str


class _Taxonomy(msgspec.Struct, frozen=True):
    verticals: dict[str, str]  # slug -> label
    categories: dict[str, dict[str, list[str]]]  # network -> vertical slug -> category names and codes
    names: dict[str, dict[str, str]]  # network -> category code -> name


def _read() -> _Taxonomy:
    text = files("mappings").joinpath("taxonomy.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Taxonomy)


_TAXONOMY = _read()
VERTICALS: tuple[Vertical, ...] = tuple(Vertical(slug, label) for slug, label in _TAXONOMY.verticals.items())


@cache
def vertical_of() -> dict[tuple[str, str], str]:
    """(network slug, lower-cased category name, code or path) to vertical slug."""
    return {
        (network, name.lower()): slug
        for network, by_vertical in _TAXONOMY.categories.items()
        for slug, names in by_vertical.items()
        for name in names
    }


@cache
def category_names() -> dict[tuple[str, str], str]:
    """(network slug, lower-cased category code) to the category's name."""
    return {(network, code.lower()): name for network, named in _TAXONOMY.names.items() for code, name in named.items()}
