"""One client below all networks.

1. A token bucket in Postgres: it outlives its process, is shared by all of them, and waits only as long as is sensible.
2. What answers say about limits is understood in every dialect.
3. Only one token is asked for, however many threads need it; a refused one is renewed once.
4. Only what is repeatable is asked again, and redirects have an end; a credential goes to its own host only, and is
   never in an error.
5. Private addresses are not asked, under whatever name, unless the settings allow it; nor is plain http.
6. Answers are capped in size, also when they are packed.
"""

from __future__ import annotations

import gzip
import ipaddress
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feeds.public_addresses import is_public
from app.networks import addresses, failures
from app.networks.api import Api, Limit, NetworkAnswer, Request
from app.networks.auth import Auth, ClientCredentials, bearer
from app.networks.budget import Bucket, Budget
from app.networks.client import Client
from app.networks.limit_headers import wait_after
from app.settings import Secret
from tests.networks.conftest import Network, TurnedClock
from tests.networks.simulator import SimulatedNetwork
from tests.words import Catalogue

# -- the bucket ------------------------------------------------------------------------------------------------------


@given(
    calls=st.integers(2, 200),
    burst=st.integers(1, 20),
    seconds=st.floats(1, 3600),
    pauses=st.lists(st.floats(0, 100), min_size=1, max_size=60),
)
def test_no_window_ever_holds_more_calls_than_allowed(
    calls: int, burst: int, seconds: float, pauses: list[float]
) -> None:  # 1
    """Whoever asks as soon as it may, with any pauses between, stays within the limit in every window."""
    limit = Limit(calls, seconds, burst=min(burst, calls - 1))
    bucket, now, sent = Bucket(float(limit.burst), 0.0), 0.0, []
    for pause in [*pauses, *[0.0] * (2 * calls)]:
        now += pause
        bucket = bucket.filled(limit, now)
        now += bucket.wait(now, limit)
        bucket = bucket.filled(limit, now)
        bucket = Bucket(bucket.tokens - 1, bucket.at)
        sent.append(now)
    for index, start in enumerate(sent):
        within = sum(1 for at in sent[index:] if at < start + seconds * (1 - 1e-9))
        assert within <= limit.calls


@given(
    calls=st.integers(3, 200),
    burst=st.integers(2, 20),
    tokens=st.floats(0, 1),
    answering=st.floats(0, 2),
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=20),
)
def test_what_runs_in_the_background_keeps_nobody_waiting(
    calls: int, burst: int, tokens: float, answering: float, pauses: list[float]
) -> None:  # 1
    """It asks whenever it may, and first where both may: the other waits for what it spent itself, and no longer."""
    limit = Limit(calls, 60, burst=min(burst, calls - 1))
    bucket = Bucket(1 + tokens * (limit.burst - 1), 0.0)
    asks = {"background": 0.0, "list": 0.0}
    waiting = list(pauses)
    latest = sum(pauses) + len(pauses) * (answering + 1 / limit.rate + 0.002)
    while waiting:
        who = "background" if asks["background"] <= asks["list"] else "list"
        now = asks[who]
        assert now <= latest
        bucket = bucket.filled(limit, now)
        wait = bucket.wait(now, limit, 1 if who == "background" else 0)
        if wait <= 0:
            bucket = Bucket(bucket.tokens - 1, bucket.at)
            wait = answering if who == "background" else answering + waiting.pop(0)
        asks[who] = now + max(wait, 0.001)


