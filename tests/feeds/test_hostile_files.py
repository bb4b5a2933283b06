"""A file that is no feed, or means harm, is refused with a clear reason; memory stays bounded.

1. Archives: bombs by ratio, by absolute size and by a lying header; truncated; damaged; encrypted; nested.
2. XML: entities, external entities, huge texts, ill-formed, truncated.
3. JSON: truncated, nested without end, a value that never ends.
4. Columns: a line without end, a quote that is never closed, rows that do not fit, NUL bytes, formula cells.
5. Pages and answers: HTML, logins, the networks' own error texts and objects, empty lists.
6. Memory does not grow with the file.
7. A record that is refused is told in plain JSON, whatever is in it.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.feeds.limits import Limits
from app.feeds.opening import open_feed
from app.feeds.preview import RefusedRecord, previewed
from app.feeds.refusal import NotAFeed
from tests.feeds.opened import FIXTURES, split

SMALL = Limits(file=200_000, unpacked=2_000_000, ratio=20, ratio_from=100_000, line=10_000, record=20_000, nodes=500)
AWIN = (FIXTURES / "awin_directory.csv").read_bytes()


def refused(tmp_path: Path, content: bytes, *, network: str | None = None, limits: Limits = SMALL) -> str:
    """The reason for which a file is refused, when it is opened or while it is read."""
    path = tmp_path / "feed"
    path.write_bytes(content)
    with pytest.raises(NotAFeed) as caught:
        for _ in previewed(open_feed(path, network, limits=limits)):
            pass
    return str(caught.value)


# -- archives --------------------------------------------------------------------------------------------------------


def zipped(tmp_path: Path, content: bytes, name: str = "feed.csv") -> bytes:
    with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return (tmp_path / "made.zip").read_bytes()


def test_bombs(tmp_path: Path) -> None:  # 1
    zeros = b"a,b\n" + b"0" * 1_900_000
    assert "more than 20 times its packed size" in refused(tmp_path, gzip.compress(zeros))
    assert "more than 20 times its packed size" in refused(tmp_path, zipped(tmp_path, zeros))
    wide = Limits(ratio=10**6, unpacked=1_000_000)
    assert "more than 1,000,000 bytes: more than is taken" in refused(tmp_path, gzip.compress(zeros), limits=wide)
    assert "more than is taken" in refused(tmp_path, zipped(tmp_path, zeros), limits=wide)
    assert "at most 200,000" in refused(tmp_path, b"a,b\n" * 60_000)


def test_a_header_that_lies_about_its_size(tmp_path: Path) -> None:  # 1
    packed = bytearray(zipped(tmp_path, b"id,name\n" + b"1,A\n" * 50_000))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = packed.index(signature)
        packed[start + at : start + at + 4] = (10).to_bytes(4, "little")
    assert "truncated or damaged" in refused(tmp_path, bytes(packed))


@pytest.mark.parametrize("lost", [1, 4, 9, 200])
def test_truncated_archives(tmp_path: Path, lost: int) -> None:  # 1
    assert "truncated or damaged" in refused(tmp_path, gzip.compress(AWIN)[:-lost])
    assert "truncated or damaged" in refused(tmp_path, zipped(tmp_path, AWIN)[:-lost])


def test_damaged_archives(tmp_path: Path) -> None:  # 1
    wrong_length = bytearray(gzip.compress(AWIN))
    wrong_length[-4:] = (7).to_bytes(4, "little")
    assert "truncated or damaged" in refused(tmp_path, bytes(wrong_length))
    wrong_sum = bytearray(gzip.compress(AWIN))
    wrong_sum[-8] ^= 1
    assert "truncated or damaged" in refused(tmp_path, bytes(wrong_sum))
    encrypted = bytearray(zipped(tmp_path, AWIN))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + at] |= 1
    assert "encrypted" in refused(tmp_path, bytes(encrypted))


def test_other_files(tmp_path: Path) -> None:  # 1, 4
    assert refused(tmp_path, b"") == "it is empty"
    assert "is empty" in refused(tmp_path, b"\xef\xbb\xbf \r\n")
    assert "archive inside an archive" in refused(tmp_path, gzip.compress(gzip.compress(AWIN)))
    assert "Excel" in refused(tmp_path, zipped(tmp_path, b"<x/>", "xl/workbook.xml"))
    assert "holds no feed, only readme.txt" in refused(tmp_path, zipped(tmp_path, b"x", "readme.txt"))
    assert "a PDF" in refused(tmp_path, b"%PDF-1.7 ...")
    assert "an xz archive" in refused(tmp_path, b"\xfd7zXZ\0rest")
    assert "NUL bytes" in refused(tmp_path, b"id,name\n" + bytes(5000))
    assert "101 members" in refused(tmp_path, many(tmp_path, 101), limits=Limits())


def many(tmp_path: Path, count: int) -> bytes:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.csv", b"id,name\n1,A\n")
    return (tmp_path / "many.zip").read_bytes()


# -- XML -------------------------------------------------------------------------------------------------------------

LAUGHS = """<?xml version="1.0"?><!DOCTYPE cj-api [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><cj-api><advertisers><advertiser><advertiser-id>1</advertiser-id>
<advertiser-name>&c;</advertiser-name><program-url>x</program-url><network-rank>1</network-rank></advertiser>
</advertisers></cj-api>"""


def test_entities(tmp_path: Path) -> None:  # 2
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    external = LAUGHS.replace('<!ENTITY a "ha">', f'<!ENTITY a SYSTEM "file://{secret}">')
    parameter = LAUGHS.replace('<!ENTITY a "ha">', '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;')
    for text in (LAUGHS, external, parameter):
        said = refused(tmp_path, text.encode())
        assert "declares entities" in said
        assert "SECRET" not in said


def test_entities_behind_any_padding(tmp_path: Path) -> None:  # 2
    for padding in (10_000, 250_000, 300_000):
        padded = LAUGHS.replace("<!DOCTYPE", "<!--" + "x" * padding + "--><!DOCTYPE")
        said = refused(tmp_path, padded.encode(), limits=Limits())
        assert "declares entities" in said or "there is no element" in said


def cj(name: str) -> bytes:
    return (FIXTURES / "cj.xml").read_text().replace("Gadgets & More", name).encode()


def test_broken_xml(tmp_path: Path) -> None:  # 2
    whole = cj("Gadgets")
    assert "truncated, or no well-formed XML" in refused(tmp_path, whole[: len(whole) // 2])
    assert "truncated, or no well-formed XML" in refused(tmp_path, whole[:-3])
    assert "no well-formed XML" in refused(tmp_path, cj("a</b>"))
    assert "more than 500 elements" in refused(tmp_path, cj("<a/>" * 600))
    assert "XML" in refused(tmp_path, cj("<a>" * 300 + "</a>" * 300), limits=Limits())
    second = whole.replace(b"Caf&eacute; du Sud", b"x" * 11_000_000)
    assert "XML" in refused(tmp_path, second, limits=Limits())  # a text of more than 10 MB


def test_xml_without_records(tmp_path: Path) -> None:  # 5
    assert refused(tmp_path, b"<cj-api><error-message>Invalid advertiser id(s): all</error-message></cj-api>") == (
        "it is an error answer: Invalid advertiser id(s): all"
    )
    impact = b"<ImpactRadiusResponse><Status>ERROR</Status><Message>Access denied</Message></ImpactRadiusResponse>"
    assert refused(tmp_path, impact) == "it is an error answer: Access denied"
    assert "without a <Site>" in refused(tmp_path, b"<Catalog><Category><Name>Games</Name></Category></Catalog>")
    assert "no records" in refused(tmp_path, b"<cj-api><advertisers total-matched='0'/></cj-api>")


# -- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["awin_programmes.json", "impact.json", "partnerstack.json", "rakuten_offers.json"])
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.99])
def test_truncated_json(tmp_path: Path, name: str, kept: float) -> None:  # 3
    content = (FIXTURES / name).read_bytes().rstrip()
    assert "truncated" in refused(tmp_path, content[: int(len(content) * kept)])


def test_broken_json(tmp_path: Path) -> None:  # 3
    row = '{"id": 1, "name": "A", "displayUrl": "a.de", "currencyCode": "EUR"}'
    assert "nests deeper" in refused(tmp_path, b"[" * 100_000, limits=Limits())
    assert "20,000 characters" in refused(tmp_path, f'[{row}, {{"name": "{"x" * 400_000}"}}]'.encode(), limits=big())
    assert "after its end comes more" in refused(tmp_path, f"[{row}] oops".encode())
    assert "no JSON" in refused(tmp_path, f"[{row}, {{'id': 2}}]".encode())
    assert "Infinity" in refused(tmp_path, f'[{row}, {{"id": Infinity}}]'.encode())


def big() -> Limits:
    return Limits(record=20_000)


def test_a_line_of_ndjson_that_is_none_takes_no_other_down(tmp_path: Path) -> None:  # 3
    row = '{"id": %d, "name": "A", "displayUrl": "a.de", "currencyCode": "EUR"}\n'
    (tmp_path / "feed").write_text(row % 1 + "{broken\n" + "[1, 2]\n" + "[" * 100_000 + "\n" + row % 2)
    programs, rejected = split(open_feed(tmp_path / "feed", "awin"))
    assert [each.external_id for each in programs] == ["1", "2"]
    assert [each.reason.partition(": ")[::2] for each in rejected] == [
        ("line 2", "it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("line 3", "it is no object"),
        ("line 4", "it nests deeper than any record does"),
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "invalid_client"}, "invalid_client"),
        (
            {"error": "unauthorized", "description": "Full authentication is required"},
            "Full authentication is required",
        ),
        ({"message": "limit must be between 1 and 200", "error": "REQUEST_PARAM_INVALID"}, "limit must be between"),
        ({"Status": "ERROR", "Message": "No access", "Errors": [{"Field": "x", "Message": "bad scope"}]}, "bad scope"),
        ({"message": "Unauthorized", "status": "401"}, "Unauthorized"),
        ({"errors": [{"message": "Field 'shops' doesn't exist"}], "data": None}, "doesn't exist"),
        ({"detail": "Not found"}, "Not found"),
    ],
)
def test_error_answers(tmp_path: Path, answer: Any, said: str) -> None:  # 5
    found = refused(tmp_path, json.dumps(answer).encode())
    assert found.startswith("it is an error answer: ")
    assert said in found


def test_empty_lists_are_never_no_programs(tmp_path: Path) -> None:  # 5
    answers: list[Any] = [
        [],
        {"Campaigns": [], "@total": "0"},
        {"data": {"items": [], "has_more": False}, "status": 200},
    ]
    for answer in answers:
        assert "empty" in refused(tmp_path, json.dumps(answer).encode())
    assert "holds no records" in refused(tmp_path, AWIN.splitlines()[0] + b"\r\n", network="awin")


# -- columns ---------------------------------------------------------------------------------------------------------


def test_a_line_without_end(tmp_path: Path) -> None:  # 4
    heading = AWIN.splitlines()[0]
    assert "a line has more than 10,000 characters" in refused(
        tmp_path, heading + b"\n" + b"x," * 20_000, network="awin"
    )
    assert "it has no columns" in refused(tmp_path, b"x" * 150_000)


def test_a_quote_that_is_never_closed_takes_only_what_it_swallows(tmp_path: Path) -> None:  # 4
    rows = AWIN.decode().replace("Pomme d'Api", "Pomme\" d'Api").splitlines(keepends=True)
    good = '"%d",' + ",".join(['"A"'] * 23) + "\r\n"
    path = tmp_path / "feed"
    path.write_text(rows[0] + good % 1 + '"2","never closed\r\n' + "".join(good % n for n in range(3, 3000)))
    programs, rejected = split(open_feed(path, "awin"))
    assert [each.external_id for each in programs] == ["1", *map(str, range(3, 3000))]
    assert [each.reason for each in rejected] == ["line 3: a quote in it is closed in another record, or never"]


def test_rows_that_do_not_fit_the_heading(tmp_path: Path) -> None:  # 4
    path = tmp_path / "feed"
    path.write_text(
        "advertiserId,programmeName,epc,awinIndex,launchDate\n1,A,1,50,\n2,B\n\n,,,,\n3,C,1,50,,\n4,D,1,50,,x\n"
    )
    programs, rejected = split(open_feed(path, "awin"))
    assert [each.external_id for each in programs] == ["1", "3"]
    assert [each.reason for each in rejected] == [
        "line 3: it has 2 columns, the heading has 5",
        "line 7: it has 6 columns, the heading has 5",
    ]
    assert rejected[0].raw == ["2", "B"]


def test_nul_bytes_and_halves_of_characters(tmp_path: Path) -> None:  # 4
    path = tmp_path / "feed"
    path.write_bytes(
        b"advertiserId,programmeName,epc,awinIndex,launchDate\n1,A\0B,1,50,\n2,Good,1,50,\n" + b"3,C,1,50,\n" * 99
    )
    programs, rejected = split(open_feed(path, "awin"))
    assert len(programs) == 100
    assert "NUL" in rejected[0].reason
    path.write_text('[{"id": 1, "name": "A\\ud800", "displayUrl": "a.de", "currencyCode": "EUR"}]')
    _, rejected = split(open_feed(path, "awin"))
    assert "surrogate" in rejected[0].reason
    assert json.loads(rejected[0].as_line())["rejected"]["raw"]["name"] == "A\ud800"


@pytest.mark.parametrize(
    "cell",
    ['=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "+SUM(1,2)", "@SUM(1)", "-EXEC(1)", " =A(1)"],
)
def test_formulas_are_rejected(tmp_path: Path, cell: str) -> None:  # 4
    path = tmp_path / "feed"
    rows = "advertiserId|programmeName|epc|awinIndex|launchDate\n1|CELL|1|50|\n2|A|1|50|\n".replace("|", "\t")
    path.write_text(rows.replace("CELL", cell))
    programs, rejected = split(open_feed(path, "awin"))
    assert [each.external_id for each in programs] == ["2"]
    assert "spreadsheet's formula" in rejected[0].reason


@pytest.mark.parametrize("name", ["+Plus Shoes", "@home", "-50% Outlet (DE)", "=ON Running", "@ Work (UK)"])
def test_names_that_only_begin_like_one_are_names(tmp_path: Path, name: str) -> None:  # 4
    path = tmp_path / "feed"
    path.write_text(f'advertiserId,programmeName,epc,awinIndex,launchDate\n"=""007""",{name},1,50,\n')
    programs, _ = split(open_feed(path, "awin"))
    assert [(each.external_id, each.name) for each in programs] == [("007", name)]


# -- pages and texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE html><html><head><title>Moved</title></head></html>", "an HTML page titled 'Moved', not a feed"),
        ("<html><title>Log in | Awin</title><input type=password></html>", "a login page titled 'Log in | Awin'"),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html/>', "an HTML page"),
        ("Invalid Request - Error Code 4075 - 203.0.113.9", "it is an error answer: Invalid Request - Error Code 4075"),
        ("Unauthorized", "it is an error answer: Unauthorized"),
        ("429 Too Many Requests, slow down, please", "it is an error answer: 429 Too Many Requests"),
        ("Just some words", "it has no columns; it begins with 'Just some words'"),
        ("Dear all, hello\nyour feed is ready.\nRegards, us, them and all\nthe others\n", "it is a text, not columns"),
    ],
)  # fmt: skip
def test_pages_and_texts(tmp_path: Path, text: str, said: str) -> None:  # 5
    assert said in refused(tmp_path, text.encode())


