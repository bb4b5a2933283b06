"""From the amounts that are commissions to rules, each with its bounds."""

from __future__ import annotations

from msgspec import structs

from app.normalising.commission_text.clauses import Context, Words
from app.normalising.commission_text.phrases import bare, ends_with, has
from app.normalising.commission_text.shares import is_raised_commission
from mappings.program import CommissionRule

_BOUND_SKIPS = ("article", "filler", "of", "commission")


def rules(contexts: list[Context], events: list[str]) -> list[CommissionRule]:
    """The rules of commissions and what each is paid for, in order; open bounds that belong together are joined."""
    return _joined([_rules(*each) for each in zip(contexts, events, strict=True)], contexts)


def is_up_to(before: Words) -> bool:
    """Whether words end with "up to"."""
    return ends_with(before, ("up_to", "cap"), _BOUND_SKIPS) or (bool(before) and before[-1].text == "≤")


def _is_from(before: Words) -> bool:
    if ends_with(before, ("yours",), ()):  # "a fee is deducted from your 15%"
        return False
    return ends_with(before, ("at_least",), _BOUND_SKIPS) or (bool(before) and before[-1].text == "≥")


def _rules(context: Context, paid_for: str) -> list[CommissionRule]:
    amount = context.amount
    made = []
    for low, high in amount.rates:
        bottom: float | None = high if is_raised_commission(context) else low
        top: float | None = high
        if low == high:
            if is_up_to(context.before) or has(bare(context.after)[:1], ("up_to_behind",)):
                bottom = None
            elif _is_from(context.before) or _is_or_more(context):
                top = None
        made.append(
            CommissionRule(event=paid_for, kind=amount.kind, min=bottom or None, max=top, currency=amount.currency)
        )
    return made


def _is_or_more(context: Context) -> bool:
    """ "20%+", "5% or more", "10% base + ...", "10% + 2% for top sellers"."""
    behind = context.gap_after
    if not behind:
        return False
    if "or_more" in behind[0].roles:
        return "base" not in behind[0].text or (len(behind) > 1 and behind[1].text == "+")
    if behind[0].text != "+":
        return False
    if len(behind) == 1:
        beside = context.beside[1]
        return (
            beside is not None
            and beside.kind == context.amount.kind
            and not has(context.sentence_behind, ("second_level",))
        )
    glued = behind[0].start == context.amount.end
    return glued or behind[1].says(("on", "of", "per", "to_whom", "commission"))


def _joined(rules: list[list[CommissionRule]], contexts_: list[Context]) -> list[CommissionRule]:
    """ "From 15 %, up to 30 %" is one range; "10 %, up to 20 % for top partners" starts at 10 %."""
    made: list[CommissionRule] = []
    for index, (context, own) in enumerate(zip(contexts_, rules, strict=True)):
        rule, last_ = own[0], made[-1] if made else None
        if last_ is None or len(own) > 1 or (last_.kind, last_.currency) != (rule.kind, rule.currency):
            made.extend(own)
        elif (
            last_.min is None
            and last_.max is not None
            and rule.max is None
            and rule.min is not None
            and rule.min < last_.max
        ):
            # "the maximum is 20 %, the minimum 5 %"
            made[-1] = structs.replace(last_, min=rule.min)
        elif (
            last_.max is None
            and last_.min is not None
            and rule.max is not None
            and last_.min < rule.max
            and _is_to(context.before)
        ):
            made[-1] = structs.replace(last_, max=rule.max)  # "from 2% (laptops) to 9% (cables)"
        elif rule.min is not None or rule.max is None:
            made.extend(own)
        elif last_.max is None and last_.min is not None and last_.min < rule.max:
            made[-1] = structs.replace(last_, max=rule.max)
        elif last_.max is not None and last_.max < rule.max and _is_raised_by_selling(contexts_[index - 1], context):
            made.append(structs.replace(rule, min=last_.max))
        else:
            made.extend(own)
    return made


def _is_raised_by_selling(base: Context, context: Context) -> bool:
    """A higher rate for those who sell more leaves the base rate as the lowest."""
    if "upgraded" in context.said_gap_before | context.said_gap_after or "base_rate" in base.said_beside:
        return True
    # "$50 per sale, up to $80 for annual plans": the first is for all
    for_some = bool(context.after) and "to_whom" in context.after[0].roles
    return for_some and base.said_beside.isdisjoint(("on", "to_whom", "newness")) and base.sentence == context.sentence


def _is_to(before: Words) -> bool:
    words = bare(before)
    return len(words) == 1 and words[0].says(("to", "up_to"))
