"""The lexicon holds the words of the catalogue.

1. It counts each word once a program: in all, in names, and in the texts of each language; categories and domains say
   nothing about a language.
2. It is renewed from what has changed, is left alone where nothing has, and is counted anew when much has changed.
3. An API reads it as soon as it is written, and answers of another lexicon have another ETag.
4. Where it cannot be read searches go on, and a search that names a word that it does not know still finds it.
5. What is written is read back as it was.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexing import lexicon
from indexing.follow import drain
from indexing.index_names import lexicon_of
from mappings.lexicon import Lexicon, Word, WordCounts
from tests.words import Catalogue, program


def held(catalogue: Catalogue) -> Lexicon:
    """The lexicon as it is stored."""
    stored = lexicon.current(catalogue.search, catalogue.alias)
    assert stored is not None
    return lexicon.read(catalogue.search, catalogue.alias, stored)


def renewed(catalogue: Catalogue) -> lexicon.StoredLexicon | None:
    return lexicon.renew(catalogue.connect, catalogue.search, catalogue.alias)


def test_counts_each_word_once_a_program(catalogue: Catalogue) -> None:  # 1
    catalogue.store(
        program("Tea Tea House", description="Tea, and tea.", category="Drinks", text_language="en"),
        program("Teehaus", description="Tee. Drinks!", category="Drinks", text_language="de"),
    )
    words = held(catalogue).words
    assert words["tea"] == Word(1, 1, {"en": 1})
    assert words["drinks"] == Word(2, 0, {"de": 1})


def test_is_renewed_from_what_changed(catalogue: Catalogue) -> None:  # 2
    catalogue.store(*(program(f"Alpha {number}", external_id=str(number)) for number in range(600)))
    before = lexicon.current(catalogue.search, catalogue.alias)
    assert renewed(catalogue) is None, "nothing has changed"
    catalogue.put([program("Omega", external_id="new")])
    after = renewed(catalogue)
    assert before is not None
    assert after is not None
    assert (after.changed, before.version != after.version) == (1, True)
    assert held(catalogue).count("omega") == 1
    catalogue.put([program(f"Beta {number}", external_id=str(number)) for number in range(600)])
    anew = renewed(catalogue)
    assert anew is not None
    assert anew.changed == 0
    assert "alpha" not in held(catalogue), "words that are gone go when all are counted anew"


def test_a_process_reads_it_as_soon_as_it_is_written(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("Velismere"))
    parameters: dict[str, Any] = {"q": "omgera"}
    before = catalogue.api.get("/api/programs", params=parameters)
    assert before.json()["total"] == 0
    catalogue.put([program("Omegra")])
    catalogue.index()
    after = catalogue.api.get("/api/programs", params=parameters)
    assert [each["name"] for each in after.json()["programs"]] == ["Omegra"]
    assert before.headers["etag"] != after.headers["etag"]


def test_searches_go_on_without_it(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("Quillon", text_language="en", description="Lamps"))
    catalogue.search.indices.delete(index=lexicon_of(catalogue.alias))
    assert catalogue.found("quillon lamp") == ["Quillon"]


def test_a_word_that_it_does_not_know_yet_is_found(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("Velismere"))
    assert catalogue.found("velismere") == ["Velismere"]
    catalogue.put([program("Velismora")])
    drain(catalogue.connect, catalogue.search)
    catalogue.search.indices.refresh(index=f"{catalogue.alias}-*")
    catalogue.get("/readyz")
    assert "Velismora" in catalogue.found("velismora")


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "de", "en"]), st.text(max_size=30), st.text(max_size=20), st.text(max_size=60)),
        max_size=20,
    )
)
def test_what_is_written_is_read_back(programs: list[tuple[str, str, str, str]]) -> None:  # 5
    counted = WordCounts()
    counted.add_all(programs)
    whole = counted.lexicon()
    again = Lexicon.decoded(whole.encoded())
    assert (dict(again.words), dict(again.programs)) == (dict(whole.words), dict(whole.programs))
    assert whole.total == len(programs)
