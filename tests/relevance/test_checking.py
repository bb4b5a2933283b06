"""A case of an affiliate's query is checked as it says: each of its tests can hold, and can fail."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.relevance.affiliates import Ask, Case, Outcome, Wanted, failures, fault, share, table

_PROGRAM = {
    "name": "Acme Shoes",
    "description": None,
    "category": "Clothing",
    "textLanguage": "en",
    "geoTargeting": ["GB"],
    "vertical": "fashion",
    "cookieDays": 30,
    "epc": None,
}


def _answering(totals: dict[str, int], *programs: dict[str, Any], status: int = 200) -> Ask:
    def ask(parameters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return status, {"total": totals.get(parameters["q"], 0), "programs": list(programs)}

    return ask


def _wanted(**given: Any) -> Wanted:
    return msgspec.convert(given, Wanted)


@pytest.mark.parametrize(
    "given",
    [
        {"text": r"\bshoes?\b"},
        {"text": "clothing", "not": "leather"},
        {"language": "en"},
        {"has": {"geoTargeting": "GB"}},
        {"is": {"vertical": "fashion"}},
        {"min": {"cookieDays": 30}},
        {},
    ],
)
def test_what_is_wanted(given: dict[str, Any]) -> None:
    assert _wanted(**given).met_by(_PROGRAM)


@pytest.mark.parametrize(
    "given",
    [
        {"text": "boots"},
        {"not": "acme"},
        {"language": "de"},
        {"has": {"geoTargeting": "US"}},
        {"is": {"vertical": "travel"}},
        {"min": {"cookieDays": 31}},
        {"min": {"epc": 0}},
        {"text": "shoes", "language": "de"},
    ],
)
def test_what_is_not_wanted(given: dict[str, Any]) -> None:
    assert not _wanted(**given).met_by(_PROGRAM)


def test_first_programs() -> None:
    ask = _answering({"shoes": 3}, _PROGRAM, _PROGRAM, {**_PROGRAM, "name": "Acme Boots"})
    wanted = _wanted(text="shoes")
    assert fault(Case("k", "shoes", ten=wanted, of=2), ask) == ""
    assert fault(Case("k", "shoes", ten=wanted, of=3), ask) == "2 of 3 good, want 3"
    assert fault(Case("k", "shoes", first=wanted), ask) == ""
    assert fault(Case("k", "shoes", first=_wanted(text="boots")), ask) == "first is Acme Shoes"
    assert fault(Case("k", "shoes", first=wanted), _answering({})) == "first is None"


def test_totals() -> None:
    ask = _answering({"shoe": 79, "shoes": 100})
    assert fault(Case("k", "shoes", least=100, most=100), ask) == ""
    assert fault(Case("k", "shoes", least=101), ask) == "100 found, at least 101"
    assert fault(Case("k", "shoes", most=99), ask) == "100 found, at most 99"
    assert fault(Case("k", "shoe", like="shoes", ratio=0.79), ask) == ""
    assert fault(Case("k", "shoe", like="shoes"), ask) == "79 beside 100 for 'shoes'"


def test_refused() -> None:
    assert fault(Case("k", "shoes", least=0), _answering({}, status=503)) == "status 503"


def test_what_is_held_out_is_counted_and_not_shown() -> None:
    seen, unseen = Case("shelf", "boots"), Case("shelf", "shoes", held=True)
    tried = [Outcome(seen, "status 503"), Outcome(unseen, "status 503"), Outcome(seen, "")]
    assert share(tried) == pytest.approx(1 / 3)
    assert failures(tried) == ["shelf: 'boots': status 503"]
    assert table(tried).splitlines()[-1].split() == ["all", "1/2", "0/1", "1/3"]


def test_a_test_that_is_unknown_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'[{"kind": "k", "q": "shoes", "tne": {}}]', type=list[Case])
