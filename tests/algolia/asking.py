"""The words that these tests are written in: ask as Algolia's clients do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tests.words import Catalogue

QUERIES = "/1/indexes/*/queries"
V5 = {"Content-Type": "text/plain"}
V4 = {"Content-Type": "application/x-www-form-urlencoded"}


def post(catalogue: Catalogue, path: str, body: Any, *, headers: Mapping[str, str] = V5, expect: int = 200) -> Any:
    """A POST as the clients make it, its status checked; the JSON of the answer."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    answer = catalogue.api.post(path, content=content, headers=dict(headers))
    assert answer.status_code == expect, (answer.status_code, answer.text[:2000])
    return answer.json()


def ask(catalogue: Catalogue, *queries: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Several queries in one request; their results."""
    requests = [{"indexName": "programs", **query} for query in queries]
    results: list[dict[str, Any]] = post(catalogue, QUERIES, {"requests": requests}, **more)["results"]
    assert len(results) == len(queries)
    return results


def one(catalogue: Catalogue, **parameters: Any) -> dict[str, Any]:
    """The result of one query."""
    (result,) = ask(catalogue, parameters)
    return result


def names(result: dict[str, Any]) -> list[str]:
    """The names of the hits, in order."""
    return [hit["name"] for hit in result["hits"]]


def refused(catalogue: Catalogue, **parameters: Any) -> str:
    """The message of the 400 that a query gets."""
    body = {"requests": [{"indexName": "programs", **parameters}]}
    problem = post(catalogue, QUERIES, body, expect=400)
    assert problem["message"] == problem["detail"]
    return str(problem["message"])


def url_encoded(parameters: dict[str, Any]) -> str:
    """Parameters as version 4 writes them: one URL-encoded string, lists as JSON inside."""
    texts = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in parameters.items()
    }
    return urlencode(texts, quote_via=quote)
