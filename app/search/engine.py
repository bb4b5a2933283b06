"""The one place of this room that talks to OpenSearch: bodies in, answers out, outages said at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as SearchConnectionError
from opensearchpy.exceptions import ConnectionTimeout, SerializationError, TransportError

from app.search.page import Found, decode
from app.search.reading import Reading
from app.search.remembered import Remembered

# After this many failures in a row nothing is sent for a while, then one request at a time, until one is answered: a
# request that will fail must fail at once, and an engine that comes back must not be met by everything that piled up.
_FAILURES_TO_OPEN = 3
_OPEN_SECONDS = 1.0
REQUEST_SECONDS = 3.0
# After a failure the next request, and those under way, get only this long: a hanging engine is said within a second.
SUSPECT_SECONDS = 0.9
LOOK_SECONDS = 0.45  # the probe's own patience, by which a hang is noticed
_T = TypeVar("_T")
# More requests at once than this only wait inside OpenSearch, where nobody can cancel them.
MOST_AT_ONCE = 64
_MOST_READINGS = 10_000
# A refresh makes a segment: however many wait for one, there are no more than so many a second.
_REFRESHES_APART = 0.2
# For who says of a partial answer that it is one: a shard is missing, or time ran out.
PARTS = {"allow_partial_search_results": "true"}
_NO_SHARD = "no_shard_available_action_exception"
_KEEP_SNAPSHOT = "5m"  # how long a reader may take over one page


class EngineAway(Exception):
    """OpenSearch does not answer, or cannot now."""

    retry_after = 1


class SearchEngine:
    """Searches behind an alias. `client` must answer in bytes, as `open_search_async` opens it."""

    def __init__(self, client: AsyncOpenSearch, alias: str) -> None:
        self._client = client
        self.alias = alias
        # What the index held when it was last looked at: a string that differs whenever an answer could. Whoever
        # looks at the index regularly sets it; what is remembered under an older one is never found again.
        self.state = ""
        self.suggestions = ""  # the same of the suggestions: the index that serves, which never changes once it does
        self.readings: Remembered[Reading] = Remembered(_MOST_READINGS)
        self._failures = 0
        self._open_until = 0.0
        self._trying = False
        self._limits: dict[asyncio.Timeout, float] = {}
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._next_refresh: asyncio.Task[None] | None = None
        self._refreshed_at = 0.0

    async def search(self, body: Mapping[str, Any], **parameters: str) -> Found:
        """One `_search`. Raises EngineAway, also where only a part of the index answers, unless `PARTS` are taken."""
        parameters.setdefault("allow_partial_search_results", "false")
        answer = await self.request("POST", f"/{self.alias}/_search", body, REQUEST_SECONDS, **parameters)
        return self.read(answer, decode)

    def read(self, answer: bytes, decode: Callable[[bytes], _T]) -> _T:
        """An answer, decoded. Raises EngineAway for garbage: something else answers in the engine's place."""
        try:
            return decode(answer)
        except msgspec.DecodeError as error:
            self._failed()
            raise EngineAway("the search engine answers with something else than a result; try again") from error

    async def look(self) -> None:
        """Raise EngineAway unless an OpenSearch answers, soon."""
        self.read(await self.request("GET", "/", None, LOOK_SECONDS), _decode_greeting)

    async def search_many(self, bodies: Sequence[Mapping[str, Any]]) -> list[Found]:
        """Several searches in one request, in order; one as `_search`, which costs less. Raises EngineAway.

        Answers may be partial.
        """
        if len(bodies) == 1:
            return [await self.search(bodies[0], **PARTS)]
        if not bodies:
            return []
        lines = b"".join(b"{}\n" + msgspec.json.encode(body) + b"\n" for body in bodies)
        answer = await self.request("POST", f"/{self.alias}/_msearch", lines)
        responses = self.read(answer, _decode_responses).responses
        if len(responses) != len(bodies):
            raise EngineAway("the search engine answers with something else than results; try again")
        return [self._one_of_many(raw) for raw in responses]

    def _one_of_many(self, raw: msgspec.Raw) -> Found:
        answer = bytes(raw)
        failed = self.read(answer, _decode_failed)
        if failed.error is None:
            return self.read(answer, decode)
        if failed.status < 500 and failed.status not in (404, 429):
            raise TransportError(failed.status, str(failed.error.get("type")), failed.error)
        raise EngineAway(f"the search engine cannot answer now ({failed.status}); try again")

    async def open_snapshot(self) -> str:
        """Hold what the index holds now, for searches by `search_snapshot`; its id. Raises EngineAway.

        Also where a part of the index is away: searches of a snapshot without it would not say that it is missing.
        """
        path = f"/{self.alias}/_search/point_in_time"
        answer = await self.request("POST", path, None, keep_alive=_KEEP_SNAPSHOT, allow_partial_pit_creation="false")
        return self.read(answer, _decode_snapshot).id

    async def search_snapshot(self, snapshot: str, body: Mapping[str, Any]) -> Found:
        """One `_search` of a snapshot, which is held on for some minutes more. Raises EngineAway, never partial."""
        held = {"pit": {"id": snapshot, "keep_alive": _KEEP_SNAPSHOT}}
        answer = await self.request("POST", "/_search", {**body, **held}, allow_partial_search_results="false")
        return self.read(answer, decode)

    async def close_snapshot(self, snapshot: str) -> None:
        """Let a snapshot go; one that is not let go ends by itself."""
        with suppress(EngineAway, TransportError):
            await self.request("DELETE", "/_search/point_in_time", {"pit_id": [snapshot]})

    async def refresh(self) -> None:
        """Let searches show all the index has taken until now; who asks meanwhile shares one. Raises EngineAway."""
        if self._next_refresh is None:
            self._next_refresh = asyncio.ensure_future(self._refresh_soon())
        await asyncio.shield(self._next_refresh)

    async def _refresh_soon(self) -> None:
        await asyncio.sleep(max(self._refreshed_at + _REFRESHES_APART - time.monotonic(), 0.0))
        # From here on whoever comes may know of something newer, and waits for the next one.
        self._next_refresh, self._refreshed_at = None, time.monotonic()
        await self.request("POST", f"/{self.alias}/_refresh", None)

    async def document(self, id: int) -> msgspec.Raw | None:
        """The stored document of a program; None if there is none."""
        answer = await self.request("GET", f"/{self.alias}/_doc/{id:d}", None, ignore="404")
        found = self.read(answer, _decode_got)
        if found.error is not None:  # the index is not there, which says nothing about the program
            self._failed()
            raise EngineAway("the search engine has no index now; try again in a second")
        if found.found is None or (found.found and not found.source):
            self._failed()
            raise EngineAway("the search engine answers with something else than a document; try again")
        return msgspec.Raw(found.source) if found.found else None

    async def documents(self, ids: Sequence[int]) -> list[msgspec.Raw | None]:
        """The stored documents of programs, in order; None where there is none. Raises EngineAway."""
        if not ids:
            return []
        answer = await self.request("POST", f"/{self.alias}/_mget", {"ids": [str(id) for id in ids]})
        return [each.source if each.found else None for each in self.read(answer, _decode_several).docs]

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None,
        patience: float = REQUEST_SECONDS,
        **parameters: Any,
    ) -> bytes:
        """Any request, its answer as it came. Raises EngineAway, or TransportError where the request is at fault."""
        trying = self._failures >= _FAILURES_TO_OPEN
        if trying and (self._trying or time.monotonic() < self._open_until):
            raise EngineAway("the search engine does not answer; try again in a second")
        self._trying = trying
        if parameters.get("ignore") == "404":
            parameters["ignore"] = 404
        try:
            # The wait for a place counts: behind an engine that hangs, nobody queues for longer than it may take.
            async with asyncio.timeout(min(patience, SUSPECT_SECONDS) if self._failures else patience) as limit:
                self._limits[limit] = time.monotonic()
                try:
                    async with self._places:
                        answer: bytes = await self._client.transport.perform_request(
                            method, path, params=parameters or None, body=body
                        )
                finally:
                    del self._limits[limit]
        except (SearchConnectionError, ConnectionTimeout, TimeoutError, SerializationError) as error:
            self._failed()
            raise EngineAway("the search engine does not answer; try again in a second") from error
        except TransportError as error:
            if isinstance(error.status_code, int) and error.status_code < 500 and error.status_code not in (404, 429):
                raise
            # An index or a shard that is not there is said at once, and clogs nothing.
            if error.status_code != 404 and error.error != _NO_SHARD:
                self._failed()
            raise EngineAway(f"the search engine cannot answer now ({error.status_code}); try again") from error
        finally:
            if trying:
                self._trying = False
        self._failures = 0
        return answer

    def _failed(self) -> None:
        self._failures += 1
        if self._failures == 1:  # those under way need not find out each by itself
            now = time.monotonic()
            for limit, began in self._limits.items():
                if not limit.expired():
                    limit.reschedule(asyncio.get_running_loop().time() + max(began + SUSPECT_SECONDS - now, 0.0))
        if self._failures >= _FAILURES_TO_OPEN:
            self._open_until = time.monotonic() + _OPEN_SECONDS


class _Snapshot(msgspec.Struct):
    id: str = msgspec.field(name="pit_id")


class _Responses(msgspec.Struct):
    responses: list[msgspec.Raw]


class _Failed(msgspec.Struct):
    status: int = 200
    error: dict[str, Any] | None = None


class _Got(msgspec.Struct):
    found: bool | None = None
    error: msgspec.Raw | None = None
    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)


class _Version(msgspec.Struct):
    number: str


class _Greeting(msgspec.Struct):
    version: _Version


class _OneOfSeveral(msgspec.Struct):
    found: bool = False
    source: msgspec.Raw = msgspec.field(name="_source", default=msgspec.Raw(b"{}"))


class _Several(msgspec.Struct):
    docs: list[_OneOfSeveral]


_decode_snapshot = msgspec.json.Decoder(_Snapshot).decode
_decode_responses = msgspec.json.Decoder(_Responses).decode
_decode_failed = msgspec.json.Decoder(_Failed).decode
_decode_got = msgspec.json.Decoder(_Got).decode
_decode_greeting = msgspec.json.Decoder(_Greeting).decode
_decode_several = msgspec.json.Decoder(_Several).decode
