"""What answers say about the limit, in every dialect met: how long nothing more may be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# `x-ratelimit-remaining`, `-remaining-minute`, `-remaining-hour`, `ratelimit-remaining`, `x-rate-limit-remaining`.
_REMAINING = re.compile(r"(?:x-)?rate-?limit-remaining(?:-(second|minute|hour|day))?")
_RESET = re.compile(r"(?:x-)?rate-?limit-reset(?:-(?:second|minute|hour|day))?")
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
# `RateLimit: "default";r=0;t=30`, the latest draft of the IETF, and `limit=100, remaining=0, reset=30`, the one before.
_STRUCTURED_LEFT = re.compile(r"(?:;\s{0,9}r|remaining)\s{0,9}=\s{0,9}(\d{1,15})")
_STRUCTURED_RESET = re.compile(r"(?:;\s{0,9}t|reset)\s{0,9}=\s{0,9}(\d{1,15})")
_EPOCH = 1_000_000_000  # a reset above this is a moment, not a number of seconds
_MILLISECONDS = 100_000_000_000
_LONGEST = 86_400.0
_UNTOLD = 60.0  # seconds to wait where a network says "too many" and nothing else


def wait_after(status_is_limit: bool, headers: Mapping[str, str], now: float) -> float:
    """Seconds from `now` in which nothing may be asked; 0 if asking may go on. `headers` has lower-case names."""
    waits = [0.0]
    retry_after = headers.get("retry-after")
    if retry_after:
        waits.append(_retry_after(retry_after, now))
    empty, window = _used_up(headers)
    # A reset tells when the whole count starts again: it matters once nothing is left, or where nothing else is told.
    if empty or (status_is_limit and not retry_after):
        reset = _reset(headers, now)
        if reset is not None:
            waits.append(reset)
        elif empty and window is not None:
            waits.append(window)
    if status_is_limit and max(waits) <= 0:
        waits.append(_UNTOLD)
    return min(max(waits), _LONGEST)


def _retry_after(retry_after: str, now: float) -> float:
    """Seconds until a `Retry-After` is over, which is given as seconds or as a date."""
    text = retry_after.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return _UNTOLD


def _used_up(headers: Mapping[str, str]) -> tuple[bool, float | None]:
    """Whether some count of remaining calls is at zero, and over what window it counts, where its name says so."""
    for name, value in headers.items():
        match = _REMAINING.fullmatch(name)
        if match and value.strip() in ("0", "0.0"):
            return True, _SECONDS.get(match[1] or "")
    if (left := _STRUCTURED_LEFT.search(headers.get("ratelimit", ""))) and int(left[1]) == 0:
        return True, None
    return False, None


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until the count starts again: given as seconds, as a moment, or as a moment in milliseconds."""
    found = [
        float(value)
        for name, value in headers.items()
        if _RESET.fullmatch(name) and re.fullmatch(r"\d+(\.\d+)?", value.strip(), re.ASCII)
    ]
    if structured := _STRUCTURED_RESET.search(headers.get("ratelimit", "")):
        found.append(float(structured[1]))
    if not found:
        return None
    value = max(found)
    if value >= _MILLISECONDS:
        value /= 1000
    return max(0.0, value - now) if value >= _EPOCH else value
