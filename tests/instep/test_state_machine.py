"""Whatever happens in whatever order, at rest every live generation is what Postgres is, document by document.

1. Random schedules of writers, followers, rebuilds, rollbacks, pruning, repair, kills between any two I/O operations,
   cancellations, duplicate and late delivery end in step, with nothing left behind, the alias serving throughout.
2. The machine can fail: builds that are broken in ways other systems are broken in are caught by it, each by one short
   schedule that the right build passes, and at random.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from indexing import follow, generations
from tests.instep.machine import InStep
from tests.words import Catalogue

# `make nightly` sets the number; then every run draws other schedules.
_SCHEDULES = int(os.environ.get("SCHEDULES", "10"))
_STEPS = 30
_SEARCHED = 400  # schedules that must find a fault; a handful usually do


def _machine(catalogue: Catalogue) -> type[InStep]:
    return type("InStep", (InStep,), {"catalogue": catalogue})


def _run(catalogue: Catalogue, schedules: int, *, shrink: bool = True, random: bool = False) -> None:
    # Nobody stops Postgres here, and half of a schedule's time would be spent waiting for its disk.
    (name,) = catalogue.rows("select current_database()")[0]
    catalogue.rows(f"alter database {name} set synchronous_commit to off")
    machine = _machine(catalogue)
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=_STEPS,
            deadline=None,
            derandomize=not random,
            database=None,
            phases=phases,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(0)
def test_every_schedule_ends_in_step(catalogue: Catalogue) -> None:  # 1
    _run(catalogue, _SCHEDULES, random="SCHEDULES" in os.environ)


_FORGET_WHATEVER_VERSION = """
    with pushed as (
        select * from unnest(%s::bigint[], %s::bigint[]) as pushed (program_id, version)
    ), free as (
        select c.program_id from changed_programs c join pushed using (program_id) for update of c skip locked
    )
    delete from changed_programs using free where changed_programs.program_id = free.program_id
    returning 0.0
"""


def _acknowledge_without_version(_: Catalogue, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(follow, "_FORGET", _FORGET_WHATEVER_VERSION)


def _list_of_generations_read_once(_: Catalogue, patch: pytest.MonkeyPatch) -> None:
    class Remembering:
        def __getattr__(self, name: str) -> Any:
            return getattr(generations, name)

        def live(self, connection: Any) -> list[generations.Generation]:
            if not hasattr(connection, "remembered"):
                connection.remembered = generations.live(connection)
            remembered: list[generations.Generation] = connection.remembered
            return remembered

    patch.setattr(follow, "generations", Remembering())


def _dirty_flag_instead_of_version(catalogue: Catalogue, _: pytest.MonkeyPatch) -> None:
    ((body,),) = catalogue.rows("select prosrc from pg_proc where proname = 'note_updated_programs'")
    begin = body.index("on conflict (program_id) do update")
    end = body.index(";", begin)
    catalogue.rows(
        "create or replace function note_updated_programs() returns trigger language plpgsql as $body$"
        f"{body[:begin]}on conflict do nothing{body[end:]}$body$"
    )


# What each broken build must lose, as the shortest schedule that shows it. The same schedules hold of the right build.


def _changed_while_it_is_pushed(machine: InStep) -> None:
    machine.begin(full=True)
    machine.put(key="a")
    machine.start_follower(to="_bulk")
    machine.put(key="a")
    machine.step(which=0, times=30)


def _rebuilt_while_a_follower_stands(machine: InStep) -> None:
    machine.begin(full=True)
    machine.rebuild_at_once(key="a")


_BROKEN = [
    (_acknowledge_without_version, _changed_while_it_is_pushed),
    (_dirty_flag_instead_of_version, _changed_while_it_is_pushed),
    (_list_of_generations_read_once, _rebuilt_while_a_follower_stands),
]


def _carry_out(catalogue: Catalogue, schedule: Callable[[InStep], None]) -> None:
    machine = _machine(catalogue)()
    try:
        schedule(machine)
    finally:
        machine.teardown()


@pytest.mark.parametrize(("broken", "schedule"), _BROKEN)
def test_a_broken_build_fails_where_the_right_one_does_not(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, broken: Any, schedule: Callable[[InStep], None]
) -> None:  # 2
    _carry_out(catalogue, schedule)
    broken(catalogue, monkeypatch)
    with pytest.raises(AssertionError):
        _carry_out(catalogue, schedule)


@pytest.mark.skipif("SCHEDULES" not in os.environ, reason="searching for the fault takes minutes: `make nightly`")
@pytest.mark.parametrize("broken", [broken for broken, _ in _BROKEN])
@pytest.mark.timeout(0)
def test_a_broken_build_is_found_at_random(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, broken: Any
) -> None:  # 2
    broken(catalogue, monkeypatch)
    with pytest.raises(AssertionError):
        _run(catalogue, _SEARCHED, shrink=False, random=True)
