"""Numbers as people write them: `1,234.5`, `1.234,5`, `12 %`, `N/A`."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isfinite

from mappings.network_program import Raw

# One number inside a text, of at most five groups: of more a hostile row would be begun at each. Groups of three
# digits may be parted by a comma, point, blank or apostrophe; India writes 1,00,000.
NUMBER = (
    r"(?:\d{1,2}(?:,\d{2}){1,4},\d{3}(?:\.\d{1,2})?(?!\d)|"
    r"\d{1,3}(?:[.,  ’']\d{3}){1,4}(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?|[.,]\d+)"
)

_WHOLE = re.compile(rf"([-–−]?)\s*(?:[$€£¥]|[A-Z]{{3}}(?=[\s\d]))?\s*([-–−]?)({NUMBER})", re.ASCII)
_IN_BRACKETS = re.compile(r"\(\s*[$€£]?\s*\d[\d.,]*\s*%?\)")  # how accountants write what is below zero
_GROUPED = re.compile(r"\d{1,3}([.,  ’'])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?")
_LAKHS = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?", re.ASCII)
NOTHING = frozenset(
    {
        "",
        "-",
        "–",
        "n/a",
        "na",
        "n.a.",
        "k.a.",
        "null",
        "none",
        "new",
        "unknown",
        "unbekannt",
        "varies",
        "nan",
        "undefined",
        "tbd",
        "tba",
        "?",
    }
)
_LARGEST = 1e12
_THOUSANDS = re.compile(r"\s?k(?![^\W\d_])", re.IGNORECASE)  # behind a number: $17.5k


def parse_number(text: str) -> float | None:
    """A number that NUMBER matched, whatever its locale; a lone group of three reads as thousands."""
    digits = text.replace(" ", " ").replace("’", "'")
    if _LAKHS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif (match := _GROUPED.fullmatch(digits)) and not digits.startswith("0"):  # "0.125" has decimals, no groups
        digits = digits.replace(match[1], "")
    else:
        last = max(digits.rfind("."), digits.rfind(","))
        head = digits[:last].replace(".", "").replace(",", "") if last >= 0 else ""
        digits = f"{head}.{digits[last + 1 :]}" if last >= 0 else digits
    digits = digits.replace(",", ".").replace(" ", "").replace("'", "")
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if isfinite(value) and abs(value) <= _LARGEST else None


def number(raw: Raw) -> float | None:
    """The one number of a raw value; None where there is none, or more than one."""
    if raw is None or isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return float(raw) if isfinite(raw) and abs(raw) <= _LARGEST else None
    return _number_of(raw) if len(raw) <= 60 else None


@lru_cache(maxsize=16_384)
def _number_of(text: str) -> float | None:
    stripped = text.strip()
    if stripped.lower() in NOTHING:
        return None
    try:  # what machines write
        value = float(stripped)
    except ValueError:
        found = list(_WHOLE.finditer(stripped))
        if len(found) != 1:
            return None
        sign, inner, digits = found[0].groups()
        parsed = parse_number(digits)
        if parsed is not None and _THOUSANDS.match(stripped, found[0].end()):
            parsed *= 1000
        below = bool(sign or inner or _IN_BRACKETS.fullmatch(stripped))
        return None if parsed is None else -parsed if below else parsed
    return value if isfinite(value) and abs(value) <= _LARGEST else None


def within(value: float | None, low: float, high: float) -> float | None:
    """The value if it lies between the bounds; what does not is not to be believed."""
    return value if value is not None and low <= value <= high else None


def whole(value: float | None, low: int, high: int) -> int | None:
    """The value as a whole number between the bounds."""
    return round(value) if value is not None and low <= value <= high else None
