"""Only addresses of the internet are public, by the registries of today, whatever Python is installed."""

from __future__ import annotations

import ipaddress
import random

import pytest

from app.feeds.public_addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "fec0::1", "feff::1", "3fff::1", "3fff:fff::1", "5f00::1", "100::1", "100:0:0:1::1", "2001::1", "2001:10::1",
        "2001:2::1", "2001:20::1", "2001:30::1", "2002:808:808::1", "64:ff9b:1::808:808", "4000::1", "::8.8.8.8",
        "192.88.99.1", "192.0.0.8", "192.31.196.1", "0.1.2.3", "2620:4f:8000::1", "::ffff:169.254.169.254",
    ],
)  # fmt: skip
def test_special_ones_are_not(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "192.0.1.1", "223.255.255.255", "2a00:1450:4001::1", "3fff:1000::1", "2001:200::1", "::ffff:8.8.8.8",
    ],
)  # fmt: skip
def test_others_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_nothing_is_public_that_python_calls_private() -> None:
    drawn = random.Random(1)
    for _ in range(20_000):
        for address in (ipaddress.IPv4Address(drawn.getrandbits(32)), ipaddress.IPv6Address(drawn.getrandbits(128))):
            assert not is_public(address) or address.is_global
