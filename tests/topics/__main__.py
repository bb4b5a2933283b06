"""How well topics are found in the labelled texts: `python -m tests.topics [--wrong]`."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.topics.labelled import LABELLED, Text, found, measured


def out(line: object) -> None:
    """Write a line."""
    sys.stdout.write(f"{line}\n")


def main() -> None:
    for name, texts in LABELLED().items():
        precision, recall = measured(texts)
        out(f"{name}: {len(texts)} texts, precision {precision:.3f}, recall {recall:.3f}")
        missed: Counter[str] = Counter()
        for each in texts:
            said = set(found(each))
            if "--wrong" in sys.argv and said != each.topics:
                extra, lacking = sorted(said - each.topics), sorted(each.topics - said)
                out(f"  {each.name} [{each.language}] +{extra} -{lacking}")
            missed.update(each.topics - said)
        if "--missed" in sys.argv:
            out(missed.most_common(40))
    texts = [each for several in LABELLED().values() for each in several]
    spent = 0.0  # a language by itself, as imports mostly have them: nine lexicons at once are more than a cache holds
    for language in sorted({each.language or "" for each in texts}):
        own = [each for each in texts if (each.language or "") == language]
        spent += min(_seconds(own) for _ in range(100))
    out(f"{len(texts) / spent:,.0f} programs a second on one core, in the best of 100 rounds of each language")


def _seconds(texts: list[Text]) -> float:
    """CPU time of one round."""
    began = time.process_time()
    for each in texts:
        found(each)
    return time.process_time() - began


main()
