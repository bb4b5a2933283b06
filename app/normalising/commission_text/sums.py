"""Sums of money that are no commission: prices, thresholds, caps, turnovers, examples, payouts."""

from __future__ import annotations

from app.normalising.commission_text.amounts import Amount
from app.normalising.commission_text.clauses import Context, Words
from app.normalising.commission_text.lexicon import words as words_of
from app.normalising.commission_text.phrases import bare, begins_with, ends_with, has, last, until_comma
from app.normalising.commission_text.whole import WORDS_OF_A_SHORT_TEXT, Said, Whole

_SPEAKS_FOR_MONEY = ("commission", "pays", "offered", "model", "lead", "install", "click", "sale", "partner")
_PAID_FOR = ("per", "commission", "model", "partner", "once", "recurring", "lifetime", "if", "to_affiliate", "flat")
_NOT_A_THING = ("offered", "and", "or", "pays", "bonus", "fee", "credit", "number", "amount")
_BEFORE_A_PRICE = ("article", "per", "possessive")
_TO_A_THRESHOLD = ("compared_with", "at", "at_least", "up_to", "on", "of", "from")
_ROWS = 12  # tokens before and behind a range of money in which the next one of its table stands
_OF_A_TURNOVER = ("of", "on", "or_more", "month", "monthly", "per", "turned_over")
_OF_A_SUM_PAID = ("filler", "article", "compared", "compared_with", "up_to", "at_least", "of")


def is_paid(context: Context, whole: Whole, said: Said) -> bool:
    """Whether anything speaks for money being a commission; sums of money are too often something else."""
    if (
        not context.said_before.isdisjoint(_SPEAKS_FOR_MONEY)
        or "model" in context.said_gap_before
        or _is_paid_for(context.after)
        or _is_paid_for(until_comma(context.gap_after))
    ):
        return True
    if said.between_percents or (context.joined and (said.money_here or said.percent_here)):
        return True
    if (said.money_here or said.percent_here) and context.begins:
        return True
    if said.money_here:
        return _is_last_of_a_list(context)
    return (
        not context.said_gap_before.isdisjoint(("per", "if"))
        or whole.words <= 3
        or (whole.words <= WORDS_OF_A_SHORT_TEXT and not said.any_percent)
    )


def _is_last_of_a_list(context: Context) -> bool:
    """ "Silver $50 per sale, Gold $75, Platinum $100": behind a comma, with nothing but a name before it; or "$50 per
    sale, up to $80 for annual plans"."""
    name = bare(context.before)
    if not any(token.text == "," for token in context.gap_before):
        return False
    if name and all(token.says(("up_to", "article")) for token in name):
        return begins_with(context.after, ("to_whom",))
    return len(name) <= 2 and not any(token.roles for token in name) and not bare(context.after)


def _is_paid_for(words: Words) -> bool:
    """Whether one of the five words behind an amount says what it is paid for: "per", "for a", "/sale"."""
    if words and words[0].text == "/":
        return not has(words[1:2], ("month", "year", "period"))
    near = bare(words)[:5]
    for place, token in enumerate(near):
        if token.says(_PAID_FOR):
            return True
        if "to_whom" in token.roles and has(near[place + 1 : place + 3], ("sale", "lead")):
            return True
        if token.says(("to_whom", "on")) and has(near[place + 1 : place + 2], ("article", "newness", "per", "all")):
            return True
    return False


def is_other_sum(context: Context, whole: Whole, said: Said) -> bool:
    """Whether a sum of money is something else than a commission."""
    before, after = context.before, context.after
    return (
        _is_for_nothing(context)
        or _is_for_every_sum(context)
        or _is_threshold(context, whole)
        or _is_paid_out(before)
        or _is_turnover(after)
        or _heads_a_rate(context)
        or _is_range_of_a_rate(context)
        or _is_price_in_brackets(context)
        or _is_least_payout(context)
        or _is_one_of_several_per_month(context)
        or (_is_per_month(after) and not _is_alone(whole) and not _is_per_customer(context))
        or _is_named_by_its_price(context)
        or (said.percent and _explains_a_rate(context))
        or (said.money_here and not context.joined and _is_base(before))
        or (said.percent_here and _limits_a_rate(context, said))
    )


