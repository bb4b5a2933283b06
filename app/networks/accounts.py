"""What the settings say about each network: credentials, and how and when it is synced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.networks.connectors import CONNECTORS
from app.networks.failures import Unconfigured
from app.networks.schedule import is_cron
from app.settings import Secret, Settings, SettingsError, network_values
from mappings.networks import BY_SLUG

# What may be set for every network, beside its credentials.
HABITS = ("enabled", "paused", "schedule", "priority", "details", "base_url")
_NAME = re.compile("[a-z0-9_-]{1,40}")
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Account:
    """A network as this installation may use it. `missing` names the credentials that are not given.

    A network may have further accounts, each with a name of its own (`awin.blog`): what they have to do with its
    programs is read, and the programs that the first one does not list.
    """

    name: str  # the network's, for its first account
    network: str
    credentials: Mapping[str, Secret]
    missing: tuple[str, ...]
    mentioned: bool  # anything at all is set for it
    paused: bool
    schedule: str  # cron, UTC
    priority: int
    details: int | None  # calls for details in one sync, where it is set
    base_url: str | None
    allow_private: bool

    @property
    def further(self) -> str:
        """The own part of a further account's name; empty for the first."""
        return self.name.partition(".")[2]

    @property
    def retired(self) -> bool:
        """Whether the network was closed by its owner: it is read from files only."""
        known = BY_SLUG.of(self.network)
        return known is not None and known.retired

    @property
    def obstacle(self) -> tuple[str, str] | None:
        """Why the network cannot be synced: a state (`paused`, `unconfigured`) and a sentence. None if it can."""
        if self.retired:
            return "paused", "the network is closed; its programs come from files only (`affindex import feed`)"
        if self.network not in CONNECTORS:
            return "paused", "it has no connector; its programs come from files (`affindex import feed`)"
        if self.paused:
            return "paused", f"{_variable(self.name, 'paused')} says so, or ..._ENABLED says no"
        if self.missing:
            names = ", ".join(_variable(self.name, name) for name in self.missing)
            return "unconfigured", f"set {names}, or [{self.name}] in the file of AFFINDEX_SECRETS_FILE"
        if not self.mentioned:
            name = _variable(self.network, "enabled")
            return "unconfigured", f"it needs no credentials; set {name}=true to have it synced"
        return None

    def must_work(self) -> None:
        """Raise Unconfigured if the network cannot be synced."""
        if self.obstacle:
            raise Unconfigured(f"{self.network}: {self.obstacle[1]}")


def accounts(settings: Settings) -> dict[str, Account]:
    """Every network's account by its slug, and further ones by their names (`awin.blog`).

    Raises SettingsError, naming what is wrong but no value of a credential.
    """
    values = network_values(settings)
    for name in values:
        network, _, further = name.partition(".")
        if network not in BY_SLUG:
            raise SettingsError(f"there is no network '{network}' to set anything for; there are {', '.join(BY_SLUG)}")
        if further and not _NAME.fullmatch(further):
            raise SettingsError(f"AFFINDEX_SECRETS_FILE: [{name}] is no name of an account: a-z, 0-9, - and _")
        if further and network not in CONNECTORS:
            raise SettingsError(f"AFFINDEX_SECRETS_FILE: [{name}]: {network} is not synced, so it has no accounts")
    names = [*BY_SLUG, *(name for name in values if name not in BY_SLUG)]
    return {name: _account(name, values.get(name, {}), settings) for name in names}


def no_accounts() -> dict[str, Account]:
    """Every network, with nothing set for any."""
    return accounts(Settings())


def account_of(accounts: Mapping[str, Account], network: str) -> Account:
    """The account of a network; one with nothing set for it where it was added since."""
    return accounts.get(network) or _account(network, {}, Settings())


def _account(account: str, values: Mapping[str, Secret], settings: Settings) -> Account:
    network = account.partition(".")[0]
    connector = CONNECTORS.get(network)
    needed = connector.api.credentials if connector else ()
    known = (*needed, *(connector.api.optional if connector else ()), *HABITS)
    for name in values:
        if name not in known:
            raise SettingsError(f"{_variable(account, name)} is no setting of {network}; there are {', '.join(known)}")
    plain = {name: value.reveal() for name, value in values.items() if name in HABITS}
    enabled = _flag(account, "enabled", plain.get("enabled", "true"))
    return Account(
        name=account,
        network=network,
        credentials={name: value for name, value in values.items() if name not in HABITS},
        missing=tuple(name for name in needed if not values.get(name, Secret("")).reveal()),
        mentioned=bool(values),
        paused=not enabled or _flag(account, "paused", plain.get("paused", "false")),
        schedule=_schedule(account, plain.get("schedule") or (connector.api.schedule if connector else "")),
        priority=_number(account, "priority", plain.get("priority", str(connector.api.priority if connector else 0))),
        details=_number(account, "details", plain["details"]) if "details" in plain else None,
        base_url=plain.get("base_url"),
        allow_private=settings.allow_private_addresses,
    )


def _variable(account: str, name: str) -> str:
    if "." in account:
        return f"'{name}' of [{account}] in the file of AFFINDEX_SECRETS_FILE"
    return f"AFFINDEX_NETWORKS_{account}_{name}".upper()


def _flag(account: str, name: str, written: str) -> bool:
    if written.strip().lower() in _TRUE | _FALSE:
        return written.strip().lower() in _TRUE
    raise SettingsError(f"{_variable(account, name)} is '{written}'; it must be true or false")


def _number(account: str, name: str, written: str) -> int:
    try:
        number = int(written)
    except ValueError:
        number = -1
    if not 0 <= number <= 1_000_000:
        raise SettingsError(f"{_variable(account, name)} is '{written}'; it must be a number from 0 to 1000000")
    return number


def _schedule(account: str, written: str) -> str:
    if written and not is_cron(written):
        raise SettingsError(
            f"{_variable(account, 'schedule')} is '{written}'; it must be five fields of cron, as in '0 4 * * *'"
        )
    return written
