"""What a word means is told by the other words of the query.

1. Of a phrase for one thing what is not sold beside it is left out: hair extensions are no extensions of a browser.
2. Of words that are as near to a mistyped one that is meant which the others go with, also with another first letter.
3. A rare word is mistyped where, but for a letter, it makes what a topic is called by.
4. A broad topic that is asked for alone finds what it covers, below what is called so.
5. Beside a country, a fact or software some words ask for nothing; elsewhere they are words.
6. Whom or what goods are for may be said after them.
7. Words that say of goods that they are goods need not be found.
8. How words are read does not depend on what was filtered before.
9. A name may be typed in one word.
10. A word that is begun may go on as the name of a topic; one that nothing else explains is taken as begun.
11. Of programs that have a topic those come first that sell such things altogether, and software where it is asked for.
12. In a pasted title what is sold stands first.
"""

from __future__ import annotations

from typing import Any

import pytest

from mappings.program import Program
from mappings.related import covered_by
from mappings.topics import TOPICS
from tests.words import Catalogue, program

EN: dict[str, Any] = {"text_language": "en"}


def _shops(word: str, count: int, **values: Any) -> list[Program]:
    return [program(f"{word.title()} shop {n}", description=f"{word} here", **{**EN, **values}) for n in range(count)]


def test_a_phrase_for_one_thing(catalogue: Catalogue) -> None:  # 1
    catalogue.store(*_shops("hair", 4, vertical="beauty"), *_shops("extensions", 3, vertical="software"))
    answer = catalogue.get(q="hair extensions")
    assert (answer["matched"], answer["leftOut"]) == ("some", ["extensions"])
    assert {each["vertical"] for each in answer["programs"]} == {"beauty"}


@pytest.mark.parametrize("q", ["brinven holidays", "brnwen holidays", "prinwen holidays"])
def test_what_the_others_go_with(catalogue: Catalogue, q: str) -> None:  # 2
    catalogue.store(
        program("Brinwen Holidays", **EN),
        *(program(f"Brinden Kitchen {n}", **EN) for n in range(3)),
        *(program(f"Brunwen Kitchen {n}", **EN) for n in range(3)),
        *_shops("holidays", 2),
    )
    assert catalogue.found(q) == ["Brinwen Holidays"]


@pytest.mark.parametrize("q", ["dog fod", "dog foof", "dog fooed"])
def test_what_a_topic_is_called_by(catalogue: Catalogue, q: str) -> None:  # 3
    catalogue.store(
        program("Bowl", topics=("dog-food",), **EN), program("Svensk", description="foder", text_language="sv")
    )
    answer = catalogue.get(q=q)
    assert [each["name"] for each in answer["programs"]] == ["Bowl"]
    assert answer["understood"]["words"][0]["corrected"] == "dog food"


def test_what_a_topic_covers(catalogue: Catalogue) -> None:  # 4
    catalogue.store(
        program("Sow", topics=("seeds",), **EN),
        program("Spade", topics=("gardening",), **EN),
        program("Desk", topics=("desks",), **EN),
    )
    assert catalogue.found("gardening") == ["Spade", "Sow"]


def test_what_covers_what_is_known(catalogue: Catalogue) -> None:  # 4
    covered = {slug: covered_by((slug,)) for slug in TOPICS}
    assert covered["gardening"][0] == "seeds"
    assert all(each in TOPICS and each != slug for slug, others in covered.items() for each in others)
    assert covered_by(("seeds",)) == ()
    assert "gardening" not in covered_by(("gardening",))


@pytest.mark.parametrize(
    "q",
    [
        "travel programs that accept Canada",
        "travel available in Canada",
        "travel Canada traffic",
        "travel for Canadian visitors",
        "travel that ships to Canada",
    ],
)
def test_beside_a_country(catalogue: Catalogue, q: str) -> None:  # 5
    catalogue.store(
        program("Travel there", geo_targeting=("CA",), **EN), program("Travel here", geo_targeting=("DE",), **EN)
    )
    answer = catalogue.get(q=q)
    assert [each["name"] for each in answer["programs"]] == ["Travel there", "Travel here"]
    assert [each["filter"] for each in answer["understood"]["facts"]] == ["CA"]


