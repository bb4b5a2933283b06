"""What the settings say about each network: credentials, and how and when it is synced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.networks.connectors import CONNECTORS
from app.networks.failures import Unconfigured
from app.networks.schedule import is_cron
from app.settings import Secret, Settings, SettingsError, network_values
from mappings.networks import BY_SLUG

# What may be set for every network, beside its credentials.
HABITS = ("enabled", "paused", "schedule", "priority", "details", "base_url")
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Account:
    """A network as this installation may use it. `missing` names the credentials that are not given."""

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
    def retired(self) -> bool:
        """Closed by its owner: files only."""
        return BY_SLUG[self.network].retired

    @property
    def obstacle(self) -> tuple[str, str] | None:
        """Why it cannot be synced: a state (`paused`, `unconfigured`) and a sentence. None if it can."""
        if self.retired:
            return "paused", "the network is closed; its programs come from files only (`affindex import feed`)"
        if self.paused:
            return "paused", f"{_variable(self.network, 'paused')} says so, or ..._ENABLED says no"
        if self.missing:
            names = ", ".join(_variable(self.network, name) for name in self.missing)
            return "unconfigured", f"set {names}, or [{self.network}] in the file of AFFINDEX_SECRETS_FILE"
        if not self.mentioned:
            name = _variable(self.network, "enabled")
            return "unconfigured", f"it needs no credentials; set {name}=true to have it synced"
        return None

    def must_work(self) -> None:
        """Raise Unconfigured if it cannot be synced."""
        if self.obstacle:
            raise Unconfigured(f"{self.network}: {self.obstacle[1]}")


def accounts(settings: Settings) -> dict[str, Account]:
    """Every network's account. Raises SettingsError, naming what is wrong but no value of a credential."""
    values = network_values(settings)
    for network in values:
        if network not in BY_SLUG:
            raise SettingsError(f"there is no network '{network}' to set anything for; there are {', '.join(BY_SLUG)}")
    return {slug: _account(slug, values.get(slug, {}), settings) for slug in BY_SLUG}


def no_accounts() -> dict[str, Account]:
    """Every network, with nothing set for any."""
    return accounts(Settings())


def _account(network: str, values: Mapping[str, Secret], settings: Settings) -> Account:
    connector = CONNECTORS.get(network)
    needed = connector.api.credentials if connector else ()
    known = (*needed, *(connector.api.optional if connector else ()), *HABITS)
    for name in values:
        if name not in known:
            raise SettingsError(f"{_variable(network, name)} is no setting of {network}; there are {', '.join(known)}")
    plain = {name: value.reveal() for name, value in values.items() if name in HABITS}
    enabled = _flag(network, "enabled", plain.get("enabled", "true"))
    return Account(
        network=network,
        credentials={name: value for name, value in values.items() if name not in HABITS},
        missing=tuple(name for name in needed if not values.get(name, Secret("")).reveal()),
        mentioned=bool(values),
        paused=not enabled or _flag(network, "paused", plain.get("paused", "false")),
        schedule=_schedule(network, plain.get("schedule") or (connector.api.schedule if connector else "")),
        priority=_number(network, "priority", plain.get("priority", str(connector.api.priority if connector else 0))),
        details=_number(network, "details", plain["details"]) if "details" in plain else None,
        base_url=plain.get("base_url"),
        allow_private=settings.allow_private_addresses,
    )


def _variable(network: str, name: str) -> str:
    return f"AFFINDEX_NETWORKS_{network}_{name}".upper()


def _flag(network: str, name: str, written: str) -> bool:
    if written.strip().lower() in _TRUE | _FALSE:
        return written.strip().lower() in _TRUE
    raise SettingsError(f"{_variable(network, name)} is '{written}'; it must be true or false")


def _number(network: str, name: str, written: str) -> int:
    try:
        number = int(written)
    except ValueError:
        number = -1
    if not 0 <= number <= 1_000_000:
        raise SettingsError(f"{_variable(network, name)} is '{written}'; it must be a number from 0 to 1000000")
    return number


def _schedule(network: str, written: str) -> str:
    if written and not is_cron(written):
        raise SettingsError(
            f"{_variable(network, 'schedule')} is '{written}'; it must be five fields of cron, as in '0 4 * * *'"
        )
    return written
