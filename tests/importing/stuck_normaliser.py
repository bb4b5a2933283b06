"""The normaliser's process with records planted that stop it: by their names."""

from __future__ import annotations

import os
import re
import signal
import sys

from app.importing import normaliser_process
from app.normalising import normalise
from mappings.network_program import NetworkProgram
from mappings.program import Program

STUCK = "holds the interpreter's lock"  # in one call of C, as a pattern that backtracks does
KILLED = "ends the process"
BROKEN = "raises"


def _planted(raw: NetworkProgram) -> Program:
    if raw.name == STUCK:
        re.match("(a|a)*b", "a" * 60)  # older than the universe
    if raw.name == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if raw.name == BROKEN:
        raise ZeroDivisionError("a fault of ours")
    return normalise(raw)


def _no_topics(*_: object) -> None:
    """What texts are about takes seconds to load, each time that a process was ended."""


if __name__ == "__main__":
    normaliser_process.load_topics = _no_topics  # type: ignore[attr-defined]
    sys.modules["app.normalising.normalise"].topics_of = _no_topics  # type: ignore[attr-defined]
    normaliser_process.normalise = _planted  # type: ignore[attr-defined]
    normaliser_process.main()
