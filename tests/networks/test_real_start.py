"""`up --real`: an empty catalogue with real programs.

1. The networks that need no account are synced into an empty catalogue; nothing is generated, nothing featured.
2. A catalogue that has programs stays as it is, and that is said.
3. What cannot be read is said, with the reason; the others come. Without any it starts empty, and is no failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from app.cli.context import Opened
from app.cli.prepare import WITHOUT_ACCOUNT, fill
from app.settings import Secret, Settings
from tests.networks.conftest import Network
from tests.networks.simulator import Fault
from tests.words import Catalogue, program


@dataclass
class Start:
    """A start over a catalogue, with the networks where they are."""

    catalogue: Catalogue
    capsys: pytest.CaptureFixture[str]

    def __call__(self, **urls: str) -> str:
        """Fill it, as `up --real` does; what is said."""
        settings = msgspec.structs.replace(
            self.catalogue.settings,
            allow_private_addresses=True,
            networks={slug: {"base_url": Secret(url)} for slug, url in urls.items()},
        )
        assert isinstance(settings, Settings)
        fill(settings, Opened(self.catalogue.connect, self.catalogue.search), real=True)
        said = self.capsys.readouterr()
        return " ".join((said.out + said.err).split())

    def counts(self) -> list[tuple[Any, ...]]:
        return self.catalogue.rows("select data_source, count(*)::int from programs group by 1 order by 1")


@pytest.fixture
def start(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> Start:
    return Start(catalogue, capsys)


def test_an_empty_catalogue_is_filled_once(network: Network, start: Start) -> None:  # 1, 2
    urls = {slug: network(slug, 5).url for slug in WITHOUT_ACCOUNT}
    assert "10 real programs" in start(**urls)
    assert start.counts() == [("api:clickbank", 5), ("api:openaffiliate", 5)]
    assert start.catalogue.rows("select count(*) from programs where featured or verified") == [(0,)]
    said = start(**urls)
    assert "there are 10 programs already, and nothing is changed" in said
    assert start.catalogue.rows("select count(*) from import_runs") == [(2,)]


def test_generated_programs_stay(start: Start) -> None:  # 2
    start.catalogue.put([program("Made up", data_source="generator:awin")])
    assert "nothing is changed" in start()
    assert start.counts() == [("generator:awin", 1)]


def test_one_that_cannot_be_read_is_said(network: Network, start: Start) -> None:  # 3
    broken = network("openaffiliate", 5)
    broken.faults.append(Fault("html", times=9))
    said = start(openaffiliate=broken.url, clickbank=network("clickbank", 5).url)
    assert "openaffiliate could not be read" in said
    assert start.counts() == [("api:clickbank", 5)]


def test_without_a_network_it_starts_empty(start: Start) -> None:  # 3
    said = start(openaffiliate="http://127.0.0.1:9", clickbank="http://127.0.0.1:9")
    assert said.count("could not be read") == 2
    assert "starts empty" in said
    assert start.counts() == []
