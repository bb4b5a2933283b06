"""One bulk request, and what its answer means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as SearchConnectionError
from opensearchpy.exceptions import TransportError

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


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that this index will never take as it is."""

    id: int
    type: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What became of a bulk request's documents. `unavailable` says why those in neither list must be tried again."""

    done: set[int] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)
    older: set[int] = field(default_factory=set)  # the index already held a newer version; these are in `done` too
    unavailable: str | None = None
    missing: bool = False  # the index does not exist

    @property
    def complete(self) -> bool:
        """Whether every document was taken or refused for good."""
        return self.unavailable is None and not self.missing


def push(client: OpenSearch, index: str, body: bytes) -> Outcome:
    """Send a bulk body to an index by name and sort its documents by what became of them. Raises nothing passing."""
    outcome = Outcome()
    try:
        answer: dict[str, Any] = client.transport.perform_request(
            "POST", f"/{index}/_bulk", params={"filter_path": _FILTER}, body=body
        )
    except SearchConnectionError as error:
        outcome.unavailable = f"no answer from OpenSearch ({type(error).__name__})"
        return outcome
    except TransportError as error:
        outcome.missing = error.status_code == 404
        outcome.unavailable = f"{error.status_code} {error.error}"
        return outcome
    if not isinstance(answer, dict) or "items" not in answer:
        outcome.unavailable = "an answer that is no bulk answer"
        return outcome
    for item in answer["items"]:
        ((_, result),) = item.items()
        id = int(result["_id"])
        status = result["status"]
        if status < 300:
            outcome.done.add(id)
            continue
        if status == _OLDER:
            outcome.done.add(id)
            outcome.older.add(id)
            continue
        error_type = result.get("error", {}).get("type", "unknown")
        reason = result.get("error", {}).get("reason", "")
        if cause := result.get("error", {}).get("caused_by", {}).get("reason"):
            reason = f"{reason}: {cause}"
        if error_type == "index_not_found_exception":
            outcome.missing = True
        elif error_type in _DOCUMENT_FAULTS:
            outcome.refused.append(Refused(id, error_type, reason[:2000]))
        else:  # blocks, closed, rejected, unavailable shards, and whatever comes next: nothing is dropped
            outcome.unavailable = f"{status} {error_type}"
    return outcome
