"""A network is data.

1. `affindex networks add` makes one, from options or a TOML file; a process that runs knows it within a second: its
   filters by slug, name and other names, its label, its feeds. Said again it changes nothing, said otherwise it does.
2. What is said of it is how its records are read: EPC unit, currency, day order, what zero means, id case, its page.
3. What is no network is refused with what is wrong.
4. No network's slug stands in the code of the normaliser or the syncs.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app import jobs
from app.cli import affindex
from app.failures import Failure, Misuse
from app.feeds import uploads
from app.importing.runs import open_run
from app.networks import added
from app.normalising import normalise
from app.settings import as_environment
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG, NETWORKS
from tests.words import Catalogue

ROOT = Path(__file__).parents[2]
FEED = "id,name,website,epc,launch_date,cookie_days,commission_rate\nab1,Acme,https://acme.com,12.5,03-04-2021,0,8%\n"
MAPPING = '[fields]\nexternal_id = "id"\nname = "name"\ncookie = "cookie_days"\n'


@pytest.fixture(autouse=True)
def own() -> Iterator[None]:
    """Networks of a test are forgotten after it."""
    yield
    BY_SLUG.add(())


@pytest.fixture
def environment(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue as the command's."""
    given = {
        **as_environment(catalogue.settings),
        "AFFINDEX_DATABASE_URL": catalogue.engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": catalogue.engines.opensearch_url,
        "AFFINDEX_INDEX": catalogue.alias,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def run(*arguments: str) -> str:
    """The output of a command, or its failure's message."""
    result = CliRunner().invoke(affindex, list(arguments), standalone_mode=False)
    if isinstance(result.exception, Failure | Misuse | click.ClickException):
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def add(catalogue: Catalogue, slug: str, **members: Any) -> list[str]:
    """Add a network as another process would: this one is not told."""
    with catalogue.connect() as connection:
        changed = added.add(connection, {slug: added.defined(slug, {"name": slug.title(), **members})})
    BY_SLUG.add(())
    return changed


def within_a_second(catalogue: Catalogue, slug: str) -> None:
    """Wait until the API knows a network; fail after a second."""
    began = time.monotonic()
    while catalogue.api.get("/api/programs", params={"network": slug}).status_code != 200:
        assert time.monotonic() - began < 1.0
        time.sleep(0.02)


def test_a_running_api_knows_it_within_a_second(catalogue: Catalogue) -> None:  # 1
    catalogue.index()
    catalogue.get(network="webgains", expect=400)
    assert add(catalogue, "webgains", name="Webgains Ltd", other_names=["web gains"]) == ["webgains"]
    within_a_second(catalogue, "webgains")
    for spelling in ("WebGains", "web gains", "Webgains Ltd"):
        catalogue.get(network=spelling)
    catalogue.get("/api/changes", network="webgains")
    labels = {each["value"]: each["label"] for each in catalogue.get("/api/fields")["codes"]["network"]}
    assert labels["webgains"] == "Webgains Ltd"
    listed = {each["slug"]: each for each in catalogue.get("/api/networks")["networks"]}
    assert listed["webgains"]["health"]["state"] == "paused"
    assert catalogue.get("/api/networks/webgains")["programs"] == 0
    refused = catalogue.api.post("/api/networks/webgains/sync", headers=catalogue.key("import"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/network-paused")
    preview = catalogue.api.post(
        "/api/import/feed?network=webgains&preview=true", content=FEED.encode(), headers=catalogue.key("import")
    )
    assert preview.json()["programs"][0]["network"] == "webgains"


@pytest.mark.usefixtures("environment")
def test_its_feeds_are_imported_and_found(catalogue: Catalogue, tmp_path: Path) -> None:  # 1
    catalogue.index()
    described = tmp_path / "networks.toml"
    described.write_text('[webgains]\nname = "Webgains"\ncurrency = "GBP"\n[adtraction]\nname = "Adtraction"\n')
    assert "known from now on" in run("networks", "add", "--from", str(described))
    BY_SLUG.add(())
    feed, mapping = tmp_path / "feed.csv", tmp_path / "mapping.toml"
    feed.write_text(FEED)
    mapping.write_text(run("import", "feed", str(feed), "--network", "webgains", "--suggest-mapping"))
    BY_SLUG.add(())
    run("import", "feed", str(feed), "--network", "webgains", "--mapping", str(mapping), "--json")
    catalogue.index()
    within_a_second(catalogue, "webgains")
    catalogue.finds("acme", ["Acme"], network="webgains")
    assert catalogue.counts("network") == {"webgains": 1}
    assert "no network 'nosuch'" in run("import", "feed", str(feed), "--network", "nosuch")


@pytest.mark.usefixtures("environment")
def test_saying_it_again_changes_nothing(catalogue: Catalogue) -> None:  # 1
    command = (
        "networks",
        "add",
        "webgains",
        "--name",
        "Webgains",
        "--other-name",
        "web gains",
        "--epc-unit",
        "100 clicks",
    )
    assert '"changed": [\n    "webgains"\n  ]' in run(*command, "--json")
    before = catalogue.rows("select id, xmin::text from networks where slug = 'webgains'")
    assert '"changed": []' in run(*command, "--json")
    assert catalogue.rows("select id, xmin::text from networks where slug = 'webgains'") == before
    assert '"changed": [\n    "webgains"\n  ]' in run(*command, "--currency", "GBP", "--json")
    assert catalogue.rows("select id from networks where slug = 'webgains'") == [(before[0][0],)]
    assert BY_SLUG["webgains"].currency == "GBP"
    assert "webgains" in run("networks", "list", "--json")
    assert "cannot be synced" in run("networks", "sync", "webgains") or "no connector" in run(
        "networks", "sync", "webgains"
    )


def test_a_worker_knows_it_when_a_job_begins(catalogue: Catalogue, tmp_path: Path) -> None:  # 1
    feed = tmp_path / "feed.csv"
    feed.write_text(FEED)
    add(catalogue, "webgains")
    with catalogue.connect() as connection:
        added.learn(connection)
        upload = uploads.keep(connection, feed, uploads.digest(feed))
        parameters = {"network": "webgains", "upload": upload, "mapping": MAPPING}
        run = open_run(
            connection, source="feed", networks=("webgains",), partial=True, expected={}, parameters=parameters
        )
    BY_SLUG.add(())
    jobs._import_feed(catalogue.connect, run)
    assert catalogue.rows("select name, cookie_days from programs") == [("Acme", 0)]


def test_what_is_said_is_how_it_is_read() -> None:  # 2
    def read(**members: Any) -> Any:
        BY_SLUG.add([added.defined("own", {"name": "Own", **members}).as_network(1000, "own")])
        return normalise(
            NetworkProgram(
                network="own", external_id="aB1", data_source="test", name="A", commission_text="5 per sale",
                average_earnings=3, epc=10, launched="03-04-2021", cookie=0, popularity=0,
            )
        )  # fmt: skip

    plain = read()
    assert (plain.epc, plain.epc_unit, plain.currency, plain.external_id) == (10, "click", "USD", "aB1")
    assert (plain.launched_at, plain.cookie_days, plain.program_url) == (None, 0, None)
    assert read(date_order="day").launched_at == date(2021, 4, 3)
    other = read(
        epc_unit="100 clicks",
        currency="EUR",
        id_case="lower",
        date_order="month",
        zero_unknown=["cookie", "popularity"],
        program_page="https://own.com/p/{id}",
        cookie_days=30,
    )
    assert (other.epc_raw, other.epc_unit, other.currency, other.external_id) == (10, "100 clicks", "EUR", "ab1")
    assert (other.launched_at, other.cookie_days, other.program_url) == (
        date(2021, 3, 4), None, "https://own.com/p/ab1",
    )  # fmt: skip
    assert (plain.popularity_raw, other.popularity_raw) == (0, None)


@pytest.mark.parametrize(
    ("slug", "members", "said"),
    [
        ("Webgains", {}, "no slug"), ("w", {}, "no slug"), ("web-gains", {}, "no slug"), ("w" * 41, {}, "no slug"),
        ("unknown", {}, "no slug"), ("1web", {}, "no slug"), ("awin", {}, "comes with Affindex"),
        ("own", {"curency": "EUR"}, "did you mean 'currency'"),
        ("own", {"currency": "EURO"}, "currency"),
        ("own", {"currency": "XQX"}, "no currency"), ("own", {"epc_unit": "1000"}, "epc_unit"),
        ("own", {"program_page": "https://a.com/p"}, "{id}"),
        ("own", {"program_page": "javascript:{id}"}, "program_page"),
        ("own", {"zero_unknown": ["name"]}, "zero_unknown"), ("own", {"payment_methods": ["papal"]}, "'paypal'"),
        ("own", {"name": ""}, "name"), ("own", {"other_names": "x"}, "other_names"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_refused(slug: str, members: dict[str, Any], said: str) -> None:  # 3
    with pytest.raises(added.BadNetwork, match=said.replace("{", r"\{")):
        added.defined(slug, {"name": "Own", **members})


@pytest.mark.parametrize(
    "written", ["", "a = 1", "[own", "[own]\nhome = 'https://a.com'", "x" * 70_000, f"a{'.a' * 60} = 1"]
)
def test_a_file_that_describes_none_is_refused(written: str) -> None:  # 3
    with pytest.raises(added.BadNetwork):
        added.read(written)


def test_a_name_means_one_network(catalogue: Catalogue) -> None:  # 3
    add(catalogue, "webgains", other_names=["wg"])
    for name in ("WG", "Webgains", "CJ Affiliate", "CJ"):
        for members in ({"other_names": [name]}, {"name": name}):
            with pytest.raises(added.BadNetwork, match="is a name of"):
                add(catalogue, "other", **members)
    assert catalogue.rows("select slug from networks where definition is not null") == [("webgains",)]


@pytest.mark.parametrize(
    "room", ["app/normalising", "app/networks", "app/importing/merge.py", "app/importing/run_import.py"]
)
def test_no_slug_stands_in_the_code(room: str) -> None:  # 4
    slugs = {network.slug for network in NETWORKS}
    place = ROOT / room
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        if "connectors" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in slugs}
        assert not found, (path, found)
