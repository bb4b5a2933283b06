"""Settings: the only place that reads the environment. `docs/settings.md` lists them all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.failures import Misuse

PREFIX = "AFFINDEX_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set, each field as `AFFINDEX_<NAME>`. Without URLs the engines are embedded."""

    database_url: str | None = None
    opensearch_url: str | None = None
    opensearch_user: str | None = None
    opensearch_password: str | None = None
    opensearch_ca_file: str | None = None
    opensearch_heap: str = "1g"
    opensearch_port: int | None = None  # of the embedded one; the first free one from 9201 on otherwise
    index: str = "programs"  # the alias that searches go to
    shards: int = 1
    replicas: int = 0
    generated: int | None = (
        None  # programs of each network that `up` makes for an empty catalogue; all 80,000 otherwise
    )
    data_dir: str = ".affindex"
    cache_dir: str | None = None
    maven_repository: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2  # processes that serve the API
    followers: int = 1  # threads of a worker that follow Postgres; one carries 500 changes a second with ease
    secret: str | None = None
    log_level: str = "info"

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
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or value == "":
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise SettingsError(f"{variable} is no setting; there are {', '.join(variable_names())}")
        try:
            given[name] = msgspec.convert(value, known[name].type, strict=False)
        except msgspec.ValidationError as error:
            raise SettingsError(f"{variable} is '{value}': {error}") from None
    return Settings(**given)


def variable_names() -> list[str]:
    """All variables that are read."""
    return [PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)]


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give a process of ours the same settings."""
    return {
        PREFIX + name.upper(): str(value)
        for name, value in msgspec.structs.asdict(settings).items()
        if value is not None
    }


def secret_of(settings: Settings) -> bytes:
    """What cursors are signed with: the setting, or a file made once in the data directory, readable by us alone."""
    if settings.secret:
        return settings.secret.encode()
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
