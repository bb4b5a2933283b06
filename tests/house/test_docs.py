"""What the documentation lists is what there is.

1. `settings.md` lists every setting once, with its default, and none that does not exist.
2. `fields.md` is what the catalogue of fields says now.
3. `api.md` has every route, and its errors are the code's. Each search that a page shows is one that the code reads,
   each other address is a route's, with its parameters, and each answer is JSON.
4. Every command that a page shows exists, with its options.
5. Every test that a page names exists.
6. Every weight that `relevancy.md` prints is the code's, and every count of judged queries that of their files.
7. Each decision says in one form whether it holds, and the index says the same; what replaced one says so too.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import rich_click as click

from app.api.openapi.offline import application
from app.api.openapi.routes_table import with_routes
from app.cli import affindex
from app.search import pinned, text_query
from app.search.bad_request import BadRequest
from app.search.private.asked import parted
from app.search.request_parser import read_request
from app.settings import Settings, variable_names
from mappings.page import fields_page
from tests.relevance import affiliates, judgements

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def _rows(page: str) -> list[list[str]]:
    """The tables' rows, without headings; a cell's bars are escaped."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_setting_is_listed_with_its_default() -> None:  # 1
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


def test_no_page_names_a_setting_that_does_not_exist() -> None:  # 1
    known = set(variable_names())
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"):
        named = set(re.findall(r"AFFINDEX_[A-Z_]*[A-Z]", page.read_text("utf-8")))
        made_up = {name for name in named - known if not name.startswith("AFFINDEX_NETWORKS")}
        assert not made_up, page.name


def test_the_catalogue_of_fields_is_fresh() -> None:  # 2
    assert _page("fields.md") == fields_page(), "`make docs` writes it anew"


def test_the_table_of_routes_is_fresh() -> None:  # 3
    assert with_routes(_page("api.md")) == _page("api.md"), "`make docs` writes it anew"


def _section(page: str, heading: str) -> str:
    return page.split(f"\n## {heading}\n")[1].split("\n## ")[0]


# A code span such as `network=cj,awin`; what is not URL-encoded in it stands for itself.
FILTERS = re.findall(r"`(\w+=[^`]*)`", _section(_page("api.md"), "Filters"))


@pytest.mark.parametrize("written", FILTERS)
def test_every_filter_shown_is_read(written: str) -> None:  # 3
    parameters: dict[str, list[str]] = {}
    for each in re.split(r"&(?=\w+=)", written):
        name, _, value = each.partition("=")
        parameters.setdefault(name, []).append(value)
    if "includeUnknown" in parameters:
        parameters |= {name: ["0.."] for name in parameters["includeUnknown"][0].split(",")}
    read_request(parameters)


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]
# As they are asked for in a shell: in quotes, but where there is nothing to be quoted.
ADDRESSES = sorted(
    {
        quoted or bare
        for page in PAGES
        for quoted, bare in re.findall(
            r"'localhost:8000(/[^']*)'|(?<!')localhost:8000(/[\w./*-]+)", page.read_text("utf-8")
        )
    }
)
SEARCHES = ("/api/programs", "/api/programs/export", "/api/programs.atom")


@pytest.mark.parametrize("address", [each for each in ADDRESSES if urlsplit(each).path in SEARCHES])
def test_every_search_shown_is_read(address: str) -> None:  # 3
    parameters = parse_qs(urlsplit(address).query, keep_blank_values=True)
    parameters.pop("format", None)
    if "nework" in parameters:
        with pytest.raises(BadRequest, match="did you mean 'network'"):
            read_request(parameters)
    else:
        read_request(parted(parameters)[0])


def test_every_address_shown_is_a_route() -> None:  # 3
    paths = application().openapi_schema.to_schema()["paths"]
    assert len(ADDRESSES) > 10
    for address in ADDRESSES:
        asked = urlsplit(address)
        if asked.path in SEARCHES or asked.path in ("/", "/mcp", "/llms.txt", "/schema", "/schema/openapi.json"):
            continue
        templates = [each for each in paths if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), asked.path)]
        assert templates, address
        path = asked.path if asked.path in paths else templates[0]
        known = {each["name"] for item in paths[path].values() for each in item.get("parameters", ())}
        assert set(parse_qs(asked.query)) <= known, address


def test_every_answer_shown_is_json() -> None:  # 3
    answers = re.findall(r"```json\n(.*?)```", _page("api.md"), re.DOTALL)
    assert answers
    for answer in answers:
        msgspec.json.decode(answer)


