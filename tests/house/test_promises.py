"""Whatever a file of tests promises, one of its tests proves.

1. Promises are numbered from 1, one after the other, each at the beginning of a line of the file's docstring.
2. Each test of such a file says behind its signature which of them it proves: `# 2`, or `# 1, 3`. It names none that is
   not there.
3. Each promise is proven by one of them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_SIGNATURE_ENDS = re.compile(r":  # (\d+(?:, \d+)*)$")


def _promised(module: ast.Module) -> list[int]:
    """The numbers of the promises; none for a file that promises one thing."""
    return [int(number) for number in re.findall(r"^(\d+)\. ", ast.get_docstring(module) or "", re.MULTILINE)]


def _proven(text: str) -> dict[str, list[int]]:
    """What each test says that it proves."""
    lines = text.split("\n")
    return {
        node.name: [
            int(number)
            for line in lines[node.lineno - 1 : node.body[0].lineno - 1]
            for said in _SIGNATURE_ENDS.findall(line)
            for number in said.split(", ")
        ]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def _wrong(text: str) -> list[str]:
    """What is wrong with the promises of a file, a sentence each."""
    promised, proven = _promised(ast.parse(text)), _proven(text)
    numbers = {number for said in proven.values() for number in said}
    if promised != list(range(1, len(promised) + 1)):
        return [f"its promises are numbered {promised}"]
    return [
        *(f"{name} does not say which promise it proves" for name, said in proven.items() if promised and not said),
        *(f"there is no promise {number}" for number in sorted(numbers - {*promised})),
        *(f"no test proves promise {number}" for number in promised if number not in numbers),
    ]


@pytest.mark.parametrize("path", sorted(_ROOT.rglob("test_*.py")), ids=lambda path: str(path.relative_to(_ROOT)))
def test_every_promise_is_proven(path: Path) -> None:  # 1, 2, 3
    assert _wrong(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("promises", "tests", "wrong"),
    [
        ("1. A.\n2. B.", ["one() -> None:  # 1, 2"], []),
        ("1. A.\n2. B.", ["one(\n    a: int,\n) -> None:  # 2", "other() -> None:  # 1"], []),
        ("A.", ["one() -> None:"], []),
        ("A.", ["one() -> None:  # 1"], ["there is no promise 1"]),
        ("1. A.", ["one() -> None:  # 1", "other() -> None:"], ["test_other does not say which promise it proves"]),
        ("1. A.\n2. B.", ["one() -> None:  # 1"], ["no test proves promise 2"]),
        ("1. A.", ["one() -> None:  # 1, 2"], ["there is no promise 2"]),
        ("1. A.\n3. B.", ["one() -> None:  # 1, 3"], ["its promises are numbered [1, 3]"]),
    ],
)
def test_what_is_wrong_is_found(promises: str, tests: list[str], wrong: list[str]) -> None:  # 1, 2, 3
    assert (
        _wrong("\n\n".join([f'"""All of it.\n\n{promises}\n"""', *(f"def test_{each}\n    ..." for each in tests)]))
        == wrong
    )
