"""How fast records are made: `python -m generators.benchmark`."""

from __future__ import annotations

import sys
import time
from collections import deque

from generators.catalogue import VOLUMES, catalogue


def main() -> None:
    for network in VOLUMES:
        next(catalogue(network))  # reads the vocabularies
    for network, volume in VOLUMES.items():
        began = time.perf_counter()
        deque(catalogue(network), maxlen=0)
        sys.stdout.write(f"{network:10} {volume / (time.perf_counter() - began):9,.0f} records/s\n")


if __name__ == "__main__":
    main()
