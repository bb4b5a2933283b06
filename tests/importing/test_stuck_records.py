"""A record that stops whoever reads it stops nothing but itself.

1. It is rejected with that reason; all others of its batch, before and behind, are stored as if it were not there.
2. So it is in a preview.
3. One that ends the process is rejected too; a fault that is ours is raised, not hidden.
4. Whatever JSON can hold goes through to the normaliser and back: half characters, numbers of any size.
5. No process is left, also not of one whose parent is gone.
6. A source that gets stuck again and again is given up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.feeds.opening import open_feed
from app.feeds.preview import RefusedRecord, previewed
from app.importing import normaliser as normalisers
from app.importing.normaliser import Fault, Normaliser, TooManyStuck
from app.importing.run_import import BATCH, chunks
from app.importing.sources import Record
from mappings.network_program import NetworkProgram
from mappings.program import Program
from tests.importing.stuck_normaliser import BROKEN, KILLED, STUCK

SECONDS = 1.0


def planted(seconds: float = SECONDS, most_stuck: int = 100) -> Normaliser:
    return Normaliser("tests.importing.stuck_normaliser", seconds, seconds, most_stuck)


def records(names: dict[int, str], count: int = 3 * BATCH) -> Iterator[Record]:
    """Records of which some have a name of their own."""
    for number in range(1, count + 1):
        yield NetworkProgram(
            network="awin", external_id=str(number), data_source="test", name=names.get(number, f"Program {number}")
        )


def lines_of(rows: list[bytes]) -> set[int]:
    return {int(line.split(b",")[0]) for each in rows for line in each.strip().split(b"\n")}


@pytest.mark.parametrize(("name", "number"), [(STUCK, 1), (STUCK, BATCH + 50), (KILLED, 3 * BATCH)])
def test_is_rejected_alone(name: str, number: int) -> None:  # 1, 3
    (chunk,) = chunks(records({number: name}), planted())
    assert [(line, external_id) for line, external_id, _, _ in chunk.rejected] == [(number, str(number))]
    assert chunk.rejected[0][2] == "it takes longer than 1 seconds to read"
    assert chunk.rows == 3 * BATCH - 1
    assert lines_of(chunk.lines) == set(range(1, 3 * BATCH + 1)) - {number}


def test_several_in_one_batch() -> None:  # 1, 3
    (chunk,) = chunks(records({3: STUCK, 4: STUCK, 90: KILLED}), planted())
    assert [line for line, *_ in chunk.rejected] == [3, 4, 90]
    assert chunk.rows == 3 * BATCH - 3


def test_in_a_preview(tmp_path: Path) -> None:  # 2
    feed = tmp_path / "feed.csv"
    names = ["One", STUCK, "Three"]
    rows = "".join(f"{number},{name},https://a{number}.com\n" for number, name in enumerate(names))
    feed.write_text(f"advertiserId,programmeName,displayUrl,epc,awinIndex\n{rows.replace(chr(10), ',1,2' + chr(10))}")
    found = list(previewed(open_feed(feed, "awin"), planted()))
    assert [each.name if isinstance(each, Program) else each.reason for each in found] == [
        "One", "line 3: it takes longer than 1 seconds to read", "Three",
    ]  # fmt: skip
    assert isinstance(found[1], RefusedRecord)
    assert found[1].raw["name"] == STUCK


def test_a_fault_of_ours_is_raised() -> None:  # 3
    with pytest.raises(Fault, match="ZeroDivisionError: a fault of ours"):
        list(chunks(records({7: BROKEN}), planted()))


def test_whatever_json_can_hold() -> None:  # 4
    odd = [
        NetworkProgram(network="awin", external_id="1", data_source="t", name="half \ud800"),
        NetworkProgram(network="awin", external_id="2", data_source="t", name="huge", cookie=1 << 80),
        NetworkProgram(network="awin", external_id="3", data_source="t", name="plain", not_carried=frozenset({"epc"})),
    ]
    (chunk,) = chunks(iter(odd))
    assert lines_of(chunk.lines) == {2, 3}
    assert [line for line, *_ in chunk.rejected] == [1]


def test_is_given_up_where_it_never_ends() -> None:  # 6
    with pytest.raises(TooManyStuck):
        list(chunks(records(dict.fromkeys(range(1, 5), KILLED)), planted(most_stuck=2)))


def test_nothing_is_left() -> None:  # 5
    list(chunks(records({5: STUCK}), planted()))
    mine = [each for each in psutil.Process().children() if _normalises(each)]
    assert len(mine) <= 2 * normalisers._MOST_IDLE
    assert not [each for each in mine if each.status() == psutil.STATUS_RUNNING and _works(each)]


def _normalises(process: psutil.Process) -> bool:
    with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):  # another test's, that has just ended
        return "normaliser" in " ".join(process.cmdline())
    return False


def _works(process: psutil.Process) -> bool:
    with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
        before = sum(process.cpu_times()[:2])
        time.sleep(0.3)
        return sum(process.cpu_times()[:2]) - before > 0.1
    return False


def test_ends_though_its_parent_is_gone() -> None:  # 5
    script = (
        "import sys; from tests.importing.test_stuck_records import *\n"
        "made = planted(2.0); made._ask([(1, next(records({1: STUCK})))], 'rows', 2.0)\n"
        "print(made._process._process.pid, flush=True); import time; time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
    try:
        child.wait(20)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        child.kill()
        pytest.fail("it works on for nobody")
