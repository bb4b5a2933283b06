"""What no layer of imports can hold.

1. Only the engines' room opens connections to Postgres, and names how long it waits.
2. What is meant by one thing everywhere is written once: how connections are had, how a moment is written, what
   an index is called.
3. Whoever prints or logs the settings shows no secret.
4. The walk through the rooms passes every room, and every file it names is there.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from app.settings import Secret, Settings, as_environment, read_settings

_ROOT = Path(__file__).parents[2]


def _sources() -> dict[str, str]:
    return {
        str(path.relative_to(_ROOT)): path.read_text("utf-8")
        for room in ("app", "indexing", "mappings", "generators")
        for path in sorted((_ROOT / room).rglob("*.py"))
    }


def test_only_engines_opens_connections() -> None:  # 1
    opening = {
        path for path, text in _sources().items() if re.search(r"\bpsycopg\.(AsyncConnection\.)?connect\(", text)
    }
    assert opening == {"app/engines/connections.py", "app/engines/postgres.py"}
    for path in opening:
        assert all("connect_timeout" in call for call in re.findall(r"psycopg\.connect\([^)]*\)", _sources()[path]))


@pytest.mark.parametrize(
    ("written", "once"),
    [
        (r"Callable\[\[\], psycopg\.Connection\]", "indexing/connect.py"),
        (r"^Clause = ", "app/search/filters.py"),
        (r"%Y-%m-%dT|timespec=", "mappings/moments.py"),
        (r"%Y%m%d-%H%M%S|_suggestions\"|_lexicon\"", "indexing/index_names.py"),
    ],
)
def test_what_means_one_thing_is_written_once(written: str, once: str) -> None:  # 2
    found = [path for path, text in _sources().items() if re.search(written, text, re.MULTILINE)]
    assert found == [once]


def test_settings_show_no_secret() -> None:  # 3
    variables = {
        "AFFINDEX_DATABASE_URL": "postgresql://affindex:hidden@db/affindex",
        "AFFINDEX_OPENSEARCH_PASSWORD": "hidden",
        "AFFINDEX_SECRET": "hidden",
        "AFFINDEX_SMTP_PASSWORD": "hidden",
        "AFFINDEX_NETWORKS_AWIN_TOKEN": "hidden",
    }
    settings = read_settings(variables)
    assert "hidden" not in f"{settings!r} {settings}"
    assert as_environment(settings).items() >= variables.items(), "a process of ours is given them all the same"
    telling = re.compile(r"password|secret(?!s_file)|token|database_url")
    for field in msgspec.structs.fields(Settings):
        if telling.search(field.name):
            assert field.type == Secret | None, field.name


def test_the_walk_passes_every_room() -> None:  # 4
    page = (_ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [_ROOT / room for room in ("app", "indexing", "mappings", "generators")]
    rooms += [each for each in (_ROOT / "app").iterdir() if (each / "__init__.py").exists()]
    passed_by = [room for room in rooms if f"{room.relative_to(_ROOT)}/" not in page]
    assert not passed_by, "tell of them in docs/architecture.md"
    named = re.findall(r"\]\(\.\./([\w/.]+)\)", page)
    assert len(named) > 20
    assert not [path for path in named if not (_ROOT / path).exists()]
