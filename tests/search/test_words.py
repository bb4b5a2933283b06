"""Words find programs.

1. Tiers: exact name, then name phrase, then all words, each above the next whatever else is said.
2. All words must be found, wherever they are; accents, case, plural and punctuation do not matter.
3. Typing errors are forgiven only where words as they stand find next to nothing, and no program has them as written:
   one from 4 letters, two from 8, a swap of neighbours is one; never in what has digits. Filters do not change how
   words are read.
4. Words that mean the same find each other; "e-commerce", "ecommerce" and "e commerce" are one.
5. Wishes lift and hide nothing; networks, countries and languages may be named among the words.
6. Popularity and freshness order only what matches equally well.
7. Anything can be typed, and a hit can explain itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.search.analysing import analyse
from app.search.lexicon import NO_LEXICON
from app.search.query_analysis import Wording
from tests.words import Catalogue, program


def test_tiers(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("Green Tea", popularity=1),
        program("Green Tea House", popularity=50),
        program("House of Tea", description="Green, and green again. Tea, tea, green tea.", popularity=100),
        program("Coffee", description="No tea here, nothing green"),
        program("Black Tea"),
    )
    catalogue.ranks("green tea", ["Green Tea", "Green Tea House", "House of Tea", "Coffee"])


def test_all_words_wherever_they_are(catalogue: Catalogue) -> None:  # 2
    catalogue.store(
        program("Café Crème", description="Kaffeebohnen für zu Hause", text_language="de", category="Food, Drink"),
        program("Running Gear", description="Shoes that run", text_language="en", vertical="fitness"),
    )
    assert catalogue.get(q="cafe zimt food")["leftOut"] == ["zimt"]
    catalogue.finds("CAFE kaffeebohne food", ["Café Crème"])
    catalogue.finds("run shoe sports", ["Running Gear"])


def test_marks_around_words_are_no_part_of_them(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("Zorvenka"), program("Quimble", description="Lamps (brass), and more."))
    catalogue.finds("(zor, venka)", ["Zorvenka"])
    catalogue.finds("«brass», lamps!", ["Quimble"])
    marked, plain = (analyse(Wording(q), NO_LEXICON).terms for q in ("brass, lamps.", "brass lamps"))
    assert marked == plain, "no term of its own for the same word without its marks"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("skincare", True),
        ("skincaer", True),  # a swap is one error
        ("skncare", True),
        ("sknicaer", True),  # 8 letters, two swaps: two errors
        ("kincar", False),  # 6 letters, two errors
        ("ros", False),  # three letters, none
        ("rsoe", True),  # four letters: two neighbours exchanged, and nothing else (issue: typing errors)
        ("rosy", False),
        ("b2b", True),
        ("b3b", False),
        ("model 2001", True),
        ("model 2000", False),
    ],
)
def test_typing_errors(typed: Catalogue, q: str, found: bool) -> None:  # 3
    assert bool(typed.found(q)) is found


@pytest.fixture(scope="module")
def typed(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(
        program("Skincare"),
        program("Rose"),
        program("B2B shop"),
        program("Model 2001"),
        program("Wholesale", network="cj"),
    )
    return shared_catalogue


def test_says_how_words_were_read(typed: Catalogue) -> None:  # 3
    assert typed.get(q="skincaer")["matched"] == "typo"
    typed.store(*(program(f"Skincare {number}") for number in range(3)))
    assert typed.get(q="skincare")["matched"] == "exact"


def test_a_rare_word_is_not_taken_for_a_usual_one(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Solora"), *(program(f"Solara {number}") for number in range(3)))
    catalogue.finds("solora", ["Solora"])
    assert catalogue.get(q="solora")["matched"] == "exact"


def test_a_stem_that_happens_to_fit_does_not_hide_what_was_meant(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Vestidor Velismere", text_language="es"), program("Velismere"), program("Velismere Two"))
    assert {"Velismere", "Velismere Two"} <= set(catalogue.found("velismer"))


def test_filters_do_not_change_how_words_are_read(catalogue: Catalogue) -> None:  # 3
    catalogue.store(
        *(program(f"Sterling {number}", network="awin") for number in range(3)),
        program("Stirling", network="cj"),
    )
    catalogue.finds("sterling", [], network="cj")
    assert catalogue.get(q="sterling", network="cj")["matched"] == "exact"


def test_words_that_mean_the_same(catalogue: Catalogue) -> None:  # 4
    catalogue.store(
        program("Sofas", text_language="en"),
        program("E-Commerce Kit"),
        program("Ecommerce Club"),
        program("Wall Art"),
    )
    catalogue.finds("couch", ["Sofas"])
    for spelled in ("e-commerce", "ecommerce", "e commerce"):
        catalogue.finds(spelled, ["E-Commerce Kit", "Ecommerce Club"])
    catalogue.finds("wallart", ["Wall Art"])


def test_wishes_lift_and_hide_nothing(catalogue: Catalogue) -> None:  # 5
    catalogue.store(
        program("Pet One", vertical="pets", commission_max=5.0),
        program("Pet Two", vertical="pets", commission_max=40.0),
        program("Pet Three", vertical="pets", recurring=True, commission_max=40.0),
    )
    catalogue.ranks("high paying pet affiliate recurring", ["Pet Three", "Pet Two", "Pet One"])


def test_networks_and_countries_among_the_words(catalogue: Catalogue) -> None:  # 5
    catalogue.store(
        program("Hotel Uno", network="awin", geo_targeting=("ES",)),
        program("Hotel Due", network="cj", geo_targeting=("IT",)),
    )
    catalogue.ranks("awin hotel", ["Hotel Uno", "Hotel Due"])
    catalogue.ranks("hotels in spain", ["Hotel Uno", "Hotel Due"])
    catalogue.ranks("best italian hotels", ["Hotel Due", "Hotel Uno"])


def test_popularity_and_freshness_order_equals_only(catalogue: Catalogue) -> None:  # 6
    today = datetime.now(UTC).date()
    catalogue.put(
        [
            program("Lamp Studio", external_id="10"),
            program("Lamp Studio", external_id="90"),
            program("Lamp Studio", external_id="91", launched_at=today),
            program("A Studio", external_id="100", description="once a lamp", launched_at=today),
        ]
    )
    catalogue.rows("update programs set popularity = least(90, external_id::int) where external_id <> '100'")
    catalogue.rows("update programs set popularity = 100 where external_id = '100'")
    catalogue.index()
    found = catalogue.get(q="lamp studio")["programs"]
    assert [each["externalId"] for each in found] == ["91", "90", "10", "100"]


@pytest.mark.parametrize("q", ["!!!", "&", "* ? ~", '"quoted', "\\", "(((", "a:b AND c", "‮مرحبا", "é̗" * 80, "x" * 512])
def test_anything_can_be_typed(typed: Catalogue, q: str) -> None:  # 7
    assert typed.get(q=q)["total"] >= 0


def test_explains_itself(typed: Catalogue) -> None:  # 7
    (hit,) = typed.get(q="wholesale", explain="true", network="cj")["programs"]
    assert hit["explain"]["matched"]["exactName"] == 4000
