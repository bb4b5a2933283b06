"""What a watch is asked to be: a name, a query of the API, what to tell, and where. Read and bounded here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from app.search.bad_request import BadRequest, ParameterError, meaning
from app.search.controls import CONTROLS
from app.search.parameters import Reader
from app.search.private.asked import parted
from app.search.private.sets import RELATION
from app.search.request import SearchRequest
from app.search.request_parser import read_request
from mappings.watching import KINDS

LONGEST_NAME = 200  # characters
LONGEST_QUERY = 8_000  # bytes
LONGEST_WEBHOOK = 2_000
LONGEST_EMAIL = 254  # RFC 5321
_MOST_PARAMETERS = 500
# These say which programs are found; all other controls say how an answer looks, and have no meaning here.
_KEPT = frozenset(("q", "queryLanguage", "literal", "includeUnknown"))
_DROPPED = frozenset(CONTROLS) - _KEPT
_PRINTED = re.compile(r"[!-~]+")
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class WantedWatch(msgspec.Struct, frozen=True):
    """A watch as it was asked for, checked. `query` is encoded as in an address."""

    name: str
    query: str
    tells: tuple[str, ...] = KINDS
    webhook: str | None = None
    email: str | None = None


def read_watch(
    name: str,
    query: str,
    tells: Iterable[str] | None = None,
    webhook: str | None = None,
    email: str | None = None,
    *,
    plain_http: bool = False,
) -> WantedWatch:
    """A watch, its texts checked; `plain_http` where webhooks may go to addresses of one's own. Raises BadRequest."""
    reader = Reader({})
    found = WantedWatch(
        read_name(reader, name),
        _query(reader, query),
        KINDS if tells is None else read_tells(reader, tells),
        read_webhook(reader, webhook, plain_http=plain_http) if webhook else None,
        read_email(reader, email) if email else None,
    )
    reader.done()
    return found


def read_name(reader: Reader, name: str) -> str:
    """A name, without blanks around it."""
    name = name[: 2 * LONGEST_NAME].strip()
    if not 1 <= len(name) <= LONGEST_NAME or _CONTROL.search(name):
        reader.wrong("name", f"'name': expected 1 to {LONGEST_NAME} characters of a line")
        return ""
    return name


def read_tells(reader: Reader, tells: Iterable[str]) -> tuple[str, ...]:
    """What to tell, in the order of `KINDS`."""
    wanted = set(tells)
    for each in sorted(wanted - set(KINDS))[:5]:
        end, choice = meaning(each[:80], KINDS)
        reader.wrong("tells", f"'{each[:80]}' is nothing that a watch tells{end}", choice)
    if not wanted:
        reader.wrong("tells", f"'tells' is empty; it can have {', '.join(KINDS)}")
    return tuple(each for each in KINDS if each in wanted)


def read_webhook(reader: Reader, address: str, *, plain_http: bool = False) -> str:
    """The address of a webhook, by its form; where it leads is checked when it is asked."""
    said = "'webhook': expected an address such as https://example.com/hook, without user or fragment"
    try:
        parts = urlsplit(address if len(address) <= LONGEST_WEBHOOK and _PRINTED.fullmatch(address) else "")
        well = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
    except ValueError:
        well = False
    if not well or parts.scheme not in ("https", "http"):
        reader.wrong("webhook", said)
    elif parts.scheme == "http" and not plain_http:
        reader.wrong("webhook", "'webhook' has to be an https address")
    return address


def read_email(reader: Reader, address: str) -> str:
    """An address of mail, by its form."""
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        reader.wrong("email", "'email': expected one address such as name@example.com")
    return address


def _query(reader: Reader, query: str) -> str:
    try:
        parameters = parameters_of(query)
        read_request(_parted(parameters)[0])
    except BadRequest as bad:
        reader.errors += bad.errors
        return ""
    return urlencode([(name, value) for name, values in parameters.items() for value in values])


def parameters_of(query: str) -> dict[str, list[str]]:
    """The parameters of a query that say which programs it finds, each with its values in order. Raises BadRequest."""
    if len(query) > LONGEST_QUERY or len(query.encode("utf-8", "replace")) > LONGEST_QUERY:
        raise _refused(f"'query' is longer than {LONGEST_QUERY:,} bytes")
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise _refused(f"'query' has more than {_MOST_PARAMETERS:,} parameters") from None
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _DROPPED and value.strip():
            parameters.setdefault(name, []).append(value)
    return parameters


def request_of(query: str) -> SearchRequest:
    """The search that a stored query says. Raises BadRequest where a field it names is no more."""
    return read_request(_parted(parameters_of(query))[0])


def relations_of(query: str) -> tuple[str, ...]:
    """How accounts of ours may stand to a program that a stored query matches; none where it does not ask. Raises
    BadRequest."""
    return _parted(parameters_of(query))[1]


def _parted(parameters: dict[str, list[str]]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """The parameters that everybody may ask by, and the relations."""
    public, private = parted(parameters)
    relations: tuple[str, ...] = ()
    for each in private.filters:
        if each.name != RELATION or each.excluded_values or each.unknown is not None:
            raise _refused(
                "'query': of what is private a watch takes 'relation' alone, with values such as joined,pending"
            )
        relations = each.values
    return public, relations


def _refused(message: str) -> BadRequest:
    return BadRequest([ParameterError(parameter="query", message=message)])
