"""What README and docs print as an answer is what the generated catalogue answers.

1. Each request that a page prints before an answer, asked over all 80,000 programs, is answered by what is printed:
   each member is there and says the same. What is another each time (durations, moments, ids of requests, generations,
   cursors) is there.

The answers that come from suggestions are held by `make nightly`: to build these takes long.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.nightly import nightly
from tests.words import Catalogue

ROOT = Path(__file__).parents[2]
# A block that asks, by curl or as a line of HTTP, and the JSON that follows it, in a block of its own or in the same.
_ASKED = re.compile(
    r"```(?:sh|console)?\n(?:\$ )?(?:curl (?:-s )?'localhost:8000([^'\n]+)'|GET ([^\n]+))\n"
    r"(?:```\n[^`]*?```json\n)?({.*?)```",
    re.DOTALL,
)
_ANOTHER_EACH_TIME = {
    "tookMs",
    "builtAt",
    "requestId",
    "generation",
    "nextCursor",
    "pendingChanges",
    "oldestPendingSeconds",
}


def answers(page: str) -> list[tuple[str, Any]]:
    """(address, what is printed as its answer) of a page."""
    text = (ROOT / page).read_text("utf-8")
    return [(curl or get, json.loads(answer)) for curl, get, answer in _ASKED.findall(text)]


def _held(printed: Any, answered: Any, where: str) -> None:
    if isinstance(printed, dict):
        for name, value in printed.items():
            assert name in answered, f"{where}.{name}"
            if name not in _ANOTHER_EACH_TIME:
                _held(value, answered[name], f"{where}.{name}")
    elif isinstance(printed, list):
        assert len(printed) == len(answered), where
        for place, (each, other) in enumerate(zip(printed, answered, strict=True)):
            _held(each, other, f"{where}[{place}]")
    else:
        assert printed == answered, where


def _asked(catalogue: Catalogue, page: str) -> None:
    found = answers(page)
    assert found
    for address, printed in found:
        answer = catalogue.api.get(address)
        assert answer.status_code == printed.get("status", 200)
        _held(printed, answer.json(), address)


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_answers(whole_catalogue: Catalogue, page: str) -> None:  # 1
    _asked(whole_catalogue, page)


@nightly
def test_answers_of_suggestions(whole_catalogue: Catalogue) -> None:  # 1
    whole_catalogue.build_suggestions()
    _asked(whole_catalogue, "docs/suggestions.md")


def test_none_is_left_out() -> None:  # 1
    """Every JSON of these pages that is an answer follows what was asked."""
    for page, count in (("README.md", 1), ("docs/api.md", 2), ("docs/suggestions.md", 3)):
        assert len(answers(page)) == count, page
