"""What a process that was killed left in the folder for temporary files: uploads and feeds that were being read."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "affindex-feed-"
# Nothing is written to for longer than a fetch may take, and nothing is read for long after it was written.
_OLD_SECONDS = 2 * 3_600


def sweep(folder: Path | None = None) -> int:
    """Delete files of ours that nobody has written to for two hours; how many."""
    oldest = time.time() - _OLD_SECONDS
    swept = 0
    for path in (folder or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or swept by another process at the same moment
            if path.is_file() and path.lstat().st_mtime < oldest:
                path.unlink()
                swept += 1
    return swept
