"""Traces, kept by the SDK's own exporter in memory.

1. Off, the SDK is not even loaded.
2. A request is a span, below the caller's trace, and has analysis, engine and answer in it.
3. An import has its merge in it; follow is linked to the merge whose programs it pushes, and has the pushes in it.
4. No span holds a word that was searched for.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.importing.run_import import run_import
from app.importing.sources import generated
from app.observability.tracing import keep, start
from indexing import tracing
from indexing.follow import drain
from tests.words import Catalogue, program

_TRACE, _PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    keep(SimpleSpanProcessor(exporter), "test")
    yield exporter
    tracing.install(None)


def _named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [each for each in exporter.get_finished_spans() if each.name == name]


def _inside(inner: ReadableSpan, outer: ReadableSpan) -> bool:
    return inner.parent is not None and outer.context is not None and inner.parent.span_id == outer.context.span_id


def test_off() -> None:  # 1
    start(None, "api")
    assert not tracing.tracing()
    with tracing.span("nothing") as nothing:
        assert nothing is None
    modules = "[name for name in sys.modules if 'opentelemetry.sdk' in name]"
    code = f"import sys, app.serving.asgi, app.cli.worker; print({modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_request(catalogue: Catalogue, exporter: InMemorySpanExporter) -> None:  # 2, 4
    catalogue.store(program("Acme"))
    exporter.clear()
    sent = {"traceparent": f"00-{_TRACE}-{_PARENT}-01", "X-Request-ID": "mine"}
    catalogue.api.get("/api/programs?q=secretword", headers=sent)
    (request,) = _named(exporter, "GET /api/programs")
    assert request.context is not None
    assert request.parent is not None
    assert (f"{request.context.trace_id:032x}", f"{request.parent.span_id:016x}") == (_TRACE, _PARENT)
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["affindex.request_id"] == "mine"
    for name in ("analysis", "engine", "answer"):
        found = [each for each in _named(exporter, name) if _inside(each, request)]
        assert found, name
    told = "".join(each.to_json() for each in exporter.get_finished_spans())
    assert "secretword" not in told
    catalogue.api.get("/nowhere", headers={"traceparent": "00-none"})
    (request,) = _named(exporter, "GET none")
    assert request.parent is None


def test_an_import(catalogue: Catalogue, exporter: InMemorySpanExporter) -> None:  # 3
    catalogue.rebuild()
    catalogue.put([program("of nobody's run")])
    drain(catalogue.connect, catalogue.search)
    (by_hand,) = _named(exporter, "follow")
    assert not by_hand.links
    exporter.clear()
    run_import(catalogue.connect, generated(("cj",), limit=20, seed=1), {})
    drain(catalogue.connect, catalogue.search)
    (imported,), (merge,) = _named(exporter, "import"), _named(exporter, "merge")
    assert _inside(merge, imported)
    follow, *_ = _named(exporter, "follow")
    assert [link.context for link in follow.links] == [merge.context]
    assert [each for each in _named(exporter, "push") if _inside(each, follow)]
