"""Words that operators let ask for a topic.

1. Programs that are about the topic are found by them, in all forms of the words, beside programs that have the words.
2. What topics the catalogue's programs have stays as it was, and so does what other words ask for.
"""

from __future__ import annotations

from tests.learning.editing import add, remove
from tests.words import Catalogue, program


def test_words_of_a_topic(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("A", description="private browsing", topics=("vpn",)),
        program("B", description="a zilb tunnel"),
        program("C", description="dog food", topics=("pet-food",)),
    )
    catalogue.finds("zilb tunnel", ["B"])
    edit = add(catalogue, kind="topic", topic="vpn", words=["zilb tunnel", "quonk"])
    catalogue.finds("zilb tunnel", ["A", "B"])
    catalogue.finds("Zilb Tunnels", ["A", "B"])
    catalogue.finds("quonks", ["A"])
    catalogue.finds("zilb", ["B"])
    answer = catalogue.get(q="quonk")
    assert answer["matched"] == "exact"
    assert [(each["text"], each["topics"]) for each in answer["understood"]["words"]] == [("quonk", ["vpn"])]
    assert catalogue.counts("topics") == {"vpn": 1, "pet-food": 1}
    remove(catalogue, edit)
    catalogue.finds("zilb tunnel", ["B"])
    catalogue.finds("quonk", [])


def test_beside_what_they_ask_for_already(catalogue: Catalogue) -> None:  # 2
    catalogue.store(program("A", topics=("vpn",)), program("B", topics=("antivirus",)))
    catalogue.finds("vpn", ["A"])
    add(catalogue, kind="topic", topic="antivirus", words=["vpn"])
    catalogue.finds("vpn", ["A", "B"])
