"""A client of Affindex in sixty lines of standard Python: searches, follows cursors, and says what was wrong.

for program in Affindex("http://localhost:8000").search(q="yoga mats", sort="-epc"):
    print(program["name"], program["epc"])
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypedDict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Program(TypedDict):
    """What this client reads of a program; the OpenAPI document has all members. None is unknown, never zero."""

    id: int
    network: str
    name: str
    vertical: str | None
    commissionType: str | None
    commissionMax: float | None
    commissionFixedMaxUsd: float | None
    recurring: bool | None
    recurringMonths: int | None
    cookieDays: int | None
    epc: float | None
    programUrl: str | None


class Refused(Exception):
    """A problem document (RFC 9457); `errors` name the parameters, and what was probably meant."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.errors: list[dict[str, str]] = problem.get("errors", [])


class Affindex:
    """A catalogue at an address."""

    def __init__(self, address: str, key: str | None = None, timeout: float = 30) -> None:
        self._address, self._timeout = address.rstrip("/"), timeout
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **parameters: str | int | bool) -> Any:
        """Any answer in JSON. Raises Refused; OSError if nobody answers."""
        named = {name: str(value).lower() if isinstance(value, bool) else value for name, value in parameters.items()}
        request = Request(f"{self._address}{path}?{urlencode(named)}", headers=self._headers)
        try:
            with urlopen(request, timeout=self._timeout) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise Refused(json.load(error)) from None

    def search(self, **parameters: str | int | bool) -> Iterator[Program]:
        """Every program that is found, page by page; parameters as in the API: `commission="10.."`, `sort="-epc"`."""
        page = self.get("/api/programs", **parameters)
        yield from page["programs"]
        while page["nextCursor"]:
            page = self.get("/api/programs", **{**parameters, "cursor": page["nextCursor"]})
            yield from page["programs"]
