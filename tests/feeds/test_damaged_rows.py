"""No line of a file of columns is lost, whatever is wrong with its quotes.

1. Lines of the file = heading + notes + blank + lines of programs + lines of rejected records, after any damage.
2. A stray quote takes its own record and no other; the reason names the line.
3. Records that no damage touched are read as before, or said to be rejected, and never with another's values.
4. What is damaged on purpose is read in linear time, and as fast as before where nothing is.
5. A file of which nothing can be read is refused, and so is a line that is too long.
"""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds.columns import cells
from app.feeds.limits import Limits
from app.feeds.opening import open_feed
from app.feeds.preview import RefusedRecord, previewed
from app.feeds.refusal import NotAFeed
from app.feeds.rows import Dialect, Tally
from mappings.program import Program

HEADING = (
    "advertiserId,programmeName,commissionMin,commissionMax,cookieLength,primaryRegion,displayUrl,descriptionShort"
)


def row(number: int, *, quoted: bool = False, several: bool = False) -> str:
    """One program's record; `several` gives it a description of three lines."""
    text = f"one of {number}\n\nand more, of it" if several else "short"
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator="\n").writerow(
        [number, f"Shop {number}", 3, 5, 30, "DE", f"https://s{number}.example.com", text]
    )
    return out.getvalue()


def read(path: Path, text: str) -> tuple[list[Program], list[RefusedRecord], int]:
    """Programs, what is rejected, and how many lines the summary speaks of."""
    path.write_bytes(text.encode())
    feed = open_feed(path, "awin")
    found = list(previewed(feed))
    rejected = [each for each in found if isinstance(each, RefusedRecord)]
    tally = feed.tally
    assert tally is not None
    assert sum(each.lines for each in rejected) >= tally.rejected
    return (
        [each for each in found if isinstance(each, Program)],
        rejected,
        tally.heading + tally.notes + tally.blank + tally.records + tally.rejected,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "feed.csv"


@pytest.mark.parametrize("damage", ['{0},"Shop {0},3', '{0},Shop" {0}",3', '"{0},Shop {0},3', '{0}","Shop {0},3'])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_stray_quote_takes_one_record(path: Path, damage: str, quoted: bool) -> None:  # 1, 2
    rows = [row(number, quoted=quoted) for number in range(1, 401)]
    rows[9] = row(10).replace("10,Shop 10,3", damage.format(10))
    programs, rejected, lines = read(path, HEADING + "\n" + "".join(rows))
    assert lines == 401
    undamaged = [str(number) for number in range(1, 401) if number != 10]
    assert [each.external_id for each in programs if each.external_id != "10"] == undamaged
    assert len(programs) + len(rejected) == 400
    assert all(each.reason.startswith("line 11: ") for each in rejected)


def test_two_strays_that_close_each_other_are_both_said(path: Path) -> None:  # 2
    """The first opens before a name, the second closes behind the next record's: together they would fit."""
    rows = [row(number) for number in range(1, 41)]
    rows[9] = rows[9].replace("Shop 10", '"Shop 10')
    rows[10] = rows[10].replace("Shop 11", 'Shop 11"')
    programs, rejected, lines = read(path, HEADING + "\n" + "".join(rows))
    assert lines == 41
    assert [each.reason.partition(":")[0] for each in rejected] == ["line 11"]
    assert [each.name for each in programs if each.external_id == "11"] == ['Shop 11"']


def test_texts_of_several_lines_are_whole(path: Path) -> None:  # 1, 3
    rows = [row(number, several=number % 3 == 0) for number in range(1, 31)]
    programs, rejected, lines = read(path, HEADING + "\n" + "".join(rows))
    assert (len(programs), rejected) == (30, [])
    assert programs[2].description == "one of 3 and more, of it"
    assert lines == 1 + 30 + 2 * 10


def test_prose_with_commas_is_text(path: Path) -> None:  # 1, 3
    path.write_text(
        'advertiserId,programmeName,epc,awinIndex,descriptionShort\n1,A,1,50,"Hello,\nyou, there\nand you"\n'
    )
    programs, rejected, lines = read(path, path.read_text())
    assert (programs[0].description, rejected, lines) == ("Hello, you, there and you", [], 4)


def test_an_empty_cell_too_many_is_no_shift(path: Path) -> None:  # 3
    good = row(1).replace(",short\n", ",\n")
    programs, rejected, _ = read(path, f"{HEADING}\n{good}" + good.replace("1,Shop 1", "2,,Shop 2") + good)
    assert [each.external_id for each in programs] == ["1", "1"]
    assert [each.reason for each in rejected] == ["line 3: it has 9 columns, the heading has 8"]
    trailing = "".join(f"{row(number).strip()},\n".replace("DE", "") for number in range(9))
    assert len(read(path, f"{HEADING},\n{trailing}")[0]) == 9


def test_blanks_before_quotes(path: Path) -> None:  # 3
    rows = "".join(f'{n}, "Shop, {n}", 3, 5, 30, "DE", "https://s{n}.example.com", "x"\n' for n in range(1, 20))
    programs, rejected, _ = read(path, f"{HEADING}\n{rows}")
    assert ([each.name for each in programs], rejected) == ([f"Shop, {n}" for n in range(1, 20)], [])


def test_a_file_of_nothing_readable_is_refused(path: Path) -> None:  # 5
    with pytest.raises(NotAFeed, match="none of its 3 records can be read; the first: line 2: it has 2 columns"):
        read(path, f"{HEADING}\n1,A\n2,B\n3,C\n")


_PIECES = ('"', '""', ',"', '",', ", ", ' "', ",", ",,", "\n", "\r\n", "\\", "=", "\t")


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[str, set[int]]:
    """A file with damage in it, and the numbers of the records that were not touched."""
    count = draw(st.integers(6, 40))
    quoted, several = draw(st.booleans()), draw(st.booleans())
    rows = [row(number, quoted=quoted, several=several and number % 4 == 0) for number in range(1, count + 1)]
    touched: set[int] = set()
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(1, count))
        written = rows[number - 1]
        at = draw(st.integers(0, len(written) - 1))  # what stands behind the end of the line is the next record's
        touched.add(number)
        match draw(st.sampled_from(["insert", "cut", "join"])):
            case "insert":
                rows[number - 1] = written[:at] + draw(st.sampled_from(_PIECES)) + written[at:]
            case "cut":
                rows[number - 1] = written[:at] + "\n"
            case _:
                rows[number - 1] = written.rstrip("\n")
                touched.add(number + 1)
    return HEADING + "\n" + "".join(rows), set(range(1, count + 1)) - touched


