"""Whatever bytes come in, the answer is records, rejected records, or a reason; never another error.

1. Random bytes, and random bytes behind what real files begin with.
2. Every fixture with pieces cut out, doubled, swapped or overwritten, plain and packed.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds.limits import Limits
from app.feeds.opening import draft, open_feed
from app.feeds.preview import RefusedRecord, previewed
from app.feeds.refusal import BadMapping, NotAFeed
from app.feeds.suggesting import toml
from mappings.networks import NETWORKS
from mappings.program import Program
from tests.feeds.opened import FIXTURES

LIMITS = Limits(unpacked=5_000_000, ratio_from=1_000_000)
_fixtures = st.sampled_from(sorted(FIXTURES.iterdir()))
_networks = st.sampled_from([None, *(network.slug for network in NETWORKS)])
_begins = st.sampled_from(
    [b"", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"PK\x05\x06", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"<a>", b"[",
     b"{", b'{"a":', b"id,name\n", b"<?xml version='1.0' encoding='", b'"', b"sep=;\n",
     b"advertiserId,programmeName,epc,x\n"]
)  # fmt: skip


def answered(path: Path, network: str | None) -> None:
    """Read a file to its end; every line of a dry run can be written."""
    try:
        for record in previewed(open_feed(path, network, suggesting=True, limits=LIMITS)):
            if isinstance(record, RefusedRecord):
                record.as_line()
            else:
                assert msgspec.json.decode(msgspec.json.encode(record), type=Program) == record
        toml(draft(path, network, limits=LIMITS)[0])
    except (NotAFeed, BadMapping):
        return


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "feed"


@settings(max_examples=300)
@given(begin=_begins, rest=st.binary(max_size=300), network=_networks)
def test_random_bytes(path: Path, begin: bytes, rest: bytes, network: str | None) -> None:  # 1
    path.write_bytes(begin + rest)
    answered(path, network)


_INSERTED = (
    b"&", b"<", b"]]>", b"<![CDATA[", b'"', b"\\", b"\0", b"\r", b"{", b"]", b",", b"|", b"<!ENTITY", b"\xff", b"NaN",
)  # fmt: skip


@st.composite
def _changed(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(_fixtures).read_bytes())
    if draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content), mtime=0))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        length = draw(st.integers(0, 60))
        piece = bytes(content[start : start + length])
        match draw(st.sampled_from(["cut", "double", "overwrite", "insert", "end"])):
            case "cut":
                del content[start : start + length]
            case "double":
                content[start:start] = piece
            case "overwrite":
                content[start : start + length] = draw(st.binary(max_size=60))
            case "insert":
                content[start:start] = draw(st.sampled_from(_INSERTED))
            case _:
                del content[start:]
    return bytes(content)


@settings(max_examples=600)
@given(content=_changed(), network=_networks)
def test_changed_fixtures(path: Path, content: bytes, network: str | None) -> None:  # 2
    path.write_bytes(content)
    answered(path, network)
