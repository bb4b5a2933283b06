"""Programs are verified because their merchant's link answers, and a dead link is a change.

1. One request an address, however many programs share it; what answers is verified, on its day, and searchable so.
2. Generated and closed programs, and tracking links, are not asked for; what was marked by hand stays, verified or not,
   until it is handed back.
3. A second check of the same asks nothing and writes nothing; one on a later day moves the day alone.
4. A link is dead after failures on several days: its programs are no longer verified, the history and watches tell it,
   once; so they do when it answers again.
5. A stop or a kill loses nothing; one round at a time; a machine that is offline records nothing.
6. Programs that come later with an address that is known follow it without a request.
7. `affindex programs check` does it, for one network, the most popular first, or for all; workers do where
   `AFFINDEX_CHECK_LINKS` says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from app.checking.checking import AlreadyChecking, LinksChecked, Offline, check_links
from app.cli import affindex
from app.jobs import CHECK_LINKS, CHECKS, worker
from app.settings import as_environment
from indexing.maintenance import prune_history
from tests.alerts.watching import caught_up
from tests.checking.shops import Shops, permitted
from tests.words import Catalogue
from tests.words import program as any_program

program = partial(any_program, merchant_domain="shop.test")
check = partial(check_links, permitted=permitted, pause=0.0, seconds=5.0)


def of(done: LinksChecked, *names: str) -> dict[str, int]:
    return {name: getattr(done, name) for name in names}


def verified(catalogue: Catalogue) -> list[str]:
    return [name for (name,) in catalogue.rows("select name from programs where verified order by name")]


def versions(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    return catalogue.rows("select id, version, updated_at from programs order by id")


def days_pass(catalogue: Catalogue, days: int) -> None:
    """As if all that is known of links were so much older."""
    catalogue.rows(
        f"update link_checks set checked_at = checked_at - interval '{days} days', "
        f"failed_at = failed_at - interval '{days} days', answered_at = answered_at - interval '{days} days', "
        f"dead_since = dead_since - interval '{days} days'"
    )
    catalogue.rows("alter table programs disable trigger stamp_changed")
    catalogue.rows(f"update programs set verified_at = verified_at - interval '{days} days' where verified")
    catalogue.rows("alter table programs enable trigger stamp_changed")


def told(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    """What history says of links: name, from, to."""
    return catalogue.rows(
        "select p.name, h.old, h.new from program_history h join programs p on p.id = h.program_id "
        "where h.field = 'link' order by h.xid, p.name"
    )


def test_what_answers_is_verified(catalogue: Catalogue, shops: Shops) -> None:  # 1, 2
    catalogue.store(
        program("A", network="cj", merchant_url=shops.at("/shop")),
        program("B", network="awin", merchant_url=shops.at("/shop")),
        program("Gone", merchant_url=shops.at("/404")),
        program("Inside", merchant_url="http://private.test/"),
        program("Without"),
        program("Generated", data_source="generator:awin", merchant_url=shops.at("/generated")),
        program("Closed", status="closed", merchant_url=shops.at("/closed")),
        program("Tracking", merchant_url=shops.at("/click"), merchant_domain=None),
    )
    done = check(catalogue.connect)
    assert of(done, "asked", "answers", "gone", "private", "verified", "dead", "left") == {
        "asked": 3, "answers": 1, "gone": 1, "private": 1, "verified": 2, "dead": 0, "left": 0,
    }  # fmt: skip
    assert verified(catalogue) == ["A", "B"]
    assert shops.of("shop.test").count(("HEAD", "/shop")) == 1
    assert {path for _, path in shops.of("shop.test")} == {"/shop", "/404"}
    catalogue.index()
    catalogue.finds("", ["A", "B"], verified="true")
    (today,) = catalogue.rows("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD')")[0]
    assert {each["verifiedAt"][:10] for each in catalogue.get(verified="true")["programs"]} == {today}


def test_a_second_check_writes_nothing(catalogue: Catalogue, shops: Shops) -> None:  # 3
    catalogue.put([program("A", merchant_url=shops.at("/")), program("B", merchant_url=shops.at("/500"))])
    check(catalogue.connect)
    before, asked = versions(catalogue), list(shops.asked)
    assert of(check(catalogue.connect), "asked", "verified", "unverified") == {
        "asked": 0, "verified": 0, "unverified": 0,
    }  # fmt: skip
    assert check(catalogue.connect, every=timedelta(0)).asked == 2  # the same day again
    assert versions(catalogue) == before
    assert len(shops.asked) > len(asked)
    days_pass(catalogue, 29)
    assert check(catalogue.connect).asked == 1  # the one that failed
    days_pass(catalogue, 2)
    assert of(check(catalogue.connect), "asked", "verified") == {"asked": 2, "verified": 1}
    after = versions(catalogue)
    assert [old == new for old, new in zip(before, after, strict=True)].count(False) == 1


def test_marks_by_hand_stay(catalogue: Catalogue, shops: Shops) -> None:  # 2
    catalogue.store(
        program("Doubted", merchant_url=shops.at("/")),
        program("Trusted", merchant_url=shops.at("/404")),
        program("Featured", merchant_url=shops.at("/")),
    )
    ids = {name: id for id, name in catalogue.rows("select id, name from programs")}
    for name, marks in (
        ("Doubted", {"verified": False}),
        ("Trusted", {"verified": True}),
        ("Featured", {"featured": True}),
    ):
        answer = catalogue.api.patch(f"/api/programs/{ids[name]}", json=marks, headers=catalogue.key("import"))
        assert answer.status_code == 200, answer.text
    with catalogue.connect() as connection:
        catalogue.rows("update program_marks set at = at - interval '10 years'")
        prune_history(connection, 730)
    before = dict(catalogue.rows("select name, version from programs"))
    for _ in range(3):
        check(catalogue.connect)
        days_pass(catalogue, 1)
    after = dict(catalogue.rows("select name, version from programs"))
    assert verified(catalogue) == ["Featured", "Trusted"]
    assert {name for name in before if before[name] != after[name]} == {"Featured"}
    assert told(catalogue) == [("Trusted", None, "dead")]
    for name in ("Doubted", "Trusted"):
        answer = catalogue.api.patch(
            f"/api/programs/{ids[name]}", json={"verified": None}, headers=catalogue.key("import")
        )
        assert answer.status_code == 200, answer.text
        assert (answer.json()["verified"], answer.json()["verifiedAt"]) == (False, None)
    check(catalogue.connect)
    assert verified(catalogue) == ["Doubted", "Featured"]


def test_a_death_and_a_return(catalogue: Catalogue, shops: Shops) -> None:  # 4
    catalogue.store(
        program("A", network="cj", merchant_url=shops.at("/shop")),
        program("B", network="awin", merchant_url=shops.at("/shop")),
        program("C", merchant_url=shops.at("/")),
    )
    watch = catalogue.api.post(
        "/api/alerts", json={"name": "cj", "query": "network=cj", "tells": ["link"]}, headers=catalogue.key("import")
    ).json()["watch"]["id"]
    check(catalogue.connect)
    assert verified(catalogue) == ["A", "B", "C"]
    shops.pages["/shop"] = 500
    days_pass(catalogue, 31)
    for day, still in ((1, ["A", "B", "C"]), (2, ["A", "B", "C"]), (3, ["C"])):
        done = check(catalogue.connect)
        assert verified(catalogue) == still
        assert of(done, "dead", "unverified") == {"dead": int(day == 3), "unverified": 2 if day == 3 else 0}
        check(catalogue.connect, every=timedelta(0))  # again on the same day counts nothing
        days_pass(catalogue, 1)
    assert told(catalogue) == [("A", "answers", "dead"), ("B", "answers", "dead")]
    assert catalogue.rows("select distinct verified_at from programs where not verified") == [(None,)]
    assert check(catalogue.connect).asked == 0  # the dead are left alone for a while
    shops.pages.clear()
    days_pass(catalogue, 31)
    assert check(catalogue.connect).verified == 3
    assert told(catalogue)[2:] == [("A", "dead", "answers"), ("B", "dead", "answers")]
    check(catalogue.connect, every=timedelta(0))
    assert len(told(catalogue)) == 4

    changes = catalogue.get("/api/changes", field="link")["changes"]
    assert sorted((each["name"], each["new"]) for each in changes[:2]) == [("A", "dead"), ("B", "dead")]
    changes.sort(key=lambda each: each["name"])
    past = catalogue.get(f"/api/programs/{changes[0]['id']}/history")["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in past] == [
        ("link", "dead", "answers"), ("link", "answers", "dead"),
    ]  # fmt: skip
    catalogue.index()
    caught_up(catalogue)
    events = catalogue.api.get(f"/api/alerts/{watch}/events", headers=catalogue.key("read")).json()["events"]
    assert [(each["kind"], each["program"]["name"], each["old"], each["new"]) for each in events] == [
        ("link", "A", "answers", "dead"), ("link", "A", "dead", "answers"),
    ]  # fmt: skip


def test_who_comes_later_follows(catalogue: Catalogue, shops: Shops) -> None:  # 6
    moving = program("Moving", merchant_url=shops.at("/"))
    catalogue.put([moving, program("Gone", merchant_url=shops.at("/404"))])
    check(catalogue.connect)
    days_pass(catalogue, 1)
    check(catalogue.connect)
    asked = len(shops.asked)
    catalogue.put(
        [
            program("Moving", external_id=moving.external_id, merchant_url=shops.at("/404")),
            program("Alive", merchant_url=shops.at("/")),
            program("Dead", merchant_url=shops.at("/404")),
        ]
    )
    done = check(catalogue.connect)
    assert of(done, "asked", "verified", "unverified") == {"asked": 0, "verified": 1, "unverified": 1}
    assert verified(catalogue) == ["Alive"]
    assert sorted(name for name, _, new in told(catalogue) if new == "dead") == ["Dead", "Gone", "Moving"]
    assert len(shops.asked) == asked


def test_which_are_asked(catalogue: Catalogue, shops: Shops) -> None:  # 7
    catalogue.put(
        [
            program("Popular", network="cj", merchant_url=shops.at("/popular")),
            program("Other", network="cj", merchant_url=shops.at("/other")),
            program("Awin's", network="awin", merchant_url=shops.at("/awin")),
            program("Both", network="awin", merchant_url=shops.at("/other")),
        ]
    )
    catalogue.rows("update programs set popularity = case name when 'Popular' then 90 when 'Other' then 10 end")
    done = check(catalogue.connect, network="cj", most=1)
    assert (verified(catalogue), done.left) == (["Popular"], 1)
    check(catalogue.connect, network="cj")
    assert verified(catalogue) == ["Both", "Other", "Popular"]
    check(catalogue.connect)
    assert verified(catalogue) == ["Awin's", "Both", "Other", "Popular"]
    assert len(shops.of("shop.test")) == 3


def test_a_stop_loses_nothing(catalogue: Catalogue, shops: Shops) -> None:  # 5
    addresses = [shops.at(f"/{number}x", f"host{number % 4}.test") for number in range(24)]
    catalogue.put([program(f"P{number}", merchant_url=address) for number, address in enumerate(addresses)])
    rounds = 0
    while True:
        before = len(shops.asked)

        def enough(before: int = before) -> bool:
            return len(shops.asked) - before > 8

        done = check(catalogue.connect, stop=enough, pause=0.05, record_every=0.05)
        rounds += 1
        assert len(verified(catalogue)) == 24 - done.left
        if not done.left:
            break
        assert rounds < 24
    assert rounds > 1
    pages = [each for host in range(4) for each in shops.of(f"host{host}.test")]
    assert len({path for _, path in pages}) == 24
    assert len(pages) <= 24 + 8 * rounds  # what was under way at a stop is asked again


def test_what_came_before_a_crash_is_kept(catalogue: Catalogue, shops: Shops) -> None:  # 5
    catalogue.put([program(f"P{number}", merchant_url=shops.at(f"/{number}x")) for number in range(6)])

    def crash(done: int, of: int | None) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(catalogue.connect, progress=crash)
    assert len(verified(catalogue)) >= 3
    check(catalogue.connect)
    assert len(verified(catalogue)) == 6
    assert len(shops.of("shop.test")) <= 7


def test_one_at_a_time(catalogue: Catalogue, shops: Shops) -> None:  # 5
    catalogue.put([program("A", merchant_url=shops.at("/slow"))])
    began, end = threading.Event(), threading.Event()

    def stop() -> bool:
        began.set()
        return end.is_set()

    first = threading.Thread(target=check, args=(catalogue.connect,), kwargs={"stop": stop})
    first.start()
    try:
        assert began.wait(10)
        with pytest.raises(AlreadyChecking):
            check(catalogue.connect)
    finally:
        end.set()
        first.join()


def test_offline_is_no_proof(catalogue: Catalogue, shops: Shops) -> None:  # 5
    catalogue.put([program(f"N{number}", merchant_url=f"http://n{number}.nowhere.test/") for number in range(70)])
    with pytest.raises(Offline):
        check(catalogue.connect)
    assert catalogue.rows("select count(*) from link_checks") == [(0,)]
    catalogue.put([program("A", network="cj", merchant_url=shops.at("/"))])
    check(catalogue.connect, network="cj")  # one that answers is a witness from now on
    assert of(check(catalogue.connect), "asked", "gone") == {"asked": 70, "gone": 70}


def test_a_host_that_is_gone_is_one(catalogue: Catalogue, shops: Shops) -> None:  # 5
    catalogue.put([program(f"N{number}", merchant_url=f"http://nowhere.test/{number}") for number in range(70)])
    assert check(catalogue.connect).gone == 70


@pytest.fixture
def command(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run `affindex programs check …` in this process, with loopback taken for public."""
    given = {
        **as_environment(catalogue.settings),
        "AFFINDEX_DATABASE_URL": catalogue.engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": catalogue.engines.opensearch_url,
        "AFFINDEX_INDEX": catalogue.alias,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("app.cli.programs.check_links", check)

    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(affindex, ["programs", "check", *arguments])
        assert result.exit_code == status, result.output
        return result.stdout if status == 0 else result.output

    return run


def test_the_command(command: Callable[..., Any], catalogue: Catalogue, shops: Shops) -> None:  # 7
    catalogue.store(
        program("A", network="cj", merchant_url=shops.at("/")),
        program("B", network="awin", merchant_url=shops.at("/404")),
    )
    done = json.loads(command("--network", "cj", "--json"))
    assert (done["asked"], done["answers"], done["verified"], done["left"]) == (1, 1, 1, 0)
    catalogue.index()
    catalogue.finds("", ["A"], verified="true")
    assert json.loads(command("--most", "5", "--every", "0d", "--json"))["asked"] == 2
    assert json.loads(command("--every", "30", "--json"))["asked"] == 0
    for wrong in (["--every", "soon"], ["--most", "0"], ["--network", "no such"]):
        command(*wrong, status=2)


def test_workers_check_where_they_are_asked_to(catalogue: Catalogue, shops: Shops) -> None:  # 7
    catalogue.put([program("Inside", merchant_url="http://private.test/")])

    def scheduled(*, links: bool) -> list[Any]:
        app = worker(catalogue.engines.database_url, catalogue.connect, links=links)
        periodic = [each.task for each in app.periodic_registry.periodic_tasks.values()]
        return [task for task in periodic if (task.name, task.queue) == (CHECK_LINKS, CHECKS)]

    assert scheduled(links=False) == []
    (task,) = scheduled(links=True)
    task(timestamp=0)  # as a worker does, with the rule of public addresses as it is
    assert catalogue.rows("select address, outcome from link_checks") == [("http://private.test/", "private")]
