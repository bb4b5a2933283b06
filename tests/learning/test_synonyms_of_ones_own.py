"""Synonyms that operators add.

1. Words of a group find each other in all their forms, phrases as they are written; both are told as understood. A word
   of a group is no typing error, though nobody has it.
2. They come beside the synonyms of the trade, before them where only so many are asked for, and facts stay.
"""

from __future__ import annotations

from tests.learning.editing import same
from tests.words import Catalogue, program


def test_words_and_phrases(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("A", description="web push for shops"),
        program("B", description="many browser notifications"),
        program("C", description="a browser"),
    )
    catalogue.finds("browser notification", ["B"])
    same(catalogue, "Web Push", "browser notification", "browser notifications")
    catalogue.finds("browser notifications", ["A", "B"])
    catalogue.finds("web push", ["A", "B"])
    catalogue.finds("browser", ["B", "C"])
    words = catalogue.get(q="web push")["understood"]["words"]
    assert [(each["text"], each["synonyms"]) for each in words] == [
        ("web push", ["browser notification", "browser notifications"])
    ]


def test_beside_those_of_the_trade(catalogue: Catalogue) -> None:  # 2
    catalogue.store(
        program("A", description="sofa"), program("B", description="zilb"), program("C", description="couch")
    )
    catalogue.finds("sofa", ["A", "C"])
    same(catalogue, "sofa", "zilb")
    catalogue.finds("sofa", ["A", "B", "C"])
    catalogue.finds("zilb", ["A", "B"])
    catalogue.finds("couch", ["A", "C"])
    assert catalogue.get(q="sofa")["understood"]["words"][0]["synonyms"][0] == "zilb"


def test_what_nobody_has_is_no_typing_error(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("A", description="kitesurfing"), program("B", description="kitten"))
    assert catalogue.get(q="kitesurfin")["matched"] == "typo"
    same(catalogue, "kitesurfin", "kitten")
    answer = catalogue.get(q="kitesurfin")
    assert (answer["matched"], [each["name"] for each in answer["programs"]]) == ("exact", ["B"])
