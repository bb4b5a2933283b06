"""What a connector is: an API, how to prove who we are, what to read, and what a record is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.importing.sources import Record
from app.networks.api import Api, Detail, Listing
from app.networks.auth import Auth
from app.networks.clock import Clock
from app.settings import Secret


class Pulled(Protocol):
    """What was pulled, as a connector reads it back."""

    def pages(self, listing: str) -> Iterator[bytes]:
        """The pages of a list, in order, as they came."""

    def details(self, kind: str, keys: Sequence[str]) -> Mapping[str, Any]:
        """What is kept about these programs, decoded: the answer of a detail call, or the rows of an extra list."""

    def knows(self, listing: str) -> bool:
        """Whether an extra list was ever read to its end: only then do the programs that it lacks say something."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One network. Everything but `api` may depend on the credentials."""

    api: Api
    auth: Callable[[Mapping[str, Secret], Clock], Auth]
    listings: Callable[[Mapping[str, Secret]], Sequence[Listing]]
    records: Callable[[Pulled, Mapping[str, Secret]], Iterator[Record]]
    details: Callable[[Mapping[str, Secret]], Sequence[Detail]] = lambda given: ()
    first: Sequence[str] = field(default=())  # listings whose programs' details matter most

    @property
    def source(self) -> str:
        """`dataSource` of the network's programs."""
        return f"api:{self.api.network}"
