"""The server that runs an application in several processes."""

from __future__ import annotations

import os
import threading
import time

import structlog
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import MPServer

from app.observability.figures import shared
from app.processes.pulse import LOOK_SECONDS, VARIABLE, Pulse, Pulses
from app.settings import Settings

_SILENT_SECONDS = 15.0  # of a process whose event loop tells nothing: it hangs
_FIRST_SECONDS = 120.0  # until it tells for the first time

_log = structlog.get_logger()


def serve(application: str, settings: Settings) -> None:
    """Serve `module:factory` at the address of the settings until this process is asked to stop.

    A process of it that ends, or hangs, is replaced.
    """
    Pulse(os.environ.get(VARIABLE)).tell_from_a_thread()
    pulses = Pulses()
    os.environ[VARIABLE] = pulses.address  # for the processes that are started from here
    server = MPServer(
        application,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=False,
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    )
    threading.Thread(target=_end_what_hangs, args=(server, pulses), name="pulses", daemon=True).start()
    with shared():  # what each process counts is asked of any of them
        server.serve()


def _end_what_hangs(server: MPServer, pulses: Pulses) -> None:
    """Kill the processes that tell nothing any more; the server starts others in their place."""
    while True:
        time.sleep(LOOK_SECONDS)
        running = [process for each in list(server.wrks) if (process := each.inner).pid and process.is_alive()]
        pulses.look(*(process.pid for process in running))
        for process in running:
            if pulses.silent(process.pid, _SILENT_SECONDS, _FIRST_SECONDS):
                _log.warning("a process of the API hangs: no sign of life for a while; it is replaced", pid=process.pid)
                process.kill()
