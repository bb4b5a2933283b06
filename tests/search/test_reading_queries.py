"""Queries are read as affiliates mean them.

1. English words are found in both their numbers; words that only look like forms of one another are not joined.
2. A query's language follows from its words, or is said by `queryLanguage`; programs in it come first, others stay.
3. Where no program has all words, the least telling are left out, and the answer says which. Words that fill a question
   are not looked for.
4. Words with a hyphen are held together, and found written as one word.
5. An address finds its merchant, however it is written.
6. A brand that no program has finds nothing, and the answer says so; words that are right are not corrected.
7. Facts and wishes lift and hide nothing; `understood` says what was read, and `literal` takes it as plain words.
8. Compounds are found by their parts, and whom goods are for is optional.
9. Topics find across languages.
10. `-word` leaves out, "quotes" hold together; single letters of a brand are one word; with `prefix=last` the last word
    may go on.
11. A cursor goes on with its words read as they were, whatever the catalogue holds by then.
12. No query of up to 512 bytes makes more than 300 leaf clauses, its filters included.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.search.analysing import MOST_TERMS, analyse
from app.search.body import search_body
from app.search.lexicon import NO_LEXICON, HeldLexicon
from app.search.query_analysis import Wording
from app.search.request_parser import read_request
from app.search.text_query import leaves
from mappings.lexicon import WordCounts
from tests.words import Catalogue, program

MOST_LEAVES = 300


@pytest.fixture(scope="module")
def shops(shared_catalogue: Catalogue) -> Catalogue:
    """A small market: English and German shops, some of them for shoes, coffee, pets, wool and travel."""
    english: dict[str, Any] = {"text_language": "en"}
    german: dict[str, Any] = {"text_language": "de"}
    shared_catalogue.store(
        program("Velmont", description="Running shoes and boots for women.", topics=("shoes",), **english),
        program("Quistra", description="One good shoe for every road.", topics=("shoes",), **english),
        program("Ladonna", description="Dresses, and a dress for each day.", **english),
        program("Brunnhof", description="Schuhe und Stiefel.", topics=("shoes",), **german),
        program("Organic Barn", description="Organic oats. An organ is not among them.", **english),
        program("Weddingly", description="Wedding rings.", **english),
        program("Ringelblume", description="Ring und Kette.", **german),
        program("Morning Bean", description="Coffee beans.", cookie_days=90, recurring=True, **english),
        program("Evening Bean", description="Coffee and tea.", cookie_days=7, **english),
        program("Datewell", description="Dating for grown-ups.", **english),
        program("Appwerk", description="An app for every day.", **english),
        program("Mailbox", description="E-mail hosting.", **english),
        program("Postly", description="Email marketing.", **english),
        program("Vpn One", description="A vpn with hosting.", **english),
        program("Vpn Two", description="A vpn, nothing else.", **english),
        program("Pfotenglück", description="Hundefutter und Halsbänder.", topics=("dog-food",), **german),
        program("Bowl & Bone", description="Kibble that dogs like.", topics=("dog-food",), **english),
        program("Graon Mops", merchant_domain="graonmops.co.uk", description="Mops.", **english),
        program("P&O Ferries", description="Ferries.", **english),
        program("Op Art", description="Posters.", **english),
    )
    return shared_catalogue


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("shoe", "shoes", {"Velmont", "Quistra"}),
        ("dress", "dresses", {"Ladonna"}),
        ("ring", "rings", {"Weddingly"}),
    ],
)
def test_both_numbers_of_english_words(shops: Catalogue, one: str, other: str, found: set[str]) -> None:  # 1
    assert found <= set(shops.found(one)) & set(shops.found(other))


@pytest.mark.parametrize(("q", "not_found"), [("wed", "Weddingly"), ("organ shop", "Weddingly")])
def test_words_that_only_look_alike(shops: Catalogue, q: str, not_found: str) -> None:  # 1
    assert not_found not in shops.found(q)


def test_language_of_the_words(shops: Catalogue) -> None:  # 2
    assert shops.get(q="schuhe stiefel")["understood"]["language"] == "de"
    assert shops.found("ring")[0] == "Weddingly"
    german = shops.found("ring", queryLanguage="de")
    assert german[0] == "Ringelblume"
    assert "Weddingly" in german, "programs in other languages stay findable"
    assert shops.get(q="ring", queryLanguage="German")["understood"]["language"] == "de"
    assert shops.found("ring", queryLanguage="de,*")[0] == "Ringelblume"
    read = shops.get(q="schuhe stiefel", queryLanguage="en,*")["understood"]["language"]
    assert read == "de", "what is likely beforehand gives way to words that tell"
    assert shops.get(q="schuhe stiefel", queryLanguage="en")["understood"]["language"] == "en"
    assert shops.get(q="ring", queryLanguage="xx1", expect=400)["errors"][0]["parameter"] == "queryLanguage"


def test_words_that_never_meet(shops: Catalogue) -> None:  # 3
    answer = shops.get(q="dating app")
    assert answer["matched"] == "some"
    assert len(answer["leftOut"]) == 1
    assert {each["name"] for each in answer["programs"]} <= {"Datewell", "Appwerk"}
    assert "leftOut" not in shops.get(q="dating")


def test_filters_change_nothing_of_what_is_left_out(shops: Catalogue) -> None:  # 3
    plain, narrowed = shops.get(q="dating app"), shops.get(q="dating app", network="rakuten")
    assert (narrowed["total"], narrowed["leftOut"]) == (0, plain["leftOut"])


@pytest.mark.parametrize("q", ["what is the best coffee affiliate program?", "welche Programme für coffee gibt es"])
def test_questions(shops: Catalogue, q: str) -> None:  # 3
    assert {"Morning Bean", "Evening Bean"} == set(shops.found(q))


def test_hyphens(shops: Catalogue) -> None:  # 4
    for q in ("email", "e-mail", "E-Mail"):
        assert set(shops.found(q)) == {"Mailbox", "Postly"}, q


@pytest.mark.parametrize(
    "address",
    ["https://www.graonmops.co.uk/path?x=1", "www.graonmops.co.uk", "graonmops.co.uk", "http://shop.graonmops.co.uk/"],
)
def test_addresses(shops: Catalogue, address: str) -> None:  # 5
    assert shops.found(address)[0] == "Graon Mops"


def test_brands_that_nobody_has(shops: Catalogue) -> None:  # 6
    answer = shops.get(q="nike")
    assert answer["total"] == 0
    (notice,) = answer["warnings"]
    assert (notice["parameter"], notice["value"]) == ("q", "nike")
    assert "didYouMean" not in notice


def test_facts_lift_and_hide_nothing(shops: Catalogue) -> None:  # 7
    answer = shops.get(q="coffee 60 day cookie")
    assert [each["name"] for each in answer["programs"]] == ["Morning Bean", "Evening Bean"]
    (fact,) = answer["understood"]["facts"]
    assert (fact["text"], fact["parameter"], fact["filter"]) == ("60 day cookie", "cookieDays", "60..")
    assert fact["label"]
    (only,) = shops.get(q="coffee", **{fact["parameter"]: fact["filter"]})["programs"]
    assert only["name"] == "Morning Bean", "its chip filters by it"


def test_a_fact_as_plain_words(shops: Catalogue) -> None:  # 7
    answer = shops.get(q="coffee 60 day cookie", literal="60 day cookie")
    assert answer["understood"]["facts"] == []
    assert {"coffee", "60"} <= {word["text"] for word in answer["understood"]["words"]}


def test_recurring_is_a_fact(shops: Catalogue) -> None:  # 7
    assert shops.found("which programs pay recurring commission")[0] == "Morning Bean"


def test_compounds(shops: Catalogue) -> None:  # 8
    assert shops.found("Damenschuhe")[0] == "Brunnhof"


def test_for_whom_is_optional(shops: Catalogue) -> None:  # 8
    found = shops.found("women's shoes")
    assert found[0] == "Velmont"
    assert "Quistra" in found


def test_across_languages(shops: Catalogue) -> None:  # 9
    assert shops.found("Hundefutter", language="unknown", textLanguage="en") == ["Bowl & Bone"]
    assert shops.found("dog food", textLanguage="de") == ["Pfotenglück"]


def test_leaving_out_and_holding_together(shops: Catalogue) -> None:  # 10
    assert set(shops.found("vpn")) == {"Vpn One", "Vpn Two"}
    shops.finds("vpn -hosting", ["Vpn Two"])
    shops.finds('"marketing email"', [])
    shops.finds('"email marketing"', ["Postly"])
    assert shops.found('vpn "hosting')[0] == "Vpn One", "an open quote is a character"


def test_single_letters_are_one_word(shops: Catalogue) -> None:  # 10
    for q in ("P&O", "p & o"):
        shops.finds(q, ["P&O Ferries"])


def test_beginnings(shops: Catalogue) -> None:  # 10
    assert shops.found("coff", prefix="last")[:1] in (["Morning Bean"], ["Evening Bean"])
    assert shops.get(q="coff", prefix="first", expect=400)["errors"][0]["didYouMean"] == "last"


def test_a_cursor_keeps_how_its_words_were_read(catalogue: Catalogue) -> None:  # 11
    catalogue.store(*(program(f"Skincare {number}") for number in range(4)))
    first = catalogue.get(q="skincaer", perPage="2", sort="name")
    assert first["matched"] == "typo"
    catalogue.put([program("Skincaer", external_id="new")])
    catalogue.index()
    assert catalogue.get(q="skincaer")["matched"] == "exact", "by now somebody is called so"
    second = catalogue.get(q="skincaer", perPage="2", sort="name", cursor=first["nextCursor"])
    assert second["matched"] == "typo"
    names = {each["name"] for each in (*first["programs"], *second["programs"])}
    assert names == {f"Skincare {number}" for number in range(4)}


# -- the most a query may cost ---------------------------------------------------------------------------------------

_WORDS = (
    "shoes", "couch", "email", "sneaker", "vegan", "e-commerce", "Damenschuhe", "tshirt", "swimsiut", "nike",
    "60", "day", "cookie", "recurring", "awin", "-vpn", "https://www.shop.com", '"dog', 'food"', "travel",
    "insurance", "weight", "loss", "parfum", "femme", "buy", "cheap", "kids", "AT&T", "running",
)  # fmt: skip


def _lexicon() -> HeldLexicon:
    counted = WordCounts()
    for language in ("en", "de", "fr"):
        for word in _WORDS:
            counted.add(
                language, f"{word} {word}s {word}e {word}en", "", " ".join(f"{word}{end}" for end in "abcdefgh")
            )
    return HeldLexicon(counted.lexicon(), "1")


_HELD = _lexicon()


@examples(max_examples=200)
@given(
    words=st.lists(st.sampled_from(_WORDS) | st.text(min_size=1, max_size=6), min_size=1, max_size=120),
    begun=st.booleans(),
    held=st.booleans(),
)
def test_no_query_costs_more_than_the_engine_takes(words: list[str], begun: bool, held: bool) -> None:  # 12
    q = " ".join(words).encode()[:512].decode("utf-8", "ignore").replace("\0", " ")
    request = read_request({"q": [q], "commission": ["10..20,30..40,50.."], "network": ["awin,cj"], "language": ["de"]})
    analysis = analyse(Wording(q, begun=begun), _HELD if held else NO_LEXICON)
    assert leaves(search_body(request, analysis)["query"]) <= MOST_LEAVES


@pytest.mark.parametrize("some", ["dog fod ", "shoes for kids ", "kids shoes ", "gardening "])
def test_no_topic_makes_more_clauses_than_are_allowed(some: str) -> None:  # 12
    request = read_request({"q": [(some * 200)[:500].strip()]})
    analysis = analyse(request.wording, _HELD)
    assert len(analysis.terms) <= MOST_TERMS
    assert leaves(search_body(request, analysis)["query"]) <= MOST_LEAVES


def test_leaves_are_counted_as_the_engine_counts_them(shops: Catalogue) -> None:  # 12
    """The engine's own rewriting makes as many leaves, or fewer."""
    analysis = analyse(Wording(" ".join(_WORDS)), NO_LEXICON)
    body = search_body(read_request({"q": [" ".join(_WORDS)]}), analysis)
    index = f"{shops.alias}-*"
    answer = shops.search.indices.validate_query(
        index=index, body={"query": body["query"]}, params={"explain": "true", "rewrite": "true"}
    )
    assert answer["valid"]
    rewritten = answer["explanations"][0]["explanation"]
    assert rewritten.count(":") <= 2 * leaves(body["query"])


