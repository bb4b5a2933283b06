"""Credentials and habits of networks, from the environment and from a file.

1. `AFFINDEX_NETWORKS_<NETWORK>_<NAME>`, and over a table of the same names in the file of `AFFINDEX_SECRETS_FILE`.
2. What is missing or wrong is named, by the variable that mends it; no message holds a value of a credential.
3. ClickBank needs no credentials, and is synced only once something is set for it; ShareASale never is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.networks.accounts import accounts
from app.networks.connectors import CONNECTORS
from app.settings import Secret, Settings, SettingsError, as_environment, read_settings

TOKEN = "a-very-secret-token"


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:  # 1
    file = tmp_path / "secrets.toml"
    file.write_text(f'[cj]\ntoken = "{TOKEN}"\ncompany = 7654321\nschedule = "5 5 * * *"\n[awin]\npaused = true\n')
    given = {"AFFINDEX_SECRETS_FILE": str(file), "AFFINDEX_NETWORKS_CJ_COMPANY": "1"}
    found = accounts(read_settings(given))
    assert found["cj"].credentials == {"token": Secret(TOKEN), "company": Secret("1")}
    assert (found["cj"].schedule, found["cj"].obstacle) == ("5 5 * * *", None)
    assert found["awin"].obstacle is not None
    assert found["awin"].obstacle[0] == "paused"


@pytest.mark.parametrize("slug", [slug for slug, each in CONNECTORS.items() if each.api.credentials])
def test_what_is_missing_is_named(slug: str) -> None:  # 2
    account = accounts(Settings())[slug]
    assert account.obstacle is not None
    state, reason = account.obstacle
    assert state == "unconfigured"
    for name in CONNECTORS[slug].api.credentials:
        assert f"AFFINDEX_NETWORKS_{slug}_{name}".upper() in reason


def test_clickbank_is_synced_once_it_is_asked_for() -> None:  # 3
    assert accounts(Settings())["clickbank"].obstacle is not None
    for name, value in (("ENABLED", "true"), ("NICKNAME", "mynick")):
        assert accounts(read_settings({f"AFFINDEX_NETWORKS_CLICKBANK_{name}": value}))["clickbank"].obstacle is None
    disabled = accounts(read_settings({"AFFINDEX_NETWORKS_CLICKBANK_ENABLED": "no"}))["clickbank"]
    assert disabled.obstacle is not None


def test_shareasale_is_closed() -> None:  # 3
    account = accounts(Settings())["shareasale"]
    assert account.obstacle is not None
    assert account.obstacle[0] == "paused"
    assert "shareasale" not in CONNECTORS


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AFFINDEX_NETWORKS_NOWHERE_TOKEN", TOKEN, "there is no network 'nowhere'"),
        (
            "AFFINDEX_NETWORKS_CJ_TOKNE",
            TOKEN,
            "AFFINDEX_NETWORKS_CJ_TOKNE is no setting of cj; there are token, company",
        ),
        ("AFFINDEX_NETWORKS_CJ_SCHEDULE", "daily", "five fields of cron"),
        ("AFFINDEX_NETWORKS_CJ_SCHEDULE", "99 * * * *", "five fields of cron"),
        ("AFFINDEX_NETWORKS_CJ_PAUSED", "perhaps", "must be true or false"),
        ("AFFINDEX_NETWORKS_AWIN_DETAILS", "-4", "a number from 0"),
        ("AFFINDEX_SECRETS_FILE", "/nowhere/secrets.toml", "No such file"),
    ],
)
def test_what_is_wrong_is_named(variable: str, value: str, said: str) -> None:  # 2
    with pytest.raises(SettingsError, match=r"AFFINDEX|there is no network") as error:
        accounts(read_settings({variable: value}))
    assert said in str(error.value)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    "text", [f'[cj\ntoken = "{TOKEN}"', f'cj = "{TOKEN}"', f'[cj.token]\nx = "{TOKEN}"', "[cj]\nx = [1]"]
)
def test_a_file_that_is_wrong_is_told_without_its_content(text: str, tmp_path: Path) -> None:  # 2
    file = tmp_path / "secrets.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"AFFINDEX_SECRETS_FILE") as error:
        accounts(Settings(secrets_file=str(file)))
    assert TOKEN not in str(error.value)


def test_a_credential_never_shows() -> None:  # 2
    settings = read_settings({"AFFINDEX_NETWORKS_CJ_TOKEN": TOKEN, "AFFINDEX_NETWORKS_CJ_COMPANY": "1"})
    account = accounts(settings)["cj"]
    assert TOKEN not in f"{settings} {settings!r} {account} {account!r}"
    assert as_environment(settings)["AFFINDEX_NETWORKS_CJ_TOKEN"] == TOKEN, "our own processes are given it"
