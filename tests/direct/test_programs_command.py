"""`affindex programs`, and lists of one's own programs.

1. add, edit and remove write what the API writes, and it is searchable at once; edit leaves what it does not name.
2. Exit status 2, and a sentence, for what is refused; the programs of networks are refused.
3. A list of `direct` whose columns are understood needs no mapping; its rows and what was typed are one catalogue.
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
from app.failures import Failure, Misuse
from app.settings import as_environment
from tests.words import Catalogue, program

Command = Callable[..., Any]


@pytest.fixture
def command(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `affindex …`: its JSON, or the failure's message."""
    for name in [each for each in os.environ if each.startswith("AFFINDEX_")]:
        monkeypatch.delenv(name)
    given = {
        **as_environment(catalogue.settings),
        "AFFINDEX_DATABASE_URL": catalogue.engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": catalogue.engines.opensearch_url,
        "AFFINDEX_INDEX": catalogue.alias,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, typed: str | None = None) -> Any:
        result = CliRunner().invoke(affindex, [*arguments, "--json"], input=typed, standalone_mode=False)
        if isinstance(result.exception, Failure | Misuse | click.ClickException):
            return str(result.exception)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def test_add_edit_remove(command: Command, catalogue: Catalogue) -> None:  # 1
    catalogue.index()
    one = command("programs", "add", "--name", "Acme", "--commission-text", "20% for 12 months", "--cookie-days",
                  "60 days", "--geo-targeting", "DE", "--geo-targeting", "Austria",
                  "--external-id", "a")["id"]  # fmt: skip
    catalogue.index()
    (found,) = catalogue.get(network="direct")["programs"]
    assert (found["id"], found["commissionMax"], found["cookieDays"]) == (one, 20, 60)
    assert (found["geoTargeting"], found["recurringMonths"]) == (["DE", "AT"], 12)

    command("programs", "edit", str(one), "--cookie-days", "30", "--geo-targeting", "")
    catalogue.index()
    (found,) = catalogue.get(network="direct")["programs"]
    assert (found["id"], found["name"], found["commissionMax"], found["cookieDays"]) == (one, "Acme", 20, 30)
    assert (found["geoTargeting"], found["recurringMonths"], found["externalId"]) == (None, 12, "a")

    command("programs", "remove", str(one))
    catalogue.index()
    catalogue.finds("", [])


def test_what_is_refused(command: Command, catalogue: Catalogue) -> None:  # 2
    catalogue.put([program("Of Awin")])
    ((one,),) = catalogue.rows("select id from programs")
    assert "cannot be read" in command("programs", "add", "--name", "A", "--cookie-days", "soon")
    assert "nothing is said" in command("programs", "add")
    assert "did you mean 'name'" in command("programs", "add", "--from", "-", typed='{"nmae": "A"}')
    assert "is no JSON object" in command("programs", "add", "--from", "-", typed="[1]")
    assert "PATCH" in command("programs", "edit", str(one), "--name", "B")
    assert "PATCH" in command("programs", "remove", str(one))
    assert "there is no program 99" in command("programs", "remove", "99")
    assert catalogue.rows("select name from programs") == [("Of Awin",)]


def test_a_list_needs_no_mapping_where_it_is_understood(
    command: Command, tmp_path: Path, catalogue: Catalogue
) -> None:  # 3
    one = command("programs", "add", "--from", "-", typed='{"name": "Acme", "externalId": "a", "cookieDays": 5}')["id"]
    listed = tmp_path / "own.csv"
    listed.write_text("externalId,name,merchantUrl,cookieDays\na,Acme,https://acme.com,30\nb,Bold,https://bold.com,7\n")
    run = command("import", "feed", str(listed), "--network", "direct")
    assert (run["state"], run["networks"][0]["created"], run["networks"][0]["updated"]) == ("done", 1, 1)
    assert catalogue.rows("select id = %s, cookie_days from programs where external_id = 'a'", one) == [(True, 30)]
    odd = tmp_path / "odd.csv"
    odd.write_text("externalId,name,mood\na,Acme,good\n")
    assert "--suggest-mapping" in command("import", "feed", str(odd), "--network", "direct")
    assert "--suggest-mapping" in command("import", "feed", str(listed), "--network", "cj")
