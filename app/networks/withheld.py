"""Addresses that would tell a credential of ours: no record keeps one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote

import msgspec

from app.importing.sources import Record
from app.networks.api import Api
from app.settings import Secret
from mappings.network_program import NetworkProgram

_ADDRESSES = ("program_url", "merchant_url", "affiliate_url", "logo_url")
_SHORTEST = 4  # characters; a shorter one would be found in addresses that mean something else


def secrets(api: Api, given: Mapping[str, Secret]) -> tuple[str, ...]:
    """The credentials that let somebody in. Identifiers, which stand in every tracking link, do not."""
    values = [given[name].reveal() for name in api.credentials if name in given and name not in api.identifiers]
    return tuple(value.lower() for value in values if len(value) >= _SHORTEST)


def withholding(records: Iterable[Record], api: Api, given: Mapping[str, Secret]) -> Iterator[Record]:
    """Records without those of their addresses in which a credential stands, written plainly or encoded."""
    kept = secrets(api, given)
    for record in records:
        if not isinstance(record, NetworkProgram) or not kept:
            yield record
            continue
        told = {name: None for name in _ADDRESSES if tells(getattr(record, name), kept)}
        yield msgspec.structs.replace(record, **told) if told else record


def tells(address: str | None, kept: Iterable[str]) -> bool:
    """Whether one of these stands in an address."""
    if address is None:
        return False
    written = address.lower()
    return any(
        secret in written or quote(secret, "").lower() in written or secret in unquote(written) for secret in kept
    )