def test_the_background_alone_is_no_slower(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    limit = Limit(20, 60, burst=2)
    budget = Budget(catalogue.connect, "awin", limit, clock, background=True)
    began = clock.now()
    for _ in range(19):
        budget.take()
    assert clock.now() - began == pytest.approx(60, rel=0.01)
    budget.close()


def test_the_background_of_a_single_token_is_not_shut_out(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    budget = Budget(catalogue.connect, "clickbank", Limit(2, 60, burst=1), clock, background=True)
    budget.take()
    budget.take()
    budget.close()


def test_the_bucket_outlives_its_process_and_is_shared(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    limit = Limit(20, 60, burst=2)
    first = Budget(catalogue.connect, "awin", limit, clock)
    first.take()
    first.take()
    first.close()
    began = clock.now()
    second = Budget(catalogue.connect, "awin", limit, clock)
    second.take()
    assert clock.now() - began == pytest.approx(60 / 18, rel=0.01)
    other = Budget(catalogue.connect, "cj", limit, clock)
    before = clock.now()
    other.take()
    assert clock.now() == before, "each network has its own"
    for each in (second, other):
        each.close()


def test_many_workers_draw_from_one_bucket(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    limit = Limit(20, 60, burst=2, patience=1e9)
    sent: list[float] = []
    one_at_a_time = threading.Lock()  # a worker that waits turns the clock of all: the moment noted must be its own

    def work(_: int) -> None:
        budget = Budget(catalogue.connect, "awin", limit, clock)
        for _ in range(10):
            with one_at_a_time:
                budget.take()
                sent.append(clock.now())
        budget.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    ordered = sorted(sent)
    assert max(sum(1 for at in ordered if start <= at < start + 60) for start in ordered) <= 20


def test_a_wait_that_makes_no_sense_is_not_waited(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    budget = Budget(catalogue.connect, "clickbank", Limit(1, 86_400, burst=1, downloads=True), clock)
    budget.take()
    began = clock.now()
    with pytest.raises(failures.OverBudget, match=r"until 2026-09-\d\d \d\d:\d\d:\d\d UTC"):
        budget.take()
    assert clock.now() == began
    budget.give_back()
    budget.take()
    budget.close()


def test_silence_that_a_network_asks_for_is_kept_by_all(catalogue: Catalogue, clock: TurnedClock) -> None:  # 1
    limit = Limit(100, 60, burst=10)
    told = Budget(catalogue.connect, "cj", limit, clock)
    told.take()
    told.block(45)
    began = clock.now()
    other = Budget(catalogue.connect, "cj", limit, clock)
    other.take()
    assert clock.now() - began == pytest.approx(45, abs=0.1)
    for each in (told, other):
        each.close()


# -- limit headers ---------------------------------------------------------------------------------------------------

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("limited", "headers", "seconds"),
    [
        (False, {}, 0),
        (True, {}, 60),  # Awin: 429 and not a word
        (True, {"retry-after": "7"}, 7),
        (True, {"retry-after": "0"}, 60),
        (True, {"retry-after": formatdate(NOW + 90, usegmt=True)}, 90),
        (True, {"retry-after": "soon"}, 60),
        (False, {"retry-after": "30"}, 30),  # a 503 with a wish
        (False, {"x-ratelimit-limit-minute": "100", "ratelimit-remaining": "5"}, 0),  # Rakuten
        (False, {"x-ratelimit-remaining-minute": "0", "x-ratelimit-limit-minute": "100"}, 60),
        (True, {"x-ratelimit-limit-hour": "1000", "x-ratelimit-reset": "312"}, 312),  # Impact: seconds
        (False, {"x-ratelimit-remaining-hour": "0", "x-ratelimit-reset": "312"}, 312),
        (False, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 20)}, 20),  # a moment
        (False, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((NOW + 20) * 1000)}, 20),  # in milliseconds
        (False, {"ratelimit-remaining": "0", "ratelimit-reset": "9"}, 9),
        (False, {"ratelimit": "limit=100, remaining=0, reset=11"}, 11),
        (False, {"ratelimit": '"default";r=0;t=12'}, 12),
        (False, {"ratelimit": '"default";r=3;t=12'}, 0),
        (True, {"retry-after": "7", "x-ratelimit-remaining-hour": "400", "x-ratelimit-reset": "3000"}, 7),
        (True, {"retry-after": "9999999"}, 86_400),
        (False, {"x-ratelimit-remaining": "nonsense", "x-ratelimit-reset": "nonsense"}, 0),
    ],
)
def test_limit_headers(limited: bool, headers: dict[str, str], seconds: float) -> None:  # 2
    assert wait_after(limited, headers, NOW) == pytest.approx(seconds, abs=0.01)


@given(
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "ratelimit", "x-ratelimit-reset", "x-ratelimit-remaining"]),
        st.text(max_size=30),
    )
)
def test_any_limit_header_gives_a_sensible_wait(headers: dict[str, str]) -> None:  # 2
    assert 0 <= wait_after(True, headers, NOW) <= 86_400


