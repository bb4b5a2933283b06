"""Signals that stop a command: each test is a process of its own that sends itself some.

1. A signal stops at once whoever does not hold signals back, with the status of that signal.
2. Held back it interrupts nothing, is raised where it is looked for, and at the latest where the holding ends.
3. One that was lost in a place that swallows exceptions is not lost: the next look, or the next signal, raises it.
4. Once one has come, another does not interrupt what is being stopped.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.waits

_BEGIN = """
import os, signal, sys, time
from app.processes import stopping
stopping.install()
def say(text):
    print(text, flush=True)
def send(name):
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(0.01)
"""


def _run(code: str) -> tuple[list[str], int, str]:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code], capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout.split(), done.returncode, done.stderr


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_at_once(name: str, status: int) -> None:  # 1
    said, ended, _ = _run(f"say('a'); send('{name}'); say('b')")
    assert (said, ended) == (["a"], status)


def test_ctrl_c_at_once() -> None:  # 1
    said, _, told = _run("say('a'); send('SIGINT'); say('b')")
    assert said == ["a"]
    assert "KeyboardInterrupt" in told


def test_held_until_the_end() -> None:  # 2
    said, ended, _ = _run("""
with stopping.held():
    with stopping.held():
        send('SIGTERM'); say('a')
    say('b')
say('c')
""")
    assert (said, ended) == (["a", "b"], 143)


def test_held_until_it_is_looked_for() -> None:  # 2
    said, ended, _ = _run("""
with stopping.held():
    send('SIGTERM'); say('a')
    stopping.check()
    say('b')
""")
    assert (said, ended) == (["a"], 143)


def test_one_that_was_swallowed() -> None:  # 3
    said, ended, _ = _run("""
class Swallows:
    def __del__(self):
        send('SIGTERM')
Swallows()
say('a')
stopping.check()
say('b')
""")
    assert (said, ended) == (["a"], 143)


def test_another_does_not_interrupt_the_stopping() -> None:  # 4
    said, ended, _ = _run("""
try:
    send('SIGTERM')
finally:
    with stopping.held():
        send('SIGINT'); send('SIGTERM'); say('a')
        assert 0 < stopping.seconds_left(14, 99) < 14
""")
    assert (said, ended) == (["a"], 143)
