"""What a network's API is like: where it is, how it is asked, how often; and what of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `seconds`, as the network says; of these `burst` may come at once.

    A bucket of `burst` tokens that gains calls - burst of them in `seconds` grants at most `calls` in any window.
    """

    calls: int
    seconds: float
    burst: int = 2
    downloads: bool = False  # only answers that arrived whole count, as for a feed that may be fetched once a day
    patience: float = 900  # seconds; a call that must wait longer is not waited for

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return max(1, self.calls - self.burst) / self.seconds


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a network. `repeatable`: asking twice does no harm, so a passing failure may be tried again.

    `base_url` is another host of the network's than that of its API; where the settings lead elsewhere, they lead all.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    json: object = None
    form: Mapping[str, str] | None = None
    accept: str = "application/json"
    etag: str | None = None
    last_modified: str | None = None
    repeatable: bool = True
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkAnswer:
    """The answer of a network to one request: whole, and below the size cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What one answer of a list held: the network's ids in order, the total it announces, the cursor of the next."""

    ids: tuple[str, ...]
    total: int | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is asked for page by page.

    Only a `required` one says which programs there are. An extra one tells more about those: its `rows` are kept per
    program beside the details, and its failure costs freshness, never a program.
    """

    name: str
    request: Callable[[str | None], Request]  # of a cursor; None is the first page
    read: Callable[[NetworkAnswer, str | None], ListingPage]  # with the cursor it was asked with
    required: bool = True
    rows: Callable[[bytes], Iterable[tuple[str, object]]] | None = None  # (program's id, row) of an extra list's page


@dataclass(frozen=True, slots=True)
class Detail:
    """A detail: what a network is asked about one program at a time, at most every `stale_days`."""

    kind: str
    request: Callable[[str], Request]
    check: Callable[[NetworkAnswer], None]
    stale_days: float = 7
    a_sync: int = 1_000  # calls spent on it in one sync, unless the settings say otherwise


@dataclass(frozen=True, slots=True)
class Api:
    """How a network wants to be asked."""

    network: str
    base_url: str
    limit: Limit
    limited: frozenset[int] = frozenset({429})  # statuses that mean "too many calls"
    credentials: tuple[str, ...] = ()  # names that must be given
    identifiers: frozenset[str] = frozenset()  # those of them that stand in every tracking link and let nobody in
    optional: tuple[str, ...] = ()  # names that may be
    schedule: str = "0 4 * * *"  # cron, UTC
    priority: int = 0  # higher ones first
    timeout: float = 30.0  # seconds without a byte
    deadline: float = 900.0  # seconds for a whole answer
    largest_answer: int = 32 * _MEGABYTE  # decoded
    explain: Callable[[NetworkAnswer], str | None] = lambda answer: None  # the network's own words for an error
    refused: Callable[[NetworkAnswer], bool] = lambda answer: answer.status == 401  # whether it is the credentials


def text_of(answer: NetworkAnswer, longest: int = 200) -> str:
    """The beginning of an answer for an error message, on one line."""
    return " ".join(answer.body[: longest * 4].decode("utf-8", "replace").split())[:longest]


def unique(ids: Iterable[str]) -> tuple[str, ...]:
    """Ids in order, each once."""
    return tuple(dict.fromkeys(ids))
