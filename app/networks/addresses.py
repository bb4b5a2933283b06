"""Where may be connected to: public addresses only, unless the settings allow others. Checked when connecting.

A name is resolved here and the connection goes to the very address that was checked, so that a name which answers
differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address

import httpx2

from app.feeds.public_addresses import is_public
from app.networks.failures import AddressRefused


def checked(
    host: str, addresses: Iterable[str], permitted: Callable[[IPv4Address | IPv6Address], bool] = is_public
) -> list[str]:
    """The addresses of a host, if all are public, or otherwise permitted. Raises AddressRefused, also for none."""
    found = list(dict.fromkeys(addresses))
    if not found:
        raise AddressRefused(f"{host} has no address")
    for address in found:
        if not permitted(ipaddress.ip_address(address.partition("%")[0])):
            raise AddressRefused(f"{host} leads to {address}, which is not on the open internet; it is not asked")
    return found


class PublicOnly(httpx2.BaseTransport):
    """Sends requests to public addresses, over https."""

    def __init__(self) -> None:
        self._inner = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme != "https":
            raise AddressRefused(f"{url.host} is asked over https only")
        try:
            resolved = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpx2.ConnectError(f"{url.host} cannot be found: {error}", request=request) from None
        address = checked(url.host, (str(entry[4][0]) for entry in resolved))[0]
        # The certificate is checked against the name; the Host header is set already.
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        request.url = url.copy_with(host=address)
        try:
            return self._inner.handle_request(request)
        finally:
            request.url = url

    def close(self) -> None:
        self._inner.close()


def transport(*, allow_private: bool) -> httpx2.BaseTransport:
    """A transport to the open internet, or to wherever the settings say (`AFFINDEX_ALLOW_PRIVATE_ADDRESSES`)."""
    return httpx2.HTTPTransport(trust_env=False) if allow_private else PublicOnly()
