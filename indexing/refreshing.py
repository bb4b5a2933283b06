"""What was pushed is shown to searches sooner than the index would do by itself, in a thread of its own."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import structlog
from opensearchpy import OpenSearch

_log = structlog.get_logger()

# The index refreshes itself every second, which alone is half a second in the middle and one at worst. A refresh costs
# searches what they remember of the newest segments, and merges later: this often is what the promise needs.
_APART_SECONDS = 0.4
_REQUEST_SECONDS = 5  # one that takes longer is overtaken by the index's own
_END_SECONDS = 1.0


class Refreshing:
    """Refreshes on request, so many a second at most; pushing goes on meanwhile. Leaving the context ends it.

    Nothing depends on it: a refresh that fails or is never made is made by the index itself a second later.
    """

    def __init__(self, client: OpenSearch) -> None:
        self._client = client
        self._wanted: str | None = None
        self._asked = threading.Event()
        self._ending = threading.Event()
        # A refresh that hangs must not keep the follower from ending.
        self._thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    def __enter__(self) -> Refreshing:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._asked.set()
        self._thread.join(_END_SECONDS)

    def soon(self, index: str) -> None:
        """Refresh this index at once, or once the last refresh is long enough ago; does not wait."""
        self._wanted = index
        self._asked.set()

    def _run(self) -> None:
        while self._asked.wait() and not self._ending.is_set():
            # From here on whoever asks has pushed something newer.
            self._asked.clear()
            began = time.monotonic()
            try:
                self._client.indices.refresh(index=self._wanted, params={"request_timeout": _REQUEST_SECONDS})
            except Exception as error:  # whatever it was: the index may be gone, closed, away; see above
                _log.debug("not refreshed", index=self._wanted, because=f"{type(error).__name__}: {error}")
            self._ending.wait(began + _APART_SECONDS - time.monotonic())
