"""The text that amounts stand in, and what is known of it when one of them is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.normalising.commission_text.clauses import Context, Words, roles_of
from app.normalising.commission_text.phrases import begins_with, has
from app.normalising.commission_text.tokens import Token

WORDS_OF_A_SHORT_TEXT = 14
# Money that a commission is a share of.
MONEY = ("base", "fee_paid", "contract_value", "month_one", "payment", "commission")

_OF_WHAT = 8  # words behind "of" in which what a rate is of stands
_LEADS_TO_MONEY = ("article", "per", "filler", "all", "first", "newness", "number")

_EVENTS = ("lead", "install", "click", "sale")
_EARNING = ("commission", "pays", "partner", "model")


class Whole:
    """The text that amounts stand in, and what is asked of it again for each: found out once."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self._earning: dict[int, bool] = {}

    @cached_property
    def roles(self) -> frozenset[str]:
        return roles_of(self.tokens)

    @cached_property
    def words(self) -> int:
        """How many words it has."""
        return sum(
            sum(len(word) > 1 for word in token.text.replace("-", " ").replace("'", " ").split())
            for token in self.tokens
            if token.amount is None and "mark" not in token.roles and "number" not in token.roles
        )

    def earns(self, context: Context) -> bool:
        """Whether the sentence of an amount speaks of what somebody earns."""
        known = self._earning.get(context.sentence)
        if known is None:
            known = self._earning[context.sentence] = is_earning(context.whole)
        return known


def is_earning(words: Words) -> bool:
    """Whether words speak of what somebody earns: of commissions, of "per sale", "of each order"."""
    for place, token in enumerate(words):
        if token.says(_EARNING):
            return True
        if "per" in token.roles and has(words[place + 1 : place + 4], _EVENTS):
            return True
        if "share_of" in token.roles and begins_with(words[place + 1 : place + 1 + _OF_WHAT], MONEY, _LEADS_TO_MONEY):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Said:
    """What the text said before an amount: whether it gave a percentage, in the same sentence or anywhere; an
    amount of money in the same sentence; whether its sentence named a price."""

    percent_here: bool
    percent: bool
    money_here: bool
    priced: bool
    between_percents: bool  # one of a list: "hotels 4%, flights $2, cars 6%"
    any_percent: bool  # in the whole text, before it or behind
    other_kind: bool  # the amount before it in its sentence is a commission of the other kind
    highest: float | None  # of the percentages that it gave before