# -- asking ----------------------------------------------------------------------------------------------------------

Made = Callable[..., Client]


@pytest.fixture
def client(catalogue: Catalogue, clock: TurnedClock) -> Iterator[Made]:
    """Make a client of a simulated network."""
    made: list[Client] = []

    def make(simulated: SimulatedNetwork, auth: Auth | None = None, **options: Any) -> Client:
        api = Api(
            network=simulated.slug,
            base_url=simulated.url,
            limit=Limit(10_000, 60, burst=5_000),
            timeout=0.4,
            largest_answer=options.pop("largest_answer", 1_000_000),
        )
        budget = Budget(catalogue.connect, simulated.slug, api.limit, clock)
        token = Secret(simulated.secrets.get("token", "none-of-it"))
        found = Client(
            api,
            auth or bearer(token),
            budget,
            clock,
            httpx2.HTTPTransport(trust_env=False),
            secrets=[token],
            **options,
        )
        made.append(found)
        return found

    yield make
    for each in made:
        each.close()


def whole(answer: NetworkAnswer) -> NetworkAnswer:
    return answer


PROGRAMS = Request("/api/v2/marketplace/programs")


def test_one_token_for_many_threads(network: Network, client: Made, clock: TurnedClock) -> None:  # 3
    simulated = network("rakuten", 50)
    simulated.rules = type(simulated.rules)(**{**simulated.rules.__dict__, "calls": None})
    secrets = simulated.secrets
    auth = ClientCredentials(
        "/token",
        Secret(secrets["client_id"]),
        Secret(secrets["client_secret"]),
        form={"scope": secrets["sid"]},
        scheme="Basic",
        clock=clock,
    )
    shared = client(simulated, auth)
    together = threading.Barrier(8)

    def ask(_: int) -> int:
        together.wait()
        return shared.ask(Request("/v2/advertisers", {"limit": "10"}), whole).status

    def eight() -> list[int]:
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(ask, range(8)))

    assert eight() == [200] * 8
    assert simulated.tokens_given == 1
    simulated.tokens.clear()  # all of them are refused at once
    assert eight() == [200] * 8
    assert simulated.tokens_given == 2
    clock.sleep(3_550)  # it would still be taken, but not for long
    assert eight() == [200] * 8
    assert simulated.tokens_given == 3


def test_a_refused_token_is_renewed_once(network: Network, client: Made, clock: TurnedClock) -> None:  # 3
    simulated = network("rakuten", 5)
    secrets = simulated.secrets
    auth = ClientCredentials(
        "/token",
        Secret(secrets["client_id"]),
        Secret(secrets["client_secret"]),
        form={"scope": secrets["sid"]},
        scheme="Bearer",
        clock=clock,
    )
    simulated.fail("401", times=9, path="/v2/advertisers")
    with pytest.raises(failures.CredentialsRefused):
        client(simulated, auth).ask(Request("/v2/advertisers"), whole)
    assert len(simulated.asked("/v2/advertisers")) == 2
    assert simulated.tokens_given == 2


def test_only_what_is_repeatable_is_repeated(network: Network, client: Made) -> None:  # 4
    simulated = network("partnerstack", 5)
    simulated.fail("503", times=9)
    with pytest.raises(failures.Unavailable, match=r"status 503$"):
        client(simulated).ask(Request("/api/v2/partnerships", method="POST", json={}, repeatable=False), whole)
    assert len(simulated.calls) == 1


