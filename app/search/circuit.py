"""The circuit to the search engine: open while it is away, so that a request that will fail fails at once.

A request that is not answered in time says that the engine is away only if it answered nobody meanwhile: a slow engine
is none that is away, and neither is one that refuses a request or gives it up.
"""

from __future__ import annotations

import time

# After this many failures in a row nothing is sent for a while, then one request at a time, until one is answered: an
# engine that comes back must not be met by everything that piled up.
_FAILURES_TO_OPEN = 3
_OPEN_SECONDS = 1.0


class Circuit:
    """Closed while the engine answers; once open, nothing is sent for `seconds`."""

    def __init__(self, seconds: float = _OPEN_SECONDS) -> None:
        self.seconds = seconds
        self.failures = 0  # in a row
        self.opened = 0  # how often, since the process began
        self.open_until = 0.0  # by the monotonic clock
        self._trying = False
        self._answered_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nothing is sent, but for one at a time that tries."""
        return self.failures >= _FAILURES_TO_OPEN

    def lets_through(self) -> bool:
        """Whether a request may be sent. With an open circuit it is the one that tries, and must say `tried`."""
        if not self.is_open:
            return True
        if self._trying or time.monotonic() < self.open_until:
            return False
        self._trying = True
        return True

    def tried(self) -> None:
        """The one that tried is over."""
        self._trying = False

    def answered(self) -> None:
        """The engine gave an answer, be it a refusal of what was asked."""
        self.failures = 0
        self._answered_at = time.monotonic()

    def answered_since(self, moment: float) -> bool:
        """Whether anybody had an answer since a moment of the monotonic clock."""
        return self._answered_at > moment

    def failed(self) -> None:
        """The engine did not answer, or something else in its place."""
        self.failures += 1
        if self.is_open:
            self.opened += self.failures == _FAILURES_TO_OPEN
            self.open_until = time.monotonic() + self.seconds
