"""Amounts of money that a rate beside them may come to: "up to $899 per sale (30% commission)"."""

from __future__ import annotations

from app.normalising.commission_text.clauses import Context, Words
from app.normalising.commission_text.events import SALE, event
from app.normalising.commission_text.phrases import bare, ends_with, has
from app.normalising.commission_text.rates import is_up_to

_POSSESSIVE = ("possessive", "article")


def is_headline(money: Context, rate: Context) -> bool:
    """Whether a sum of money is no commission of its own, but what the percentage behind it may come to."""
    if money.amount.kind != "fixed" or rate.amount.kind != "percent" or not rate.amount.believable:
        return False
    if event(money) not in (SALE, None) or "model" in money.said_before:
        return False
    if money.sentence == rate.sentence:
        if has(rate.gap_before, ("or",)) or any(token.text == ")" for token in rate.gap_before):
            return False
        if ends_with(rate.before, ("at",), _POSSESSIVE):  # "earn $400 at our 10% rate"
            return True
        if any(token.text == "(" for token in rate.gap_before):
            return is_up_to(money.before) or _is_explained(rate)
        if has(rate.gap_before, ("example",)):  # "up to $1,800, that's 20% of its yearly plan"
            return True
        if rate.joined:
            return False
    return _is_open(money) and _is_the_rate(rate)


def _is_explained(rate: Context) -> bool:
    """ "$79.60 (that's 40% of $199)"."""
    following = bare(rate.gap_after)
    of_a_price = bool(following) and "of" in following[0].roles and has(following[:3], ("of",))
    return has(rate.gap_before, ("example",)) or (of_a_price and rate.beside[1] is not None)


def _is_open(money: Context) -> bool:
    """Whether a sum is what may be reached: "up to $350", "$500+"."""
    following: Words = money.gap_after[:1]
    return is_up_to(money.before) or any(token.text == "+" or "or_more" in token.roles for token in following)


def _is_the_rate(rate: Context) -> bool:
    """Whether a percentage is called the commission, or what is paid."""
    return (
        has(bare(rate.gap_after)[:2], ("commission",))
        or has(rate.before, ("commission",))
        or (has(rate.before, ("pays",)) and has(rate.gap_after[:1], ("of",)))
    )
