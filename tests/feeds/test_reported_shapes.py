"""Feeds in shapes that people report are read rightly, or refused with what they are.

Each case of `shapes/*.toml` is a small feed of our own: `content` (or `base64`, where bytes matter), the `network` it
is said to be of, and what is right:

- `programs`: what each program says, by field; a field that is not named may say anything, `"unknown"` is null, and
  `_event` is what its first rule pays for.
- `rejected`: how many records are rejected, none unless said, and `because` words of the first one's reason.
- `refused`: words of the reason for which the file is refused.
- `warned`: words that a warning has; a case without it has none but about its network.
"""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.feeds.opening import open_feed
from app.feeds.refusal import NotAFeed
from mappings.program import Program
from tests.feeds.opened import split

SHAPES = Path(__file__).parent / "shapes"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(SHAPES.glob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
]


def said(program: Program, name: str) -> Any:
    """A field of a program as a case writes it."""
    if name == "_event":
        return program.commission_rules[0].event if program.commission_rules else "unknown"
    value = getattr(program, name)
    if value is None:
        return "unknown"
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES)
def test_read_rightly_or_refused(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "feed"
    encoded = case["content"].encode(case.get("encoding", "utf-8")) if "content" in case else None
    path.write_bytes(encoded if encoded is not None else base64.b64decode(case["base64"]))
    if "refused" in case:
        with pytest.raises(NotAFeed) as caught:
            split(open_feed(path, case["network"], suggesting=True))
        assert case["refused"] in str(caught.value)
        return
    feed = open_feed(path, case["network"], suggesting=True)
    programs, rejected = split(feed)
    wanted = case["programs"]
    found = [{name: said(program, name) for name in each} for program, each in zip(programs, wanted, strict=False)]
    assert found == wanted
    assert len(programs) == len(wanted), [each.external_id for each in programs]
    assert len(rejected) == case.get("rejected", 0), [each.reason for each in rejected]
    assert case.get("because", "") in "; ".join(each.reason for each in rejected)
    warned = [each for each in feed.described()["warnings"] if "its programs are taken for" not in each]
    assert case.get("warned", "") in "; ".join(warned)
    assert bool(warned) == ("warned" in case), warned
