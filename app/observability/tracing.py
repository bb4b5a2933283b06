"""Traces, sent to an OpenTelemetry collector where an endpoint is set. Its SDK is not even loaded otherwise."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from indexing import tracing

_HEADER = b"traceparent"


def start(endpoint: str | None, process: str) -> None:
    """Send spans of this process (`api`, `worker`) to an OTLP endpoint over HTTP, if there is one.

    What share of requests is traced, and how spans are batched, the SDK's own variables say (`OTEL_…`).
    """
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    keep(BatchSpanProcessor(OTLPSpanExporter(endpoint)), process)


def keep(processor: Any, process: str) -> None:
    """Give spans to a processor of the SDK from now on."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    named = {"service.name": f"affindex-{process}", "service.version": version("affindex")}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(processor)
    tracing.install(provider.get_tracer("affindex"))


def sent_context(headers: dict[bytes, bytes]) -> Any:
    """The trace that a client says it is in, as a parent; None where it says none that is one."""
    sent = headers.get(_HEADER)
    if sent is None or len(sent) > 100:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": sent.decode("latin-1")})
