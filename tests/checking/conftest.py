"""Shops for the tests of link checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.checking.shops import Shops, open_shops


@pytest.fixture
def shops(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shops]:
    with open_shops(monkeypatch) as opened:
        yield opened