def test_what_was_packed_is_looked_at_too(tmp_path: Path) -> None:  # 5
    assert "an HTML page" in refused(tmp_path, zipped(tmp_path, b"<html><title>Moved</title></html>", "feed.xml"))


# -- memory ----------------------------------------------------------------------------------------------------------

_MEASURED = """
import resource, sys
from pathlib import Path
from app.feeds.opening import open_feed
count = sum(1 for _ in open_feed(Path(sys.argv[1]), sys.argv[2]).records())
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def read_elsewhere(path: Path, network: str) -> tuple[int, int]:
    """Records, and the most memory (KiB) that a process of its own took to read them."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path), network], capture_output=True, text=True, check=True, timeout=120
    )
    count, most = done.stdout.split()
    return int(count), int(most)


def test_memory_does_not_grow_with_the_feed(tmp_path: Path) -> None:  # 6
    """Three formats, 1 MB and 40 MB of each: within 25 MB of one another, where the file is 40 MB."""
    cells = ",".join(['"%d"', '"A"', *['""'] * 21, '"' + "x" * 900 + '"'])
    member = '{"id": %d, "name": "A", "displayUrl": "a.de", "currencyCode": "EUR", "x": "' + "x" * 900 + '"},'
    element = (
        "<advertiser><advertiser-id>%d</advertiser-id><advertiser-name>A</advertiser-name>"
        "<program-url>a.de</program-url><network-rank>1</network-rank><x>" + "x" * 850 + "</x></advertiser>\n"
    )
    for network, head, row, tail in (
        ("awin", AWIN.splitlines()[0].decode() + "\n", cells + "\n", ""),
        ("awin", "[", member, "{}]"),
        ("cj", "<cj-api><advertisers>", element, "</advertisers></cj-api>"),
    ):
        most = []
        for count in (1_000, 40_000):
            path = tmp_path / f"feed{count}"
            with path.open("w") as file:
                file.write(head)
                file.writelines(row % number for number in range(1, count + 1))
                file.write(tail)
            read, memory = read_elsewhere(path, network)
            assert read in (count, count + 1)
            most.append(memory)
            path.unlink()
        assert most[1] - most[0] < 25_000


def test_xml_outside_of_records_is_not_kept(tmp_path: Path) -> None:  # 6
    path = tmp_path / "feed"
    with path.open("wb") as file:
        file.write(cj("Gadgets").removesuffix(b"</cj-api>\n"))
        file.writelines(b"<junk><a>" + b"x" * 900 + b"</a></junk>\n" for _ in range(40_000))
        file.write(b"</cj-api>")
    count, memory = read_elsewhere(path, "cj")
    assert count == 3
    assert memory - read_elsewhere(FIXTURES / "cj.xml", "cj")[1] < 25_000


def test_refused_records_are_plain_json() -> None:  # 7
    line = RefusedRecord("why", {"a": "\udc80", "b": [1, None]}).as_line()
    assert json.loads(line) == {"rejected": {"reason": "why", "raw": {"a": "\udc80", "b": [1, None]}}}
