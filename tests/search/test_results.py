"""What comes back.

1. `highlight` marks what matched, in <mark>; everything else is escaped.
2. `collapse=merchant` gives one hit a merchant and region, with its offers on all networks, the best paid first.
3. `similar` finds other merchants of the same shelf.
4. `fields` limits what is told of each program.
5. A cursor goes through everything once, belongs to its search, and cannot be forged.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.words import Catalogue, program


def test_highlights_are_safe(catalogue: Catalogue) -> None:  # 1
    catalogue.store(program("Tea <script>", description="Green teas & more", text_language="en"))
    (hit,) = catalogue.get(q="tea", highlight="true")["programs"]
    assert hit["highlights"] == {
        "name": "<mark>Tea</mark> &lt;script&gt;",
        "description": "Green <mark>teas</mark> &amp; more",
    }


def test_one_hit_a_merchant(catalogue: Catalogue) -> None:  # 2
    catalogue.store(
        program("Shop", network="awin", merchant_domain="shop.com", primary_region="DE", commission_max=5.0),
        program("Shop", network="cj", merchant_domain="shop.com", primary_region="DE", commission_max=9.0),
        program("Shop", network="rakuten", merchant_domain="shop.com", primary_region="DE", status="closed"),
        program("Shop US", network="awin", merchant_domain="shop.com", primary_region="US"),
        program("Shop alone", network="clickbank"),
        program("Shop apart", network="clickbank"),
    )
    answer = catalogue.get(q="shop", collapse="merchant")
    assert (answer["total"], answer["groups"]) == (5, 4)
    offers = {hit["name"]: [each["network"] for each in hit["offers"]] for hit in answer["programs"]}
    assert offers == {
        "Shop": ["cj", "awin"],
        "Shop US": ["awin"],
        "Shop alone": ["clickbank"],
        "Shop apart": ["clickbank"],
    }
    narrowed = catalogue.get(network="awin", collapse="merchant", sort="name", facets="network")
    assert (narrowed["total"], narrowed["groups"]) == (2, 2)
    assert [each["network"] for each in narrowed["programs"][0]["offers"]] == ["cj", "awin"]
    pages = [catalogue.get(q="shop", collapse="merchant", perPage="3", page=page)["programs"] for page in ("1", "2")]
    assert [len(page) for page in pages] == [3, 1]
    assert len({hit["id"] for page in pages for hit in page}) == 4


def test_similar(catalogue: Catalogue) -> None:  # 3
    catalogue.store(
        program("Dog Beds", category="Pets", vertical="pets", merchant_domain="a.com", description="dog beds and toys"),
        program("Dog Toys", category="Pets", vertical="pets", merchant_domain="b.com", description="toys and dog beds"),
        program("Cat Trees", category="Pets", vertical="pets", merchant_domain="c.com"),
        program("Dog Beds UK", category="Pets", vertical="pets", merchant_domain="a.com"),
        program("Dog Closed", category="Pets", vertical="pets", status="closed"),
        program("Hotels", category="Travel", vertical="travel"),
    )
    (one,) = catalogue.get(q="dog beds", fields="id", merchantDomain="a.com", sort="id", perPage="1")["programs"]
    found = [each["name"] for each in catalogue.get(f"/api/programs/{one['id']}/similar")["programs"]]
    assert found == ["Dog Toys", "Cat Trees"]
    assert catalogue.get("/api/programs/999999/similar", expect=404)["type"] == "/problems/not-found"


def test_fields(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program("A"))
    assert catalogue.get(fields="name,network")["programs"] == [{"name": "A", "network": "awin"}]


def test_cursors_belong_to_their_search(catalogue: Catalogue) -> None:  # 5
    catalogue.store(*(program(f"P{number}", epc=number % 3 if number % 4 else None) for number in range(25)))
    cursor = catalogue.get(perPage="10", sort="-epc")["nextCursor"]
    seen = catalogue.found(perPage="10", sort="-epc")
    while cursor:
        page = catalogue.get(perPage="10", sort="-epc", cursor=cursor)
        seen += [each["name"] for each in page["programs"]]
        cursor = page["nextCursor"]
    assert sorted(seen) == sorted(f"P{number}" for number in range(25))
    cursor = catalogue.get(perPage="10", sort="-epc")["nextCursor"]
    for other in ({"sort": "epc"}, {"sort": "-epc", "network": "cj"}, {"sort": "-epc", "q": "p"}):
        problem = catalogue.get(expect=400, cursor=cursor, **other)
        assert problem["type"] == "/problems/invalid-cursor"
    assert catalogue.get(cursor=cursor, sort="-epc", perPage="7", facets="network")["programs"]


@given(noise=st.binary(max_size=60) | st.text(max_size=60))
def test_no_cursor_can_be_made_up(shared_catalogue: Catalogue, noise: bytes | str) -> None:  # 5
    if not shared_catalogue.rows("select 1 from programs"):
        shared_catalogue.store(program("A"))
    text = noise if isinstance(noise, str) else noise.hex()
    answer = shared_catalogue.api.get("/api/programs", params={"cursor": text.encode("utf-8", "replace").decode()})
    assert answer.status_code == (200 if not text.strip() else 400)