def _is_for_nothing(context: Context) -> bool:
    """ "get $20 free", but "$2 free signup"."""
    following = context.gap_after
    return begins_with(following, ("free",), ("if", "per", "to_whom")) and not has(bare(following)[1:3], ("lead",))


def _is_for_every_sum(context: Context) -> bool:
    """ "$75 for every $500 in sales": a share, in words we do not reckon with."""
    following = context.gap_after
    if context.beside[1] is None or not 0 < len(following) <= 3:
        return False
    return all(token.says(("per", "if", "to_whom", "on")) for token in following) and "per" in following[-1].roles


def _is_threshold(context: Context, whole: Whole) -> bool:
    """ "orders over $50", "prices between $5 and $9", "priced at $20", "15% off $100", "after $500"."""
    words = bare(context.before)
    begins = whole.text[context.amount.start : context.amount.end].lower().partition(" ")[0]
    if begins in words_of("between") and has(words[-3:], ("spent", "priced")):
        return True
    while len(words) > 1 and words[-1].says(("article",)):
        words = words[:-1]
    if not words:
        return False
    end = words[-1]
    if end.says(_TO_A_THRESHOLD) and has(_behind_a_commission(words[-4:-1]), ("spent", "priced")):
        return True
    leads = last(context.before)
    return (
        end.says(("compared", "priced", "first", "per", "after"))
        or (leads is not None and leads.says(("off",)))
        or ends_with(context.before, ("priced",), ("article", "at_least", "of"))
    )


def _behind_a_commission(words: Words) -> Words:
    """Of the words of "high ticket: commissions of" those that a sum may be a threshold of."""
    for place in range(len(words) - 1, -1, -1):
        if "commission" in words[place].roles:
            return words[place + 1 :]
    return words


def _is_paid_out(before: Words) -> bool:
    """ "we have paid over $2,000,000"."""
    return has(before, ("handed_out",)) or ends_with(before, ("paid_out",), _OF_A_SUM_PAID)


def _is_turnover(after: Words) -> bool:
    """ "$5,000 in sales", "$10,000 monthly revenue", "$500 in their first month"."""
    if has(after[:1], ("share_of",)) and has(after[1:2], ("commission",)):  # "$500 of commissions"
        return True
    return begins_with(after, ("turnover",), _OF_A_TURNOVER) or (
        has(after[:1], ("turned_over",)) and begins_with(after, ("first",), ("turned_over", "article"))
    )


def _heads_a_rate(context: Context) -> bool:
    """ "$0 - $999: 4%": what a rate is for."""
    marks = [token.text for token in context.gap_after if "up_to" not in token.roles]
    if context.beside[1] is None or not marks:
        return False
    return all(mark in ":=→⇒|->+–—" for mark in marks) and any(mark in ":=→⇒|>-–—" for mark in marks)


def _is_range_of_a_rate(context: Context) -> bool:
    """ "€0–€5,000 25%, €5,001–€20,000 35%, €20,001+ 45%": the same without a mark, where it comes again and again."""
    if not _stands_before_a_rate(context.sentence_behind, context.amount):
        return False
    words = context.whole[max(0, context.place - _ROWS) : context.place + 1 + _ROWS]
    return (
        sum(
            token.amount is not None and _stands_before_a_rate(words[place + 1 : place + 3], token.amount)
            for place, token in enumerate(words)
        )
        > 1
    )


def _stands_before_a_rate(behind: Words, amount: Amount) -> bool:
    """Whether a range of money, or a sum with "+" set to it, has a percentage right behind it."""
    if amount.kind != "fixed":
        return False
    is_open = bool(behind) and behind[0].text == "+" and behind[0].start == amount.end
    if not is_open and not amount.is_range:
        return False
    rate = behind[is_open : is_open + 1]
    return any(token.amount is not None and token.amount.kind == "percent" for token in rate)


