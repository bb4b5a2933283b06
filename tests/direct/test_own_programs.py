"""Programs of one's own, over the API.

1. POST adds one under `direct`: what is typed and what is text become the same program; all that is wrong is said at
   once, and what is given is stored or refused. An id is drawn unless it is given; one that is taken is a 409.
2. A key repeats nothing: the same members are the same program, others a 409.
3. PUT replaces all that was said and keeps id and marks; what it changes is history. DELETE buries. Programs of
   networks are a 409 that names PATCH, deleted ones 410, unknown ones 404; all of it needs a key.
4. `refresh=wait` answers once searches show it.
5. What an answer says of a program can be sent back and changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from app.direct.reading import MEMBERS
from app.direct.writing import Taken, add
from indexing.follow import drain
from tests.words import Catalogue, program

RICH: dict[str, Any] = {
    "externalId": "in-house-1",
    "name": "Acme Direct",
    "description": "Shoes, sold by ourselves",
    "textLanguage": "en",
    "status": "active",
    "categories": ["Shoes", "Bags"],
    "merchantUrl": "https://shop.acme.com",
    "primaryRegion": "DE",
    "launchedAt": "2024-05-01",
    "deepLinkAllowed": True,
    "commissionMin": 5,
    "commissionMax": 12.5,
    "currency": "EUR",
    "cookieDays": 45,
    "minPayout": 25,
    "paymentMethods": ["paypal"],
    "validationDays": 30,
    "averageEarnings": 7.5,
    "epcRaw": 0.25,
    "conversionRate": 2.5,
    "geoTargeting": ["DE", "AT"],
    "language": ["de"],
    "approvalMode": "manual",
    "hasProductFeed": False,
    "recurring": False,
}


def _rule(**members: Any) -> dict[str, Any]:
    return {"event": "sale", "kind": "percent", **members}


def _send(
    catalogue: Catalogue, method: str, path: str, body: Any = None, expect: int = 201, **headers: str
) -> dict[str, Any]:
    sent = catalogue.key("import") | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = catalogue.api.request(method, path, json=body, headers=sent)
    assert answer.status_code == expect, (answer.status_code, answer.text)
    return {"version": answer.headers.get("X-Program-Version"), **(answer.json() if answer.content else {})}


def _add(catalogue: Catalogue, expect: int = 201, **members: Any) -> dict[str, Any]:
    return _send(catalogue, "POST", "/api/programs", members, expect)


def _said(found: dict[str, Any]) -> dict[str, Any]:
    return {entry.key: found[entry.key] for entry in MEMBERS}


def test_a_program_is_added_and_found(catalogue: Catalogue) -> None:  # 1
    catalogue.index()
    added = _add(catalogue, 201, **RICH)
    assert (added["network"], added["dataSource"], added["commissionType"]) == ("direct", "api:direct", "percent")
    assert added["merchantDomain"] == "acme.com"
    for key, value in RICH.items():
        assert added[key] == value, key
    catalogue.index()
    assert {**catalogue.get(f"/api/programs/{added['id']}"), "version": added["version"]} == added
    catalogue.finds("acme direct", ["Acme Direct"], network="direct", commission="10..")


def test_text_says_what_types_say(catalogue: Catalogue) -> None:  # 1
    typed = _add(catalogue, name="A", cookieDays=30, commissionMin=8, commissionMax=8, geoTargeting=["DE", "AT"],
                 recurring=True, launchedAt="2024-05-01", language=["de"], category="Shoes")  # fmt: skip
    text = _add(catalogue, name="A", cookieDays="30 days", commissionText="8% per sale", recurring="yes",
                geoTargeting="Germany, Austria", launchedAt="2024-05-01", language="German",
                category="Shoes")  # fmt: skip
    differing = {key for key, value in _said(typed).items() if value != text[key]}
    assert differing == {"externalId", "commissionText"}
    assert typed["externalId"] != text["externalId"]


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({}, ["name"]),
        ({"name": "A", "nmae": "B"}, ["nmae"]),
        ({"name": "A", "network": "awin"}, ["network"]),
        ({"name": "A", "verified": True}, ["verified"]),
        ({"name": "A", "id": 3, "epc": 1}, ["id", "epc"]),
        ({"name": "A", "cookieDays": "soon"}, ["cookieDays"]),
        ({"name": "A", "cookieDays": True, "language": [1]}, ["cookieDays", "language"]),
        ({"name": "A", "geoTargeting": ["DE", "Narnia"]}, ["geoTargeting"]),
        ({"name": "A", "merchantUrl": "shop", "launchedAt": "someday"}, ["launchedAt", "merchantUrl"]),
        ({"name": "A", "commissionMin": 9, "commissionMax": 3}, ["commissionMin", "commissionMax"]),
        ({"name": "A", "commissionMin": 130}, ["commissionMin"]),
        ({"name": "A", "commissionType": "fixed", "commissionMax": 3}, ["commissionType"]),
        ({"name": "A", "commissionType": "percent"}, ["commissionType"]),
        ({"name": "A", "epcUnit": "click"}, ["epcUnit"]),
        ({"name": "A", "merchantUrl": "https://a.com", "merchantDomain": "b.com"}, ["merchantDomain"]),
        ({"name": "A" * 301}, ["name"]),
        ({"name": "A", "commissionRules": [{"event": "sael", "kind": "percent", "min": 3}]}, ["commissionRules"]),
        ({"name": "A", "commissionRules": [{"event": "sale", "kind": "percent"}]}, ["commissionRules"]),
        ({"name": "A", "commissionRules": "5%"}, ["commissionRules"]),
        ({"name": "A", "commissionRules": [_rule(min=9, max=3)]}, ["commissionRules"]),
        ({"name": "A", "commissionRules": [_rule(min=5), _rule(max="five", condtion="new")]}, ["commissionRules"] * 2),
        ({"name": "A", "commissionRules": [_rule(min=5, max=150), _rule(min=5, currency="EUR")]},
         ["commissionRules"] * 2),
        ({"name": "A", "commissionRules": [_rule(kind="fixed", min=5, currency="QQQ")]}, ["commissionRules"]),
        ({"name": "A", "commissionRules": [_rule(min=5, condition="n" * 301)]}, ["commissionRules"]),
        ({"name": "A", "commissionRules": [_rule(min=5)] * 101}, ["commissionRules"]),
        ({"name": {"en": "A"}}, ["name"]),
        ({f"n{number}": 1 for number in range(300)}, ["body"]),
        ({"name": "A\u0000"}, ["body"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_whole(
    catalogue: Catalogue, members: dict[str, Any], named: list[str]
) -> None:  # 1
    refused = _add(catalogue, 400, **members)
    assert refused["type"] == "/problems/invalid-body"
    assert sorted(each["parameter"] for each in refused["errors"]) == sorted(named), refused
    assert catalogue.rows("select count(*) from programs") == [(0,)]


def test_each_rule_that_is_wrong_is_named_by_its_number(catalogue: Catalogue) -> None:  # 1
    rules = [_rule(min=5), _rule(min="five"), _rule(max=3, min=9), {"event": "sael", "kind": "percent", "min": 1}]
    said = [each["message"] for each in _add(catalogue, 400, name="A", commissionRules=rules)["errors"]]
    assert said[0] == "'commissionRules' 2: min is 'five'; expected a number"
    assert said[1] == "'commissionRules' 4: 'sael' is no event; did you mean 'sale'?"
    said = [each["message"] for each in _add(catalogue, 400, name="A", commissionRules=[_rule(max=3, min=9)])["errors"]]
    assert said == ["'commissionRules' 1: min is more than max"]


def test_a_rule_is_stored_as_it_is_given(catalogue: Catalogue) -> None:  # 1
    rules = [_rule(min=0, max=7, threshold=0, condition="  new  ones "),
             _rule(event="lead", kind="fixed", min=2.5), _rule(min=5), _rule(min=5)]  # fmt: skip
    added = _add(catalogue, name="A", currency="EUR", commissionRules=rules)
    rest = {"currency": None, "threshold": None, "condition": None}
    assert added["commissionRules"] == [
        {**rest, **_rule(min=None, max=7, condition="new ones")},
        {**rest, **_rule(event="lead", kind="fixed", min=2.5, max=None, currency="EUR")},
        {**rest, **_rule(min=5, max=None)},
    ]


def test_the_nearest_member_is_named(catalogue: Catalogue) -> None:  # 1
    assert _add(catalogue, 400, name="A", cookeDays=3)["errors"][0]["didYouMean"] == "cookieDays"


def test_an_id_is_taken_once(catalogue: Catalogue) -> None:  # 1
    first = _add(catalogue, name="A", externalId="x")
    refused = _add(catalogue, 409, name="B", externalId="x")
    assert (refused["type"], refused["id"]) == ("/problems/external-id-taken", first["id"])
    catalogue.put([program("Of Awin", external_id="y")])
    _add(catalogue, name="C", externalId="y")  # another network's ids are its own


def test_of_several_at_once_one_has_the_id(catalogue: Catalogue) -> None:  # 1
    def write(number: int) -> str:
        with catalogue.connect() as connection:
            try:
                return f"program {add(connection, {'name': f'A{number}', 'externalId': 'x'}).id}"
            except Taken as taken:
                return f"program {taken.id} has it"

    with ThreadPoolExecutor(6) as pool:
        said = sorted(pool.map(write, range(6)))
    ((one,),) = catalogue.rows("select id from programs")
    assert said == [f"program {one}", *[f"program {one} has it"] * 5]


def test_a_key_repeats_nothing(catalogue: Catalogue) -> None:  # 2
    members = {"name": "A", "cookieDays": 3}
    first = _send(catalogue, "POST", "/api/programs", members, idempotency_key="k1")
    again = _send(catalogue, "POST", "/api/programs", dict(reversed(members.items())), idempotency_key="k1")
    assert again == first
    other = _send(catalogue, "POST", "/api/programs", {"name": "B"}, 409, idempotency_key="k1")
    assert (other["type"], other["id"]) == ("/problems/idempotency-conflict", first["id"])
    _send(catalogue, "POST", "/api/programs", members, 400, idempotency_key="k" * 201)
    catalogue.rows("update program_requests set created_at = now() - interval '25 hours'")
    assert _send(catalogue, "POST", "/api/programs", members, idempotency_key="k1")["id"] != first["id"]
    assert catalogue.rows("select count(*) from programs") == [(2,)]


def test_put_replaces_and_history_tells(catalogue: Catalogue) -> None:  # 3
    catalogue.index()
    added = _add(catalogue, 201, **RICH)
    one = f"/api/programs/{added['id']}"
    _send(catalogue, "PATCH", one, {"featured": True}, 200)
    put = _send(catalogue, "PUT", one, {"name": "Acme", "commissionMin": 3, "commissionMax": 3, "currency": "EUR"}, 200)
    assert (put["id"], put["externalId"], put["featured"]) == (added["id"], "in-house-1", True)
    assert (put["name"], put["commissionMax"], put["cookieDays"], put["description"]) == ("Acme", 3, None, None)
    assert int(put["version"]) > int(added["version"])
    changed = {each["field"]: (each["old"], each["new"]) for each in catalogue.get(f"{one}/history")["changes"]}
    assert changed["commissionMax"] == (12.5, 3)
    assert changed["cookieDays"] == (45, None)
    assert _send(catalogue, "PUT", one, {"name": "B", "externalId": "y"}, 409)["type"] == "/problems/external-id-stays"
    assert _send(catalogue, "PUT", one, {"cookieDays": 3}, 400)["type"] == "/problems/invalid-body"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"commissionMin": None, "commissionMax": None, "commissionText": "10% for new customers, 5% for others"},
        {"commissionMin": None, "commissionMax": None, "commissionText": "Tiered commission up to 10%"},
        {"commissionMin": None, "commissionMax": None,
         "commissionRules": [{"event": "lead", "kind": "fixed", "min": 3, "max": 3, "currency": "EUR"},
                             {"event": "sale", "kind": "percent", "min": 4, "max": None, "condition": "new"}]},
        {"commissionFixedMin": 2, "commissionFixedMax": "10 EUR"},
        {"category": "Travel > Hotels", "popularityRaw": 12},
    ],
)  # fmt: skip
def test_what_was_answered_can_be_sent_back(catalogue: Catalogue, more: dict[str, Any]) -> None:  # 5
    added = _add(catalogue, **{**RICH, **more})
    again = _send(catalogue, "PUT", f"/api/programs/{added['id']}", _said(added), 200)
    assert again == added  # the version too: nothing was written


def test_delete_buries(catalogue: Catalogue) -> None:  # 3
    catalogue.index()
    added = _add(catalogue, name="A", externalId="x")
    one = f"/api/programs/{added['id']}"
    catalogue.index()
    gone = _send(catalogue, "DELETE", one, expect=204)
    assert int(gone["version"]) > int(added["version"])
    catalogue.index()
    catalogue.get(one, expect=410)
    catalogue.finds("", [])
    for method, body in (("DELETE", None), ("PUT", {"name": "B"})):
        assert _send(catalogue, method, one, body, 410)["type"] == "/problems/deleted"
    assert _add(catalogue, name="A", externalId="x")["id"] != added["id"]


@pytest.mark.parametrize(("method", "body"), [("PUT", {"name": "B"}), ("DELETE", None)])
def test_programs_of_networks_are_theirs(catalogue: Catalogue, method: str, body: Any) -> None:  # 3
    catalogue.put([program("A")])
    ((one,),) = catalogue.rows("select id from programs")
    refused = _send(catalogue, method, f"/api/programs/{one}", body, 409)
    assert (refused["type"], refused["network"]) == ("/problems/not-your-own", "awin")
    assert "PATCH" in refused["detail"]
    _send(catalogue, method, "/api/programs/999999", body, 404)
    _send(catalogue, method, f"/api/programs/{2**60}", body, 404)
    read = catalogue.key("read")
    assert catalogue.api.request(method, f"/api/programs/{one}", json=body).status_code == 401
    assert catalogue.api.request(method, f"/api/programs/{one}", json=body, headers=read).status_code == 403
    assert catalogue.rows("select name from programs") == [("A",)]


@contextmanager
def _followed(catalogue: Catalogue) -> Iterator[None]:
    """Changes go into the index while this is open."""
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(0.05):
            drain(catalogue.connect, catalogue.search)

    following = threading.Thread(target=follow)
    following.start()
    try:
        yield
    finally:
        ended.set()
        following.join()


def test_who_waits_finds_it(catalogue: Catalogue) -> None:  # 4
    catalogue.index()
    with _followed(catalogue):
        added = _send(catalogue, "POST", "/api/programs?refresh=wait", {"name": "Acme"})
        catalogue.finds("acme", ["Acme"])
        _send(catalogue, "PUT", f"/api/programs/{added['id']}?refresh=wait", {"name": "Bold"}, 200)
        catalogue.finds("bold", ["Bold"])
        _send(catalogue, "DELETE", f"/api/programs/{added['id']}?refresh=wait", expect=204)
        catalogue.finds("", [])
