"""What a heading says of its column's unit: `Commission (%)`, `Cookie (days)`, `Min. payout [USD]`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.feeds.headings import squeezed
from app.normalising.cookies import UNITS
from app.normalising.places import currency
from mappings.folding import folded

_BEHIND = re.compile(r"[(\[]([^()\[\]]{1,20})[)\]]$")
_PERCENT = frozenset({"%", "percent", "percentage", "pct", "prozent", "in %", "pourcent", "por ciento", "procent"})
_LONGEST = 120  # characters of a heading that are looked at


@dataclass(frozen=True, slots=True)
class HeadingUnit:
    """A column's unit: percent, an amount's currency, or so many days."""

    percent: bool = False
    currency: str | None = None
    days: int | None = None


def parted(heading: str) -> tuple[str, HeadingUnit | None]:
    """A heading without its unit, and the unit; the heading as it is where it names none."""
    text = heading.strip()
    if len(text) > _LONGEST:
        return heading, None
    if match := _BEHIND.search(text):
        unit = _unit(match[1])
        return (text[: match.start()].strip(), unit) if unit and match.start() else (heading, None)
    if text.endswith("%") and len(text) > 1:
        return text[:-1].strip().removesuffix(" in"), HeadingUnit(percent=True)
    return heading, None


def _unit(written: str) -> HeadingUnit | None:
    text = " ".join(written.split()).casefold().removeprefix("in ")
    if text in _PERCENT:
        return HeadingUnit(percent=True)
    if (days := UNITS.get(text)) is not None:
        return HeadingUnit(days=days)
    code = currency(written) if len(text) <= 3 or text in ("euro", "euros") else None
    return HeadingUnit(currency=code) if code else None


def unaccented(heading: str) -> str:
    """A heading as it is looked for, without accents: `Durée du cookie` is `dureeducookie`."""
    return squeezed(folded(heading[:_LONGEST]))