@settings(max_examples=200)
@given(_damaged())
def test_every_line_is_accounted_for(path: Path, damaged: tuple[str, set[int]]) -> None:  # 1, 3
    text, untouched = damaged
    programs, rejected, lines = read(path, text)
    assert lines == len(io.StringIO(text, newline="").readlines())
    names: dict[str, Program] = {}
    for each in programs:
        names.setdefault(each.external_id, each)  # an end of line inside "11" makes another 1 of it, further down
    for number in untouched:
        if (program := names.get(str(number))) is not None:
            assert (program.name, program.merchant_url) == (f"Shop {number}", f"https://s{number}.example.com")
            assert (program.commission_min, program.commission_max, program.cookie_days) == (3, 5, 30)
    # A record that spans lines may fall to a quote of the one before; those of one line never do.
    lost = untouched - {int(each) for each in names if each.isdecimal()}
    assert len(lost) <= len(rejected)


def _seconds(text: str) -> float:
    def once() -> float:
        began = time.process_time()
        for _ in cells(
            iter(io.StringIO(text, newline="")), Dialect(","), HEADING.split(","), Tally(), has_heading=True
        ):
            pass
        return time.process_time() - began

    return min(once() for _ in range(3))


@pytest.mark.parametrize("line", ['1,"a\n', '"\n', '1,"a,b,c,d,e,f,g\n', '1,"a"b\n', '"",""x"\n\n'])
def test_quotes_without_end_cost_no_more_than_their_length(line: str) -> None:  # 4
    short, long = (_seconds(HEADING + "\n" + line * (size // len(line))) for size in (50_000, 400_000))
    assert long < 24 * max(short, 0.002)


def test_rows_a_second() -> None:  # 4
    """20,000 records a second with room to spare, quoted or not."""
    for quoted in (False, True):
        text = HEADING + "\n" + "".join(row(number, quoted=quoted) for number in range(40_000))
        assert _seconds(text) < 1.0


def test_limits_still_hold(path: Path) -> None:  # 5
    path.write_text(f'{HEADING}\n{row(1)}2,"' + "x" * 20_000 + "\n")
    with pytest.raises(NotAFeed, match="a line has more than 10,000 characters"):
        list(previewed(open_feed(path, "awin", limits=Limits(line=10_000))))
