"""Programs by their `objectID`, one or several, as `getObject` and `getObjects` of the clients ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.search.algolia.hits import Record, is_deleted, record, retrieved
from app.search.algolia.names import Names
from app.search.algolia.query import read_query
from app.search.algolia.wire import Parameters, refused
from app.search.bad_request import BadRequest
from app.search.engine import SearchEngine

MOST_OBJECTS = 1000  # in one request, as Algolia
_LARGEST_ID = 2**53 - 1


@dataclass(frozen=True, slots=True)
class WantedObject:
    """One program, and the attributes of it that are wanted. `id` is None where none of ours can be meant."""

    id: int | None
    retrieve: Names


def read_object(object_id: str, given: Parameters, index: str, place: str = "") -> WantedObject:
    """A request for one. Raises BadRequest, UnknownIndex."""
    # What else a client says of a request has no meaning here.
    wanted = {name: value for name, value in given.items() if name == "attributesToRetrieve"}
    asked, errors = read_query(wanted, index, place)
    if asked is None:
        raise BadRequest(errors)
    return WantedObject(_id(object_id), asked.retrieve)


def read_objects(requests: Sequence[Parameters]) -> list[WantedObject]:
    """A request for several. Raises BadRequest, UnknownIndex."""
    wanted: list[WantedObject] = []
    for number, given in enumerate(requests):
        place = f"requests[{number}]"
        index, object_id = given.get("indexName"), given.get("objectID")
        if not isinstance(index, str):
            raise refused(f"{place}.indexName", f"{place} names no index; give 'indexName'")
        if isinstance(object_id, bool) or not isinstance(object_id, str | int):
            raise refused(f"{place}.objectID", f"{place} names no object; give 'objectID'")
        wanted.append(read_object(str(object_id), given, index, place))
    return wanted


def _id(object_id: str) -> int | None:
    if object_id.isascii() and object_id.isdecimal() and len(object_id) < 17 and not object_id.startswith("0"):
        return int(object_id) if int(object_id) <= _LARGEST_ID else None
    return None


async def objects(
    engine: SearchEngine, wanted: Sequence[WantedObject], synced: Mapping[str, str]
) -> list[Record | None]:
    """The programs in the order of the requests; None for one that is not there. Raises EngineAway."""
    ids = sorted({each.id for each in wanted if each.id is not None})
    stored = zip(ids, await engine.documents(ids), strict=True)
    documents = {id: document for id, document in stored if document is not None and not is_deleted(document)}
    return [
        retrieved(record(documents[each.id], synced), each.retrieve) if each.id in documents else None
        for each in wanted
    ]
