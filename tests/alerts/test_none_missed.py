"""Whatever is killed, and whenever, a watch tells everything once and in order.

Random schedules of writers (one of which commits late or never), followers and looks that advance one I/O operation at
a time and are killed between any two, rebuilds, and looks that overtake each other. At rest:

1. What came and went, told on top of what matched at first, is what matches now; nothing comes twice without going.
2. Each change of a program that matched all the time is told exactly once, in the order of the history.
3. No two events have one id, and the order of events is that of their places.

`SCHEDULES` sets how many schedules are run; `make nightly` runs more.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

import psycopg
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from app.alerts.looking import look
from app.alerts.matching import NotWhole
from indexing.follow import drain, one_round
from tests.alerts.watching import caught_up, told, watch
from tests.instep.stepping import Killed, Process
from tests.words import Catalogue

_SCHEDULES = int(os.environ.get("SCHEDULES", "5"))
_STEPS = 16
_PUT = """
    insert into programs (network_id, external_id, data_source, status, name, cookie_days, commission_max, normaliser)
    values (1, %s, 'test', 'active', %s, %s, 1, 1)
    on conflict (network_id, external_id) do update set cookie_days = excluded.cookie_days
"""
# What a look is about to do: read, compare, write events, keep what matches, forget what was pushed, commit.
_POINTS = st.sampled_from(["select id, program_id", "_msearch", "copy", "update watches", "delete from", "commit"])
_QUERY = "cookieDays=30.."
_LEASES = "update changed_programs set leased_until = null"


class NoneMissed(RuleBasedStateMachine):
    """One schedule. `steady` and `late` match all the time; `a`, `b` and `c` come and go."""

    catalogue: ClassVar[Catalogue]

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.writer: psycopg.Connection | None = None
        self.rate = 1

    @initialize()
    def begin(self) -> None:
        self._sql("delete from watches; delete from programs; delete from program_history; delete from pushed_programs")
        for name, days in (("steady", 60), ("late", 60), ("a", 60), ("b", 1)):
            self._sql(_PUT, name, name, days)
        self.catalogue.index()
        self.watch = watch(self.catalogue, _QUERY)
        self.first = self._matching()

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            for process in self.processes:
                process.kill()
            if self.writer:
                self.writer.close()

    # -- what happens --------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from("abc"), days=st.sampled_from([1, 60, 90]))
    def put(self, name: str, days: int) -> None:
        self._sql(_PUT, name, name, days)

    @rule(name=st.sampled_from("abc"))
    def delete(self, name: str) -> None:
        self._sql("delete from programs where external_id = %s", name)

    @rule()
    def change(self) -> None:
        self.rate += 1
        self._sql("update programs set commission_max = %s where external_id = 'steady'", self.rate)

    @precondition(lambda self: self.writer is None)
    @rule()
    def begin_late(self) -> None:
        self.rate += 1
        self.writer = self.catalogue.connect()
        self.writer.execute("update programs set commission_max = %s where external_id = 'late'", (self.rate,))

    @precondition(lambda self: self.writer is not None)
    @rule(commit=st.booleans())
    def end_late(self, commit: bool) -> None:
        assert self.writer
        if commit:
            self.writer.commit()
        self.writer.close()
        self.writer = None

    @rule(batch=st.integers(1, 3))
    def follow(self, batch: int) -> None:
        with self.catalogue.connect() as connection:
            one_round(connection, self.catalogue.search, batch=batch)

    @precondition(lambda self: len(self.processes) < 2)
    @rule(to=_POINTS)
    def start_look(self, to: str) -> None:
        self.processes.append(Process("look", self.catalogue, self._look))
        self.processes[-1].advance(to, 30)

    @precondition(lambda self: self.processes)
    @rule(which=st.integers(0, 1), to=_POINTS)
    def go_on(self, which: int, to: str) -> None:
        self.processes[which % len(self.processes)].advance(to, 30)

    @precondition(lambda self: self.processes)
    @rule(which=st.integers(0, 1))
    def kill(self, which: int) -> None:
        process = self.processes.pop(which % len(self.processes))
        process.kill()
        assert process.error is None or isinstance(process.error, Killed | psycopg.Error | NotWhole), process.error

    @rule()
    def rebuild(self) -> None:
        self.catalogue.rebuild(threads=1)

    # -- what must hold ------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        for process in self.processes:
            process.kill()
        self.processes = []
        if self.writer:
            self.end_late(True)
        self._sql(_LEASES)
        drain(self.catalogue.connect, self.catalogue.search)
        caught_up(self.catalogue)
        events = told(self.catalogue, self.watch)
        matching = set(self.first)
        for event in events:
            if event.kind == "entered":
                assert event.program_id not in matching
                matching.add(event.program_id)
            elif event.kind == "left":
                matching.remove(event.program_id)
        assert matching == self._matching()
        for name in ("steady", "late"):
            kept = self._sql(
                "select h.old::int, h.new::int from program_history h join programs p on p.id = h.program_id "
                "where p.external_id = %s and h.field = 'commissionMax' order by h.xid, h.id",
                name,
            )
            ((id,),) = self._sql("select id from programs where external_id = %s", name)
            assert [(each.old, each.new) for each in events if each.kind == "rate" and each.program_id == id] == kept
        assert len({each.id for each in events}) == len(events)

    def _look(self, connect: Any, client: Any) -> None:
        with connect() as connection:
            while True:
                look(connection, client, self.catalogue.alias)

    def _matching(self) -> set[int]:
        return {id for (id,) in self._sql("select id from programs where cookie_days >= 30")}

    def _sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.catalogue.rows(statement, *parameters)


def test_none_missed(catalogue: Catalogue) -> None:  # 1, 2, 3
    class OnThis(NoneMissed):
        pass

    OnThis.catalogue = catalogue
    # Nobody stops Postgres here, and half of a schedule's time would be spent waiting for its disk.
    ((name,),) = catalogue.rows("select current_database()")
    catalogue.rows(f"alter database {name} set synchronous_commit to off")
    catalogue.index()
    run_state_machine_as_test(
        OnThis,
        settings=settings(
            max_examples=_SCHEDULES,
            stateful_step_count=_STEPS,
            deadline=None,
            derandomize="SCHEDULES" not in os.environ,
            database=None,
            phases=[Phase.generate],
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