def test_credentials_stay_with_their_host(network: Network, client: Made) -> None:  # 4
    """A redirect to the same host is followed with them, to another without."""
    simulated, other = network("partnerstack", 5), network("partnerstack", 5)
    simulated.fail("redirect", Location="/api/v2/marketplace/programs?limit=3")
    assert client(simulated).ask(PROGRAMS, whole).status == 200
    simulated.fail("redirect", Location=f"{other.url}/api/v2/marketplace/programs")
    with pytest.raises(failures.CredentialsRefused):
        client(simulated).ask(PROGRAMS, whole)
    assert [call.status for call in other.calls] == [401]


def test_redirects_end(network: Network, client: Made) -> None:  # 4
    simulated = network("partnerstack", 5)
    simulated.fail("redirect", times=99, Location="/api/v2/marketplace/programs")
    with pytest.raises(failures.NotAnAnswer, match="redirects more than 3 times"):
        client(simulated).ask(PROGRAMS, whole)
    assert len(simulated.calls) == 4


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/x", "", "//"])
def test_redirects_to_elsewhere_are_refused(location: str, network: Network, client: Made) -> None:  # 5
    simulated = network("partnerstack", 5)
    simulated.fail("redirect", times=99, Location=location)
    with pytest.raises((failures.AddressRefused, failures.NotAnAnswer)):
        client(simulated).ask(PROGRAMS, whole)


def test_a_post_is_never_redirected(network: Network, client: Made) -> None:  # 4
    simulated = network("refersion", 5)
    simulated.fail("redirect", Location="/elsewhere")
    with pytest.raises(failures.AddressRefused):
        client(simulated).ask(Request("/", method="POST", json={}), whole)


def test_no_credential_in_an_error(network: Network, client: Made) -> None:  # 4
    simulated = network("cj", 5)
    token = simulated.secrets["token"]
    simulated.fail("418", after=0)
    made = client(simulated)
    with pytest.raises(failures.NotAnAnswer) as error:
        made.ask(Request(f"/v2/{token}/x", {"key": token}), whole)
    assert "•••" in str(error.value)
    assert token not in str(error.value)
    assert token not in repr(Secret(token)) + str(Secret(token)) + f"{Secret(token)}"


def test_a_packed_answer_is_capped_by_what_it_unpacks_to(network: Network, client: Made) -> None:  # 6
    simulated = network("partnerstack", 0)
    simulated.options["packed"] = gzip.compress(b"[" + b" " * 50_000_000)
    with pytest.raises(failures.NotAnAnswer, match="larger than 1 MB"):
        client(simulated).ask(PROGRAMS, whole)


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:  # 5
    assert not is_public(ipaddress.ip_address(address.partition("%")[0]))
    with pytest.raises(failures.AddressRefused):
        addresses.checked("a.name", ["93.184.215.14", address])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses(address: str) -> None:  # 5
    assert is_public(ipaddress.ip_address(address.partition("%")[0]))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost.localdomain"])
def test_what_is_not_public_is_not_connected_to(host: str, network: Network) -> None:  # 5
    simulated = network("partnerstack", 5)
    port = simulated.url.rpartition(":")[2]
    with httpx2.Client(transport=addresses.transport(allow_private=False)) as http:
        for scheme in ("http", "https"):
            with pytest.raises((failures.AddressRefused, httpx2.ConnectError)):
                http.get(f"{scheme}://{host}:{port}/api/v2/marketplace/programs")
    assert simulated.calls == []


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:  # 5
    """A name that answers differently the second time gains nothing: it is asked once, and the name is kept for TLS."""
    resolved: list[str] = []
    sent: list[httpx2.Request] = []

    def getaddrinfo(host: str, *_: Any, **__: Any) -> list[Any]:
        resolved.append(host)
        address = "93.184.215.14" if len(resolved) == 1 else "127.0.0.1"
        return [(None, None, None, "", (address, 443))]

    def handle(_: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        assert (request.url.host, request.headers["host"]) == ("93.184.215.14", "api.example.com")
        assert request.extensions["sni_hostname"] == "api.example.com"
        return httpx2.Response(200)

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", handle)
    with httpx2.Client(transport=addresses.transport(allow_private=False)) as http:
        answer = http.get("https://api.example.com/x")
    assert (len(resolved), len(sent)) == (1, 1)
    assert str(answer.request.url) == "https://api.example.com/x"
