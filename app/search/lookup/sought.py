"""Addresses as somebody lists them, read into the merchants they lead to."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.normalising.urls import domain_of
from app.search.bad_request import BadRequest, ParameterError

MOST_ADDRESSES = 10_000
LARGEST_BODY = 5_000_000  # bytes: 500 for each of as many addresses; few are longer
_LONGEST_SHOWN = 200


class Sought(msgspec.Struct):
    """Merchants by their domain, each with the addresses that lead there, and what is no address of a merchant.

    `unread` may be tracking links that do not say where they lead. Everything in the order in which it was given.
    """

    addresses: int
    merchants: dict[str, list[str]]
    unread: list[str]


def addresses_of(body: bytes, is_text: bool) -> list[str]:
    """The addresses of a body: a line each if it is text, else JSON, `{"addresses": [...]}`. Raises BadRequest."""
    if is_text:
        return body.decode("utf-8-sig", "replace").splitlines()
    try:
        return _decode(body).addresses
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f'the body is not {{"addresses": ["acme.com", …]}}, nor text/plain with one a line: {error}'
        raise BadRequest([ParameterError(parameter="addresses", message=message)]) from None


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    addresses: list[str]


_decode = msgspec.json.Decoder(_Body).decode


def sought(addresses: Iterable[str]) -> Sought:
    """The merchants that addresses or domains lead to. Raises BadRequest for more than are taken, or none."""
    listed = [address for each in addresses if (address := each.strip())]
    if len(listed) > MOST_ADDRESSES:
        message = f"{len(listed):,} addresses; at most {MOST_ADDRESSES:,} are taken at once"
        raise BadRequest([ParameterError(parameter="addresses", message=message)])
    if not listed:
        raise BadRequest([ParameterError(parameter="addresses", message="no address is given")])
    found = Sought(len(listed), {}, [])
    for address in listed:
        if domain := domain_of(address):
            found.merchants.setdefault(domain, []).append(address)
        else:
            found.unread.append(address[:_LONGEST_SHOWN])
    return found
