"""Each edit tells what it does to judged queries.

1. nDCG@10 is 1 for the best order, 0 where nothing relevant is among the first ten, and between them by the places.
2. `judge` measures without edits and with them; an edit that is added, removed or brought in tells before and after.
3. A file that cannot be one is refused before anything is edited.
"""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from app.learning.judging import JudgedHit, gain
from tests.cli.test_commands import Command
from tests.learning.editing import ids
from tests.words import Catalogue, program


@pytest.mark.parametrize(
    ("relevant", "names", "expected"),
    [
        ([1], "abc", 1.0),
        ([2], "abc", 1 / log2(3)),
        (["B"], "abc", 1 / log2(3)),
        ([1, 2], "abc", 1.0),
        ([1, "c"], "abc", (1 + 1 / log2(4)) / (1 + 1 / log2(3))),
        (["a"], "aab", 1.0),
        ([11], "abcdefghijklm", 0.0),
        ([9], "", 0.0),
    ],
)
def test_the_measure(relevant: list[int | str], names: str, expected: float) -> None:  # 1
    found = [JudgedHit(number, name) for number, name in enumerate(names, start=1)]
    assert gain(relevant, found) == pytest.approx(expected, abs=1e-4)


@pytest.fixture
def judgements(catalogue: Catalogue, tmp_path: Path) -> Path:
    catalogue.store(program("Zilb Shop", description="zilb"), program("Tea House", description="tea"), program("Quonk"))
    (quonk,) = ids(catalogue, "Quonk")
    file = tmp_path / "judgements.toml"
    file.write_text(
        f'[[judgements]]\nquery = "zilb"\nrelevant = [{quonk}]\n'
        '[[judgements]]\nquery = "tea"\nrelevant = ["tea house"]\n',
        "utf-8",
    )
    return file


def test_an_edit_tells_its_effect(catalogue: Catalogue, judgements: Path) -> None:  # 2
    affindex = Command(catalogue)
    (quonk,) = ids(catalogue, "Quonk")
    told = affindex.json("search", "edits", "add", "pin", "zilb", str(quonk), "--judgements", str(judgements))
    assert (told["effect"]["before"], told["effect"]["after"]) == (0.5, 1.0)
    assert told["effect"]["queries"] == [
        {"query": "zilb", "before": 0.0, "after": 1.0},
        {"query": "tea", "before": 1.0, "after": 1.0},
    ]
    judged = affindex.json("search", "judge", str(judgements))
    assert judged == told["effect"]
    assert "0.5000 -> 1.0000" in affindex.run("search", "judge", str(judgements)).stderr
    removed = affindex.run("search", "edits", "remove", str(told["edit"]["id"]), "--judgements", str(judgements))
    assert "zilb: 1.0000 -> 0.0000" in removed.stderr


@pytest.mark.parametrize("text", ["", "judgements = []", '[[judgements]]\nquery = "tea"\nrelevant = []', "\udcff"])
def test_a_bad_file_is_refused_first(catalogue: Catalogue, tmp_path: Path, text: str) -> None:  # 3
    file = tmp_path / "judgements.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    affindex = Command(catalogue)
    refused = affindex.run("search", "edits", "add", "synonym", "a b", "c d", "--judgements", str(file), status=2)
    assert "judgement" in refused.stderr
    assert catalogue.rows("select count(*) from search_edits") == [(0,)]
