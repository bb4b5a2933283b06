"""OpenSearch's disk is nearly full: past the flood stage it lets nothing be written to an index, only deleted.

1. Imports go on, searches are answered, and the changes are kept.
2. Everybody is told why: the state of the index names the flood stage.
3. Once the block is gone the index converges by itself.
"""

from __future__ import annotations

from indexing import generations
from tests.instep.faults.house import House, eventually
from tests.nightly import nightly


@nightly
def test_nothing_can_be_written(house_over_own_opensearch: House) -> None:  # 1, 2, 3
    house = house_over_own_opensearch
    client, alias = house.catalogue.search, house.catalogue.alias
    house.imports()
    house.converges()
    index = generations.target(client, alias)
    # The engine's own watch over its disk would lift the block: this disk is not full.
    watch = "cluster.routing.allocation.disk.threshold_enabled"
    client.cluster.put_settings(body={"persistent": {watch: False}})
    client.indices.put_settings(index=index, body={"index.blocks.read_only_allow_delete": True})
    house.imports(40)

    def said() -> str:
        (serving,) = house.asks("/api/index").json["generations"]
        return str(serving["pausedBecause"])

    eventually(lambda: "flood-stage" in said(), 30, "nobody is told that the disk is full")
    assert house.pending == 40
    answered = house.asks("/api/programs?perPage=1")
    assert (answered.status, answered.json["total"]) == (200, 30)
    eventually(
        lambda: house.asks("/api/programs?perPage=1").json["index"]["pendingChanges"] == 40, 30, "the lag is not told"
    )
    client.indices.put_settings(index=index, body={"index.blocks.read_only_allow_delete": None})
    house.converges()
    eventually(lambda: said() == "None", 30, "it is still said that the disk is full")
