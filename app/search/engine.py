"""The one place of this room that talks to OpenSearch: bodies in, answers out, outages said at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as SearchConnectionError
from opensearchpy.exceptions import ConnectionTimeout, SerializationError, TransportError

from app.search.admission import Admission, Busy
from app.search.circuit import Circuit
from app.search.edits import SearchEdits
from app.search.engine_answers import (
    decode_failed,
    decode_got,
    decode_greeting,
    decode_held,
    decode_metas,
    decode_responses,
    decode_several,
    decode_snapshot,
    held_lexicon,
)
from app.search.lexicon import NO_LEXICON, HeldLexicon
from app.search.page import Found, decode
from app.search.query_analysis import QueryAnalysis
from app.search.single_flight import SingleFlightCache
from indexing.index_names import lexicon_of
from indexing.lexicon import CURRENT, StoredLexicon

LOOK_SECONDS = 0.45  # the probe's own patience, by which a hang is noticed
_SLOWER = 4.0  # times what answers take at present is no sign of a hang
_T = TypeVar("_T")
_MOST_ANALYSES = _MOST_TRIALS = 10_000
# A refresh makes a segment: however many wait for one, there are no more than so many a second.
_REFRESHES_APART = 0.2
# For who says of a partial answer that it is one: a shard is missing, or time ran out.
PARTS = {"allow_partial_search_results": "true"}
_NO_ANSWER = "the search engine does not answer; try again in a second"
# Errors of the engine that come with a status of its own failure and say nothing of others' requests: a shard is not
# there, a query was too dear or out of time.
_OF_THE_REQUEST = (
    "circuit_breaking_exception",
    "no_shard_available_action_exception",
    "search_phase_execution_exception",
    "search_timeout_exception",
    "task_cancelled_exception",
)
_KEEP_SNAPSHOT = "5m"  # how long a reader may take over one page


@dataclass(frozen=True, slots=True)
class EnginePatience:
    """How long an answer is waited for, in seconds."""

    request: float = 3.0
    # After a failure the next request, and those under way, get only this long: a hanging engine is said within a
    # second.
    suspect: float = 0.9


_PATIENCE = EnginePatience()


class EngineAway(Exception):
    """OpenSearch does not answer, or cannot now."""

    retry_after = 1


class EngineBusy(EngineAway):
    """OpenSearch has as much to do as it can answer in time."""


class IndexTooOld(EngineAway):
    """The generation that serves was built for another design of queries than this code asks."""

    retry_after = 10


class SearchEngine:
    """Searches behind an alias. `client` must answer in bytes, as `open_search_async` opens it."""

    def __init__(self, client: AsyncOpenSearch, alias: str, patience: EnginePatience = _PATIENCE) -> None:
        self._client = client
        self._patience = patience
        self.alias = alias
        # What the index held when it was last looked at: a string that differs whenever an answer could. Whoever
        # looks at the index regularly sets it; what is remembered under an older one is never found again.
        self.state = ""
        self.suggestions = ""  # the same of the suggestions: the index that serves, which never changes once it does
        self.lexicon: HeldLexicon = NO_LEXICON
        self.analyses: SingleFlightCache[QueryAnalysis] = SingleFlightCache(_MOST_ANALYSES)
        self.trials: SingleFlightCache[bool] = SingleFlightCache(_MOST_TRIALS)
        # Told of every search, and how many seconds it took.
        self.after_search: Callable[[Mapping[str, Any], float], None] | None = None
        self.outdated = False  # whether the serving generation was built for another design of queries
        self.circuit = Circuit()
        self.admission = Admission()
        self._limits: dict[asyncio.Timeout, float] = {}
        self._next_refresh: asyncio.Task[None] | None = None
        self._refreshed_at = 0.0

    def read_by(self, edits: SearchEdits) -> SearchEngine:
        """The same engine, by which words are read with other edits; what is remembered of queries is not shared."""
        other = copy(self)
        other.lexicon = self.lexicon.edited(edits)
        other.analyses = SingleFlightCache(_MOST_ANALYSES)
        other.trials = SingleFlightCache(_MOST_TRIALS)
        return other

    @property
    def under_way(self) -> int:
        """How many requests wait for an answer, or for their turn."""
        return len(self._limits) + self.admission.waiting

    async def search(self, body: Mapping[str, Any], **parameters: Any) -> Found:
        """One `_search`. Raises EngineAway, also where only a part of the index answers, unless `PARTS` are taken."""
        self._refuse_outdated()
        parameters.setdefault("allow_partial_search_results", "false")
        began = time.perf_counter()
        answer = await self.request("POST", f"/{self.alias}/_search", body, **parameters)
        if self.after_search:
            self.after_search(body, time.perf_counter() - began)
        return self.read(answer, decode)

    def _refuse_outdated(self) -> None:
        if self.outdated:
            raise IndexTooOld("the index is too old for this version; run `affindex index rebuild`")

    async def design_of(self, index: str) -> int | None:
        """The design of queries that an index was built for; None for one from before there were any."""
        answer = await self.request(
            "GET", f"/{index}/_mapping?filter_path=*.mappings._meta", None, LOOK_SECONDS, queued=False
        )
        found = self.read(answer, decode_metas)
        return next((each.mappings.meta.design for each in found.values()), None)

    def read(self, answer: bytes, decode: Callable[[bytes], _T]) -> _T:
        """An answer, decoded. Raises EngineAway for garbage: something else answers in the engine's place."""
        try:
            return decode(answer)
        except msgspec.DecodeError as error:
            self._failed()
            raise EngineAway("the search engine answers with something else than a result; try again") from error

    async def lexicon_written(self) -> StoredLexicon | None:
        """Which lexicon the indexer has written last; None for none. Raises EngineAway."""
        path = f"/{lexicon_of(self.alias)}/_doc/{CURRENT}"
        got = self.read(await self.request("GET", path, None, LOOK_SECONDS, queued=False, ignore="404"), decode_got)
        return self.read(bytes(got.source), decode_held) if got.found else None

    async def read_lexicon(self, held: StoredLexicon) -> HeldLexicon | None:
        """The words of a catalogue; None if they have been renewed meanwhile. Raises EngineAway."""
        body = {"ids": [held.part(number) for number in range(held.parts)]}
        answer = await self.request("POST", f"/{lexicon_of(self.alias)}/_mget", body, queued=False)
        parts = [bytes(each.source) for each in self.read(answer, decode_several).docs if each.found]
        if len(parts) != held.parts:
            return None
        return await asyncio.to_thread(held_lexicon, held.version, parts)

    async def look(self) -> None:
        """Raise EngineAway unless an OpenSearch answers, soon."""
        self.read(await self.request("GET", "/", None, LOOK_SECONDS, queued=False), decode_greeting)

    async def search_many(self, bodies: Sequence[Mapping[str, Any]]) -> list[Found]:
        """Several searches in one request, in order; one as `_search`, which costs less. Raises EngineAway.

        Answers may be partial.
        """
        self._refuse_outdated()
        if len(bodies) == 1:
            return [await self.search(bodies[0], **PARTS)]
        if not bodies:
            return []
        lines = b"".join(b"{}\n" + msgspec.json.encode(body) + b"\n" for body in bodies)
        answer = await self.request("POST", f"/{self.alias}/_msearch", lines)
        responses = self.read(answer, decode_responses).responses
        if len(responses) != len(bodies):
            raise EngineAway("the search engine answers with something else than results; try again")
        return [self._one_of_many(raw) for raw in responses]

    def _one_of_many(self, raw: msgspec.Raw) -> Found:
        answer = bytes(raw)
        failed = self.read(answer, decode_failed)
        if failed.error is None:
            return self.read(answer, decode)
        if failed.status < 500 and failed.status not in (404, 429):
            raise TransportError(failed.status, str(failed.error.get("type")), failed.error)
        raise EngineAway(f"the search engine cannot answer now ({failed.status}); try again")

    async def open_snapshot(self) -> str:
        """Hold what the index holds now, for searches by `search_snapshot`; its id. Raises EngineAway.

        Also where a part of the index is away: searches of a snapshot without it would not say that it is missing.
        """
        self._refuse_outdated()
        path = f"/{self.alias}/_search/point_in_time"
        answer = await self.request("POST", path, None, keep_alive=_KEEP_SNAPSHOT, allow_partial_pit_creation="false")
        return self.read(answer, decode_snapshot).id

    async def search_snapshot(self, snapshot: str, body: Mapping[str, Any]) -> Found:
        """One `_search` of a snapshot, which is held on for some minutes more. Raises EngineAway, never partial."""
        held = {"pit": {"id": snapshot, "keep_alive": _KEEP_SNAPSHOT}}
        answer = await self.request("POST", "/_search", {**body, **held}, allow_partial_search_results="false")
        return self.read(answer, decode)

    async def close_snapshot(self, snapshot: str) -> None:
        """Let a snapshot go; one that is not let go ends by itself."""
        with suppress(EngineAway, TransportError):
            await self.request("DELETE", "/_search/point_in_time", {"pit_id": [snapshot]}, queued=False)

    async def refresh(self) -> None:
        """Let searches show all the index has taken until now; who asks meanwhile shares one. Raises EngineAway."""
        if self._next_refresh is None:
            self._next_refresh = asyncio.ensure_future(self._refresh_soon())
        await asyncio.shield(self._next_refresh)

    async def _refresh_soon(self) -> None:
        await asyncio.sleep(max(self._refreshed_at + _REFRESHES_APART - time.monotonic(), 0.0))
        # From here on whoever comes may know of something newer, and waits for the next one.
        self._next_refresh, self._refreshed_at = None, time.monotonic()
        await self.request("POST", f"/{self.alias}/_refresh", None, queued=False)

    async def document(self, id: int) -> msgspec.Raw | None:
        """The stored document of a program; None if there is none."""
        answer = await self.request("GET", f"/{self.alias}/_doc/{id:d}", None, ignore="404")
        found = self.read(answer, decode_got)
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
        return [each.source if each.found else None for each in self.read(answer, decode_several).docs]

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None,
        patience: float | None = None,
        *,
        queued: bool = True,
        **parameters: Any,
    ) -> bytes:
        """Any request, its answer as it came. Raises EngineAway, or TransportError where the request is at fault.

        Its `patience` is the engine's where none is given. Unless `queued`, it does not wait for others and holds up
        none.
        """
        circuit = self.circuit
        patience = self._patience.request if patience is None else patience
        if not circuit.lets_through():
            raise EngineAway(_NO_ANSWER)
        trying = circuit.is_open
        if parameters.get("ignore") == "404":
            parameters["ignore"] = 404
        try:
            # The wait for a place is ours: however long, it says nothing of the engine.
            began = await self._enter() if queued else time.monotonic()
            try:
                if circuit.is_open and not trying:
                    raise EngineAway(_NO_ANSWER)
                # A look is answered at once or not: how long searches take says nothing of it.
                wait = self._patience_now(patience) if queued else patience
                answer = await self._asked(method, path, body, wait, parameters)
                circuit.answered()
            finally:
                if queued:
                    self.admission.leave(began, counts=circuit.answered_since(began))
        except (SearchConnectionError, ConnectionTimeout, TimeoutError, SerializationError) as error:
            if isinstance(error, ConnectionTimeout | TimeoutError) and circuit.answered_since(began):
                raise EngineAway("the search engine takes too long over this; try again in a second") from error
            self._failed()
            raise EngineAway(_NO_ANSWER) from error
        except TransportError as error:
            if isinstance(error.status_code, int) and error.status_code < 500 and error.status_code not in (404, 429):
                circuit.answered()
                raise
            # What is refused or given up for its own sake is said at once, and clogs nothing.
            if _of_the_request(error):
                circuit.answered()
                if error.status_code == 429:
                    self.admission.lessen()
            else:
                self._failed()
            raise EngineAway(f"the search engine cannot answer now ({error.status_code}); try again") from error
        finally:
            if trying:
                circuit.tried()
        return answer

    async def _enter(self) -> float:
        try:
            return await self.admission.enter(self._patience.request)
        except Busy:
            raise _busy() from None

    async def refuse_if_busy(self) -> None:
        """Raise EngineBusy if a request would be refused now, before anything else is done for it."""
        try:
            await self.admission.refuse_if_full()
        except Busy:
            raise _busy() from None

    def _patience_now(self, given: float) -> float:
        """How long to wait for an answer: soon one must come after a failure, of an engine that was not slow before."""
        slower = self.admission.seconds * _SLOWER
        longest = self._patience.request
        soon = max(self._patience.suspect, slower) if self.circuit.failures else longest
        return min(max(given, slower), soon, longest)

    async def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | bytes | None, patience: float, parameters: Any
    ) -> bytes:
        async with asyncio.timeout(patience) as limit:
            self._limits[limit] = time.monotonic()
            try:
                answer: bytes = await self._client.transport.perform_request(
                    method, path, params=parameters or None, body=body
                )
            finally:
                del self._limits[limit]
        return answer

    def _failed(self) -> None:
        self.circuit.failed()
        if self.circuit.failures == 1:  # those under way need not find out each by itself
            now = time.monotonic()
            soon = self._patience_now(self._patience.request)
            for limit, began in self._limits.items():
                if not limit.expired():
                    end = asyncio.get_running_loop().time() + max(began + soon - now, 0.0)
                    limit.reschedule(min(limit.when() or end, end))  # never later than it was


def _of_the_request(error: TransportError) -> bool:
    """Whether an error is of one request alone, from an engine that answers others."""
    if error.status_code == 500:
        return isinstance(error.error, str)  # in its own words: a proxy would send a page
    return error.status_code in (404, 429) or error.error in _OF_THE_REQUEST


def _busy() -> EngineBusy:
    return EngineBusy("more is asked than the search engine can answer in time; try again in a second")
