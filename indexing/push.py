"""One bulk request, and what its answer means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as SearchConnectionError
from opensearchpy.exceptions import SerializationError, TransportError

# The document is at fault, whatever the state of the cluster: pushing it again would be refused again.
_DOCUMENT_FAULTS = frozenset(
    {
        "mapper_parsing_exception",
        "document_parsing_exception",
        "strict_dynamic_mapping_exception",
        "illegal_argument_exception",
        "number_format_exception",
        "parsing_exception",
        "max_bytes_length_exceeded_exception",
        "parse_exception",
        "input_coercion_exception",
    }
)
_FILTER = "errors,items.*._id,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
_OLDER = 409
_TOO_MANY = 429
_BODY_FAULTS = (400, 413)  # something in the body: found by halving it
# Shorter than a lease: what was not answered by then is pushed again, by whoever comes first.
_SECONDS = 20
_CURRENT = re.compile(r"current version \[(\d+)\]")


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that this index will never take as it is."""

    id: int
    type: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What became of a bulk request's documents. `unavailable` says why those in neither list must be tried again."""

    done: set[int] = field(default_factory=set)
    refused: list[RefusedDocument] = field(default_factory=list)
    # The index already held a newer version, this one; these are in `done` too.
    older: dict[int, int] = field(default_factory=dict)
    unavailable: str | None = None
    throttled: bool = False  # it asks for less
    missing: bool = False  # the index does not exist

    @property
    def complete(self) -> bool:
        """Whether every document was taken or refused for good."""
        return self.unavailable is None and not self.missing

    @property
    def dead(self) -> bool:
        """Whether the index took nothing at all, though it should have."""
        return not self.complete and not self.done and not self.refused

    def add(self, other: Outcome) -> None:
        """Join the outcome of another request to the same index."""
        self.done |= other.done
        self.refused += other.refused
        self.older |= other.older
        self.unavailable = self.unavailable or other.unavailable
        self.throttled |= other.throttled
        self.missing |= other.missing


def push(client: OpenSearch, index: str, body: bytes) -> Outcome:
    """Send a bulk body to an index by name and sort its documents by what became of them. Raises nothing passing."""
    outcome = Outcome()
    try:
        answer: dict[str, Any] = client.transport.perform_request(
            "POST", f"/{index}/_bulk", params={"filter_path": _FILTER, "request_timeout": _SECONDS}, body=body
        )
    except SearchConnectionError as error:
        outcome.unavailable = f"no answer from OpenSearch ({type(error).__name__})"
        return outcome
    except SerializationError:
        outcome.unavailable = "an answer that is not JSON"
        return outcome
    except TransportError as error:
        if error.status_code in _BODY_FAULTS:
            return _halved(client, index, body, f"{error.status_code} {error.error}")
        outcome.missing = error.status_code == 404
        outcome.throttled = error.status_code == _TOO_MANY
        outcome.unavailable = f"{error.status_code} {error.error}{_blocked_by(error.info)}"
        return outcome
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        outcome.unavailable = "an answer that is no bulk answer"
        return outcome
    for item in answer["items"]:
        ((_, result),) = item.items()
        _sort(outcome, int(result["_id"]), result["status"], result.get("error", {}))
    return outcome


def _sort(outcome: Outcome, id: int, status: int, error: dict[str, Any]) -> None:
    if status < 300:
        outcome.done.add(id)
        return
    kind, reason = error.get("type", "unknown"), error.get("reason", "")
    if status == _OLDER:
        outcome.done.add(id)
        if found := _CURRENT.search(reason):
            outcome.older[id] = int(found[1])
        return
    if cause := error.get("caused_by", {}).get("reason"):
        reason = f"{reason}: {cause}"
    if kind == "index_not_found_exception":
        outcome.missing = True
    elif kind in _DOCUMENT_FAULTS:
        outcome.refused.append(RefusedDocument(id, kind, reason[:2000]))
    else:  # blocks, closed, rejected, unavailable shards, and whatever comes next: nothing is dropped
        outcome.unavailable = f"{status} {kind}{_blocked_by({'error': error})}"
        outcome.throttled |= status == _TOO_MANY


def _blocked_by(answer: Any) -> str:
    """What keeps an index from being written to, as OpenSearch words it: a full disk, or somebody's wish."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict) and error.get("type") == "cluster_block_exception":
        return f": {error.get('reason', '')}"
    return ""


class _Action(msgspec.Struct):
    index: dict[str, Any]


def _halved(client: OpenSearch, index: str, body: bytes, reason: str) -> Outcome:
    """Push a bulk body in two halves: one document that spoils a whole request must not hold up the others."""
    lines = body.split(b"\n")
    documents = len(lines) // 2
    if documents <= 1:
        id = int(msgspec.json.decode(lines[0], type=_Action).index["_id"])
        return Outcome(refused=[RefusedDocument(id, "request_refused", reason)])
    middle = documents // 2 * 2
    outcome = push(client, index, b"\n".join(lines[:middle]) + b"\n")
    if outcome.complete:
        outcome.add(push(client, index, b"\n".join(lines[middle:])))
    return outcome
