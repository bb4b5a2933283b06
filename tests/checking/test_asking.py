"""An address is asked politely, and judged by what its server says.

1. One HEAD, and a GET where that is refused, cut or left without an answer; no body is read, no cookie sent back.
2. robots.txt is asked for once a host and respected, also at the end of a redirect; one that cannot be read forbids.
3. Redirects are followed five times, each to public addresses only; a name is resolved once.
4. Gone is 404, 410 and a name that there is not; a refusal is neither an answer nor a death; slowness has an end.
5. Requests to one host begin a pause apart; other hosts do not wait for it.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from app.checking.asking import AGENT, AskedLink, Asker, Outcome
from app.checking.pacing import Pace
from tests.checking.shops import LATE, Shops, permitted


def ask(*addresses: str, pause: float = 0.0, seconds: float = 5.0, open_to: object = permitted) -> list[AskedLink]:
    """Ask addresses at once."""

    async def all_of_them() -> list[AskedLink]:
        asker = Asker(Pace(pause), open_to, seconds)  # type: ignore[arg-type]
        try:
            return await asyncio.gather(*(asker.ask(address) for address in addresses))
        finally:
            await asker.close()

    return asyncio.run(all_of_them())


def test_one_head(shops: Shops) -> None:  # 1
    assert ask(shops.at("/"), shops.at("/page?a=1#there")) == [AskedLink("answers", "it answers 200")] * 2
    assert sorted(shops.of("shop.test")) == [("HEAD", "/"), ("HEAD", "/page?a=1")]
    assert shops.agents == {AGENT} == {"Affindex/1"}
    assert shops.cookies == set()


@pytest.mark.parametrize("path", ["/headless", "/headless/403", "/headless/404", "/headless/500", "/silent"])
def test_a_get_where_head_is_refused(shops: Shops, path: str) -> None:  # 1
    (asked,) = ask(shops.at(path))
    assert asked.outcome == "answers"
    assert shops.of("shop.test") == [("HEAD", path), ("GET", path)]


def test_no_body_is_read(shops: Shops) -> None:  # 1
    began = time.monotonic()
    (asked,) = ask(shops.at("/endless"))
    assert (asked.outcome, shops.of("shop.test")) == ("answers", [("HEAD", "/endless")])
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/404", "gone"), ("/410", "gone"), ("/500", "failed"), ("/403", "refused"), ("/401", "refused"),
        ("/429", "refused"), ("/503", "refused"), ("/451", "refused"), ("/204", "answers"), ("/304", "failed"),
        ("/moved/404", "gone"), ("/moved/moved/moved/moved/moved/", "answers"),
        ("/moved/moved/moved/moved/moved/moved/", "failed"), ("/loop", "failed"), ("/to/ftp://shop.test/", "failed"),
        ("/to/http://10.0.0.1/", "private"), ("/to/http://169.254.169.254/latest/", "private"),
        ("/to/http://private.test/", "private"), ("/to/http://[::1]/", "private"), ("/to/http://nowhere.test/", "gone"),
        ("/to/http://[", "failed"), ("/to///", "failed"),
    ],
)  # fmt: skip
def test_what_it_says(shops: Shops, path: str, outcome: Outcome) -> None:  # 3, 4
    (asked,) = ask(shops.at(path))
    assert asked.outcome == outcome, asked


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("http://nowhere.test/", "gone"), ("http://passing.test/", "failed"), ("http://private.test/", "private"),
        ("http://10.0.0.1/", "private"), ("http://shop.test:1/", "failed"), ("http://x" + "x" * 70 + ".com/", "failed"),
    ],
)  # fmt: skip
def test_who_cannot_be_reached(shops: Shops, address: str, outcome: Outcome) -> None:  # 3, 4
    (asked,) = ask(address)
    assert (asked.outcome, asked.reached) == (outcome, False), asked
    assert shops.asked == []


def test_a_certificate_that_does_not_hold(shops: Shops) -> None:  # 4
    (asked,) = ask(shops.at("/").replace("http:", "https:"))
    assert (asked.outcome, asked.reached) == ("failed", False)


def test_this_machine_is_not_public(shops: Shops) -> None:  # 3
    from app.feeds.public_addresses import is_public

    (asked,) = ask(shops.at("/"), open_to=is_public)
    assert asked.outcome == "private"
    assert shops.asked == []


@pytest.mark.parametrize("path", ["/slow", "/drip"])
def test_slowness_has_an_end(shops: Shops, path: str) -> None:  # 4
    began = time.monotonic()
    (asked,) = ask(shops.at(path), seconds=LATE / 3)
    assert (asked.outcome, asked.reached) == ("failed", True)
    assert [method for method, _ in shops.of("shop.test")] == ["HEAD", "GET"]
    assert time.monotonic() - began < 2 * LATE


def test_robots_are_asked_once_and_respected(shops: Shops) -> None:  # 2
    shops.robots["shop.test"] = "User-agent: *\nDisallow: /private\n"
    shops.robots["closed.test"] = "User-agent: Affindex\nDisallow: /\n\nUser-agent: *\nAllow: /"
    found = ask(
        shops.at("/private/a"), shops.at("/b"), shops.at("/c"), shops.at("/", "closed.test"),
        shops.at(f"/to/{shops.at('/', 'closed.test')}", "leading.test"),
    )  # fmt: skip
    assert [each.outcome for each in found] == ["forbidden", "answers", "answers", "forbidden", "forbidden"]
    assert shops.of("closed.test") == []
    assert ("HEAD", "/private/a") not in shops.of("shop.test")
    for host in ("shop.test", "closed.test", "leading.test"):
        assert shops.asked.count((host, "GET", "/robots.txt")) == 1


@pytest.mark.parametrize(
    ("said", "outcome"),
    [(404, "answers"), (403, "answers"), (503, "forbidden"), (500, "forbidden"), (429, "forbidden")],
)
def test_robots_that_are_not_there(shops: Shops, said: int, outcome: Outcome) -> None:  # 2
    shops.robots["shop.test"] = said
    (asked,) = ask(shops.at("/"))
    assert (asked.outcome, asked.reached) == (outcome, True)


def test_robots_without_an_end(shops: Shops) -> None:  # 2
    shops.robots["shop.test"] = "User-agent: *\nDisallow: /a\n" + "# nothing\n" * 200_000 + "Disallow: /b\n"
    found = ask(shops.at("/a"), shops.at("/b"))
    assert [each.outcome for each in found] == ["forbidden", "answers"]


def test_a_pause_a_host(shops: Shops) -> None:  # 5
    pause = 0.25
    began = time.monotonic()
    ask(*(shops.at(f"/{number}xx", host) for number in range(3) for host in ("a.test", "b.test")), pause=pause)
    took = time.monotonic() - began
    for host in ("a.test", "b.test"):
        times = [at for at, (name, _, _) in zip(shops.times, shops.asked, strict=True) if name == host]
        assert len(times) == 4
        assert all(later - earlier > 0.8 * pause for earlier, later in pairwise(times))
    assert took < 6 * pause  # 3 each, side by side
