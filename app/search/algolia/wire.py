"""Bodies as the clients send them: JSON whatever the content type says, parameters as members or in one string."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from app.search.bad_request import BadRequest, ParameterError

MOST_QUERIES = 50  # in one request, as Algolia
_MOST_PARAMETERS = 500
_OF_CLIENTS = "x-algolia-"

Parameters = Mapping[str, Any]


def refused(parameter: str, message: str, did_you_mean: str | None = None) -> BadRequest:
    """What a request with one thing wrong raises."""
    return BadRequest([ParameterError(parameter=parameter, message=message, did_you_mean=did_you_mean)])


def several(body: bytes, most: int = MOST_QUERIES) -> list[Parameters]:
    """The queries of `{"requests": [...]}`, or of a bare list, each as its parameters. Raises BadRequest."""
    decoded = _decoded(body)
    requests = decoded.get("requests") if isinstance(decoded, dict) else decoded
    if not isinstance(requests, list):
        raise refused("requests", 'the body has no list of queries; expected {"requests": [{"indexName": …}, …]}')
    if len(requests) > most:
        raise refused(
            "requests", f"Too many queries in multi query request: {len(requests):,}; at most {most} are taken"
        )
    return [_merged(each, f"requests[{place}]") for place, each in enumerate(requests)]


def single(body: bytes) -> Parameters:
    """The parameters of a request about one index; an empty body has none. Raises BadRequest."""
    return _merged(_decoded(body), "body") if body.strip() else {}


def in_url(query_string: str) -> Parameters:
    """The parameters of a GET, without what the clients say of themselves. Raises BadRequest."""
    given = _merged(_url_encoded(query_string, "the query string"), "the query string")
    return {name: value for name, value in given.items() if not name.lower().startswith(_OF_CLIENTS)}


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise refused("body", f"the body is not JSON: {error}") from None


def _merged(given: Any, place: str) -> Parameters:
    """Parameters given as members, or under `params` as an object or URL-encoded; members win."""
    if not isinstance(given, dict):
        raise refused(place, f"{place} is not an object")
    inner = given.get("params")
    match inner:
        case None | "":
            merged = given
        case str():
            merged = {**_url_encoded(inner, f"{place}.params"), **given}
        case dict():
            merged = {**inner, **given}
        case _:
            raise refused(f"{place}.params", f"{place}.params is neither a text nor an object")
    return {name: value for name, value in merged.items() if value is not None and name != "params"}


def _url_encoded(params: str, place: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(params, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise refused(place, f"{place} is not UTF-8") from None
    except ValueError:
        raise refused(place, f"{place} has more than {_MOST_PARAMETERS} parameters") from None
    return dict(pairs)
