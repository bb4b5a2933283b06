"""Watches over HTTP, and by the command.

1. Everything needs a key: `read` lists and reads, `import` makes, changes, tests, removes.
2. A watch is made, shown, changed, paused, resumed and removed; its secret is shown once.
3. Its events are read in pages, by a cursor that goes on at any later time.
4. What cannot be is refused with all that is wrong: names, queries, kinds, addresses; more than 10,000 matches; a
   second watch of a name.
5. A test tells the webhook at once; a replay puts it before the workers.
6. `affindex alerts` does the same.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.alerts.watches import MOST_WATCHES
from app.api.bounds import ApplicationBounds
from app.jobs import TELL
from tests.alerts.receiving import receiver
from tests.alerts.watching import caught_up
from tests.cli.test_commands import Command
from tests.words import Catalogue, program

_AS_MANY_MORE = """
    insert into watches (name, query, analysis, tells, secret, matched, matches, drawn_at)
    select 'more ' || number, query, analysis, tells, secret, matched, matches, drawn_at
    from generate_series(1, %s) as number, watches where id = %s
"""


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.settings = msgspec.structs.replace(
        shared_catalogue.settings, smtp_url="smtp://127.0.0.1:1", smtp_from="affindex@example.com"
    )
    shared_catalogue.store(program("Green Tea", network="cj", cookie_days=30), program("Coffee"))
    return shared_catalogue


@pytest.fixture
def private(catalogue: Catalogue) -> Catalogue:
    """An empty catalogue whose webhooks may go to this machine."""
    catalogue.settings = msgspec.structs.replace(catalogue.settings, allow_private_addresses=True)
    return catalogue


def _ask(
    catalogue: Catalogue, method: str, path: str = "", expect: int = 200, scope: str = "import", **body: Any
) -> Any:
    sent = body if method in ("POST", "PATCH") else None
    answer = catalogue.api.request(method, f"/api/alerts{path}", headers=catalogue.key(scope), json=sent)
    assert answer.status_code == expect, answer.text
    return answer.json() if answer.content else None


def test_scopes(stocked: Catalogue) -> None:  # 1
    made = _ask(stocked, "POST", expect=201, name="scopes", query="q=tea")["watch"]["id"]
    routes = [
        ("GET", ""), ("GET", f"/{made}"), ("GET", f"/{made}/events"), ("POST", ""), ("PATCH", f"/{made}"),
        ("POST", f"/{made}/test"), ("POST", f"/{made}/replay"), ("DELETE", f"/{made}"),
    ]  # fmt: skip
    for method, path in routes:
        assert stocked.api.request(method, f"/api/alerts{path}").status_code == 401
        if method == "GET":
            _ask(stocked, method, path, scope="read")
        else:
            assert _ask(stocked, method, path, 403, scope="read")["type"] == "/problems/scope-needed"
    for method, path in routes[1:]:
        if path:
            absent = path.replace(str(made), "999999999999")
            body: dict[str, Any] = {"paused": True} if method == "PATCH" else {}
            _ask(stocked, method, absent, 404, **body)


def test_a_life(private: Catalogue) -> None:  # 2, 3, 5
    catalogue = private
    catalogue.store(program("Green Tea", network="cj", cookie_days=30), program("Coffee"))
    with receiver() as received:
        made = _ask(
            catalogue, "POST", expect=201, name=" tea ", webhook=received.url,
            query="?q=tea&sort=-epc&page=2&facets=*&cookieDays=30..&network=CJ",
        )  # fmt: skip
        watch, received.secret = made["watch"], made["secret"]
        assert (watch["name"], watch["query"], watch["matches"]) == ("tea", "q=tea&cookieDays=30..&network=CJ", 1)
        assert (watch["author"], watch["tells"]) == (
            "test",
            ["entered", "left", "rate", "cookie", "status", "epc", "link"],
        )
        path = f"/{watch['id']}"
        assert _ask(catalogue, "GET", path) == watch
        assert _ask(catalogue, "GET") == {"watches": [watch]}
        (tried,) = _ask(catalogue, "POST", f"{path}/test")["tests"]
        assert (tried["to"], tried["taken"], tried["status"], tried["because"]) == ("webhook", True, 204, None)
        assert received.taken[0][1]["type"] == "watch.test"
        received.answers = [500]
        (tried,) = _ask(catalogue, "POST", f"{path}/test")["tests"]
        assert (tried["taken"], tried["because"]) == (False, "it answers 500")
    changed = _ask(catalogue, "PATCH", path, name="tea too", tells=["left", "entered"], paused=True)
    assert (changed["name"], changed["tells"]) == ("tea too", ["entered", "left"])
    assert changed["pausedAt"] is not None
    changed = _ask(catalogue, "PATCH", path, paused=False, webhook=None)
    assert (changed["pausedAt"], changed["webhook"]) == (None, None)
    catalogue.put([program(f"Tea {number}", network="cj", cookie_days=40) for number in range(3)])
    catalogue.index()
    caught_up(catalogue)
    names: list[str] = []
    cursor, more = "", True
    while more:
        page = _ask(catalogue, "GET", f"{path}/events?limit=2&since={cursor}", scope="read")
        names += [each["program"]["name"] for each in page["events"]]
        cursor, more = page["nextCursor"], page["more"]
    assert sorted(names) == ["Tea 0", "Tea 1", "Tea 2"]
    assert _ask(catalogue, "GET", f"{path}/events?since={cursor}")["events"] == []
    assert _ask(catalogue, "POST", f"{path}/replay", 202, after="0") == {"pending": 0}
    assert catalogue.rows("select args from jobs.procrastinate_jobs where task_name = %s", TELL) == [
        ({"watch": watch["id"]},)
    ]
    _ask(catalogue, "DELETE", path, 204)
    _ask(catalogue, "GET", path, 404)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\nBcc: x@example.com"}, "name"),
        ({"query": "nework=cj"}, "nework"),
        ({"query": "epc=5..1"}, "epc"),
        ({"query": "q=" + "x" * 9000}, "query"),
        ({"query": "&".join(f"network=cj{n}" for n in range(600))}, "query"),
        ({"tells": []}, "tells"),
        ({"tells": ["enterd"]}, "tells"),
        ({"webhook": "http://example.com/"}, "webhook"),
        ({"webhook": "https://user:password@example.com/"}, "webhook"),
        ({"webhook": "ftp://example.com/"}, "webhook"),
        ({"webhook": "https://"}, "webhook"),
        ({"webhook": "https://exa mple.com/"}, "webhook"),
        ({"webhook": "https://example.com/" + "x" * 2000}, "webhook"),
        ({"webhook": "https://127.0.0.1/"}, "webhook"),
        ({"webhook": "https://[fd00::1]/"}, "webhook"),
        ({"webhook": "https://no-such-host.invalid/"}, "webhook"),
        ({"email": "name"}, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"email": "a@example.com,b@example.com"}, "email"),
    ],
)
def test_what_is_refused(stocked: Catalogue, given: dict[str, Any], wrong: str) -> None:  # 4
    problem = _ask(stocked, "POST", expect=400, **{"name": "refused", "query": "q=tea", **given})
    assert wrong in {each["parameter"] for each in problem["errors"]}


def test_one_of_a_name(stocked: Catalogue) -> None:  # 4
    one = _ask(stocked, "POST", expect=201, name="twice", query="q=tea")["watch"]["id"]
    other = _ask(stocked, "POST", expect=201, name="other", query="q=tea")["watch"]["id"]
    assert _ask(stocked, "POST", expect=409, name="twice", query="q=coffee")["type"] == "/problems/name-taken"
    assert _ask(stocked, "PATCH", f"/{other}", 409, name="twice")["type"] == "/problems/name-taken"
    assert _ask(stocked, "PATCH", f"/{other}", 400)["detail"].startswith("nothing is to be changed")
    assert _ask(stocked, "GET", f"/{one}/events?since=x", 400)["errors"][0]["parameter"] == "since"
    stocked.rows(_AS_MANY_MORE, MOST_WATCHES, one)
    assert _ask(stocked, "POST", expect=409, name="full", query="")["type"] == "/problems/too-many-watches"
    stocked.rows("delete from watches where name like 'more %'")
    narrow = stocked.opened(bounds=ApplicationBounds(most_matches=1))
    answer = narrow.post("/api/alerts", headers=stocked.key("import"), json={"name": "wide", "query": ""})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/too-many-matches")


def test_an_address_of_mail_needs_a_server(private: Catalogue) -> None:  # 4
    private.store(program("Tea"))
    problem = _ask(private, "POST", expect=400, name="mail", query="q=tea", email="name@example.com")
    assert "AFFINDEX_SMTP_URL" in problem["detail"]


def test_by_the_command(private: Catalogue) -> None:  # 5, 6
    private.store(program("Green Tea", network="cj"), program("Coffee"))
    affindex = Command(private)
    with receiver() as received:
        made = affindex.json("alerts", "create", "tea", "q=tea", "--webhook", received.url, "--tells", "entered")
        received.secret = made["secret"]
        id = str(made["watch"]["id"])
        (tried,) = affindex.json("alerts", "test", id)
        assert tried["taken"]
    assert len(received.taken) == 1
    affindex.run("alerts", "pause", id)
    (listed,) = affindex.json("alerts", "list")
    assert (listed["name"], listed["matches"], listed["pausedAt"] is None) == ("tea", 1, False)
    affindex.run("alerts", "remove", id)
    assert private.rows("select count(*) from watches") == [(0,)]
