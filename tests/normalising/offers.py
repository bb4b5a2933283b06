"""The corpus of offers, and how what was understood of one compares with what it says."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app.normalising.commissions import Commissions, commissions

_AMOUNT = re.compile(r"(?P<low>[\d.]+|\?)(?:-(?P<high>[\d.]+|\?))?(?P<unit>%|[A-Z]{3})")
_EVENTS = frozenset({"sale", "lead", "click", "install"})

Bounds = tuple[float | None, float | None]
UNKNOWN: Bounds = (None, None)


@dataclass(frozen=True)
class Said:
    """What a text says of its commission: None for what it leaves unknown."""

    type: str | None = None
    percent: Bounds = UNKNOWN
    fixed: Bounds = UNKNOWN
    currency: str | None = None
    recurring: bool | None = None
    months: int | None = None
    events: frozenset[str] = frozenset()

    def wrongs(self, truth: Said) -> list[str]:
        """The fields in which this states something that is not true. What is unknown is never wrong."""
        found = [name for name in ("type", "currency", "recurring", "months") if self._states(name, truth)]
        for name in ("percent", "fixed"):
            mine, true = getattr(self, name), getattr(truth, name)
            if any(bound is not None and bound != right for bound, right in zip(mine, true, strict=True)):
                found.append(name)
        if self.type and self.events != truth.events:
            found.append("events")
        return found

    def _states(self, name: str, truth: Said) -> bool:
        mine = getattr(self, name)
        return mine is not None and mine != getattr(truth, name)


@dataclass(frozen=True)
class Offer:
    """One text of the corpus, the group it stands in, and its truth; several where it may be read in several ways."""

    text: str
    group: str
    truths: tuple[Said, ...]

    @property
    def truth(self) -> Said:
        """The way that whoever labelled it had in mind."""
        return self.truths[0]

    def wrongs(self, said: Said) -> list[str]:
        """The fields in which this states something that is not true, beside the truth that it is nearest to."""
        return min((said.wrongs(truth) for truth in self.truths), key=len)

    @property
    def held_out(self) -> bool:
        return sha256(self.text.encode()).digest()[0] % 2 == 1


def read(notation: str) -> Said:
    """What a line of the corpus means; its head explains the notation."""
    if notation == "-":
        return Said()
    kind, *words = notation.split()
    percent = fixed = UNKNOWN
    currency: str | None = None
    recurring: bool | None = None
    months: int | None = None
    events = frozenset({"sale"})
    for word in words:
        if match := _AMOUNT.fullmatch(word):
            low, high = _bound(match["low"]), _bound(match["high"] or match["low"])
            if match["unit"] == "%":
                percent = (low, high)
            else:
                fixed, currency = (low, high), match["unit"]
        elif word == "once":
            recurring = False
        elif word == "recurring" or word.startswith("recurring:"):
            recurring = True
            months = int(word.removeprefix("recurring:")) if ":" in word else None
        else:
            events = frozenset(word.split("+"))
            if not events <= _EVENTS:
                raise ValueError(f"'{word}' in '{notation}' is no word of the notation")
    return Said(kind, percent, fixed, currency, recurring, months, events)


def _bound(written: str) -> float | None:
    return None if written == "?" else float(written)


def corpus(file: str = "offers.toml") -> list[Offer]:
    """Every offer of a file."""
    groups = tomllib.loads(Path(__file__).with_name(file).read_text("utf-8"))
    return [
        Offer(text, group, tuple(read(truth) for truth in truths.split(" | ")))
        for group, rows in groups.items()
        for text, truths in rows.items()
    ]


def understood(text: str, default_currency: str = "USD") -> Said:
    """What the normaliser makes of a text."""
    return as_said(commissions(text, (), default_currency))


def as_said(found: Commissions) -> Said:
    """What the normaliser found, in the terms of the corpus."""
    return Said(
        found.type,
        (found.percent_min, found.percent_max),
        (found.fixed_min, found.fixed_max),
        found.currency,
        found.recurring,
        found.recurring_months,
        frozenset(rule.event for rule in found.rules or ()),
    )


def shown(said: Said) -> str:
    """In the notation of the corpus."""
    if not said.type:
        return "-" if said.recurring is None else f"- (recurring {said.recurring})"
    words = [said.type]
    for (low, high), unit in ((said.percent, "%"), (said.fixed, said.currency or "?")):
        if (low, high) != UNKNOWN:
            words.append(f"{_written(low)}{unit}" if low == high else f"{_written(low)}-{_written(high)}{unit}")
    if said.recurring is not None:
        words.append(("recurring" + (f":{said.months}" if said.months else "")) if said.recurring else "once")
    if said.events != {"sale"}:
        words.append("+".join(sorted(said.events)))
    return " ".join(words)


def _written(bound: float | None) -> str:
    return "?" if bound is None else f"{bound:g}"
