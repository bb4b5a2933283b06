"""How fast records are made: `python -m generators.benchmark`.

Seconds are those of this process alone, so that neighbours on the machine do not count.
"""

from __future__ import annotations

import sys
import time
from collections import deque

from generators.catalogue import VOLUMES, catalogue


def main() -> None:
    began = time.process_time()
    for network in VOLUMES:
        deque(catalogue(network, stop=1000), maxlen=0)  # reads and prepares the vocabularies
    sys.stdout.write(f"{'prepare':10} {time.process_time() - began:9.2f} s\n")
    whole = 0.0
    for network, volume in VOLUMES.items():
        began = time.process_time()
        deque(catalogue(network), maxlen=0)
        spent = time.process_time() - began
        whole += spent
        sys.stdout.write(f"{network:10} {volume / spent:9,.0f} records/s\n")
    sys.stdout.write(f"{'all':10} {sum(VOLUMES.values()) / whole:9,.0f} records/s\n")


if __name__ == "__main__":
    main()