def _is_price_in_brackets(context: Context) -> bool:
    """ "our Enterprise plan ($1,200/yr)"."""
    before, behind = context.gap_before, context.gap_after
    if len(before) < 2 or before[-1].text != "(" or "goods" not in before[-2].roles:
        return False
    end = next((place for place, token in enumerate(behind[:4]) if token.text == ")"), None)
    if end is None or (end and not _is_per_month(behind[:end])):
        return False
    return end > 0 or has(before[-5:-2], ("article", "possessive"))


def _is_least_payout(context: Context) -> bool:
    """ "payouts every Friday, minimum $25"."""
    return (
        ends_with(context.before, ("at_least", "least"), ("article", "of"))
        and has(context.sentence_before, ("payout",))
        and not _is_paid_for(context.after)
    )


def _is_per_month(after: Words) -> bool:
    words = [token for token in after if token.text != "+"]
    if not words:
        return False
    if words[0].text == "/" or words[0].says(("per", "a_month")):
        behind = words[1:2]
        if has(behind, ("monthly",)):
            return len(words) == 2
        return has(behind, ("month", "year", "period"))
    return words[0].says(("month", "year", "period", "monthly"))


def _is_one_of_several_per_month(context: Context) -> bool:
    """ "$100, $500 or even $1,000 a month"."""
    behind = context.sentence_behind[:8]
    place = 0
    while place < len(behind) and (
        behind[place].amount is not None or behind[place].text == "," or behind[place].says(("or", "filler"))
    ):
        place += 1
    sums = [token for token in behind[:place] if token.amount is not None]
    return bool(sums) and behind[place - 1].amount is not None and _is_per_month(behind[place:])


def _is_alone(whole: Whole) -> bool:
    """Whether it is all that is said of the commission: "$17.5k/yr"."""
    return whole.words <= 2 and "year" in whole.roles


def _is_per_customer(context: Context) -> bool:
    words = [*context.before, *context.gap_after]
    if has(words, ("recurring", "commission")):
        return True
    for place, token in enumerate(words):
        each = "per" in token.roles or token.text == "/"
        if each and has(words[place + 1 : place + 4], ("payer", "sale", "lead")):
            return True
    return False


def _is_named_by_its_price(context: Context) -> bool:
    """ "sell a $300 mattress", "of a $99 plan", "the $49 course"."""
    before, following = bare(context.before), bare(context.gap_after)
    if not before or not context.after:
        return False
    if len(before) > 1 and "article" in before[-1].roles and before[-2].says(("sells", "on", "of", "from", "to_whom")):
        thing = following[:1]
        if thing and not has(thing, _PAID_FOR + _NOT_A_THING) and len(thing[0].text) > 2:
            return True
    goods = begins_with(context.after, ("goods",), ("month", "year", "monthly", "article"), most=2) and not begins_with(
        context.after, ("per", "on")
    )
    if not goods and _is_per_month(context.after):
        goods = has(bare(context.after)[:4], ("goods",))
    return goods and (before[-1].says(_BEFORE_A_PRICE) or _is_base(context.before) or _is_per_month(context.after))


def _is_base(before: Words) -> bool:
    words = bare(before)
    while words and words[-1].says(("article", "per", "possessive")):
        words = words[:-1]
    return bool(words) and words[-1].says(("of", "on", "from", "off"))


def _explains_a_rate(context: Context) -> bool:
    """ "20%, e.g. $40", "20% at $5,000"."""
    before = context.before
    return (
        "example" in context.said_before
        or begins_with(context.whole, ("example",))
        or (bool(before) and (before[-1].text in "<>≤≥" or "at" in before[-1].roles))
    )


def _limits_a_rate(context: Context, said: Said) -> bool:
    """ "20% of $99", "20%, minimum $5", "20% up to $500"."""
    before = context.before
    if _is_base(before) or ends_with(before, ("at_least", "least"), ("article", "of")):
        return True
    if context.joined:
        return False
    return said.priced or (
        ends_with(before, ("up_to", "cap"), ("article", "of", "filler", "to", "on"))
        and "model" not in context.said_before
    )