@pytest.mark.parametrize("q", ["shops for US visitors", "shops US traffic", "shops that accept US"])
def test_the_united_states(catalogue: Catalogue, q: str) -> None:  # 5
    catalogue.store(program("Shops there", geo_targeting=("US",), **EN))
    assert catalogue.get(q=q)["understood"]["facts"][0]["filter"] == "US"


def test_beside_a_fact(catalogue: Catalogue) -> None:  # 5
    catalogue.store(program("Linen", deep_link_allowed=True, **EN))
    assert catalogue.found("deep linking allowed linen") == ["Linen"]
    assert catalogue.get(q="allowed linen")["leftOut"] == ["allowed"]


def test_beside_software(catalogue: Catalogue) -> None:  # 5
    catalogue.store(program("Tunnel", description="A VPN.", topics=("vpn",), **EN), program("Provider", **EN))
    assert catalogue.found("vpn provider") == ["Tunnel"]
    assert catalogue.found("provider") == ["Provider"]


@pytest.mark.parametrize("q", ["shoes for kids", "kids shoes", "shoes kids"])
def test_whom_goods_are_for(catalogue: Catalogue, q: str) -> None:  # 6
    catalogue.store(
        program("Small", description="shoes", topics=("childrens-shoes",), **EN),
        program("Heel", description="shoes", topics=("shoes",), **EN),
    )
    assert catalogue.found(q)[0] == "Small"


@pytest.mark.parametrize(
    ("q", "topic", "language"),
    [
        ("hosting for wordpress", "web-hosting", "en"),
        ("best hosting for wordpress bloggers", "web-hosting", "en"),
        ("insurance for pets", "pet-insurance", "en"),
        ("seeds for my vegetables", "seeds", "en"),
        ("shoes for running", "running-shoes", "en"),
        ("Versicherung für Hunde", "pet-insurance", "de"),
        ("assurance pour chien", "pet-insurance", "fr"),
    ],
)
def test_what_goods_are_for(catalogue: Catalogue, q: str, topic: str, language: str) -> None:  # 6
    catalogue.store(program("Meant", topics=(topic,), text_language=language), program("Other", **EN))
    assert catalogue.found(q) == ["Meant"]


def test_two_things_are_not_for_one_another(catalogue: Catalogue) -> None:  # 6
    catalogue.store(program("Shoes", description="running", topics=("shoes",), **EN), program("Tea", **EN))
    understood = catalogue.get(q="shoes and running")["understood"]
    assert [each["text"] for each in understood["words"]] == ["shoes", "running"]


def test_goods_of_any_kind(catalogue: Catalogue) -> None:  # 7
    catalogue.store(*_shops("pet", 2, vertical="pets"), program("Gear", description="gear", **EN))
    assert "Gear" not in catalogue.found("pet gear")
    assert catalogue.found("gear") == ["Gear"]


def test_what_was_filtered_before(catalogue: Catalogue) -> None:  # 8
    catalogue.store(
        *(program(f"Bedarf {n}", topics=("gardening",), text_language="de", network="awin") for n in range(4)),
        *_shops("garden", 5, network="cj"),
    )
    before = catalogue.get(q="garden decor")
    assert catalogue.get(q="garden decor", network="clickbank")["total"] == 0
    after = catalogue.get(q="garden decor", perPage=19)
    assert (after["total"], after["matched"]) == (before["total"], before["matched"])


@pytest.mark.parametrize("q", ["noblemaplebags", "maplebags"])
def test_a_name_in_one_word(catalogue: Catalogue, q: str) -> None:  # 9
    catalogue.store(program("Noble Maple Bags", **EN), program("Maple", **EN), program("Noble", **EN))
    assert catalogue.found(q) == ["Noble Maple Bags"]


