"""Commissions: lines and texts into rules, rules into type and bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.normalising.commission_text import LONGEST, understand
from app.normalising.money import could_be_two, money
from app.normalising.numbers import number
from app.normalising.places import currency as currency_code
from app.normalising.text import clean, lines_of
from mappings.network_program import RawCommission
from mappings.program import CommissionRule

_MOST_RULES = 100
_LONGEST_KEPT = 4000  # characters of a text as it is written that the memory of read texts holds
LONGEST_CONDITION = 300
LARGEST_AMOUNT = 1e7

_OPEN_ABOVE = re.compile(r"\+\s*$|^\s*(?:from|min|ab|at least)\b", re.IGNORECASE)
_OPEN = re.compile(_OPEN_ABOVE.pattern + r"|^\s*(?:up to|max|bis zu|jusqu|hasta|fino a|até|tot)\b", re.IGNORECASE)

_EVENTS = {
    "lead": ("lead", "signup", "sign up", "registration", "trial", "demo", "application", "quote", "call"),
    "install": ("install", "download"),
    "click": ("click", "hit"),
    "recurring": ("recurring", "rebill", "renewal"),
}


_LONGEST_EVENT = 200
_SINGLE = re.compile(r"[A-Z]+(?![a-z])|[^\W\d_]?[a-zà-ÿ]+|[^\W\d_]")
_EVENT_WORDS = [
    (event, re.compile(rf"\b(?:{'|'.join(marks)})(?:s|ed|ation|ations)?\b")) for event, marks in _EVENTS.items()
]


@dataclass(frozen=True, slots=True)
class Commissions:
    """What is paid, as the fields of a program want it. Bounds of one kind are never mixed with the other's."""

    type: str | None = None
    percent_min: float | None = None
    percent_max: float | None = None
    fixed_min: float | None = None
    fixed_max: float | None = None
    currency: str | None = None
    rules: tuple[CommissionRule, ...] | None = None
    text: str | None = None
    recurring: bool | None = None
    recurring_months: int | None = None


_NONE = Commissions()


def commissions(text: str | None, lines: tuple[RawCommission, ...], default_currency: str | None) -> Commissions:
    """What a source's text and lines say; its lines win over its text."""
    if text is None or len(text) <= _LONGEST_KEPT:
        return _remembered(text, lines, default_currency)
    return _read(text, lines, default_currency)


def _read(text: str | None, lines: tuple[RawCommission, ...], default_currency: str | None) -> Commissions:
    cleaned = clean(text, LONGEST)
    rules = [rule for line in lines[:_MOST_RULES] for rule in _lines(line, default_currency)]
    recurring: bool | None = True if any(rule.event == "recurring" for rule in rules) else None
    months: int | None = None
    tiered = False
    if cleaned:
        said = understand(lines_of(text or "", LONGEST), default_currency)
        tiered = said.tiered and not rules
        recurring = said.recurring if said.recurring is not None else recurring
        months = said.recurring_months
        if not rules:
            rules = list(said.rules)
    if not rules:
        return Commissions(text=cleaned, recurring=recurring, recurring_months=months) if cleaned else _NONE
    return _summed(tuple(dict.fromkeys(rules))[:_MOST_RULES], cleaned, recurring, months, default_currency, tiered)


_remembered = lru_cache(maxsize=16_384)(_read)  # a catalogue repeats its commissions: rates are heaped, lines are few


def _summed(
    rules: tuple[CommissionRule, ...],
    text: str | None,
    recurring: bool | None,
    months: int | None,
    default: str | None,
    tiered: bool,
) -> Commissions:
    percents = [rule for rule in rules if rule.kind == "percent"]
    amounts = [rule for rule in rules if rule.kind == "fixed"]
    # One program has one currency. Amounts in several are kept as rules; the bounds are those of the first.
    currency = amounts[0].currency or default if amounts else None
    comparable = [rule for rule in amounts if (rule.currency or default) == currency]
    if percents and amounts:
        kind = "hybrid"
    else:
        rates = {(rule.min, rule.max) for rule in percents or comparable}
        tiered = tiered or len(rates) > 1 or any(rule.threshold for rule in rules)
        kind = "tiered" if tiered else "percent" if percents else "fixed"
    percent_min, percent_max = _bounds(percents)
    fixed_min, fixed_max = _bounds(comparable)
    return Commissions(kind, percent_min, percent_max, fixed_min, fixed_max, currency, rules, text, recurring, months)