@pytest.mark.parametrize("q", ["wordpress web hosting", "hébergement web wordpress"])
def test_what_describes_a_thing_is_left_out_before_the_thing(catalogue: Catalogue, q: str) -> None:  # 3
    catalogue.store(
        *(
            program(f"Host {each}", description="Hosting.", topics=("web-hosting",), text_language="en")
            for each in range(7)
        ),
        *(
            program(f"Theme {each}", description="WordPress.", topics=("wordpress",), text_language="en")
            for each in range(5)
        ),
        *(program(f"Agence {each}", description="Agence web à Lyon.", text_language="fr") for each in range(6)),
    )
    answer = catalogue.get(q=q)
    assert answer["leftOut"] == ["wordpress"]
    assert {each["name"].split()[0] for each in answer["programs"]} == {"Host"}


@pytest.mark.parametrize(
    "q", ["hotel booking", "hotels deals", "hôtel réservation", "Hotel buchen", "prenotazione hotel"]
)
def test_that_it_is_booked_need_not_be_said(catalogue: Catalogue, q: str) -> None:  # 3
    catalogue.store(
        program("Innkeep", description="Hotels.", topics=("hotels",)),
        program("Bookwell", description="Hotel booking.", topics=("hotels",)),
    )
    catalogue.finds(q, ["Innkeep", "Bookwell"])


