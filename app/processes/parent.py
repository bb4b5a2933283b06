"""A process of ours ends when the one that started it is gone: nobody is left to stop it, and it holds a port."""

from __future__ import annotations

import os
import signal
import threading
import time

_LOOK_SECONDS = 0.5


def end_with_parent(parent: int) -> None:
    """Ask this process to stop (SIGTERM) once `parent`, a process id, is not its parent any more."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
