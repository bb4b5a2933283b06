"""What `/metrics` says.

1. Answers are counted by the template of their route, never by a path; neither paths nor methods that are made up, nor
   ids, make new series.
2. Calls to OpenSearch, refusals, the response cache, pools, imports, follow's lag, jobs and both engines are measured.
3. Several processes of a server add up: whichever is asked answers for all, and one that is gone is no more shown.
4. `docs/monitoring.md` lists every metric, and none that does not exist.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.importing.run_import import run_import
from app.importing.sources import generated
from app.observability.instruments import call_of
from tests.serving import environment_of, free_port
from tests.words import Catalogue, program

Sample = tuple[str, frozenset[tuple[str, str]]]
ROOT = Path(__file__).parents[2]


def samples(text: str) -> Counter[Sample]:
    """Every sample of an exposition."""
    found: Counter[Sample] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, frozenset(sample.labels.items())] = sample.value  # type: ignore[assignment]
    return found


def scraped(catalogue: Catalogue) -> Counter[Sample]:
    answer = catalogue.api.get("/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def of(metric: str, **labels: str) -> Sample:
    return f"affindex_{metric}", frozenset(labels.items())


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("Acme"))
    return shared_catalogue


def test_answers_by_route(stocked: Catalogue) -> None:  # 1
    id = stocked.get()["programs"][0]["id"]
    before = scraped(stocked)
    for path in (f"/api/programs/{id}", f"/api/programs/{10**9}", f"/api/programs/{10**9 + 1}", "/a", "/b", "/b/c"):
        stocked.api.get(path)
    stocked.api.head(f"/api/programs/{id}")
    for made_up in ("BREW", "STEEP"):
        stocked.api.request(made_up, "/api/programs")
    after = scraped(stocked)
    new = after - before
    route = "/api/programs/{id}"
    assert new[of("http_requests_total", method="GET", route=route, status="200")] == 1
    assert new[of("http_requests_total", method="GET", route=route, status="404")] == 2
    assert new[of("http_requests_total", method="HEAD", route=route, status="200")] == 1
    assert new[of("http_request_seconds_count", route=route)] == 4
    assert new[of("http_request_seconds_bucket", route=route, le="+Inf")] == 4
    assert new[of("http_requests_total", method="GET", route="none", status="404")] == 3
    labels = {value for name, pairs in after for label, value in pairs if label in ("route", "method")}
    assert not {each for each in labels if str(10**9) in each or each in ("/a", "/b", "BREW", "STEEP")}


def test_the_way_to_the_engine(stocked: Catalogue) -> None:  # 2
    before = scraped(stocked)
    for _ in range(2):
        stocked.get(q="acme measured")
    etag = stocked.api.get("/api/programs?q=acme+measured").headers["etag"]
    stocked.api.get("/api/programs?q=acme+measured", headers={"If-None-Match": etag})
    new = scraped(stocked) - before
    assert new[of("engine_call_seconds_count", call="_search", result="2xx")] >= 1
    assert new[of("response_cache_total", result="miss")] == 1
    assert new[of("response_cache_total", result="hit")] == 2
    assert new[of("response_cache_total", result="not-modified")] == 1


def test_what_is_asked_of_the_engine() -> None:  # 2
    asked = ["/programs/_search", "/a,b/_stats/refresh", "/programs/_doc/7", "/_search/point_in_time", "/", "/x_search"]
    assert [call_of(each) for each in asked] == ["_search", "_stats", "_doc", "_search", "other", "other"]


def test_states(stocked: Catalogue) -> None:  # 2
    seen = scraped(stocked)
    assert seen[of("database_pool", state="open")] >= 1
    assert seen[of("engine_circuit_open")] == 0
    assert seen[of("process_resident_bytes", process="api")] > 10_000_000
    assert seen[of("event_loop_lag_seconds_count", process="api")] >= 0
    assert sum(value for (name, _), value in seen.items() if name == "affindex_build_info") == 1
    of_nodes = {name: value for (name, _), value in seen.items() if name.startswith("affindex_opensearch_")}
    assert 0 < of_nodes["affindex_opensearch_heap_used_bytes"] <= of_nodes["affindex_opensearch_heap_max_bytes"]
    assert 0 < of_nodes["affindex_opensearch_disk_free_bytes"] < of_nodes["affindex_opensearch_disk_bytes"]
    assert seen[of("database_bytes")] > 1_000_000
    assert 0 < seen[of("database_connections")] < seen[of("database_connections_max")]


def test_imports_follow_and_jobs(catalogue: Catalogue) -> None:  # 2
    catalogue.rebuild()
    before = scraped(catalogue)
    run_import(catalogue.connect, generated(("cj",), limit=50, seed=1), {})
    catalogue.index()
    for _ in range(2):
        catalogue.rows(
            "with jobs as (select set_config('search_path', 'jobs', true)) "
            "insert into jobs.procrastinate_jobs (queue_name, task_name) select 'imports', 'a' from jobs"
        )
    after = scraped(catalogue)
    new = after - before
    staged = new[of("import_records_total", network="cj", result="staged")]
    assert staged + new[of("import_records_total", network="cj", result="rejected")] == 50
    assert new[of("follow_lag_seconds_count")] == staged
    assert new[of("follow_lag_seconds_bucket", le="1800.0")] == staged
    assert after[of("jobs", queue="imports", state="todo")] == 2
    assert after[of("jobs_oldest_seconds", queue="imports", state="todo")] >= 0
    assert of("worker_heartbeat_timestamp_seconds") not in after
    catalogue.work()
    catalogue.get("/readyz")
    seen = scraped(catalogue)
    assert seen[of("workers", state="alive")] == 1
    assert seen[of("worker_heartbeat_timestamp_seconds")] > time.time()


@contextmanager
def _server(catalogue: Catalogue) -> Iterator[tuple[str, int]]:
    """`affindex serve` with two processes; its address and process id."""
    engines, port = catalogue.engines, free_port()
    environment = environment_of(
        catalogue.settings,
        database_url=engines.database_url,
        opensearch_url=engines.opensearch_url,
        alias=catalogue.alias,
    )
    environment |= {"AFFINDEX_PORT": str(port), "AFFINDEX_WORKERS": "2"}
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)


def _scrape(address: str) -> Counter[Sample]:
    with urlopen(f"{address}/metrics", timeout=30) as answer:
        return samples(answer.read().decode())


def _processes(seen: Counter[Sample]) -> set[int]:
    return {int(dict(labels)["pid"]) for name, labels in seen if name == "affindex_process_resident_bytes"}


def _until(address: str, so_many: int, without: frozenset[int] = frozenset()) -> set[int]:
    deadline = time.monotonic() + 90
    while True:
        assert time.monotonic() < deadline
        try:
            found = _processes(_scrape(address))
        except OSError:
            found = set()
        if len(found) == so_many and not found & without:
            return found
        time.sleep(0.2)


@pytest.mark.waits
def test_processes_add_up(stocked: Catalogue) -> None:  # 3
    with _server(stocked) as (address, _):
        both = _until(address, 2)
        asked = 30
        for _ in range(asked):  # each over a connection of its own, so that both processes have some
            urlopen(f"{address}/api/fields", timeout=30).close()
        counted = of("http_requests_total", method="GET", route="/api/fields", status="200")
        assert [_scrape(address)[counted] for _ in range(6)] == [asked] * 6
        killed = min(both)
        os.kill(killed, signal.SIGKILL)
        _until(address, 2, without=frozenset({killed}))  # another took its place
        assert _scrape(address)[counted] == asked  # what the killed one had counted is not lost


def test_every_metric_is_listed(catalogue: Catalogue) -> None:  # 4
    catalogue.store(program())
    catalogue.work()
    catalogue.get("/readyz")
    catalogue.rows(
        "insert into index_operations (kind, state, finished_at, result) values ('verify', 'done', now(), "
        """'{"inStep": true, "missing": 0, "stale": 0, "extra": 0, "repaired": 0, "seconds": 0.1}')"""
    )
    told = catalogue.api.get("/metrics").text
    families = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    listed = re.findall(r"^\| `(affindex_\w+)`", page, re.MULTILINE)
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == families
