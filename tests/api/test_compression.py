"""Answers go out in gzip where that is asked for, from 4 kB on.

1. It is for who asks for it; what is unpacked is what is sent without; one weak tag holds for both; caches are told
   that they differ.
2. A cached answer is compressed once, however often it is asked for; only its end is put behind anew.
3. Streams are compressed as they come; small answers, and what is no text, not at all.
"""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from app.api import compression, response_cache
from app.api.compression import Pieces, packed, takes_gzip, with_end
from tests.words import Catalogue, program

_GZIP = {"Accept-Encoding": "gzip"}
_PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=0.5", "GZIP", "br, gzip ; q=1", "gzip;q=0.001"])
def test_asked_for(accepted: str) -> None:  # 1
    assert takes_gzip(accepted.encode())


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.000", "identity;q=1", "gzipped", "gzip," * 200])
def test_not_asked_for(accepted: str) -> None:  # 1
    assert not takes_gzip(accepted.encode())
    assert not takes_gzip(None)


@pytest.mark.parametrize("end", [b"", b"}", b"x" * 65_535])
def test_a_beginning_and_an_end(end: bytes) -> None:  # 2
    begin = b"begin " * 10_000
    assert gzip.decompress(with_end(packed(begin), end)) == begin + end
    with pytest.raises(ValueError, match="65,536"):
        with_end(packed(begin), b"x" * 65_536)


def test_pieces() -> None:  # 3
    pieces = Pieces()
    sent = [b"a" * 10_000, b"", b"b" * 10, b""]
    done = b"".join(pieces.add(piece, last=place == len(sent) - 1) for place, piece in enumerate(sent))
    assert gzip.decompress(done) == b"".join(sent)


def _stock(catalogue: Catalogue) -> None:
    catalogue.store(*(program(f"Shop {number}", description="Words. " * 20) for number in range(40)))
    catalogue.get("/readyz")  # the probe knows what the index holds


def _both(catalogue: Catalogue, path: str) -> tuple[Any, Any]:
    zipped, plain = (catalogue.api.get(path, headers=headers) for headers in (_GZIP, _PLAIN))
    assert zipped.headers["content-encoding"] == "gzip", path
    assert "content-encoding" not in plain.headers
    for each in (zipped, plain):
        (varying,) = each.headers.get_list("vary")
        assert "Accept-Encoding" in varying.split(", ")
    return zipped, plain


def test_answers(catalogue: Catalogue) -> None:  # 1
    _stock(catalogue)
    for path in ("/api/programs?perPage=40", "/api/networks", "/api/fields", "/schema/openapi.json", "/metrics"):
        zipped, plain = _both(catalogue, path)
        if path.startswith("/api/programs"):
            assert zipped.json()["programs"] == plain.json()["programs"]
        elif path != "/metrics":
            assert zipped.content == plain.content, path
        assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 2
        assert zipped.headers.get("etag") == plain.headers.get("etag")
        assert zipped.headers.get("etag", "W/").startswith("W/")
    tag = _both(catalogue, "/api/programs?perPage=40")[0].headers["etag"]
    kept = catalogue.api.get("/api/programs?perPage=40", headers={**_PLAIN, "If-None-Match": tag})
    assert (kept.status_code, kept.content) == (304, b"")


def test_a_cached_one_is_compressed_once(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:  # 2
    _stock(catalogue)
    made: list[int] = []

    def counted(begin: bytes) -> bytes:
        made.append(len(begin))
        return packed(begin)

    monkeypatch.setattr(response_cache, "packed", counted)
    answers = [catalogue.api.get("/api/programs?perPage=40", headers=_GZIP) for _ in range(5)]
    assert len(made) == 1
    assert all(len(each.json()["programs"]) == 40 and each.json()["index"]["generation"] for each in answers)


def test_streams(catalogue: Catalogue) -> None:  # 3
    _stock(catalogue)
    for format in ("ndjson", "csv"):
        zipped, plain = _both(catalogue, f"/api/programs/export?format={format}")
        assert zipped.content == plain.content
        assert zipped.headers["x-total-count"] == "40"


def test_small_ones_and_what_is_no_text(catalogue: Catalogue) -> None:  # 3
    catalogue.store(program("A"))
    assert len(catalogue.api.get("/api/programs?fields=id").content) < compression.SMALLEST
    for path in ("/api/programs?fields=id", "/healthz", "/nowhere", "/schema-assets/favicon-32x32.png"):
        assert "content-encoding" not in catalogue.api.get(path, headers=_GZIP).headers, path
