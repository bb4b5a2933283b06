"""Every operation of the OpenAPI document, asked as it says and as it does not say.

1. Nothing that is asked is an error of ours: no 5xx, but one that says when to ask again.
2. Status, media type, headers and members of each answer are those of the document.
3. What the document forbids is refused; a method that it does not name is 405 with `Allow`.

200 drawn cases here, 10,000 in `make nightly` (`CASES`), and the edges of every schema. What values mean, no schema
says: that a valid one is taken is not held here, but wherever the value is explained.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from opensearchpy.exceptions import OpenSearchException
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks

from app.api.openapi.offline import application
from indexing.follow import drain
from tests.serving import serving
from tests.words import Catalogue, program

load_all_checks()


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    """Lines as they were drawn."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


CASES = int(os.environ.get("CASES", "200"))
DOCUMENT: dict[str, Any] = application().openapi_schema.to_schema()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def _sound(found: Any) -> Any:
    """An operation, whose description is one. Raises AssertionError."""
    operation = found.ok()
    assert operation is not None, found.err()
    return operation


# A stream without an end while its run waits for a worker, which there is none of here.
_ENDLESS = "/api/import/runs/{run}/events"
OPERATIONS = {
    operation.label: operation for each in SCHEMA.get_all_operations() if (operation := _sound(each)).path != _ENDLESS
}


def _can_be_wrong(operation: dict[str, Any]) -> bool:
    """Whether what is given can be what the document forbids: not where it takes nothing, or names of any kind."""
    return "requestBody" in operation or any(
        parameter["in"] == "query" or parameter["schema"]["type"] != "string"
        for parameter in operation.get("parameters", ())
    )


WAYS = [
    (label, mode)
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or _can_be_wrong(operation.definition.raw)
]
_EACH = max(CASES // len(WAYS), 1)
_PATIENCE = 30.0
_AGAIN = (503, 504)

_CHECKS = [
    schemathesis.checks.CHECKS.get_one(name)
    for name in (
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
        "allow_header_conformance",
    )
]
_REFUSING = schemathesis.checks.CHECKS.get_one("negative_data_rejection")


@pytest.fixture(scope="module")
def served(shared_catalogue: Catalogue) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server over a catalogue that is followed, and headers with an admin's key."""
    shared_catalogue.store(*(program(f"Shop {number}", external_id=str(number)) for number in range(20)))
    shared_catalogue.build_suggestions()
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(0.2):
            with suppress(psycopg.Error, OpenSearchException):
                drain(shared_catalogue.connect, shared_catalogue.search)

    following = threading.Thread(target=follow)
    following.start()
    try:
        with serving(
            shared_catalogue.settings,
            database_url=shared_catalogue.engines.database_url,
            opensearch_url=shared_catalogue.engines.opensearch_url,
            alias=shared_catalogue.alias,
        ) as address:
            yield address, shared_catalogue.key("admin")
    finally:
        ended.set()
        following.join()


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(("label", "mode"), WAYS, ids=[f"{label} {mode.value}" for label, mode in WAYS])
def test_operation(label: str, mode: GenerationMode, served: tuple[str, dict[str, str]]) -> None:  # 1, 2, 3
    @settings(
        max_examples=_EACH,
        deadline=None,
        derandomize=CASES <= 200,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        _holds(case, mode, *served)

    holds()


@pytest.mark.parametrize("label", OPERATIONS)
def test_edges(label: str, served: tuple[str, dict[str, str]]) -> None:  # 1, 2, 3
    """The least and the most, too little and too much, of each parameter and member, one after the other."""
    operation = OPERATIONS[label]
    cases = 0
    for mode in GenerationMode:
        generation = SCHEMA.config.generation_for(operation=operation, phase="coverage")
        for case in SCHEMA.iter_coverage_cases(operation, generation_modes=[mode], generation_config=generation):
            _holds(case, mode, *served)
            cases += 1
    assert cases > 0


def _holds(case: Any, mode: GenerationMode, address: str, key: dict[str, str]) -> None:
    answer = case.call(base_url=address, headers=key, timeout=_PATIENCE)
    if answer.status_code >= 500:
        assert answer.status_code in _AGAIN, (answer.status_code, answer.text)
        assert "retry-after" in answer.headers
    blank = any(value in ("", [""]) for value in (case.query or {}).values())  # as if it were not given
    refusing = [_REFUSING] if mode is GenerationMode.NEGATIVE and not blank else []
    case.validate_response(answer, checks=[*_CHECKS, *refusing])
