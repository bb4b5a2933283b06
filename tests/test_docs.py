"""What the documentation lists is what there is.

1. `settings.md` lists every setting once, with its default, and none that does not exist.
2. `fields.md` is what the catalogue of fields says now.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from app.settings import Settings, variable_names
from mappings.page import fields_page

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def _page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def _rows(page: str) -> list[list[str]]:
    """The tables' rows, without headings; a cell's bars are escaped."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_setting_is_listed_with_its_default() -> None:
    listed = {name.strip("`"): default for name, default, _ in _rows(_page("settings.md")) if name != "variable"}
    defaults = dict(zip(variable_names(), (field.default for field in msgspec.structs.fields(Settings)), strict=True))
    assert set(listed) == set(defaults)
    for name, default in defaults.items():
        said = re.match(r"`([^`]*)`", listed[name])
        if said:
            assert said[1] == (str(default).lower() if isinstance(default, bool) else str(default)), name
        else:
            assert listed[name].split(":")[0] == "none", name
            assert default is None or name.endswith("<NAME>"), name


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    known = set(variable_names())
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"):
        named = set(re.findall(r"AFFINDEX_[A-Z_]*[A-Z]", page.read_text("utf-8")))
        made_up = {name for name in named - known if not name.startswith("AFFINDEX_NETWORKS")}
        assert not made_up, page.name


def test_the_catalogue_of_fields_is_fresh() -> None:
    assert _page("fields.md") == fields_page(), "`make docs` writes it anew"
