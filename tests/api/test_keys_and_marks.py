"""Who may write, and what our own marks are.

1. Writing needs a key: none is 401, a wrong or revoked one 401, too narrow a scope 403; reading needs none.
2. Marks are answered at once, searchable soon, and never touched by an import; what is none is a 400.
3. A deleted program is 410, one that never was 404.
4. The OpenAPI document marks exactly the routes that refuse whoever has no key.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from app.api.bounds import ApplicationBounds
from tests.words import Catalogue, program


def _mark(catalogue: Catalogue, id: int, body: dict[str, Any], headers: dict[str, str], expect: int = 200) -> Any:
    answer = catalogue.api.patch(f"/api/programs/{id}", json=body, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


def test_scopes(catalogue: Catalogue) -> None:  # 1
    catalogue.api = catalogue.opened(bounds=ApplicationBounds(key_seconds=0.0))
    catalogue.store(program("A"))
    one = catalogue.get()["programs"][0]["id"]
    assert _mark(catalogue, one, {"featured": True}, {}, 401)["type"] == "/problems/key-needed"
    wrong = {"Authorization": "Bearer afx_wrong"}
    assert _mark(catalogue, one, {"featured": True}, wrong, 401)["type"] == "/problems/invalid-key"
    read = catalogue.key("read")
    assert _mark(catalogue, one, {"featured": True}, read, 403)["type"] == "/problems/scope-needed"
    admin = catalogue.key("admin")
    assert _mark(catalogue, one, {"featured": True}, admin)["featured"] is True
    catalogue.rows("update api_keys set revoked_at = now()")
    assert _mark(catalogue, one, {"featured": True}, admin, 401)["type"] == "/problems/invalid-key"


def test_marks_outlast_imports(catalogue: Catalogue) -> None:  # 2
    acme = program("A", external_id="a", category="Food", vertical="food")
    catalogue.store(acme)
    one = catalogue.get()["programs"][0]["id"]
    marked = _mark(catalogue, one, {"verified": True, "featured": True, "vertical": "Travel"}, catalogue.key("import"))
    assert (marked["verified"], marked["featured"], marked["vertical"]) == (True, True, "travel")
    assert marked["verifiedAt"] is not None
    catalogue.store(msgspec.structs.replace(acme, name="B"))
    found = catalogue.get(verified="true", featured="true", vertical="travel")["programs"]
    assert [(each["name"], each["id"]) for each in found] == [("B", one)]
    back = _mark(catalogue, one, {"vertical": None, "verified": False}, catalogue.key("import"))
    assert (back["vertical"], back["verified"], back["verifiedAt"]) == ("food", False, None)


@pytest.mark.parametrize("body", [{}, {"vertical": "travl"}, {"verified": "yes"}, {"name": "X"}])
def test_refuses(catalogue: Catalogue, body: dict[str, Any]) -> None:  # 2
    catalogue.store(program("A"))
    one = catalogue.get()["programs"][0]["id"]
    assert _mark(catalogue, one, body, catalogue.key("import"), 400)["detail"]


def test_gone_and_never_there(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"))
    one = catalogue.get()["programs"][0]["id"]
    catalogue.rows("delete from programs")
    catalogue.index()
    key = catalogue.key("import")
    assert _mark(catalogue, one, {"featured": True}, key, 410)["type"] == "/problems/deleted"
    assert _mark(catalogue, one + 1, {"featured": True}, key, 404)["type"] == "/problems/not-found"
    assert catalogue.get(f"/api/programs/{one}", expect=410)["type"] == "/problems/deleted"
    assert catalogue.get(f"/api/programs/{one + 1}", expect=404)["type"] == "/problems/not-found"
    assert catalogue.get()["total"] == 0


# Open in these tests, as on a machine's own address; `test_operators.py` closes them.
_CLOSED = ("get /api/index", "get /metrics", "get /api/import/runs/{run}/rejected")


def test_the_openapi_document_says_which_routes_need_a_key(catalogue: Catalogue) -> None:  # 4
    needing: set[str] = set()
    for path, operations in catalogue.get("/schema/openapi.json")["paths"].items():
        for method, operation in operations.items():
            refused = catalogue.api.request(method, re.sub(r"\{\w+\}", "1", path)).status_code == 401
            security = operation.get("security", [])
            assert (security == [{"key": []}]) is refused, (method, path)
            assert refused or security == ([{}, {"key": []}] if f"{method} {path}" in _CLOSED else []), (method, path)
            if refused:
                needing.add(f"{method} {path}")
    assert {"patch /api/programs/{id}", "post /api/index/rebuild", "get /api/key"} < needing