def test_every_error_listed_is_one_of_the_code() -> None:  # 3
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
        for page in PAGES
        for words in WRITTEN.findall(page.read_text("utf-8"))
        if page.name != "COMPETITIVE_INTELLIGENCE.md"
    }
)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_shown_exists(words: str) -> None:  # 4
    command: click.Command = affindex
    for word in words.split():
        if isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, f"there is no command '{word}' in '{words}'"
            command = found
        elif word.startswith("--") and not command.context_settings.get("ignore_unknown_options"):
            assert word.split("=")[0] in {name for each in command.params for name in each.opts} | {"--help"}


def test_every_test_named_exists() -> None:  # 5
    """What breaks a widget is listed beside the test that it does not."""
    folder = ROOT / "tests" / "algolia"
    named = re.findall(r"`([./\w]+\.py)::(\w+)`", (ROOT / "docs" / "instantsearch.md").read_text("utf-8"))
    assert len(named) > 15
    for file, name in named:
        assert f"def {name}(" in (folder / file).read_text("utf-8"), f"{file} has no {name}"


# A row of the page, and the numbers that stand in it, in their order.
WEIGHTS = {
    "a pin": (pinned._FIRST, pinned._FIRST - pinned._STEP),
    "exact name": (text_query.EXACT_NAME,),
    "a merchant's address": (text_query.DOMAIN,),
    "name phrase": (text_query.NAME_PHRASE,),
    "the same where the query says facts or wishes, too": (text_query.NAME_PHRASE_BESIDE,),
    "a fact, or a network, country or language that was named": (text_query.FACT,),
    "the language of the query": (text_query.LANGUAGE,),
    "the words side by side in a text": (text_query.PHRASE,),
    "each step of a wish": (text_query.WISH_STEP,),
    "a word in the name, beside what it counts anywhere": (text_query.IN_NAME,),
    "a topic": (text_query.TOPIC,),
    "of programs that have the words, those that are about it": (text_query.OF_TOPIC,),
    "what a topic is that covers others, beside them": (text_query.OF_TOPIC,),
    "those of them that sell such things altogether": (text_query.IN_VERTICAL,),
    "whom goods are for, where a text says it": (text_query.AUDIENCE,),
    "a compound by its parts": (text_query.COMPOUND,),
    "a compound by the part alone that only describes, where the catalogue lacks the other": (
        text_query.DESCRIBING_PART,
    ),
    "a synonym": (text_query.SYNONYM,),
    "a word that what was typed begins": (text_query.BEGINNING,),
    "popularity": (text_query.POPULARITY,),
    "freshness": (text_query.FRESHNESS,),
    "fillers": (text_query.OPTIONAL,),
}


def test_every_weight_is_the_codes() -> None:  # 6
    section = _section(_page("relevancy.md"), "Tiers and weights")
    printed = {name: value for name, value, *_ in _rows(section) if name != "weight"}
    assert list(printed) == list(WEIGHTS)
    for name, weights in WEIGHTS.items():
        assert tuple(float(each.replace(",", "")) for each in re.findall(r"[\d.,]*\d", printed[name])) == weights, name
    assert f"a compound's or phrase's part {text_query.OF_TOPIC / 3:.0f} " in section
    assert f"half after {text_query._FRESH_FOR.removesuffix('d')} days" in section


def test_every_count_of_judged_queries() -> None:  # 6
    page = " ".join(_page("relevancy.md").split())
    queries = judgements.read()
    for said in (
        f"holds {len(queries)} queries",
        f"held-out half ({sum(query.held_out for query in queries)} queries)",
        f"`tests/relevance/handed_queries.json` ({len(affiliates.handed())} that were given)",
        f"`affiliate_queries.json` ({len(affiliates.own())} of our own",
        f"all {len(affiliates.strangers())} must hold",
    ):
        assert said in page, said


DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))


def test_the_index_of_decisions() -> None:  # 7
    rows = {name[1:5]: (title, status) for name, title, status in _rows(_page("adr/README.md")) if name != "number"}
    assert list(rows) == [page.name[:4] for page in DECISIONS]
    for page in DECISIONS:
        title, _, status, *rest = page.read_text("utf-8").splitlines()
        status = " ".join([status, *rest[: rest.index("")]])  # it may go on in the next line
        assert rows[page.name[:4]] == (title.removeprefix("# "), status.removeprefix("Status: ")), page.name
        replaced = re.fullmatch(r"Status: replaced by \[(\d{4})\]\((\1-[\w-]+\.md)\)", status)
        if replaced:
            assert f"({page.name})" in (DOCS / "adr" / replaced[2]).read_text("utf-8").split("## ")[0]
        else:
            assert re.match(r"Status: accepted(?:\. Replaces \[|$)", status), page.name