def test_a_compound_tells_its_language_and_not_its_first_part_what_it_is(catalogue: Catalogue) -> None:  # 2, 8
    catalogue.store(
        program("Baby Things", description="Baby monitors.", text_language="en"),
        program("Babyglück", description="Baby und Schlaf.", text_language="de"),
        program("Strampler", description="Bodys.", topics=("baby-clothes",), text_language="de"),
    )
    answer = catalogue.get(q="Babykleidung")
    assert answer["understood"]["language"] == "de"
    assert [each["name"] for each in answer["programs"]] == ["Strampler", "Babyglück", "Baby Things"]


def test_the_part_that_only_describes_does_not_outweigh_what_a_compound_is(catalogue: Catalogue) -> None:  # 8
    catalogue.store(
        *(program(f"Shop {number}", description="Bücher und Spiele.", text_language="de") for number in range(60)),
        program("Rösthaus", description="Kaffee, Kaffee, Kaffee.", text_language="de", popularity=100),
        program("Brühwerk", description="Siebträger.", text_language="de", topics=("coffee-machines",)),
    )
    assert catalogue.found("Kaffeemaschine") == ["Brühwerk", "Rösthaus"]


_DETAILS = ("aluminium", "compatible", "induction", "stainless", "ergonomic", "removable", "insulated", "reusable")


def test_of_a_long_text_what_several_words_say_is_what_it_is_about(catalogue: Catalogue) -> None:  # 3
    english: dict[str, Any] = {"text_language": "en"}
    catalogue.store(
        *(
            program(f"Roast {each}", description="Coffee machines.", topics=("coffee-machines",), **english)
            for each in range(6)
        ),
        *(program(f"Mug {each}", description="Mugs.", topics=("mugs",), **english) for each in range(4)),
        *(program(f"Odd {each}", description=f"{each.title()}.", **english) for each in _DETAILS),
    )
    answer = catalogue.get(q=f"Coffee maker with mugs, {', '.join(_DETAILS)}, moka pot")
    assert answer["matched"] == "some"
    assert {each["name"].split()[0] for each in answer["programs"]} == {"Roast"}
