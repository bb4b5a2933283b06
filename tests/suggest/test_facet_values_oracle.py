"""Values found in a facet and their counts equal a brute-force search over the same rows, for random combinations.

On one shard and on three, for every facet of values, merchants included.
"""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import codes
from mappings.catalogue import FACETS
from mappings.folding import folded
from tests import oracle
from tests.oracle import Row
from tests.test_oracle import _TERMS, _filters, _parameter, _with_default, stocked  # noqa: F401
from tests.words import Catalogue


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def _begins(text: str, typed: str) -> bool:
    """The rule written a second time: the beginning of the whole, or each word the beginning of a word."""
    words = _words(text)
    return "".join(words).startswith("".join(_words(typed))) or all(
        any(word.startswith(each) for word in words) for each in _words(typed)
    )


@settings(max_examples=60)
@given(data=st.data())
def test_counts_equal_brute_force(stocked: tuple[Catalogue, list[Row]], data: st.DataObject) -> None:  # noqa: F811
    catalogue, rows = stocked
    if not catalogue.search.indices.exists_alias(name=f"{catalogue.alias}_suggestions"):
        catalogue.build_suggestions()
    filters = data.draw(_filters(rows))
    key = data.draw(st.sampled_from([*_TERMS, "merchantDomain"]))
    labels = codes.labels(FACETS[key].codes or "")
    every = sorted(oracle.counts(rows, key), key=str)
    value = data.draw(st.sampled_from(every))
    text = labels.get(value, str(value).lower() if isinstance(value, bool) else value)
    word = data.draw(st.sampled_from(_words(text)))
    typed = word[: data.draw(st.integers(1, len(word)))]
    under = oracle.matching(rows, _with_default(filters), but=key)
    chosen = next((each for each in filters if each.key == key), None)
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
