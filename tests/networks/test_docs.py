"""`docs/networks.md` says of every network what the code does: settings, addresses, limits, schedule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.networks.connectors import CONNECTORS
from mappings.networks import BY_SLUG

PAGE = Path(__file__).parents[2].joinpath("docs", "networks.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("slug", list(BY_SLUG))
def test_every_network_has_its_section(slug: str) -> None:
    assert BY_SLUG[slug].name in SECTIONS


@pytest.mark.parametrize("slug", list(CONNECTORS))
def test_its_section_says_what_the_code_does(slug: str) -> None:
    api, section = CONNECTORS[slug].api, SECTIONS[BY_SLUG[slug].name]
    for name in (*api.credentials, *api.optional):
        assert f"AFFINDEX_NETWORKS_{slug}_{name}".upper() in section
    assert api.base_url in section
    minute, hour = api.schedule.split()[:2]
    if hour.isdigit():
        assert f"at {int(hour):02}:{int(minute):02} UTC" in section
    per = {60: "a minute", 3600: "an hour", 86_400: "a day"}[int(api.limit.seconds)]
    written = f"{api.limit.calls:,}" if api.limit.calls > 1 else "one"
    assert re.search(rf"{written}\b[^|]*\b({per}|are used)", section)


def test_every_setting_is_explained() -> None:
    from app.networks.accounts import HABITS

    for name in HABITS:
        assert f"| `{name}` |" in PAGE
