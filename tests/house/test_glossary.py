"""The words of `docs/glossary.md` are the words of the code.

1. Each word names something that is there, in a module that uses the word.
2. Each word is explained once, in a sentence or a few.
3. No two public classes share a name, unless the page says which and why.
4. Where records come from and where they go, docstrings name their subject: none begins with a pronoun.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from importlib import import_module
from inspect import getsource
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "indexing", "mappings", "generators")
_WORDS, _SHARED = (ROOT / "docs" / "glossary.md").read_text("utf-8").split("## Classes that share a name")
_LONGEST = 240  # characters
_TELLING_ROOMS = ("app/feeds", "app/importing", "app/networks", "indexing")
_PRONOUN = re.compile(r"(it|its|they|their|them|this|these|that|those|such|the same|one that)\b", re.IGNORECASE)


def _rows(page: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] not in ("word", "class")]


def _plain(text: str) -> str:
    """Text in which `DeadLetter`, `dead_letters` and "dead-letter" are the same words."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()


@pytest.mark.parametrize(("word", "stands"), [(word, stands) for word, _, stands in _rows(_WORDS)])
def test_a_word_stands_in_code(word: str, stands: str) -> None:  # 1
    module, _, name = stands.strip("`").rpartition(".")
    found = import_module(module)
    assert hasattr(found, name), f"{module} has no {name}"
    assert _plain(word) in _plain(getsource(found)), f"{module} does not say '{word}'"


def test_each_word_is_explained_once_and_briefly() -> None:  # 2
    rows = _rows(_WORDS)
    words = [word for word, _, _ in rows]
    assert sorted(set(words)) == sorted(words)
    for word, meaning, _ in rows:
        assert meaning.endswith("."), word
        assert len(meaning) <= _LONGEST, word


def test_public_classes_share_no_name_but_those_that_the_page_explains() -> None:  # 3
    places: dict[str, set[str]] = defaultdict(set)
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].add(module)
    shared = {name: modules for name, modules in places.items() if len(modules) > 1}
    explained = {}
    for name, modules, why in _rows(_SHARED):
        assert why, name
        explained[name.strip("`")] = {module.strip("` ") for module in modules.split(",")}
    assert shared == explained


@pytest.mark.parametrize(
    "path",
    [path for room in _TELLING_ROOMS for path in sorted((ROOT / room).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_docstrings_name_their_subject(path: Path) -> None:  # 4
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    said = [
        ast.get_docstring(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, documented)
    ]
    assert not [each for each in said if each and _PRONOUN.match(each)]
