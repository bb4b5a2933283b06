"""Spans, for OpenTelemetry: how long each step took. While `app.observability.tracing` is off a span is nothing.

What an import wrote is followed later, by another thread: spans of follow are linked to those merges of this process
whose versions they push.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

_NOTHING: AbstractContextManager[Any] = nullcontext()
_MOST_WRITES = 100


class _State:
    tracer: Any = None  # of OpenTelemetry
    writes: ClassVar[deque[tuple[int, int, Any]]] = deque(
        maxlen=_MOST_WRITES
    )  # first and last version, and the span's context


def install(tracer: Any) -> None:
    """Trace with a tracer of OpenTelemetry from now on; with None, not any more."""
    _State.tracer = tracer
    _State.writes.clear()


def tracing() -> bool:
    """Whether spans are kept."""
    return _State.tracer is not None


def span(
    name: str, *, context: Any = None, links: Iterable[Any] = (), **attributes: Any
) -> AbstractContextManager[Any]:
    """A span as long as the block, below the one around it, or below that of `context`; None where tracing is off."""
    if _State.tracer is None:
        return _NOTHING
    started: AbstractContextManager[Any] = _State.tracer.start_as_current_span(
        name, context=context, links=list(links), attributes=attributes
    )
    return started


def wrote(span: Any, first: int, last: int) -> None:
    """Note which versions a span has written, for what follows them."""
    _State.writes.append((first, last, span.get_span_context()))


def followed(versions: Iterable[int]) -> list[Any]:
    """Links to the spans of this process that wrote any of these versions."""
    if _State.tracer is None or not _State.writes:
        return []
    from opentelemetry.trace import Link

    known = set(versions)
    return [
        Link(context) for first, last, context in _State.writes if any(first <= version <= last for version in known)
    ]
