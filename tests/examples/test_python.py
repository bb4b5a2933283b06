"""The Python client and the notebook, over a real server.

1. What the client says of a program is what the OpenAPI document says, and it is sixty lines long, more or less.
2. A search goes on over all pages: every program once, in order. What is refused says why.
3. The notebook runs from top to bottom and finds the program that pays most.
"""

from __future__ import annotations

import io
import json
import sys
import types
from contextlib import redirect_stdout
from typing import Any, get_args, get_type_hints

import pytest

from tests.examples.conftest import EXAMPLES

CLIENT = EXAMPLES / "python" / "affindex_client.py"
NOTEBOOK = EXAMPLES / "notebook" / "best_paid_recurring.ipynb"
_JSON = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}


@pytest.fixture
def client() -> types.ModuleType:
    module = types.ModuleType("affindex_client")
    exec(compile(CLIENT.read_text("utf-8"), str(CLIENT), "exec"), module.__dict__)
    return module


def test_its_types_are_those_of_the_document(address: str, client: types.ModuleType) -> None:  # 1
    document = client.Affindex(address).get("/schema/openapi.json")
    members = document["components"]["schemas"]["Program"]["properties"]
    for name, hint in get_type_hints(client.Program).items():
        said = members[name]["type"]
        assert {_JSON[each] for each in get_args(hint) or (hint,)} == set([said] if isinstance(said, str) else said), (
            name
        )
    assert len(CLIENT.read_text("utf-8").splitlines()) <= 66


def test_every_page(address: str, client: types.ModuleType) -> None:  # 2
    catalogue = client.Affindex(address)
    found = [each["id"] for each in catalogue.search(perPage=20, sort="id")]
    assert found == sorted(set(found))
    assert len(found) == catalogue.get("/api/programs", perPage=0)["total"] == 50


def test_what_is_refused_says_why(address: str, client: types.ModuleType) -> None:  # 2
    with pytest.raises(client.Refused, match="did you mean 'network'") as refused:
        client.Affindex(address).get("/api/programs", nework="cj")
    assert refused.value.errors[0]["parameter"] == "nework"


def test_the_notebook(address: str, monkeypatch: pytest.MonkeyPatch) -> None:  # 3
    monkeypatch.setenv("AFFINDEX_ADDRESS", address)
    monkeypatch.setenv("AFFINDEX_CLIENT", str(CLIENT.parent))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    run: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()) as said:
        for cell in cells:
            if cell["cell_type"] == "code":
                assert cell["outputs"] == [], "a notebook is kept without its outputs"
                exec(compile("".join(cell["source"]), f"{NOTEBOOK.name}: {cell['id']}", "exec"), run)
    sys.modules.pop("affindex_client")
    assert [each["name"] for each in run["best"]] == ["Half for ever", "Half for a year", "High for a month"]
    assert said.getvalue().startswith("4 recurring programs")
