"""`affindex networks`: list, sync, health, for people and for scripts.

1. `--json` prints one document; exit status 0 done, 1 failing, 2 not set up or no such network.
2. No output holds a credential.
3. Accounts are shown with how they stand to programs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app.cli import affindex
from app.failures import Failure
from app.settings import as_environment
from tests.networks.conftest import Network, Syncing, environment

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(network: Network, syncing: Syncing, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `affindex networks …` with PartnerStack set up; exit status and output."""
    simulated = network("partnerstack", 12)
    engines = syncing.catalogue.engines
    for name in [each for each in os.environ if each.startswith("AFFINDEX_")]:
        monkeypatch.delenv(name)
    given = {
        **as_environment(syncing.catalogue.settings),
        **environment(simulated),
        "AFFINDEX_DATABASE_URL": engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(affindex, ["networks", *arguments])
        assert simulated.secrets["token"] not in result.output
        if isinstance(result.exception, Failure | click.ClickException):
            return 1, str(result.exception)
        return result.exit_code, result.stdout

    return run


def test_from_nothing_to_a_synced_network(command: Command) -> None:  # 1, 2
    status, out = command("list", "--json")
    states = {each["network"]: each["state"] for each in json.loads(out)["networks"]}
    assert (status, states["partnerstack"], states["cj"]) == (0, "degraded", "unconfigured")

    status, out = command("sync", "partnerstack", "--json")
    done: dict[str, Any] = json.loads(out)
    assert (status, done["run"]["state"], done["run"]["networks"][0]["created"]) == (0, "done", 12)
    assert (done["sync"]["by"], done["sync"]["complete"], done["sync"]["records"]) == ("command", True, 12)

    status, out = command("health", "partnerstack", "--json")
    assert (status, json.loads(out)["state"]) == (0, "ok")
    assert command("health", "partnerstack")[0] == 0


def test_what_cannot_be_synced_says_what_to_set(command: Command) -> None:  # 1
    status, said = command("sync", "cj")
    assert (status, "AFFINDEX_NETWORKS_CJ_TOKEN" in said) == (1, True)
    assert command("sync", "nowhere")[0] == 2


def test_accounts_are_shown_with_their_relations(
    command: Command, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # 3
    blog = network("partnerstack", 12, partnerships={"company_00000": "approved"})
    file = tmp_path / "secrets.toml"
    file.write_text(f'[partnerstack.blog]\ntoken = "{blog.secrets["token"]}"\nbase_url = "{blog.url}"\n')
    monkeypatch.setenv("AFFINDEX_SECRETS_FILE", str(file))
    command("sync", "partnerstack", "--json")
    status, out = command("sync", "partnerstack.blog", "--json")
    assert (status, json.loads(out)["run"]["state"]) == (0, "done")
    _, out = command("accounts", "--json")
    told = {each["name"]: each for each in json.loads(out)["accounts"]}
    assert told["partnerstack"]["programs"] == {"notJoined": 12}
    assert told["partnerstack.blog"]["programs"] == {"joined": 1, "notJoined": 11}
    assert told["partnerstack.blog"]["seenAt"]
    assert command("accounts")[0] == 0
    assert command("sync", "partnerstack.shop")[0] == 2


def test_a_failing_network_is_status_1(command: Command, syncing: Syncing) -> None:  # 1
    command("sync", "partnerstack", "--json")
    syncing.catalogue.rows("update import_runs set finished_at = now() - interval '9 days'")
    status, out = command("health", "--json")
    failing = [each["network"] for each in json.loads(out)["networks"] if each["state"] == "failing"]
    assert (status, failing) == (1, ["partnerstack"])
