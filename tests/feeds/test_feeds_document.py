"""`docs/feeds.md` and `docs/networks.md` say what the code does.

1. Every layout, every field of a mapping and every limit is named as it is.
2. The example of a mapping file can be read.
3. Every network has its table, and every field in it is one of a program.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.feeds.limits import GIB, LIMITS, MIB
from app.feeds.mapping import FIELDS, read
from app.feeds.recognising import LAYOUTS
from mappings.catalogue import FIELDS as PROGRAM_FIELDS
from mappings.networks import NETWORKS

DOCS = Path(__file__).parents[2] / "docs"
FEEDS = (DOCS / "feeds.md").read_text("utf-8")
NETWORKS_PAGE = (DOCS / "networks.md").read_text("utf-8")


def test_layouts() -> None:  # 1
    listed = FEEDS[FEEDS.index("| layout | network | form |") : FEEDS.index("\nField by field")]
    rows = re.findall(r"^\| ([^|]+?) \| (`?\w+`?) \|", listed, re.MULTILINE)[1:]
    slugs = {network.slug for network in NETWORKS}
    assert sorted(rows) == sorted(
        (layout.called, f"`{layout.network}`" if layout.network in slugs else layout.network) for layout in LAYOUTS
    )


def test_fields_of_a_mapping() -> None:  # 1
    listed = FEEDS[FEEDS.index("\nFields: ") : FEEDS.index("Values stay as they are")]
    assert re.findall(r"`(\w+)`", listed) == list(FIELDS)


def test_the_mapping_example() -> None:  # 2
    example = re.search(r"```toml\n(.*?)```", FEEDS, re.DOTALL)
    assert example
    mapping = read(example[1])
    assert (mapping.network, mapping.format.delimiter) == ("awin", ";")
    assert len(mapping.commissions) == 1


def test_limits() -> None:  # 1
    for said in (
        f"over {LIMITS.file // GIB} GiB",
        f"more than {LIMITS.unpacked // GIB} GiB unpacked",
        f"more than {LIMITS.ratio_from // MIB} MiB that are over {LIMITS.ratio} times",
        f"more than {LIMITS.members} members",
        f"records over {LIMITS.record // MIB} Mi characters",
        f"lines over {LIMITS.line // MIB} Mi characters",
        f"{LIMITS.gathered:,} at most",
    ):
        assert said in FEEDS


def test_every_network_has_its_table() -> None:  # 3
    keys = {entry.key for entry in PROGRAM_FIELDS}
    slugs = {network.slug for network in NETWORKS}
    others = {layout.network for layout in LAYOUTS if layout.network not in slugs}
    for name in (*(network.name for network in NETWORKS), *sorted(others)):
        section = re.search(
            rf"^### (?:[^\n]*, )?{re.escape(name)}\b.*?(?=^### |\Z)", NETWORKS_PAGE, re.MULTILINE | re.DOTALL
        )
        assert section, name
        first_cells = re.findall(r"^\| (`[^|]+) \|", section[0], re.MULTILINE)
        named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
        assert named
        assert named <= keys, named - keys
