"""Score search on the judgement list, over the catalogue that the settings name: `python -m tests.relevance`.

Prints nDCG@10 and MRR of the half that may be tuned on, with the queries that score low; `--held-out` prints the
other half's figures alone. The catalogue must be the generated one (seed 1).
"""

from __future__ import annotations

import argparse
import os
import sys

from app.engines import open_database, open_search, running
from app.settings import read_settings
from indexing.generations import target
from tests.relevance import judgements
from tests.relevance.market import Market
from tests.relevance.measure import by_kind, plain

_LOW = 0.9


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--held-out", action="store_true")
    held_out = arguments.parse_args().held_out
    settings = read_settings(os.environ)
    queries = [query for query in judgements.read() if query.held_out is held_out]
    with running(settings) as engines:
        client = open_search(engines, settings)
        index = target(client, settings.index)
        assert index, "no index serves; `affindex up` makes one"
        with open_database(engines) as connection:
            market = Market(connection, client, index, settings.index, engines.opensearch_url, settings)
        for name, ask in (("plain multi_match", plain), ("search", market.ask)):
            scores = market.scores(queries, ask)
            ranks = market.ranks(queries, ask)
            sys.stdout.write(f"{name}: {len(queries)} queries\n")
            for kind, score in by_kind(queries, scores).items():
                sys.stdout.write(f"  {kind:12} nDCG@10 {score:.3f}   MRR {by_kind(queries, ranks)[kind]:.3f}\n")
        if not held_out:
            for query in queries:
                if scores[query.q] < _LOW:
                    sys.stdout.write(f"  {scores[query.q]:.2f} {query.kind}: {query.q}\n")


if __name__ == "__main__":
    main()
