"""Whoever takes the project over finds what they look for, and it is true.

1. The licence is the same wherever it is said, and every package is marked as typed.
2. The oldest supported Python is one number; what CI tests reaches from it to the newest that is said.
3. Workflow, hooks and templates name what exists; the workflow runs what anybody can run.
4. Pages for people name commands and files that exist, link to what exists, and hold no address of anybody.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
PAGES = [*ROOT.glob("*.md"), *(ROOT / ".github").rglob("*.md")]
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def test_the_licence() -> None:  # 1
    said = " ".join((ROOT / "LICENSE").read_text("utf-8").split())
    assert said.startswith("Apache License Version 2.0, January 2004")
    assert "END OF TERMS AND CONDITIONS" in said
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert PROJECT["project"]["license-files"] == ["LICENSE"]
    assert "Apache License 2.0" in (ROOT / "README.md").read_text("utf-8")
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (ROOT / package / "py.typed").exists(), package


def test_the_pythons() -> None:  # 2
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert (ROOT / ".python-version").read_text("utf-8").strip() == oldest
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    said = [each.rpartition(" ")[2] for each in PROJECT["project"]["classifiers"] if "Language :: Python :: 3." in each]
    assert WORKFLOW["jobs"]["test"]["strategy"]["matrix"]["python"] == said
    assert said[0] == oldest


def test_the_workflow_runs_what_anybody_can_run() -> None:  # 3
    steps = WORKFLOW["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    for step in steps:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", f"of/ours@{'0' * 40}")), step


def test_hooks_are_the_linters_of_make() -> None:  # 3
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repository["hooks"]:
        tool, *rest = hook["entry"].split()
        wanted = f"\n{rest[0]}:" if tool == "make" else f"$(BIN)/{tool.removeprefix('.venv/bin/')} {rest[0]}"
        assert wanted in makefile, hook["id"]


@pytest.mark.parametrize(
    "template", [each for each in TEMPLATES if each.name != "config.yml"], ids=lambda each: each.stem
)
def test_templates(template: Path) -> None:  # 3
    form = yaml.safe_load(template.read_text("utf-8"))
    assert form["name"]
    assert form["description"]
    asked = [each for each in form["body"] if each["type"] != "markdown"]
    assert len({each["id"] for each in asked}) == len(asked) > 0
    assert all(each["type"] in ("input", "textarea", "dropdown", "checkboxes") for each in asked)
    assert all(each["attributes"]["label"] for each in asked)


def test_the_upgrade_bot_looks_where_something_is() -> None:  # 3
    files = {"github-actions": ".github/workflows", "docker": "Dockerfile", "docker-compose": "docker-compose.yml"}
    for update in yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]:
        folder = ROOT / update["directory"].removeprefix("/")
        assert (folder / files.get(update["package-ecosystem"], "package.json")).exists(), update


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_for_people(page: Path) -> None:  # 4
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        assert "://" in target or (page.parent / target).exists(), target
    assert re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", text) == []


def test_commands_for_contributors() -> None:  # 4
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for page in PAGES:
        for target in re.findall(r"\bmake ([a-z-]+)(?=[`\s])", page.read_text("utf-8")):
            assert f"\n{target}:" in makefile, (page.name, target)
    named = re.findall(
        r"`((?:app|mappings|tests|docs|indexing)/[\w/.-]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    assert named
    for path in named:
        assert (ROOT / path).exists(), path
