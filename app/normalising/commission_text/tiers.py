"""Rakuten's grammar of tiers: `sale : 0-10 0% | 10-20 1%`, `sale : 0 and above 5%`, `sale : 0-null .2%`."""

from __future__ import annotations

import re

from app.normalising.numbers import NUMBER, parse_number
from app.normalising.places import SIGNS
from mappings.program import CommissionRule

_WHOLE = re.compile(r"\s*(?P<event>sale|lead|click|item|new|order)s?\s*:\s*(?P<tiers>.+)", re.IGNORECASE)
_TIER = re.compile(
    rf"\s*(?P<low>{NUMBER})\s*(?:-\s*(?:{NUMBER}|null)|and above|\+)\s+"
    rf"(?P<sign>\$|€|£)?(?P<rate>{NUMBER})\s*(?P<percent>%)?\s*",
    re.IGNORECASE,
)
_LARGEST = 1e7


def tiers(text: str, default_currency: str | None) -> tuple[CommissionRule, ...] | None:
    """The rules of a text in this grammar, without those that pay nothing; None for any other text."""
    whole = _WHOLE.fullmatch(text)
    if not whole:
        return None
    rules: list[CommissionRule] = []
    event = whole["event"].lower()
    for part in whole["tiers"].split("|"):
        match = _TIER.fullmatch(part)
        if not match:
            return None
        rate, threshold = parse_number(match["rate"]), parse_number(match["low"])
        if rate is None or threshold is None or rate > (100 if match["percent"] else _LARGEST):
            return ()
        if rate > 0:
            kind = "percent" if match["percent"] else "fixed"
            sign = match["sign"]
            rules.append(
                CommissionRule(
                    event=event if event in ("lead", "click") else "sale",
                    kind=kind,
                    min=rate,
                    max=rate,
                    currency=None if kind == "percent" else SIGNS[sign] if sign else default_currency,
                    threshold=threshold or None,
                )
            )
    return tuple(rules)
