"""What the documentation lists is what there is.

1. `settings.md` lists every setting once, with its default, and none that does not exist.
2. `fields.md` is what the catalogue of fields says now.
3. `api.md` has every route, each search in it is one that the code reads, and its errors are the code's.
4. Every command that a page shows exists, with its options.
5. Every test that a page names exists.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import rich_click as click

from app.api.page import with_routes
from app.cli import affindex
from app.search.problems import BadRequest
from app.search.request import read_request
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


def test_the_table_of_routes_is_fresh() -> None:
    assert with_routes(_page("api.md")) == _page("api.md"), "`make docs` writes it anew"


def _section(page: str, heading: str) -> str:
    return page.split(f"\n## {heading}\n")[1].split("\n## ")[0]


# A code span such as `network=cj,awin`; what is not URL-encoded in it stands for itself.
FILTERS = re.findall(r"`(\w+=[^`]*)`", _section(_page("api.md"), "Filters"))


@pytest.mark.parametrize("written", FILTERS)
def test_every_filter_shown_is_read(written: str) -> None:
    parameters: dict[str, list[str]] = {}
    for each in re.split(r"&(?=\w+=)", written):
        name, _, value = each.partition("=")
        parameters.setdefault(name, []).append(value)
    if "includeUnknown" in parameters:
        parameters |= {name: ["0.."] for name in parameters["includeUnknown"][0].split(",")}
    read_request(parameters)


@pytest.mark.parametrize("address", re.findall(r"'(localhost:8000/api/programs[^']*)'", _page("api.md")))
def test_every_search_shown_is_read(address: str) -> None:
    parameters = parse_qs(urlsplit(f"http://{address}").query, keep_blank_values=True)
    parameters.pop("format", None)
    if "nework" in parameters:
        with pytest.raises(BadRequest, match="did you mean 'network'"):
            read_request(parameters)
    else:
        read_request(parameters)


def test_every_answer_shown_is_json() -> None:
    answers = re.findall(r"```json\n(.*?)```", _page("api.md"), re.DOTALL)
    assert answers
    for answer in answers:
        msgspec.json.decode(answer)


def test_every_error_listed_is_one_of_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "app").rglob("*.py"))
    rows = _rows(_section(_page("api.md"), "Errors"))
    listed = {each for row in rows for each in re.findall(r"`([a-z-]+)`", row[1])}
    assert len(listed) > 15
    titles = {"method-not-allowed": "Method not allowed", "too-large": "Too large"}  # those of the framework's errors
    assert {each for each in listed if f'"{titles.get(each, each)}"' not in code and f'#{each}"' not in code} == set()


# `affindex …` in a code span, or on a line of a block.
WRITTEN = re.compile(r"(?:`|^|\bworker |\.venv/bin/)affindex ([a-z][^`\n#]*)", re.MULTILINE)
COMMANDS = sorted(
    {
        " ".join(words.split())
        for page in DOCS.glob("*.md")
        for words in WRITTEN.findall(page.read_text("utf-8"))
        if page.name != "COMPETITIVE_INTELLIGENCE.md"
    }
)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_shown_exists(words: str) -> None:
    command: click.Command = affindex
    for word in words.split():
        if isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"there is no command '{word}' in '{words}'"
            command = found
        elif word.startswith("--") and not command.context_settings.get("ignore_unknown_options"):
            assert word.split("=")[0] in {name for each in command.params for name in each.opts} | {"--help"}


def test_every_test_named_exists() -> None:
    """What breaks a widget is listed beside the test that it does not."""
    folder = ROOT / "tests" / "algolia"
    named = re.findall(r"`([./\w]+\.py)::(\w+)`", (ROOT / "docs" / "instantsearch.md").read_text("utf-8"))
    assert len(named) > 15
    for file, name in named:
        assert f"def {name}(" in (folder / file).read_text("utf-8"), f"{file} has no {name}"
