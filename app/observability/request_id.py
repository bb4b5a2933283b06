"""The id of the request that is being answered, or of the job or command that is carried out: on its answer, in its
problems, in the log, on what it asks of the search engine (`X-Opaque-Id`) and on what it writes, so that one id finds
them all; and whose key it bears."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Empty where nobody asked, as in a thread that follows; threads that work for who asked have his (`indexing.pool`)."""

AUTHOR: ContextVar[str] = ContextVar("author", default="")
"""The name of the key that the request was let through with; empty where it needed none."""

_LONGEST = 128  # characters
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,%d}" % _LONGEST)
# https://www.w3.org/TR/trace-context/#traceparent-header: version, trace, parent, flags
_TRACE_PARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACE_PARENT_LENGTH = 55
_DRAWN_BYTES = 8


def id_of(headers: Mapping[bytes, bytes]) -> str:
    """The id that the client sent as `X-Request-ID` (visible ASCII, 128 characters at most), else the trace of its
    `traceparent`, else one drawn now. Headers by their names in lower case."""
    sent = headers.get(b"x-request-id")
    if sent is not None and len(sent) <= _LONGEST and _VISIBLE.fullmatch(sent):
        return sent.decode("ascii")
    traced = headers.get(b"traceparent")
    if traced is not None and len(traced) == _TRACE_PARENT_LENGTH and (found := _TRACE_PARENT.fullmatch(traced)):
        return found[1].decode("ascii")
    return drawn()


def drawn() -> str:
    """A new id, for what no client has named."""
    return os.urandom(_DRAWN_BYTES).hex()
