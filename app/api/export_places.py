"""Places of exports, which are few: so many a client, so many a key, and some for keys alone."""

from __future__ import annotations

from collections import Counter

from app.api.problems import Problem

# A snapshot keeps old segments alive; more at once than this and disk and file handles run out before patience does.
AT_ONCE = 8  # of one process
WITHOUT_KEY = 6  # of these
A_CLIENT = 2  # of those without a key
A_KEY = 4
_RETRY_SECONDS = 5


class ExportPlaces:
    """Who exports now, in this process."""

    def __init__(self) -> None:
        self.refused = 0  # since the process began
        self._taken: Counter[tuple[str, bool]] = Counter()

    @property
    def running(self) -> int:
        """How many exports are under way."""
        return self._taken.total()

    def take(self, who: str, *, has_key: bool) -> None:
        """Take a place for a client, or for a key by its name. Raises Problem 429 where there is none."""
        without_key = sum(count for (_, keyed), count in self._taken.items() if not keyed)
        most = A_KEY if has_key else A_CLIENT
        detail = None
        if self._taken[who, has_key] >= most:
            detail = f"{most} exports of yours are under way"
        elif self.running >= AT_ONCE or (not has_key and without_key >= WITHOUT_KEY):
            detail = f"{self.running} exports are under way"
        if detail:
            self.refused += 1
            headers = {"Retry-After": str(_RETRY_SECONDS)}
            raise Problem(429, "too-many-exports", f"{detail}; try again when one has ended", headers=headers)
        self._taken[who, has_key] += 1

    def leave(self, who: str, *, has_key: bool) -> None:
        """Give back a place that was taken."""
        self._taken[who, has_key] -= 1
        if not self._taken[who, has_key]:
            del self._taken[who, has_key]
