"""`python -m tests.linear [drawn] [seed]` prints how the time of every reader grows, the steepest first, as a table."""

from __future__ import annotations

import sys

from tests.linear.hostile import hostile
from tests.linear.measuring import MOST, slope
from tests.linear.readers import READERS


def main(drawn: int = 15, seed: int = 1) -> int:
    """Print the table; 1 if a reader is not linear."""
    slopes = {name: slope(read, hostile(drawn, seed)) for name, read in READERS.items()}
    rows = sorted(slopes.items(), key=lambda row: (-row[1].growth, -row[1].large))
    out = ["| function | 4 kB | 64 kB | times | by |", "|---|---|---|---|---|"]
    for name, worst in rows:
        by = str(worst.hostile).replace("|", "\\|") if worst.growth else "too short to measure"
        times = f"{worst.growth:.0f}" if worst.growth else "-"
        out.append(f"| `{name}` | {worst.small * 1e3:.2f} ms | {worst.large * 1e3:.1f} ms | {times} | {by} |")
    sys.stdout.write("\n".join(out) + "\n")
    return int(any(worst.growth > MOST for worst in slopes.values()))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
