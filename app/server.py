"""The server that runs an application in several processes."""

from __future__ import annotations

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import MPServer

from app.settings import Settings


def serve(application: str, settings: Settings) -> None:
    """Serve `module:factory` at the address of the settings until this process is asked to stop."""
    MPServer(
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
    ).serve()
