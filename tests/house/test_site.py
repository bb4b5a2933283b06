"""The documentation as a site.

1. It is built from every page without a warning, and loads nothing from elsewhere.
2. A link to a page, a heading or a file of the repository that is not there fails the build.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_QUIET = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}


def _build(configuration: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configuration), "-d", str(target)]
    return subprocess.run(command, env=_QUIET, capture_output=True, text=True, timeout=240, check=False)


def test_the_site(tmp_path: Path) -> None:  # 1
    built = _build(ROOT / "mkdocs.yml", tmp_path)
    assert built.returncode == 0, built.stderr
    pages = [page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")]
    assert len(pages) > 20
    for page in pages:
        html = (tmp_path / page.with_name(page.name.replace("README", "index"))).read_text("utf-8")
        assert re.findall(r"""<(?:script|img|iframe)[^>]* src="?(?:https?:)?//""", html) == [], page
        assert re.findall(r"""<link[^>]* rel="?stylesheet"?[^>]*(?:https?:)?//""", html) == [], page


def test_what_is_not_there_fails_the_build(tmp_path: Path) -> None:  # 2
    docs = tmp_path / "docs"
    (docs / "_site").mkdir(parents=True)
    (docs / "_site" / "links.py").write_bytes((ROOT / "docs" / "_site" / "links.py").read_bytes())
    configuration = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    del configuration["nav"]
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump(configuration))
    (docs / "index.md").write_text("# One\n[is](two.md#here), [is](../mkdocs.yml)")
    (docs / "two.md").write_text("# Two\n## Here\n[is](index.md)")
    built = _build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert built.returncode == 0, built.stderr
    (docs / "index.md").write_text("# One\n[no](three.md), [no](two.md#there), [no](../app/nothing.py)")
    broken = _build(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert broken.returncode != 0
    for missing in ("three.md", "#there", "../app/nothing.py"):
        assert missing in broken.stderr
