"""A cluster of three nodes with a copy of everything loses one of them.

1. Searches are answered rightly or refused, and rightly again while the node is away.
2. Follow goes on with two nodes.
3. When the node is back the cluster gets green, and the index is what Postgres is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opensearchpy import TransportError

from app.engines import Engines
from app.settings import Settings
from tests.conftest import new_catalogue
from tests.instep.faults.house import House, eventually
from tests.instep.faults.own_engines import OwnCluster
from tests.nightly import nightly
from tests.words import Catalogue


@pytest.fixture
def cluster(settings: Settings) -> Iterator[OwnCluster]:
    cluster = OwnCluster(settings)
    try:
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def catalogue(engines: Engines, settings: Settings, template: str, cluster: OwnCluster) -> Iterator[Catalogue]:
    """A catalogue in the cluster."""
    yield from new_catalogue(engines, settings, template, cluster.url)


@nightly
def test_one_of_three_is_lost(catalogue: Catalogue, cluster: OwnCluster, settings: Settings) -> None:  # 1, 2, 3
    catalogue.rebuild(replicas=1, shards=3)
    house = House(catalogue, settings, cluster.url)

    def green() -> bool:
        try:
            return bool(catalogue.search.cluster.health(index=f"{catalogue.alias}-*")["status"] == "green")
        except TransportError:
            return False

    with house.open():
        house.imports(200)
        house.converges()
        assert green()
        cluster.kill_node(0)
        told = [house.asks(f"/api/programs?perPage=1&id=!{10**9 + number}") for number in range(30)]
        assert all(each.refused or (each.status, each.json["total"]) == (200, 200) for each in told), told
        house.imports(100, "awin")
        house.converges()
        told = [house.asks(f"/api/programs?perPage=1&id=!{2 * 10**9 + number}") for number in range(30)]
        assert all((each.status, each.json["total"]) == (200, 300) for each in told), told
        cluster.start_node(0)
        house.imports(100, "awin")
        eventually(green, 60, "the cluster does not get green")
        house.converges()
