"""How accounts stand to programs, as the holder of a key sees it.

1. With a key of scope read it is a member of program, hit, similar program, export and offer; the answer is private,
   without ETag, and never a 304.
2. A filter and the facet are what counting by hand says, with exclusions, the unknown, and other filters.
3. A cursor belongs to the relations it was made with.
4. Several accounts: the nearest relation, and all of them.
5. Without Postgres a search with a key is answered without relations and says so; what names one is 503.
6. One program's relations and the log of changes, by cursor; accounts by name, without credentials.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from app.engines import Engines
from app.search.private.sets import IdSets
from mappings.relations import RELATIONS
from tests.private.telling import tell
from tests.words import Catalogue, decoded, program

HOW = ("joined", "pending", "declined", "removed", "notJoined", None)
PRIVATE = "private, no-store"


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    """Thirty programs, of each relation and of none."""
    shared_catalogue.store(
        *(
            program(
                f"Shop {number}",
                external_id=f"p{number}",
                currency="EUR" if number % 2 else "USD",
                status="closed" if number % 7 == 0 else "active",
                merchant_url=f"https://shop{number // 2}.com",
                merchant_domain=f"shop{number // 2}.com",
                commission_max=float(number),
                commission_min=float(number),
                commission_type="percent",
            )
            for number in range(30)
        )
    )
    assert shared_catalogue.api
    tell(shared_catalogue, {f"p{n}": how for n in range(30) if (how := HOW[n % 6])})
    return shared_catalogue


@pytest.fixture(scope="module")
def key(stocked: Catalogue) -> dict[str, str]:
    return stocked.key("read")


def ask(catalogue: Catalogue, key: dict[str, str], path: str = "/api/programs", **parameters: Any) -> Any:
    answer = catalogue.api.get(path, params=parameters, headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == PRIVATE
    assert "Authorization" in answer.headers["vary"].split(", ")
    assert "etag" not in answer.headers
    return answer.json()


def number(hit: dict[str, Any]) -> int:
    return int(hit["name"].removeprefix("Shop "))


def test_it_is_a_member(stocked: Catalogue, key: dict[str, str]) -> None:  # 1
    hits = ask(stocked, key, perPage=100, status="active,closed")["programs"]
    assert len(hits) == 30
    assert all(hit["relation"] == HOW[number(hit) % 6] for hit in hits)
    one = ask(stocked, key, f"/api/programs/{hits[0]['id']}")
    assert one["relation"] == hits[0]["relation"]
    alike = ask(stocked, key, f"/api/programs/{hits[0]['id']}/similar")["programs"]
    assert all("relation" in each for each in alike)
    (only,) = ask(stocked, key, fields="relation,name", perPage=1)["programs"]
    assert sorted(only) == ["name", "relation"]
    (alone,) = ask(stocked, key, fields="relation", perPage=1)["programs"]
    assert list(alone) == ["relation"]
    (without,) = ask(stocked, key, fields="name", perPage=1)["programs"]
    assert list(without) == ["name"]


def test_never_not_modified(stocked: Catalogue, key: dict[str, str]) -> None:  # 1
    open_to_all = stocked.api.get("/api/programs")
    sent = {**key, "If-None-Match": open_to_all.headers["etag"]}
    assert stocked.api.get("/api/programs", headers=sent).status_code == 200
    assert stocked.api.get("/api/programs", headers={"If-None-Match": "*"}).status_code == 304
    assert stocked.api.get("/api/programs", headers={**key, "If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    "written",
    ["joined", "joined,pending", "!joined", "JOINED", "unknown", "!unknown", "joined,unknown", "!joined,!unknown"],
)
@pytest.mark.parametrize("currency", ["", "EUR"])
def test_a_filter_and_the_facet(stocked: Catalogue, key: dict[str, str], written: str, currency: str) -> None:  # 2
    found = ask(
        stocked,
        key,
        relation=written,
        facets="relation,currency,status",
        perPage=100,
        **({"currency": currency} if currency else {}),
    )
    shown = [n for n in range(30) if n % 7 and (not currency or n % 2)]
    values = [each.strip() for each in written.lower().split(",")]
    included = [each for each in values if not each.startswith("!")]
    excluded = [each[1:] for each in values if each.startswith("!")]

    def how(n: int) -> str:
        return (HOW[n % 6] or "unknown").lower()

    expected = [n for n in shown if (not included or how(n) in included) and how(n) not in excluded]
    assert sorted(map(number, found["programs"])) == expected
    assert found["total"] == len(expected)
    facet = found["facets"]["relation"]
    counted = {each["value"]: each["count"] for each in facet["values"]}
    assert counted == {each: sum(HOW[n % 6] == each for n in shown) for each in RELATIONS}
    assert facet["unknown"] == sum(HOW[n % 6] is None for n in shown)
    assert {each["value"].lower() for each in facet["values"] if each["selected"]} == set(included) - {"unknown"}
    in_euros = {each["value"]: each["count"] for each in found["facets"]["currency"]["values"]}
    other = [
        n for n in range(30) if n % 7 and n % 2 and (not included or how(n) in included) and how(n) not in excluded
    ]
    assert in_euros.get("EUR", 0) == len(other), "other facets are counted under the relation"


def test_more_than_one_clause_can_hold(stocked: Catalogue) -> None:  # 2
    joined = stocked.rows("select program_id from program_relations where relation = 'joined' order by 1")
    assert len(joined) == 5
    sets = IdSets({"joined": array("q", (id for (id,) in joined))}, most_terms=2)
    for clause in (sets.clause("joined"), sets.known):
        body = decoded(msgspec.json.encode({"query": clause}))
        assert stocked.search.count(index=stocked.alias, body=body)["count"] == 5


def test_every_facet_holds_it(stocked: Catalogue, key: dict[str, str]) -> None:  # 2
    assert "relation" in ask(stocked, key, facets="*", perPage=0)["facets"]


def test_what_is_no_relation(stocked: Catalogue, key: dict[str, str]) -> None:  # 2
    answer = stocked.api.get("/api/programs", params={"relation": "joyned"}, headers=key)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["didYouMean"] == "joined"


def test_a_cursor_belongs_to_its_relations(stocked: Catalogue, key: dict[str, str]) -> None:  # 3
    first = ask(stocked, key, relation="joined,pending", perPage=2, sort="id")
    cursor = first["nextCursor"]
    second = ask(stocked, key, relation="joined,pending", perPage=2, sort="id", cursor=cursor)
    assert second["programs"][0]["id"] > first["programs"][-1]["id"]
    for parameters, headers in (
        ({"relation": "declined"}, key),
        ({}, key),
        ({}, {}),
    ):
        asked = {"perPage": 2, "sort": "id", "cursor": cursor, **parameters}
        answer = stocked.api.get("/api/programs", params=asked, headers=headers)
        assert answer.status_code == 400, answer.text


def test_offers(stocked: Catalogue, key: dict[str, str]) -> None:  # 1
    found = ask(stocked, key, collapse="merchant", perPage=100, relation="joined")
    assert found["programs"]
    for hit in found["programs"]:
        assert hit["relation"] == "joined"
        assert all(each["relation"] == HOW[number(each) % 6] for each in hit["offers"])


def test_an_offer_against_the_joined_one(catalogue: Catalogue) -> None:  # 1
    """Joined at CJ, Awin pays 2 points more."""
    shop = {"merchant_url": "https://acme.com", "merchant_domain": "acme.com", "commission_type": "percent"}
    catalogue.store(
        program("At CJ", network="cj", external_id="1", commission_min=5.0, commission_max=5.0, **shop),
        program("At Awin", network="awin", external_id="2", commission_min=7.0, commission_max=7.0, **shop),
        program("At Rakuten", network="rakuten", external_id="3", **shop),
    )
    assert catalogue.api
    key = catalogue.key("read")
    tell(catalogue, {"1": "joined"}, "cj")
    (hit,) = ask(catalogue, key, collapse="merchant")["programs"]
    offers = {each["name"]: each for each in hit["offers"]}
    id = offers["At CJ"]["id"]
    assert "comparedToJoined" not in offers["At CJ"]
    assert offers["At Awin"]["comparedToJoined"] == {"id": id, "network": "cj", "pointsMore": 2.0, "usdMore": None}
    assert offers["At Rakuten"]["comparedToJoined"]["pointsMore"] is None
    tell(catalogue, {"1": "declined"}, "cj")
    (hit,) = ask(catalogue, key, collapse="merchant")["programs"]
    assert not any("comparedToJoined" in each for each in hit["offers"])
    assert "comparedToJoined" not in catalogue.api.get("/api/programs?collapse=merchant").text


def test_an_export(stocked: Catalogue, key: dict[str, str]) -> None:  # 1
    def exported(**parameters: Any) -> str:
        answer = stocked.api.get("/api/programs/export", params=parameters, headers=key)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, PRIVATE), answer.text
        return answer.text

    *lines, _ = exported(relation="joined").splitlines()
    assert lines
    assert {msgspec.json.decode(line)["relation"] for line in lines} == {"joined"}
    rows = list(csv.DictReader(io.StringIO(exported(format="csv", relation="!unknown"))))
    assert {row["relation"] for row in rows} == set(RELATIONS)
    assert all(HOW[number(row) % 6] == row["relation"] for row in rows)
    chosen = exported(format="csv", fields="name,relation", relation="pending").splitlines()
    assert chosen[0] == "name,relation"


def test_several_accounts(catalogue: Catalogue) -> None:  # 4, 6
    catalogue.store(program("Both", external_id="b"), program("One", external_id="o"))
    assert catalogue.api
    key = catalogue.key("read")
    tell(catalogue, {"b": "declined", "o": "notjoined"})
    tell(catalogue, {"b": "joined"}, "awin.blog")
    both, one = ask(catalogue, key, sort="name")["programs"]
    assert (both["relation"], both["relations"]) == ("joined", {"awin": "declined", "awin.blog": "joined"})
    assert (one["relation"], "relations" in one) == ("notJoined", False)
    assert ask(catalogue, key, relation="declined")["total"] == 1
    tell(catalogue, {"b": "suspended"}, "awin.blog")
    told = ask(catalogue, key, f"/api/programs/{both['id']}/relations")
    assert [(each["account"], each["relation"]) for each in told["relations"]] == [
        ("awin", "declined"),
        ("awin.blog", "removed"),
    ]
    assert [(each["old"], each["new"]) for each in told["changes"]] == [("joined", "removed")]
    log = ask(catalogue, key, "/api/relations/changes")
    assert [(each["id"], each["account"], each["new"]) for each in log["changes"]] == [
        (both["id"], "awin.blog", "removed")
    ]
    later = ask(catalogue, key, "/api/relations/changes", since=log["nextCursor"])
    assert later["changes"] == []
    tell(catalogue, {"b": "joined"}, "awin.blog")
    assert len(ask(catalogue, key, "/api/relations/changes", since=later["nextCursor"])["changes"]) == 1
    accounts = {each["name"]: each for each in ask(catalogue, key, "/api/accounts")["accounts"]}
    assert accounts["awin"]["programs"] == {"declined": 1, "notJoined": 1}
    assert accounts["awin.blog"]["network"] == "awin"


@pytest.fixture
def without_database(stocked: Catalogue) -> Iterator[Any]:
    """An API of the same index whose Postgres is away."""
    engines = stocked.engines
    stocked.engines = Engines("postgresql://127.0.0.1:1/none", engines.opensearch_url)
    try:
        yield stocked.opened()
    finally:
        stocked.engines = engines


def test_without_postgres(without_database: Any, key: dict[str, str]) -> None:  # 5
    answer = without_database.get("/api/programs", headers=key)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, PRIVATE)
    found = answer.json()
    assert found["total"] == 25
    assert "relation" not in found["programs"][0]
    assert any("left out" in each["message"] for each in found["warnings"])
    for parameters in ({"relation": "joined"}, {"facets": "relation"}, {"fields": "relation"}):
        assert without_database.get("/api/programs", params=parameters, headers=key).status_code == 503
    assert without_database.get("/api/programs", params={"facets": "*"}, headers=key).status_code == 200
    assert without_database.get("/api/programs", params={"relation": "joined"}).status_code == 401
