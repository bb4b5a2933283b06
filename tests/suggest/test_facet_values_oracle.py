"""Values found in a facet and their counts equal a brute-force search over the same rows, for random combinations.

On one shard and on three, for every facet of values, merchants included.
"""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from mappings import codes
from mappings.catalogue import FACETS
from mappings.folding import folded
from tests import oracle
from tests.oracle import Row, Wanted
from tests.search.test_oracle import _TERMS, _parameter, _with_default, stocked  # noqa: F401
from tests.words import Catalogue

_SPANS = ("commissionMax", "epc", "cookieDays", "popularity")


def _filters(drawing: random.Random, rows: list[Row]) -> list[Wanted]:
    drawn = []
    for key in drawing.sample(_TERMS + _SPANS, drawing.randrange(4)):
        unknown = drawing.choice((None, None, True, False)) if key not in ("network", "status") else None
        values = sorted(oracle.counts(rows, key), key=str)
        if key in _SPANS:
            low, high = sorted(drawing.choices(values, k=2))
            drawn.append(Wanted(key, ((low, drawing.choice((high, None))),), (), unknown))
        else:
            some = drawing.sample(values, min(len(values), drawing.randrange(1, 4)))
            cut = drawing.randrange(len(some) + 1)
            drawn.append(Wanted(key, tuple(some[:cut]), tuple(some[cut:]), unknown))
    return drawn


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def _begins(text: str, typed: str) -> bool:
    """The rule written a second time: the beginning of the whole, or each word the beginning of a word."""
    words = _words(text)
    return "".join(words).startswith("".join(_words(typed))) or all(
        any(word.startswith(each) for word in words) for each in _words(typed)
    )


@pytest.mark.parametrize("seed", range(60))
def test_counts_equal_brute_force(stocked: tuple[Catalogue, list[Row]], seed: int) -> None:  # noqa: F811
    catalogue, rows = stocked
    if not catalogue.search.indices.exists_alias(name=f"{catalogue.alias}_suggestions"):
        catalogue.build_suggestions()
    drawing = random.Random(seed)
    filters = _filters(drawing, rows)
    key = drawing.choice((*_TERMS, "merchantDomain"))
    labels = codes.labels(FACETS[key].codes or "")
    every = sorted(oracle.counts(rows, key), key=str)
    value = drawing.choice(every)
    text = labels.get(value, str(value).lower() if isinstance(value, bool) else value)
    word = drawing.choice(_words(text))
    typed = word[: drawing.randint(1, len(word))]
    under = oracle.matching(rows, _with_default(filters), but=key)
    chosen = next((each for each in _with_default(filters) if each.key == key), None)
    counted = dict.fromkeys((*chosen.included, *chosen.excluded) if chosen else (), 0) | oracle.counts(under, key)
    expected = {
        each: count
        for each, count in counted.items()
        if _begins(labels.get(each, ""), typed) or _begins(str(each).lower() if isinstance(each, bool) else each, typed)
    }
    parameters: dict[str, Any] = {each.key: _parameter(each) for each in filters}
    answer = catalogue.get(f"/api/facets/{key}", facetQuery=typed, limit="100", **parameters)
    assert answer["exhaustive"]
    found = {each["value"]: each["count"] for each in answer["values"]}
    if not expected:
        assert all(counted[each] == count for each, count in found.items())  # typing errors forgiven
    elif len(expected) <= 100:
        assert found == expected
    else:
        assert len(found) == 100
        assert all(expected[each] == count for each, count in found.items())
