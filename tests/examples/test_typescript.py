"""The TypeScript example, whose types are generated from the OpenAPI document.

1. The generated file is what the document says now (`make client` writes it anew).
2. It compiles, strictly, and finds what pays best.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.conftest import EXAMPLES
from tests.node import WITH_NODE

FOLDER = EXAMPLES / "typescript"
_SECONDS = 280


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the example's commands, installed as its lockfile says."""
    locked, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=FOLDER, env=WITH_NODE, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
    return FOLDER / "node_modules" / ".bin"


def _run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=FOLDER, env=WITH_NODE | environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_generated_types_are_of_this_document(tools: Path, tmp_path: Path) -> None:  # 1
    document = subprocess.run([sys.executable, "-m", "app.api.openapi"], check=True, capture_output=True).stdout
    (tmp_path / "openapi.json").write_bytes(document)
    _run(tools / "openapi-typescript", tmp_path / "openapi.json", "-o", tmp_path / "schema.d.ts")
    fresh = (tmp_path / "schema.d.ts").read_text("utf-8")
    assert (FOLDER / "schema.d.ts").read_text("utf-8") == fresh, "`make client` writes it anew"


def test_the_client(tools: Path, address: str, tmp_path: Path) -> None:  # 2
    _run(tools / "tsc")
    said = _run("node", "built/best.js", "half", AFFINDEX_ADDRESS=address).splitlines()
    assert said[0] == "2 programs"
    assert said[1].startswith("Half for ever (awin): a click 2.00 USD, up to 50 %")
    assert said[2].startswith("Half for a year (awin): a click unknown")
    assert said[3] == "awin: 2"
    refused = subprocess.run(
        ["node", "built/best.js", "a" * 5_000],
        cwd=FOLDER,
        env=WITH_NODE | {"AFFINDEX_ADDRESS": address},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert refused.returncode == 1
    assert "q" in refused.stderr
