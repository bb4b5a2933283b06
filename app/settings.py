"""Settings: the only place that reads the environment. `docs/settings.md` lists them all."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard

import msgspec

from app.failures import Misuse

PREFIX = "AFFINDEX_"
# AFFINDEX_NETWORKS_<NETWORK>_<NAME>: credentials and habits of one network, as in the secrets file.
NETWORKS_PREFIX = f"{PREFIX}NETWORKS_"


_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
_NotNegative = Annotated[int, msgspec.Meta(ge=0)]


class Secret:
    """A text that shows as dots to whoever prints, logs or encodes it; `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "•••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def revealed(secret: Secret | None) -> str | None:
    """The text of a secret, if there is one."""
    return None if secret is None else secret.reveal()


AccessLog = Literal["off", "on", "queries"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set, each field as `AFFINDEX_<NAME>`. Without URLs the engines are embedded."""

    database_url: Secret | None = None  # it holds a password
    opensearch_url: str | None = None
    opensearch_user: str | None = None
    opensearch_password: Secret | None = None
    opensearch_ca_file: str | None = None
    opensearch_heap: str = "1g"
    # Of the embedded one, which ends without a word for others; the first free one otherwise.
    opensearch_port: Annotated[int, msgspec.Meta(ge=9201, le=9291)] | None = None
    index: str = "programs"  # the alias that searches go to
    shards: _AtLeastOne = 1
    replicas: _NotNegative = 0
    # Programs of each network that `up` makes for an empty catalogue; all 80,000 otherwise.
    generated: _NotNegative | None = None
    data_dir: str = ".affindex"
    cache_dir: str | None = None
    maven_repository: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 8000
    workers: _AtLeastOne = 2  # processes that serve the API
    # Searches that nobody asked for, for an engine just started; `up` asks thousands of one that it started itself.
    warm_searches: _NotNegative | None = None
    # Where a worker says how it is and what it counts; it listens nowhere without one.
    worker_port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] | None = None
    followers: _AtLeastOne = 1  # threads of a worker that follow Postgres; one carries 500 changes a second with ease
    history_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 730  # for which changes of programs are kept
    secret: Secret | None = None
    secrets_file: str | None = None  # TOML with a table per network
    check_links: bool = False  # whether workers ask, once a day, which merchants' links answer
    allow_private_addresses: bool = False  # of networks and webhooks; for tests and for one's own network
    networks: dict[str, dict[str, Secret]] = {}  # what AFFINDEX_NETWORKS_<NETWORK>_<NAME> say
    rate_limit: _AtLeastOne | None = None  # requests a client and minute; none by default
    client_concurrency: _AtLeastOne | None = None  # requests of a client under way at once; any number by default
    trusted_proxies: str | None = None  # whose X-Forwarded-For counts: addresses and networks
    hosts: str | None = None  # names by which agents may ask at /mcp, beside addresses and localhost
    smtp_url: str | None = None  # where digests are handed in: smtp://host:587 or smtps://host:465
    smtp_user: str | None = None
    smtp_password: Secret | None = None
    smtp_from: str | None = None
    smtp_to: str | None = None  # who has the digest of the watch of joined programs, which nobody made
    digest_hour: Annotated[int, msgspec.Meta(ge=0, le=23)] = 6  # of the day in UTC
    site: str | None = None  # where people reach the dashboard, for links in mails
    open_operations: bool = False  # whether others than this machine may read what operators do, without a key
    log_level: str = "info"
    traces_endpoint: str | None = None  # of an OpenTelemetry collector (OTLP over HTTP)
    access_log: AccessLog = "off"  # a line an answer, with what was asked only where that says so
    query_log: bool = False  # whether it is counted what is searched for, by the day and without a word on who does
    slow_seconds: Annotated[float, msgspec.Meta(ge=0)] = 1.0  # searches that take longer are logged

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the API."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def data(self) -> Path:
        """The data directory, absolute."""
        return Path(self.data_dir).absolute()

    @property
    def cache(self) -> Path:
        """Where downloads are kept, for all data directories of a user."""
        if self.cache_dir:
            return Path(self.cache_dir).absolute()
        if home := os.environ.get("XDG_CACHE_HOME"):
            return Path(home) / "affindex"
        try:
            return Path.home() / ".cache" / "affindex"
        except RuntimeError:  # a user without a home, as in many containers
            return self.data / "cache"


class SettingsError(Misuse):
    """A variable of the environment that cannot be what it says."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises SettingsError naming the variable and what is expected of it."""
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    given: dict[str, Any] = {}
    networks: dict[str, dict[str, Secret]] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or value == "":
            continue
        if variable.startswith(NETWORKS_PREFIX):
            network, _, key = variable.removeprefix(NETWORKS_PREFIX).lower().partition("_")
            networks.setdefault(network, {})[key] = Secret(value)
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{variable} is no setting; there are {', '.join(variable_names())}")
        try:
            given[name] = msgspec.convert(value, known[name].type, strict=False, dec_hook=_hidden)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{variable} is '{value}': {error}") from None
    return Settings(**given, networks=networks)


def _hidden(type: type[Secret], value: str) -> Secret:
    return type(value)


def variable_names() -> list[str]:
    """All variables that are read."""
    return [
        PREFIX + field.name.upper() + ("_<NETWORK>_<NAME>" if field.name == "networks" else "")
        for field in msgspec.structs.fields(Settings)
    ]


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give a process of ours the same settings."""
    plain = {
        PREFIX + name.upper(): value.reveal() if isinstance(value, Secret) else str(value)
        for name, value in msgspec.structs.asdict(settings).items()
        if value is not None and name != "networks"
    }
    of_networks = {
        f"{NETWORKS_PREFIX}{network}_{key}".upper(): value.reveal()
        for network, values in settings.networks.items()
        for key, value in values.items()
    }
    return {**plain, **of_networks}


def network_values(settings: Settings) -> dict[str, dict[str, Secret]]:
    """What is set for each network: the secrets file, and over it the environment.

    A table inside a network's, `[awin.blog]`, is a further account of it, and stands under `awin.blog`.
    Raises SettingsError, without a value in it, for a file that cannot be read.
    """
    found: dict[str, dict[str, Secret]] = {}
    if settings.secrets_file:
        try:
            tables = tomllib.loads(Path(settings.secrets_file).read_text("utf-8"))
        except OSError as error:
            raise SettingsError(f"AFFINDEX_SECRETS_FILE: {settings.secrets_file}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            where = f" ({error})" if isinstance(error, tomllib.TOMLDecodeError) else ""
            raise SettingsError(f"AFFINDEX_SECRETS_FILE: {settings.secrets_file} is not TOML{where}") from None
        for network, table in tables.items():
            own = {key: value for key, value in table.items() if not isinstance(value, dict)} if _is(table) else table
            accounts = {f"{network}.{key}": value for key, value in table.items() if _is(value)} if _is(table) else {}
            for name, values in {network: own, **accounts}.items():
                if not _is(values) or any(isinstance(value, dict | list) for value in values.values()):
                    raise SettingsError(
                        f"AFFINDEX_SECRETS_FILE: '{name}' should be a table of values, as in '[{network}]'"
                    )
                found[name.lower()] = {key.lower(): Secret(_written(value)) for key, value in values.items()}
    for network, values in settings.networks.items():
        found[network] = {**found.get(network, {}), **values}
    return found


def _is(table: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(table, dict)


def _written(value: object) -> str:
    """A value of TOML as the environment would say it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def secret_of(settings: Settings) -> bytes:
    """What cursors are signed with: the setting, or a file made once in the data directory, readable by us alone."""
    if settings.secret:
        return settings.secret.reveal().encode()
    path = settings.data / "secret"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"secret.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_bytes(secrets.token_bytes(32))
        try:
            os.link(made, path)  # whoever links first wins; nobody ever reads half a secret
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return path.read_bytes()
