"""Talk to OpenSearch in bytes: bodies in, answers out, for whoever decodes them into what they need.

opensearch-py makes text of every answer before anyone reads it, which for one with an accent in it costs as much as
reading it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
from opensearchpy import AIOHttpConnection
from opensearchpy.exceptions import ConnectionError as SearchConnectionError
from opensearchpy.exceptions import ConnectionTimeout
from opensearchpy.serializer import Serializer
from yarl import URL

from app.observability.instruments import call_of, count_call
from app.observability.request_id import REQUEST_ID
from indexing.tracing import span


class RawAnswers(Serializer):
    """Hands answers through as they are; bodies that are not JSON yet are encoded."""

    mimetype = "application/json"

    def loads(self, s: Any) -> Any:
        return s

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, bytes) else msgspec.json.encode(data)


@lru_cache  # there are few, and putting one together costs as much as sending it
def _query(parameters: tuple[tuple[str, Any], ...]) -> str:
    return urlencode(parameters)


_patience = lru_cache(aiohttp.ClientTimeout)


class RawConnection(AIOHttpConnection):
    """opensearch-py's connection, its answers in bytes. Errors are those of opensearch-py."""

    async def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self.session is None:
            await self._create_aiohttp_session()
        query = f"?{_query(tuple(params.items()))}" if params else ""
        target = URL(f"{self.host}{self.url_prefix}{url}{query}", encoded=True)
        patience = _patience(timeout or self.timeout)
        if id := REQUEST_ID.get():  # the engine's tasks and slow logs name it
            headers = {**(headers or {}), "X-Opaque-Id": id}
        began, status = time.perf_counter(), None
        try:
            with span("engine", call=call_of(url)):
                async with self.session.request(
                    method, target, data=body, headers=headers, timeout=patience
                ) as response:
                    data = await response.read()
                    status = response.status
        except TimeoutError as error:
            raise ConnectionTimeout("TIMEOUT", str(error), error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise SearchConnectionError("N/A", str(error), error) from error
        finally:
            count_call(url, status, time.perf_counter() - began)
        if not 200 <= response.status < 300 and response.status not in ignore:
            self._raise_error(response.status, data, response.headers.get("content-type"))
        return response.status, response.headers, data
