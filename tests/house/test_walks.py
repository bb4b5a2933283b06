"""The walks of the documentation can be walked.

1. Each step of docs/walks/ is carried out by a shell, from the first to the last, against a server over generated
   programs, and prints what the page says: `…` stands for anything.
2. Each walk is a page of the site.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engines import Engines
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.settings import Settings
from generators import VOLUMES
from tests.conftest import new_catalogue
from tests.serving import environment_of, serving
from tests.words import Catalogue

ROOT = Path(__file__).parents[2]
WALKS = sorted((ROOT / "docs" / "walks").glob("*.md"))
_BLOCKS = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BETWEEN = "@@@@"
_SCALE = 0.02  # of 80,000 programs


@pytest.fixture(scope="module")
def walked(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    for catalogue in new_catalogue(engines, settings, template):
        run_import(catalogue.connect, generated(tuple(VOLUMES), scale=_SCALE), {})
        catalogue.index()
        catalogue.build_suggestions()
        yield catalogue


def steps(page: str) -> list[tuple[str, str]]:
    """What is typed, and what is to be seen of it: of several blocks typed before one that is seen, of all."""
    found: list[tuple[str, str]] = []
    typed = ""
    for kind, text in _BLOCKS.findall(page):
        if kind == "sh":
            typed += text
        else:
            found.append((typed, text.strip()))
            typed = ""
    assert not typed, "nothing is said of what the last block prints"
    return found


def matches(seen: str, said: str) -> bool:
    """Whether an output is what a page says, lines and blanks around taken as they come."""
    pattern = ".*".join(re.escape(" ".join(piece.split())) for piece in said.split("…"))
    return re.match(pattern, " ".join(seen.split()), re.DOTALL) is not None


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.stem)
def test_a_walk(walk: Path, walked: Catalogue, settings: Settings, tmp_path: Path) -> None:  # 1
    found = steps(walk.read_text("utf-8"))
    assert len(found) >= 5
    where = {
        "database_url": walked.engines.database_url,
        "opensearch_url": walked.engines.opensearch_url,
        "alias": walked.alias,
    }
    with serving(settings, **where) as address:
        script = "set -eu\n" + f'\necho "{_BETWEEN}"\n'.join(typed for typed, _ in found)
        script = script.replace("localhost:8000", address.removeprefix("http://"))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", script],
            env={**environment_of(settings, **where), "PATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    printed = done.stdout.split(f"{_BETWEEN}\n")
    assert len(printed) == len(found), done.stderr[-2000:]
    for (typed, said), seen in zip(found, printed, strict=True):
        assert matches(seen, said), f"{typed}\nprints\n{seen[:3000]}\n{done.stderr[-1000:]}"


def test_each_is_a_page_of_the_site() -> None:  # 2
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert [walk.name for walk in WALKS] == ["affiliate.md", "agent.md", "frontend.md", "operator.md"]
    for walk in WALKS:
        assert f"walks/{walk.name}" in nav
