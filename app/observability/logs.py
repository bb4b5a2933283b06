"""Logging: one line an event on standard error, without bodies, keys or credentials."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict

from app.observability.request_id import REQUEST_ID


def configure(level: str) -> None:
    """Set up our own log at `level`, and that of the libraries from warnings on."""
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    # It warns of every answer that is not 200, and a missing alias is an answer to us.
    logging.getLogger("opensearch").setLevel(logging.ERROR)


def _with_request_id(_: object, __: str, event: EventDict) -> EventDict:
    if id := REQUEST_ID.get():
        event.setdefault("requestId", id)
    return event
