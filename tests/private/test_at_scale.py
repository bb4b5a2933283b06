"""Relations of a hundred thousand programs; `AT_SCALE=1`, as `make nightly` sets it, for it takes minutes.

1. Told twice, the second time writes the account's time and nothing else.
2. A search narrowed by fifty thousand joined programs costs at most twice one that is not.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import pytest

from app.importing.relations import ToldRelations
from mappings.network_program import NetworkProgram
from tests.words import Catalogue

PROGRAMS = 100_000
JOINED = 50_000
TIMES = 25

pytestmark = pytest.mark.skipif(not os.environ.get("AT_SCALE"), reason="takes minutes; AT_SCALE=1 runs it")


def _tell(catalogue: Catalogue) -> float:
    told = ToldRelations()
    records = (
        NetworkProgram(
            network="awin",
            external_id=f"p{number}",
            data_source="test",
            relation="joined" if number < JOINED else "notjoined",
        )
        for number in range(PROGRAMS)
    )
    for _ in told.apart(records):
        pass
    begun = time.perf_counter()
    with catalogue.connect() as connection:
        told.store(connection, "awin", complete=True)
    return time.perf_counter() - begun


def test_at_scale(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:  # 1, 2
    catalogue.rows(
        "insert into programs (network_id, external_id, data_source, name, status, epc, normaliser) "
        "select (select id from networks where slug = 'awin'), 'p' || n, 'test', 'Shop ' || n, 'active', "
        f"n %% 500 / 100.0, 1 from generate_series(0, {PROGRAMS - 1}) as n".replace("%%", "%")
    )
    catalogue.index()
    first = _tell(catalogue)
    written = "select count(*), max(xmin::text::bigint), count(distinct ctid) from program_relations"
    before = catalogue.rows(written)
    second = _tell(catalogue)
    assert catalogue.rows(written) == before
    assert catalogue.rows("select count(*) from relation_history") == [(0,)]
    assert catalogue.api
    catalogue.get("/readyz")
    key = catalogue.key("read")

    def median(**parameters: str) -> float:
        taken = []
        for number in range(TIMES):
            asked = {"q": f"shop {number}", "facets": "network,status", **parameters}
            begun = time.perf_counter()
            answer = catalogue.api.get("/api/programs", params=asked, headers=key)
            taken.append(time.perf_counter() - begun)
            assert answer.status_code == 200
        return statistics.median(taken) * 1000

    median(relation="joined")
    pairs = [(median(), median(relation="joined")) for _ in range(3)]
    without, narrowed = (min(each) for each in zip(*pairs, strict=True))
    counted = median(facets="network,status,relation")
    said = (
        f"relations of {PROGRAMS:,}: told in {first:.1f} s, again in {second:.1f} s; a search {without:.1f} ms, "
        f"narrowed by {JOINED:,} ids {narrowed:.1f} ms, with the facet {counted:.1f} ms"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")
    assert narrowed <= 2 * without, said
