"""The threat model names, for each threat, a test that exists; and the way to report is said."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_each_threat_has_a_test_that_exists() -> None:
    table = PAGE.partition("## Threats")[2].partition("## What remains")[0]
    threats = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(threats) > 15
    for threat in threats:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", threat.rpartition(" | ")[2])
        assert named, threat
        for file, name in named:
            assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), (file, name)


def test_how_to_report_is_said() -> None:
    assert "Report a vulnerability" in (ROOT / "SECURITY.md").read_text("utf-8")
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text("utf-8")
