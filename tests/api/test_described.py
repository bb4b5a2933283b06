"""The OpenAPI document says what the API does.

1. Whatever is asked, the status and the media type of the answer are in the document, and its members where it names
   any; an error is a problem document.
2. Half a character, which cannot be sent back, makes no error of ours.
3. Each route says which media types it streams.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.words import Catalogue, program

# Beside what each parameter of a path is here: something that is not there, and something that is no such thing.
_WRONG = ("999999999", "no%20such", "0")
_ENDLESS = ("/api/import/runs/{run}/events",)


@pytest.fixture(scope="module")
def stocked(shared_catalogue: Catalogue) -> Catalogue:
    shared_catalogue.store(program("Tea", network="awin", external_id="7"))
    shared_catalogue.build_suggestions()
    return shared_catalogue


def _document(catalogue: Catalogue) -> Any:
    return catalogue.get("/schema/openapi.json")


def _resolved(document: Any, part: Any) -> Any:
    while "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _holds(document: Any, operation: Any, answer: Any) -> None:
    """An answer is as the document says."""
    responses = operation["responses"]
    said = _resolved(document, responses.get(str(answer.status_code), responses["default"]))
    media = answer.headers["content-type"].partition(";")[0]
    assert media in said["content"], (answer.url, answer.status_code, media, list(said["content"]))
    if media not in ("application/json", "application/problem+json"):
        return
    schema = _resolved(document, said["content"][media]["schema"])
    assert schema["type"] == "object"
    assert isinstance(answer.json(), dict)
    assert set(schema.get("required", ())) <= set(answer.json()), (answer.url, answer.text)
    if str(answer.status_code) not in responses:
        assert answer.status_code >= 400
        assert media == "application/problem+json"


def test_every_answer_is_described(stocked: Catalogue) -> None:
    document = _document(stocked)
    ((id,),) = stocked.rows("select id from programs")
    right = {
        "id": str(id),
        "index": "programs",
        "object_id": str(id),
        "field": "network",
        "facet": "network",
        "slug": "awin",
        "external_id": "7",
        "run": "1",
    }
    asked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path in _ENDLESS:
                continue
            named = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"]
            for wrong in (None, *(_WRONG if named else ())):
                url = path
                for name in named:
                    url = url.replace("{" + name + "}", wrong or right[name])
                for query in ("", "?nonsense=1", "?limit=x&perPage=x&page=0&q=%FF&after=-1&waitForVersion=x"):
                    for body in (b"", b"{}", b"[", b'{"requests": [{"indexName": "programs"}]}'):
                        if body and method == "get":
                            continue
                        answer = stocked.api.request(method, url + query, content=body, follow_redirects=False)
                        assert answer.status_code < 500 or answer.status_code == 503, (url, query, body, answer.text)
                        if answer.status_code not in (301, 302):
                            _holds(document, operation, answer)
                        asked += 1
    assert asked > 200


@pytest.mark.parametrize("half", ["%ED%A0%BD", "%FF", "a%ED%A0%BD,b"])
def test_half_a_character_is_refused_wherever_it_stands(stocked: Catalogue, half: str) -> None:
    """What is wrong is quoted, and half a character cannot be."""
    for path in ("/api/programs", "/api/programs/export", "/api/suggest", "/api/facets/network", "/api/changes"):
        operation = _document(stocked)["paths"][path.replace("network", "{field}")]["get"]
        for name in (*(each["name"] for each in operation["parameters"] if each["in"] == "query"), half):
            answer = stocked.api.get(f"{path}?{name}={half}")
            assert answer.status_code in (200, 400), (answer.url, answer.text)
            assert answer.json()
            _holds(_document(stocked), operation, answer)


def test_what_is_streamed_says_as_what(stocked: Catalogue) -> None:
    paths = _document(stocked)["paths"]
    export = paths["/api/programs/export"]["get"]["responses"]["200"]["content"]
    assert sorted(export) == ["application/x-ndjson", "text/csv"]
    events = paths["/api/import/runs/{run}/events"]["get"]["responses"]["200"]["content"]
    assert list(events) == ["text/event-stream"]