def test_a_word_that_goes_on(catalogue: Catalogue) -> None:  # 10
    catalogue.store(
        program("Cover", description="travel in peace", topics=("travel-insurance",), **EN),
        program("Trips", description="travel in peace", topics=("city-breaks",), **EN),
    )
    assert catalogue.found("travel in", prefix="last")[0] == "Cover"
    assert catalogue.found("versich", prefix="last") == ["Cover"]


def test_as_far_as_it_was_typed(catalogue: Catalogue) -> None:  # 10
    catalogue.store(program("Tanks", description="aquariums", **EN), program("Other", description="water", **EN))
    assert catalogue.found("aquar") == ["Tanks"]


@pytest.mark.parametrize("q", ["supplements for women over 50", "which companies sell supplements"])
def test_what_says_nothing_of_goods(catalogue: Catalogue, q: str) -> None:  # 7
    catalogue.store(program("Pills", description="supplements", **EN), program("Shop", description="we sell 50", **EN))
    assert catalogue.found(q) == ["Pills"]


def test_several_words_for_one_thing(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        *(program(f"Cameras {n}", topics=("security-cameras",), **EN) for n in range(3)),
        *(program(f"Drills {n}", topics=("diy",), **EN) for n in range(4)),
    )
    assert catalogue.found("diy home security")[0].startswith("Cameras")


def test_the_vertical_of_a_topic(catalogue: Catalogue) -> None:  # 11
    catalogue.store(
        program("Pharmacy", topics=("tea",), vertical="health", **EN),
        program("Grocer", topics=("tea",), vertical="food", **EN),
    )
    assert catalogue.found("matcha") == ["Grocer", "Pharmacy"]


def test_software_is_no_course_of_it(catalogue: Catalogue) -> None:  # 11
    catalogue.store(
        program("Course", topics=("email-marketing",), vertical="business", **EN),
        program("Tool", topics=("email-marketing",), vertical="software", **EN),
    )
    assert catalogue.found("email marketing software")[0] == "Tool"
    assert catalogue.found("email marketing")[0] == "Course"


def test_a_title_says_first_what_is_sold(catalogue: Catalogue) -> None:  # 12
    catalogue.store(
        *(program(f"Capsules {n}", topics=("ashwagandha",), **EN) for n in range(12)),
        *(program(f"Calm {n}", topics=("stress-relief",), **EN) for n in range(12)),
    )
    found = catalogue.found("Organic Ashwagandha 1300mg with Pepper Stress Relief 120 Count")
    assert found[0].startswith("Capsules")


@pytest.mark.parametrize("q", ["esim travel", "travel esim"])
def test_two_words_the_other_way_round(catalogue: Catalogue, q: str) -> None:  # 6
    catalogue.store(program("Cards", topics=("esim",), **EN), program("Trips", description="travel", **EN))
    assert catalogue.found(q)[0] == "Cards"


def test_whom_in_other_words(catalogue: Catalogue) -> None:  # 6
    catalogue.store(
        program("For all", description="supplements", topics=("supplements",), **EN),
        program("For some", description="supplements for people over fifty", topics=("supplements",), **EN),
    )
    assert catalogue.found("supplements for seniors") == ["For some", "For all"]


@pytest.mark.parametrize("q", ["programs for gardeners", "gardeners"])
def test_what_somebody_does(catalogue: Catalogue, q: str) -> None:  # 4
    catalogue.store(
        program("Blankets", description="blankets for gardeners", **EN),
        program("Beds", topics=("seeds",), **EN),
        program("Tea", description="tea", **EN),
    )
    assert set(catalogue.found(q)) == {"Blankets", "Beds"}


@pytest.mark.parametrize(
    ("q", "topic"),
    [
        ("personalised gits", "personalised-gifts"),
        ("Fahradzubehör", "cycling"),
        ("dog fod", "dog-food"),
        ("kitchen applian", "kitchen-appliances"),
    ],
)
def test_a_mistyped_name_of_goods(catalogue: Catalogue, q: str, topic: str) -> None:  # 3
    catalogue.store(program("Meant", topics=(topic,)), program("Other", topics=("guesthouses",)))
    assert catalogue.found(q) == ["Meant"]
