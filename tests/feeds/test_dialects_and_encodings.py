"""Any table, in any dialect and encoding that feeds have, is read back as it was written.

1. Comma, tab, pipe and semicolon; quoted always or where needed; every end of line; with Excel's `sep=` line.
2. UTF-8 with and without its mark, UTF-16 of both orders, marked or not, Windows-1252, and UTF-8 with stray
   Windows-1252 bytes, wherever in the file the first character beyond ASCII stands.
3. JSON arrays, envelopes and lines are split into the same records wherever the pieces read happen to end.
4. Texts of XML come back whatever stands in them: `&` bare or written out, sections, HTML's entities.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds import delimited, json_records, xml_stream
from app.feeds.encoding import characters, survey
from app.feeds.limits import LIMITS, SAMPLE
from app.feeds.opening import open_feed
from app.feeds.packing import unpacked
from app.feeds.refusal import NotAFeed
from app.feeds.rows import whole_rows
from tests.feeds.opened import programs_of

HEADING = ["advertiserId", "programmeName", "epc", "descriptionShort", "awinIndex", "launchDate"]
_cell = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=20)
_tables = st.lists(st.lists(_cell, min_size=6, max_size=6), min_size=1, max_size=8)
_DELIMITERS = st.sampled_from([",", "\t", "|", ";"])


def written(table: list[list[str]], delimiter: str, quoting: Any, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([HEADING, *table])
    return out.getvalue()


@settings(max_examples=150)
@given(_tables, _DELIMITERS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_tables_come_back(table: list[list[str]], delimiter: str, quoting: Any, end: str) -> None:  # 1
    text = written(table, delimiter, quoting, end)
    dialect, heading = delimited.sniff(text, whole=True)
    assert (dialect.delimiter, heading) == (delimiter, HEADING)
    assert list(whole_rows(delimited.lines_of(io.StringIO(text, newline="")), dialect)) == [HEADING, *table]


@given(_tables, _DELIMITERS)
def test_excel_is_told_its_separator(table: list[list[str]], delimiter: str) -> None:  # 1
    text = f"sep={delimiter}\r\n" + written(table, delimiter, csv.QUOTE_ALL, "\r\n")
    dialect, heading = delimited.sniff(text, whole=True)
    assert (dialect.delimiter, dialect.skip, heading) == (delimiter, 1, HEADING)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_cell_at_the_beginning_of_a_line(end: str) -> None:  # 1
    table = [['"', "", "", "", "", ""]]
    text = written(table, "|", csv.QUOTE_MINIMAL, end)
    dialect, _ = delimited.sniff(text, whole=True)
    assert list(whole_rows(delimited.lines_of(io.StringIO(text, newline="")), dialect)) == [HEADING, *table]


def test_pipes_whose_quotes_are_inches() -> None:  # 1
    text = 'Merchant Id|Organization|WWW\n1|"Big" TVs|a.de\n2|24" only|b.de\n3|"unclosed|c.de\n'
    dialect, _ = delimited.sniff(text, whole=True)
    read = list(whole_rows(iter(io.StringIO(text)), dialect))
    assert [row[1] for row in read[1:]] == ['"Big" TVs', '24" only', '"unclosed']


def test_backslashes_before_quotes() -> None:  # 1
    text = 'id,name,url\n1,"The \\"Best\\" Shop",a.de\n2,"B",b.de\n'
    dialect, _ = delimited.sniff(text, whole=True)
    assert [row[1] for row in whole_rows(iter(io.StringIO(text)), dialect)][1:] == ['The "Best" Shop', "B"]


@pytest.mark.parametrize("text", ["a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n", "a\tb, c\td\n1\t2, 3\t4\n", "a|b|c\n1|2,3|4\n"])
def test_the_delimiter_is_the_one_that_makes_a_table(text: str) -> None:  # 1
    assert delimited.sniff(text, whole=True)[0].delimiter in text[:2]


# -- encodings -------------------------------------------------------------------------------------------------------


def feed_in(tmp_path: Path, text: str, encoding: str, mark: bytes = b"") -> Path:
    path = tmp_path / "feed.csv"
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "mark", "called"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32"),
        ("windows-1252", b"", "windows-1252"),
        ("iso-8859-1", b"", "windows-1252"),
    ],
)
@pytest.mark.parametrize("before", [0, 3 * SAMPLE])
def test_encodings(tmp_path: Path, encoding: str, mark: bytes, called: str, before: int) -> None:  # 2
    """The name with its umlauts stands in the first row, or far behind what is sampled."""
    plain = "".join(f"{n},Plain Shop,1.0,{'x' * 900},50,\n" for n in range(2, 2 + before // 920))
    text = ",".join(HEADING) + "\n" + plain + "1,Käse & Öl – für Ärzte,1.0,d,50,\n".replace("–", "-")
    feed = open_feed(feed_in(tmp_path, text, encoding, mark), "awin")
    assert feed.described()["encoding"] == called
    *_, last = programs_of(feed_in(tmp_path, text, encoding, mark), "awin")
    assert (last.external_id, last.name) == ("1", "Käse & Öl - für Ärzte")


def test_windows_quotes_dashes_and_the_euro(tmp_path: Path) -> None:  # 2
    text = ",".join(HEADING) + "\n1,“Gut” – 5 € für Sie,1,d,50,\n"
    assert programs_of(feed_in(tmp_path, text, "windows-1252"), "awin")[0].name == "“Gut” – 5 € für Sie"


def test_utf_8_with_stray_bytes(tmp_path: Path) -> None:  # 2
    path = tmp_path / "feed.csv"
    rows = [f"{n},Käse,1,d,50,\n".encode() for n in range(9)] + ["9,Müll,1,d,50,\n".encode("windows-1252")]
    path.write_bytes(",".join(HEADING).encode() + b"\n" + b"".join(rows))
    assert {each.name for each in programs_of(path, "awin")} == {"Käse", "Müll"}
    assert open_feed(path, "awin").described()["encoding"] == "utf-8 with stray Windows-1252 bytes"


def test_half_of_utf_16_is_refused(tmp_path: Path) -> None:  # 2
    path = feed_in(tmp_path, ",".join(HEADING) + "\n1,A,1,d,50,\n", "utf-16-le", b"\xff\xfe")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(NotAFeed, match="not utf-16 to its end"):
        open_feed(path, "awin")


_readable = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff\ufffe"), min_size=40
)


@given(text=_readable, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_whatever_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str) -> None:  # 2
    path = tmp_path_factory.mktemp("encoded") / "feed"
    path.write_bytes(("id,name\n" + text).encode(encoding))
    (member,) = unpacked(path).members
    surveyed = survey(member)
    with member.open() as reader:
        assert characters(reader, surveyed).read().removeprefix("\ufeff") == "id,name\n" + text


# -- JSON ------------------------------------------------------------------------------------------------------------


class Dripping(io.StringIO):
    """A text that is read a few characters at a time."""

    def __init__(self, text: str, piece: int) -> None:
        super().__init__(text)
        self._piece = piece

    def read(self, size: int | None = -1) -> str:
        return super().read(self._piece)


_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False) | _cell,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_cell, inner, max_size=3),
    max_leaves=6,
)
_objects = st.lists(st.dictionaries(_cell, _value, min_size=1, max_size=4), min_size=1, max_size=6)


@settings(max_examples=150)
@given(_objects, st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_lists_and_envelopes_are_split(
    records: list[Any], piece: int, indent: int | None, ascii_only: bool
) -> None:  # 3
    for path, answer in (
        ((), records),
        (("Campaigns",), {"@page": "1", "Campaigns": records, "@total": "2"}),
        (("data", "items"), {"status": 200, "data": {"has_more": False, "items": records}, "message": "ok"}),
    ):
        text = json.dumps(answer, indent=indent, ensure_ascii=ascii_only)
        shape = json_records.find(text, True, lambda _: False)
        assert (shape.kind, shape.path, shape.inner) == ("array", path, None)
        assert list(json_records.records(Dripping(text, piece), shape)) == records


@given(_objects.filter(lambda records: len(records) > 1), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_lines_are_split(records: list[Any], end: str) -> None:  # 3
    text = end.join(map(json.dumps, records)) + end
    assert list(json_records.records(io.StringIO(text, newline=""), json_records.JsonShape("lines"))) == records
    assert json_records.find(text, True, lambda _: False).kind == "lines"


@pytest.mark.parametrize("around", ['{"Campaigns": [%s]}', '{"data": {"items": [%s]}}', '{"shops": [%s]}', "[%s]"])
def test_a_list_that_is_longer_than_the_sample(around: str) -> None:  # 3
    text = around % ",".join(json.dumps({"id": n, "name": "x" * 900}) for n in range(600))
    shape = json_records.find(text[:SAMPLE], False, lambda _: False)
    assert [each["id"] for each in json_records.records(io.StringIO(text), shape)] == list(range(600))


# -- XML -------------------------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(st.lists(_cell, min_size=1, max_size=4), st.booleans(), st.integers(1, 60))
def test_texts_of_xml_come_back(texts: list[str], section: bool, piece: int) -> None:  # 4
    texts = [text.replace("]]>", "") for text in texts]
    values = [f"<![CDATA[{text}]]>" if section else escape(text) for text in texts]
    document = "<root>" + "".join(f"<item><a>{value}</a><b>1</b></item>" for value in values) + "</root>"
    read = [record["a"] for record, _ in xml_stream.records(Dripping(document, piece), "item")]
    assert read == texts


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fish & chips", "Fish & chips"),
        ("Fish &amp; chips", "Fish & chips"),
        ("a&b&c&", "a&b&c&"),
        ("?a=1&b=2&copy=3", "?a=1&b=2&copy=3"),
        ("Caf&eacute; &nbsp;&uuml;", "Café \xa0ü"),
        ("&#233;&#xE9;&lt;", "éé<"),
        ("&unknown; &", "&unknown; &"),
        ("<![CDATA[a & b &eacute; <c>]]> & d", "a & b &eacute; <c> & d"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_what_feeds_write_for_and(written: str, meant: str, piece: int) -> None:  # 4
    document = f"<root><item><a>{written}</a><b>1</b></item></root>"
    (found,) = xml_stream.records(Dripping(document, piece), "item", LIMITS)
    assert found[0]["a"] == meant
