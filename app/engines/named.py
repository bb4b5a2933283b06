"""Talk to OpenSearch from threads and commands; what is asked for a request, a job or a command bears its id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from opensearchpy import Urllib3HttpConnection

from app.observability.request_id import REQUEST_ID


class NamedConnection(Urllib3HttpConnection):
    """opensearch-py's connection, with the id as `X-Opaque-Id`: the engine's tasks and slow logs name it."""

    def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        if id := REQUEST_ID.get():
            headers = {**(headers or {}), "X-Opaque-Id": id}
        return super().perform_request(method, url, params, body, timeout, ignore, headers)