def _bounds(rules: list[CommissionRule]) -> tuple[float | None, float | None]:
    """The lowest and highest rate; open where a rule that decides it is open."""
    if not rules:
        return None, None
    lows = [rule.min for rule in rules]
    highs = [rule.max for rule in rules]
    low = None if any(bound is None for bound in lows) and len(rules) == 1 else _least(lows)
    high = None if any(bound is None for bound in highs) else max(bound for bound in highs if bound is not None)
    return low, high


def _least(bounds: list[float | None]) -> float | None:
    known = [bound for bound in bounds if bound is not None]
    return min(known) if known and len(known) == len(bounds) else None


def _lines(line: RawCommission, default_currency: str | None) -> list[CommissionRule]:
    """The rules of one structured line; none if it pays nothing or cannot be read."""
    kind = (line.kind or "").strip().lower()
    named = currency_code(line.currency) if line.currency else None
    threshold = number(line.threshold)
    threshold = threshold if threshold is not None and 0 < threshold <= 1e12 else None
    condition = clean(line.condition, LONGEST_CONDITION)

    def rule(
        event: str, is_percent: bool, low: float | None, high: float | None, paid_in: str | None
    ) -> CommissionRule:
        return CommissionRule(
            event=event,
            kind="percent" if is_percent else "fixed",
            min=low,
            max=high,
            currency=None if is_percent else paid_in,
            threshold=threshold,
            condition=condition,
        )

    written = [line.value, line.low, line.high]
    if not kind:
        kind = "percent" if any("%" in str(each) for each in written if each is not None) else ""
    amounts: list[float | None] = []
    signed = False
    for each in written:
        amount, paid_in = money(each)
        if paid_in is not None and isinstance(each, str) and "%" not in each:
            named = named or paid_in
            signed = True
        amounts.append(amount)
    # What stands beside the number outranks what the line is said to be: "$10" is no percentage, "5%" no amount.
    with_percent = any("%" in each for each in written if isinstance(each, str))
    if signed and with_percent and line.value is None:
        return []
    kind = "fixed" if signed and not with_percent else "percent" if with_percent and not signed else kind
    value, low, high = amounts
    if isinstance(line.value, str) and could_be_two(line.value):
        return []
    if value is None and low is None and high is None and isinstance(line.value, str):
        # several figures in one value: "5% - 10%", "up to $20"
        event = _event(line.event)
        return [
            rule(event, each.kind == "percent", each.min, each.max, each.currency)
            for each in understand(clean(line.value, LONGEST) or "", named or default_currency).rules
        ]
    if isinstance(line.value, str) and value is not None and _OPEN.search(line.value):
        low, high = (value, None) if _OPEN_ABOVE.search(line.value) else (None, value)
    elif value is not None:
        low, high = value, value
    percent = kind.startswith("percent") or kind == "%"
    if not percent and not kind.startswith(("fix", "flat", "amount")):
        return []
    limit = 100.0 if percent else LARGEST_AMOUNT
    low = low if low is not None and 0 < low <= limit else None
    high = high if high is not None and 0 < high <= limit else None
    if low is None and high is None:
        return []
    if low is not None and high is not None and low > high:
        low, high = high, low
    return [rule(_event(line.event), percent, low, high, named or default_currency)]


@lru_cache(maxsize=1024)
def _event(raw: str | None) -> str:
    return next((event for event, marks in _EVENT_WORDS if marks.search(_in_words(raw or ""))), "sale")


def _in_words(text: str) -> str:
    """`NewLead`, `new_lead` and `New leads` alike; a word inside another one ("Recalled", "White") is none."""
    return " ".join(_SINGLE.findall(text[:_LONGEST_EVENT])).lower()
