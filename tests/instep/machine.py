"""Random schedules of writers, followers, rebuilds, rollbacks and crashes; at rest every generation is Postgres.

Each follower, rebuild and so on is a `Process` that advances one I/O operation at a time, so that a schedule can put
anything between any two operations: before and after a push, before the acknowledgement, between gate and alias.
Killing a process after its push and letting the lease end delivers twice; letting one stand while another goes on
delivers out of order. Nobody waits for the rebuild lock: who holds it stands still until the schedule lets it go on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from indexing import generations
from indexing.dead_letters import redrive
from indexing.documents import all_documents
from indexing.follow import drain, one_round
from indexing.maintenance import maintain_once
from indexing.rebuild import rebuild
from indexing.rebuild_lock import AlreadyRebuilding, RebuildRefused, rebuild_lock
from indexing.rollback import rollback
from indexing.verify import verify
from tests.instep.stepping import Cancelled, Killed, Process
from tests.words import Catalogue, decoded

KEYS = st.sampled_from("abc")
STEPS = st.integers(1, 12)
# What a process is about to do: push, forget what was pushed, commit, read documents, move the alias.
POINTS = st.sampled_from(["_bulk", "with pushed", "commit", "copy", "_aliases", "update index_generations"])
WHICH = st.integers(0, 5)
# A commit that notifies waits for the notifying commits of the whole server, which do not stand still.
_PATIENT = "set local lock_timeout = 0"
_TWO_ROUNDS = 60  # I/O operations of a follower: what it was about, and a batch more

_PUT = """
    insert into programs (network_id, external_id, data_source, status, name, normaliser)
    values (1, %s, 'test', 'active', %s, 1)
    on conflict (network_id, external_id) do update set name = excluded.name
"""
_PAUSES = "update index_generations set paused_until = null, paused_since = null, paused_because = null"
_LEASES = """
    update changed_programs set leased_until = clock_timestamp() - interval '1 second' from (
        select program_id from changed_programs where leased_until is not null for update skip locked
    ) as leased where changed_programs.program_id = leased.program_id
