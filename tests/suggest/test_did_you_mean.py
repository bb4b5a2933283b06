"""Did you mean: for words that find nothing, even with typing errors forgiven.

1. A warning offers words that find something: nearer words, nearer names, or fewer of the words.
2. Nothing is offered if the words find something, or if only the filters find nothing.
3. Numbers are never corrected, gibberish gets no offer, and any text is answered.
4. Without suggestions there still is an offer from the catalogue's own words.
5. If only some of what may have been meant could be tried, nothing is offered, since the likelier words may
   have failed; and that answer is not remembered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.engines import Engines
from app.settings import Settings
from tests.conftest import new_catalogue
from tests.instep.faults.faulty_engine import Answer, Fault, FaultyEngine, Request
from tests.words import Catalogue, program


def meant(catalogue: Catalogue, q: str, **parameters: Any) -> str | None:
    answer = catalogue.get(q=q, **parameters)
    offered = [each for each in answer["warnings"] if each["parameter"] == "q"]
    if not offered:
        return None
    (notice,) = offered
    assert notice["value"] == q
    assert f"did you mean '{notice['didYouMean']}'?" in notice["message"]
    return str(notice["didYouMean"])


@pytest.fixture(scope="module")
def shop(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Nordvik Outdoor", network="cj", description="Tents and sleeping bags for every mountain."),
        program("Blumen Meyer", description="Rosen und Tulpen.", text_language="de"),
        program("Yoga Haven", description="Mats, blocks and cushions."),
        program("Haven 2001", description="Harbour tours."),
        program("Closed Umbrellas", status="closed"),
        *(
            program(f"Strong {each}", description="Kettlebells.", vertical="fitness")
            for each in ("One", "Two", "Three")
        ),
    )
    shared_catalogue.build_suggestions()
    return shared_catalogue


@pytest.mark.parametrize(
    ("q", "offered"),
    [
        ("nardvok", "nordvik"),  # two errors in six letters are more than a search forgives
        ("nardvok outdoor", "nordvik outdoor"),
        ("tnst", "tents"),  # a letter exchanged and one left out, in four
        ("nordvikoutdrooor", "Nordvik Outdoor"),  # three errors, run together
        ("ketlebelzz", "kettlebells"),  # three errors
    ],
)
def test_offers_what_finds_something(shop: Catalogue, q: str, offered: str) -> None:  # 1
    assert meant(shop, q) == offered
    assert shop.get(q=offered)["total"] > 0


@pytest.mark.parametrize(
    ("q", "left_out"),
    [
        ("yoga sleeping", ["sleeping"]),  # both exist, never together: what is sold tells more
        ("yoga zzzzzz", ["zzzzzz"]),
        ("tulpen xyzxyzxyz qwertyqwerty", ["xyzxyzxyz", "qwertyqwerty"]),
    ],
)
def test_words_that_are_left_out_are_said(shop: Catalogue, q: str, left_out: list[str]) -> None:  # 1
    answer = shop.get(q=q)
    assert (answer["matched"], answer["leftOut"]) == ("some", left_out)
    assert answer["total"] > 0


@pytest.mark.parametrize("q", ["nordvik", "norvdik", "yoga haven", "Haven 2001"])
def test_offers_nothing_for_words_that_find_something(shop: Catalogue, q: str) -> None:  # 2
    assert shop.get(q=q)["total"] > 0
    assert shop.get(q=q)["warnings"] == []


def test_offers_nothing_if_only_the_filters_find_nothing(shop: Catalogue) -> None:  # 2
    answer = shop.get(q="nordvik", network="awin")
    assert (answer["total"], answer["warnings"]) == (0, [])


def test_what_is_offered_does_not_depend_on_filters(shop: Catalogue) -> None:  # 2
    assert meant(shop, "nardvok", network="awin") == meant(shop, "nardvok") == "nordvik"


@pytest.mark.parametrize("q", ["qqqqqqqq", "2002", "xq", "***", "日本語の店", "🙂🙂🙂"])
def test_offers_nothing_for_what_resembles_nothing(shop: Catalogue, q: str) -> None:  # 3
    assert meant(shop, q) is None


def test_never_offers_what_only_closed_programs_have(shop: Catalogue) -> None:  # 1
    assert meant(shop, "unbrelas") != "umbrellas"


@examples(max_examples=40)
@given(
    q=st.text(min_size=1, max_size=80)
    | st.sampled_from(["WOCHE", " bus "])
    | st.lists(st.sampled_from(["yoga", "tnst", "2001", "*", "zz"])).map(" ".join)
)
def test_any_text_is_answered_and_what_is_offered_finds(shop: Catalogue, q: str) -> None:  # 3
    answer = shop.get(q=q)
    for notice in answer["warnings"]:
        if "didYouMean" in notice:
            assert shop.get(q=notice["didYouMean"])["total"] > 0
        else:  # a word that languages have is no mistake: nobody here has it, and nothing else is proposed for it
            assert answer["total"] == 0
            assert notice["message"].startswith("no program here has ")


@pytest.mark.parametrize("q", ["a b c d e f g h i j k l m n", "x" * 512, "wort " * 100, "zq" * 200, "ä" * 250])
def test_long_text_is_answered(shop: Catalogue, q: str) -> None:  # 3
    shop.get(q=q)


def test_works_without_suggestions(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("Nordvik"))
    assert meant(catalogue, "nardvok") == "nordvik"


@pytest.fixture
def faulty(
    engines: Engines,
    settings: Settings,
    template: str,
) -> Iterator[tuple[FaultyEngine, Catalogue]]:
    """A catalogue whose OpenSearch can be made to misbehave, and that OpenSearch."""
    with FaultyEngine(engines.opensearch_url) as engine:
        for catalogue in new_catalogue(engines, settings, template, engine.url):
            yield engine, catalogue


def failing(place: int) -> Fault:
    """Of several searches in one request this one fails, as a shard with too much to do lets it."""

    def fault(engine: FaultyEngine, request: Request) -> Answer:
        answer = engine.pass_on(request)
        if "/_msearch" not in request.path:
            return answer
        told = json.loads(answer.body)
        error = {"type": "search_phase_execution_exception", "reason": "all shards failed"}
        told["responses"][place] = {"error": error, "status": 429}
        return Answer(answer.status, json.dumps(told).encode())

    return fault


@pytest.mark.parametrize("place", [0, 1])
def test_offers_nothing_where_a_trial_fails(faulty: tuple[FaultyEngine, Catalogue], place: int) -> None:  # 5
    engine, catalogue = faulty
    catalogue.store(program("Nordvik Outdoor", description="Tents."))
    assert meant(catalogue, "nardvok outdoor") == "nordvik outdoor"
    with engine.misbehaving(failing(place)):
        assert catalogue.get(q="nardvok tents")["warnings"] == []
    assert meant(catalogue, "nardvok tents") == "nordvik tents"
