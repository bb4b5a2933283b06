"""Which addresses are the internet's: what a feed may be fetched from and a network may be asked at.

The rule is our own, since what Python calls global is what the registries said when that Python was made. Sources: the
IANA IPv4 and IPv6 Special-Purpose Address Registries and IPv6's global unicast space (RFC 4291 2.4), as of 2026.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_SPECIAL_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared behind a carrier's NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; also what clouds tell their machines
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112: answers reverse questions about private addresses
        "192.52.193.0/24",  # automatic multicast tunnelling
        "192.88.99.0/24",  # relays of 6to4, given up
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")  # nothing outside has ever been given to anybody
_SPECIAL_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, remote identification of drones
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, given up: whoever relays it decides where it leads
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# NAT64: the last four bytes are an IPv4 address. Of a network's own prefix (64:ff9b:1::/48) nobody knows where it is.
_TRANSLATED = IPv6Network("64:ff9b::/96")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet's: not this machine, not a private, shared or special network."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    if address in _TRANSLATED:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    return address in _GLOBAL_UNICAST_6 and not any(address in network for network in _SPECIAL_6)