"""


def _follow(connect: Any, client: Any) -> None:
    with connect() as connection:
        while True:
            if not one_round(connection, client, batch=2).taken:
                connection.execute("select 'idle'")
                connection.rollback()


class InStep(RuleBasedStateMachine):
    """One schedule."""

    catalogue: ClassVar[Catalogue]

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[Process] = []
        self.writer: psycopg.Connection | None = None
        self.count = 0
        self.served = False

    # -- the beginning and the end -------------------------------------------------------------------------------

    @initialize(full=st.booleans())
    def begin(self, full: bool) -> None:
        """An empty catalogue; or a few programs that are served."""
        self._sql(
            "truncate programs, deleted_programs, changed_programs, index_generations, dead_letters, program_history"
        )
        self._sql("delete from deleted_programs; delete from changed_programs")
        self.catalogue.search.indices.delete(index=f"{self.catalogue.alias}-*", ignore_unavailable=True)
        if full:
            for key in "ab":
                self._sql(_PUT, key, key)
            rebuild(self.catalogue.connect, self.catalogue.search, self.catalogue.alias, threads=1, patience=0)
            self.served = True

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            for process in self.processes:
                process.kill()
            if self.writer:
                self.writer.close()

    # -- writers -------------------------------------------------------------------------------------------------

    @rule(key=KEYS)
    def put(self, key: str) -> None:
        """Insert or update, in a transaction of its own."""
        self._write(_PUT, key, self._name())

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        self._write("delete from programs where external_id = %s", key)

    @rule()
    def truncate(self) -> None:
        self._write("truncate programs")

    @precondition(lambda self: self.writer is None)
    @rule(keys=st.lists(KEYS, min_size=1, max_size=3, unique=True), delete=st.booleans())
    def begin_transaction(self, keys: list[str], delete: bool) -> None:
        """A writer that commits late, or not at all."""
        self.writer = self._impatient()
        try:
            for key in keys:
                if delete:
                    self.writer.execute("delete from programs where external_id = %s", (key,))
                else:
                    self.writer.execute(_PUT, (key, self._name()))
            self.writer.execute(_PATIENT)
        except psycopg.errors.LockNotAvailable:
            self.end_transaction(commit=False)

    @precondition(lambda self: self.writer is not None)
    @rule(commit=st.booleans())
    def end_transaction(self, commit: bool) -> None:
        assert self.writer
        if commit:
            self.writer.commit()
        self.writer.close()
        self.writer = None

    # -- those who bring the index up to date --------------------------------------------------------------------

    @precondition(lambda self: self._running("follow") < 2)
    @rule(to=POINTS)
    def start_follower(self, to: str) -> None:
        self._start("follow", _follow)
        self.processes[-1].advance(to)

    @precondition(lambda self: self._running("follow") < 2)
    @rule(key=KEYS, to=st.sampled_from(["_bulk", "with pushed"]), times=st.sampled_from([2, 30]))
    def overtake_follower(self, key: str, to: str, times: int) -> None:
        """Write what a follower has in its hands."""
        self.put(key)
        self._start("follow", _follow)
        self.processes[-1].advance(to)
        self.put(key)
        self.processes[-1].step(times)

    @precondition(lambda self: self._running("rebuild") < 2)
    @rule(times=STEPS)
    def start_rebuild(self, times: int) -> None:
        alias = self.catalogue.alias
        self._start("rebuild", lambda connect, client: rebuild(connect, client, alias, threads=1, patience=0))
        self.processes[-1].step(times)
        self._reap()

    @precondition(lambda self: self._running("rebuild") < 1)
    @rule(key=KEYS)
    def rebuild_at_once(self, key: str) -> None:
        """While followers stand still wherever they are, one at least; then something changes, and they go on."""
        if not self._running("follow"):
            self._start("follow", _follow)
            self.processes[-1].advance("update changed_programs")
        self.start_rebuild(1)
        self.end(len(self.processes) - 1, "let it finish")
        self.put(key)
        for process in self.processes:
            if process.name == "follow":
                process.step(_TWO_ROUNDS)

    @precondition(lambda self: len(self.processes) < 5)
    @rule(what=st.sampled_from(["rollback", "prune", "prune all", "maintain", "verify", "repair", "redrive"]))
    def start_something_else(self, what: str) -> None:
        alias = self.catalogue.alias

        def work(connect: Any, client: Any) -> None:
            match what:
                case "rollback":
                    rollback(connect, client, alias, patience=0)
                case "maintain":
                    maintain_once(connect, client, alias)
                case "verify" | "repair":
                    verify(connect, client, alias, repair=what == "repair")
                case "redrive":
                    with connect() as connection:
                        redrive(connection)
                case _:
                    with rebuild_lock(connect, patience=0) as connection:
                        generations.prune(connection, client, 0 if what == "prune all" else 1)

        self._start(what, work)

    # -- time and accidents --------------------------------------------------------------------------------------

    @precondition(lambda self: self.processes)
    @rule(which=WHICH, times=STEPS)
    def step(self, which: int, times: int) -> None:
        self._pick(which).step(times)
        self._reap()

    @precondition(lambda self: self.processes)
    @rule(which=WHICH, to=POINTS)
    def advance(self, which: int, to: str) -> None:
        """To a point where something may go wrong."""
        self._pick(which).advance(to)
        self._reap()

    @precondition(lambda self: self.processes)
    @rule(which=WHICH, how=st.sampled_from(["kill", "cancel", "let it finish"]))
    def end(self, which: int, how: str) -> None:
        process = self._pick(which)
        if how == "kill":
            process.kill()
        elif how == "cancel":
            process.cancel()
        elif process.name != "follow":
            process.finish()
        self._reap()

    @rule()
    def leases_end(self) -> None:
        self._sql(_LEASES)
        self.catalogue.search.indices.refresh(index=f"{self.catalogue.alias}-*", ignore_unavailable=True)

    # -- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def the_alias_serves(self) -> None:
        """Once something serves, something always does, and it is one index."""
        targets = generations.targets(self.catalogue.search, self.catalogue.alias)
        self.served = self.served or bool(targets)
        assert len(targets) == self.served, targets

    def come_to_rest(self) -> None:
        """Everything ends, the last changes are followed: every generation is what Postgres is."""
        if self.writer:
            self.end_transaction(commit=True)
        for process in self.processes:
            if process.name == "follow":
                process.kill()
            else:
                process.finish()
        self._reap()
        self._sql(_PAUSES)
        self._sql(_LEASES)
        connect, client, alias = self.catalogue.connect, self.catalogue.search, self.catalogue.alias
        drain(connect, client)
        maintain_once(connect, client, alias)
        with connect() as connection:
            live = generations.live(connection)
        existing = set(client.indices.get(index=f"{alias}-*", expand_wildcards="all"))
        assert existing == {each.name for each in live}
        if live:
            assert self._sql("select count(*) from changed_programs") == [(0,)]
        assert self._sql("select count(*) from dead_letters") == [(0,)]
        for generation in live:
            assert self.catalogue.documents(generation.name) == self._wanted(generation.fields), generation.name
        if self.served:
            assert [each.state for each in live].count("serving") == 1
            assert live[0].name == generations.target(client, alias)
            found = verify(connect, client, alias, deep=True)
            assert found.in_step, found

    # -- the machine's own ---------------------------------------------------------------------------------------

    def _wanted(self, fields: tuple[str, ...]) -> dict[int, Any]:
        rows = self._sql(f"select action, document::text from ({all_documents(fields, 0, 2**62)}) as documents")
        return {int(decoded(action)["index"]["_id"]): decoded(document) for action, document in rows}

    def _sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.catalogue.rows(statement, *parameters)

    def _impatient(self) -> psycopg.Connection:
        """A connection that does not wait for a lock: whoever holds it stands still until this schedule goes on."""
        connection = self.catalogue.connect()
        connection.execute("set lock_timeout = '10ms'")
        connection.commit()
        return connection

    def _write(self, statement: str, *parameters: Any) -> None:
        with suppress(psycopg.errors.LockNotAvailable), self._impatient() as connection:
            connection.execute(statement, parameters)
            connection.execute(_PATIENT)

    def _name(self) -> str:
        self.count += 1
        return f"name {self.count}"

    def _running(self, name: str) -> int:
        return sum(process.name == name for process in self.processes)

    def _pick(self, which: int) -> Process:
        return self.processes[which % len(self.processes)]

    def _start(self, name: str, work: Any) -> None:
        self.processes.append(Process(name, self.catalogue, work))

    def _reap(self) -> None:
        """Those that ended did so for a reason that is allowed."""
        for process in [each for each in self.processes if each.ended]:
            self.processes.remove(process)
            if process.error and not isinstance(process.error, Killed | Cancelled | AlreadyRebuilding | RebuildRefused):
                raise process.error
            if isinstance(process.error, RebuildRefused) and process.name == "rebuild":
                assert "disappeared" in str(process.error), process.error
