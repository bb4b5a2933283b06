"""The OpenAPI document says what the API does.

1. Whatever is asked, the status and the media type of the answer are in the document, and an error is a problem
   document. An answer has the members that the document names, of these types, and no others.
2. Half a character, which cannot be sent back, makes no error of ours.
3. Each route says which media types it streams.
4. Every answer in JSON has a name, and so has whatever it is made of; a program is described member by member.
"""

from __future__ import annotations

import ast
import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from app.api.openapi.offline import application
from app.search.private.sets import NAMES
from mappings.catalogue import FIELDS
from mappings.field import Origin
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


@lru_cache(maxsize=1)
def _closed() -> Any:
    """The document's schemas, with the members alone that they name: an answer may not have more than is said."""
    components = copy.deepcopy(application().openapi_schema.to_schema()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return components


@lru_cache
def _judge(schema: str) -> jsonschema_rs.Draft202012Validator:
    """What tells whether an answer is as a schema says, given as Python writes it."""
    return jsonschema_rs.Draft202012Validator({**ast.literal_eval(schema), "components": _closed()})


def _holds(document: Any, operation: Any, answer: Any) -> None:
    """An answer is as the document says."""
    responses = operation["responses"]
    said = _resolved(document, responses.get(str(answer.status_code), responses["default"]))
    media = answer.headers["content-type"].partition(";")[0]
    assert media in said["content"], (answer.url, answer.status_code, media, list(said["content"]))
    if media not in ("application/json", "application/problem+json"):
        return
    wrong = next(_judge(str(said["content"][media]["schema"])).iter_errors(answer.json()), None)
    assert wrong is None, (answer.url, wrong)
    if str(answer.status_code) not in responses:
        assert answer.status_code >= 400
        assert media == "application/problem+json"


def test_every_answer_is_described(stocked: Catalogue) -> None:  # 1
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
def test_half_a_character_is_refused_wherever_it_stands(stocked: Catalogue, half: str) -> None:  # 2
    """What is wrong is quoted, and half a character cannot be."""
    key = stocked.key("read")
    for path in ("/api/programs", "/api/programs/export", "/api/suggest", "/api/facets/network", "/api/changes"):
        operation = _document(stocked)["paths"][path.replace("network", "{field}")]["get"]
        for name in (*(each["name"] for each in operation["parameters"] if each["in"] == "query"), half):
            answer = stocked.api.get(f"{path}?{name}={half}", headers=key if name in NAMES else {})
            assert answer.status_code in (200, 400), (answer.url, answer.text)
            assert answer.json()
            _holds(_document(stocked), operation, answer)


def test_what_is_streamed_says_as_what(stocked: Catalogue) -> None:  # 3
    paths = _document(stocked)["paths"]
    export = paths["/api/programs/export"]["get"]["responses"]["200"]["content"]
    assert sorted(export) == ["application/x-ndjson", "text/csv"]
    events = paths["/api/import/runs/{run}/events"]["get"]["responses"]["200"]["content"]
    assert list(events) == ["text/event-stream"]


def _unnamed(schema: Any, place: str) -> list[str]:
    """Where a schema says nothing of what is there."""
    if "$ref" in schema or "enum" in schema or "const" in schema:
        return []
    parts = [*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())]
    parts += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
    if not parts and "type" not in schema:
        return [place]
    lists = "array" in schema.get("type", ()) and "items" not in schema
    return [*([place] if lists else []), *(each for part in parts for each in _unnamed(part, place))]


# What anybody may write, in whatever form: values of any field, records of others, the parameters of any source.
_ANYTHING = {
    "Change.old",
    "Change.new",
    "Event.old",
    "Event.new",
    "Event.program",
    "Past.old",
    "Past.new",
    "Operation.result",
    "RejectedRecord.raw",
    "Refused.raw",
}


def test_every_answer_is_named_and_typed() -> None:  # 4
    document = application().openapi_schema.to_schema()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, response in operation["responses"].items():
                for media, content in response.get("content", {}).items():
                    if media == "application/json":
                        assert list(content["schema"]) == ["$ref"], (method, path, status)
    schemas = document["components"]["schemas"]
    unnamed = {
        each
        for name, schema in schemas.items()
        for member, said in schema.get("properties", {}).items()
        for each in _unnamed(said, f"{name}.{member}")
    }
    assert unnamed <= _ANYTHING | {"Run.parameters"}
    named = {part for part in str(document).split("'") if part.startswith("#/components/schemas/")}
    assert {each.rpartition("/")[2] for each in named} <= set(schemas)


def test_a_program_is_described_member_by_member() -> None:  # 4
    program = application().openapi_schema.to_schema()["components"]["schemas"]["Program"]
    assert list(program["properties"]) == program["required"] == [entry.key for entry in FIELDS]
    for entry in FIELDS:
        said = program["properties"][entry.key]
        assert said["description"].startswith(entry.field.about)
        assert ("null" in said["type"]) == (entry.optional and entry.field.origin is not Origin.STORE), entry.key


def test_what_a_search_adds_to_a_program(stocked: Catalogue) -> None:  # 1
    document = _document(stocked)
    search, similar = (document["paths"][path]["get"] for path in ("/api/programs", "/api/programs/{id}/similar"))
    for query in (
        "facets=*",
        "facets=merchantDomain,launchedAt&network=!awin,cj&perPage=0",
        "fields=id,name",
        "q=tea&highlight=true&explain=true&collapse=merchant",
        "q=teaa&cookieDays=unknown&sort=-epc",
    ):
        answer = stocked.api.get(f"/api/programs?{query}")
        assert answer.status_code == 200, answer.text
        _holds(document, search, answer)
    ((id,),) = stocked.rows("select id from programs")
    _holds(document, similar, stocked.api.get(f"/api/programs/{id}/similar"))


def test_what_operators_read(stocked: Catalogue) -> None:  # 1
    key = stocked.key("admin")
    feed = (Path(__file__).parents[1] / "feeds" / "fixtures" / "awin_directory.csv").read_bytes()
    paths = _document(stocked)["paths"]
    asked: list[tuple[str, str, bytes | None, dict[str, str]]] = [
        ("get", path, None, {}) for path in ("/api/index", "/api/key", "/api/stats", "/readyz", "/api/fields")
    ]
    asked += [("post", "/api/import/bulk", b'{"networks": ["cj"], "limit": 1}', {})]
    asked += [("get", path, None, {}) for path in ("/api/import/bulk", "/api/import/runs", "/api/networks")]
    asked += [("post", "/api/import/feed", feed, {"network": "awin", "preview": "true"})]
    for method, path, body, query in asked:
        answer = stocked.api.request(method, path, params=query, content=body, headers=key)
        assert answer.status_code < 400, answer.text
        _holds(_document(stocked), paths[path][method], answer)
