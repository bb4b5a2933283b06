"""How long the API waits, and how much it takes on at once, where that is no operator's to set."""

from __future__ import annotations

from dataclasses import dataclass

from app.alerts.matching import MOST_MATCHES
from app.search.export import PAGE


@dataclass(frozen=True, slots=True)
class ApplicationBounds:
    """Seconds and numbers of one process."""

    # For what was written to be found. Three times what freshness promises; a client that would wait longer asks again.
    searchable_seconds: float = 5.0
    # Further behind than so many changes nothing arrives in time, so it is said at once.
    most_pending: int = 100_000
    # So many are looked up at once; the others are only when these have arrived.
    pending_at_once: int = 1_000
    key_seconds: float = 5.0  # a revoked key stops working after this long at most
    export_page: int = PAGE
    most_matches: int = MOST_MATCHES  # programs of a watch that is made


BOUNDS = ApplicationBounds()
