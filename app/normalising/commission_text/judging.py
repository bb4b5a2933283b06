"""What an amount is: a commission, or one of the many other figures that offers are full of.

The roles of the words in its own clause decide. What no rule knows is a commission only if the text is short, or its
sentence speaks of earning; else it is unclear, and nothing is made of it.
"""

from __future__ import annotations

from app.normalising.commission_text.clauses import Context, Words
from app.normalising.commission_text.events import SALE, event
from app.normalising.commission_text.phrases import Roles, bare, begins_with, ends_with, has, last, until_comma
from app.normalising.commission_text.shares import is_raised_commission, is_share_of_other
from app.normalising.commission_text.sums import is_other_sum, is_paid
from app.normalising.commission_text.tokens import Token
from app.normalising.commission_text.whole import WORDS_OF_A_SHORT_TEXT, Said, Whole

# What a figure is about if one of these stands anywhere before it in its clause, or directly before it.
_ABOUT_OTHER = ("measure", "average", "keeps", "charity", "contest", "bonus", "credit", "fee_paid")
_LEADS_TO_OTHER = ("save", "discount", "by", "added", "top", "tax", "formerly", "growing", "fee", "impressions")
# ... and what it is if one of these stands among the three words behind it.
_NEAR_BEHIND = (
    *("discount", "measure", "quality", "tax", "fee", "fee_paid", "credit", "bonus", "payout_floor", "charity"),
    *("gone_to", "impressions"),
)

_ANYWHERE = ("payout_floor", "shipping")  # of these a clause tells nothing else
_LONGEST_NAME = 5  # words of a kind of sites, with its rate
_BRACKET = 12  # tokens behind an amount in which a bracket of its own ends
_ON_AVERAGE = 8


def is_commission(context: Context, whole: Whole, said: Said) -> bool:
    """Whether an amount is a commission, as far as its words and those before tell."""
    if not context.amount.believable or _is_other(context, whole, said) or _is_said_twice(context, said):
        return False
    if context.amount.kind == "fixed" and (is_other_sum(context, whole, said) or not is_paid(context, whole, said)):
        return False
    return whole.earns(context) or whole.words <= WORDS_OF_A_SHORT_TEXT


def _is_said_twice(context: Context, said: Said) -> bool:
    """ "50% ($98.50 per sale)": the same in other terms."""
    marks = [token.text for token in context.gap_before]
    return (
        said.other_kind
        and "(" in marks
        and ")" not in marks
        and not ends_with(context.gap_before, ("or",))
        and event(context) in (SALE, None)
    )


def _is_other(context: Context, whole: Whole, said: Said) -> bool:
    percent = context.amount.kind == "percent"
    after = _without_exceptions(context.after)
    if percent and is_share_of_other(context, after):
        return True
    if _is_added(context, after) or _is_for_the_audience(after) or _was_changed(context):
        return True
    if has(context.before, _ANYWHERE) or has(after, _ANYWHERE) or _is_negative(context, whole.text):
        return True
    if _is_second_level(context, after) and "tier_one" not in whole.roles:
        return True
    if _is_of_the_recruited(context, after) or _is_average(context, after):
        return True
    if has(after, ("credited",)) and not begins_with(after, ("on",)):
        return True
    bonus_per_sale = _is_bonus_per_sale(context)
    if _is_near(after) and not bonus_per_sale and not (percent and _names_goods_or_sites(after)):
        return True
    if ends_with(context.before, ("instead",)) and not _is_for_so_much_sold(context):
        return True
    if percent and _is_rate_of_sites(context, said):
        return False
    return "both" not in context.said_gap_before and _is_led_to_other(context) and not bonus_per_sale


def _is_rate_of_sites(context: Context, said: Said) -> bool:
    """ "Default 4% | Vouchers 2%", "Coupon & cashback: 2%": in a list of rates whose voucher sites are named by what
    they have. They are paid no more than others are; what is more is what their readers get."""
    cell = bare(context.whole)
    return (
        said.highest is not None
        and 1 < len(cell) <= _LONGEST_NAME
        and "credit" in cell[0].roles
        and cell[-1].amount is context.amount
        and all(
            token.says(("credit", "and", "sites")) or ("discount" in token.roles and _is_joined(context.whole, token))
            for token in cell[1:-1]
        )
        and context.place > 0
        and all(high <= said.highest for _, high in context.amount.rates)
    )


def _is_joined(words: Words, token: Token) -> bool:
    """Whether "and", "&" or "/" stands before a word."""
    place = next(at for at, each in enumerate(words) if each is token)
    return place > 0 and ("and" in words[place - 1].roles or words[place - 1].text in "&/")


def _is_added(context: Context, after: Words) -> bool:
    """ "10% + 2% for top sellers", "+1% for every 100 sales": what a rate may grow by."""
    gap, last_ = context.gap_before, context.beside[0]
    if not gap or not (gap[-1].text == "+" or "added" in gap[-1].roles):
        return False
    amount = context.amount
    if len(gap) == 1 and last_ is not None and (last_.kind, last_.currency) == (amount.kind, amount.currency):
        return True
    if amount.kind == "percent" and begins_with(after, ("best",), ("if", "per", "on", "article", "added")):
        return True
    words = bare(after)[:4]
    return bool(words) and "per" in words[0].roles and has(words, ("number",))


def _was_changed(context: Context) -> bool:
    """A range that tells from what to what something rose or fell."""
    return (
        context.amount.is_range
        and ends_with(context.before, ("changed", "raised"), ("from", "article", "commission"))
        and not is_raised_commission(context)
    )


def _without_exceptions(words: Words) -> Words:
    """The words before "excluding", "without"."""
    for place, token in enumerate(words):
        if "except" in token.roles:
            return words[:place]
    return words


def _is_for_the_audience(after: Words) -> bool:
    """ "10% to your followers"."""
    words = bare(after)[:8]
    for place, token in enumerate(words[:4]):
        if "to_whom" in token.roles and len(words) > place + 2 and words[place + 1].says(("possessive", "article")):
            return has(words[place + 2 : place + 4], ("followers",))
    return False


def _is_negative(context: Context, text: str) -> bool:
    start = context.amount.start
    return start > 0 and text[start - 1] in "-−" and (start == 1 or text[start - 2].isspace())


def _is_second_level(context: Context, after: Words) -> bool:
    if has(after, ("second_level",)) or "second_level" in context.said_before:
        return True
    # "Two-tier program: 25% direct, 5% from sub-affiliates": the heading is about both
    return "two_tiers" in context.said_beside and not begins_with(after, ("own_sale",), ("on", "of"), most=3)


def _is_of_the_recruited(context: Context, after: Words) -> bool:
    """ "3% of sub-affiliate sales", "3% on tier 2 (sub-affiliates)": theirs, whatever the tiers are called."""
    if "two_tiers" in context.said_beside:
        return False
    return has(after, ("recruited",)) or "recruited" in context.said_before or _in_brackets(context, ("recruited",))


def _in_brackets(context: Context, roles: Roles) -> bool:
    """Whether a bracket that opens among the first words behind says it."""
    inside = False
    for token in context.gap_after[:_BRACKET]:
        if token.text == ")":
            return False
        if inside and token.says(roles):
            return True
        inside = inside or token.text == "("
    return False


def _is_average(context: Context, after: Words) -> bool:
    """ "$37.50 average payout per sale", "$100 on average": what comes of it, not what is paid."""
    if has(until_comma(after)[:_ON_AVERAGE], ("on_average",)):
        return True
    words = bare(after)
    while words and words[0].says(("article", "filler")):
        words = words[1:]
    if not has(words[:1], ("average",)) or _is_measured_elsewhere(after, words, 0):
        return False
    return context.beside[1] is None or len(after) < len(context.gap_after)  # else it may be the next amount's


def _is_bonus_per_sale(context: Context) -> bool:
    """A bonus for each referral is a commission by another name."""
    words = [*context.before, *context.after]
    for place, token in enumerate(words):
        if "bonus" in token.roles:
            rest = bare(words[place + 1 :])
            return any(
                "per" in each.roles and not (rest[n + 1 : n + 2] and "number" in rest[n + 1].roles)
                for n, each in enumerate(rest)
            )
    return False


def _is_near(after: Words) -> bool:
    """Whether one of the three words behind makes the amount something else; "10% on …" is a commission."""
    words = bare(after)
    if not words or words[0].says(("on", "whose", "from")):
        return False
    for place, token in enumerate(words[:3]):
        if token.says(_NEAR_BEHIND) and not ("measure" in token.roles and _is_measured_elsewhere(after, words, place)):
            return True
    return False


def _is_measured_elsewhere(after: Words, words: Words, place: int) -> bool:
    """ "10%, cookie 30 days", "6%, EPC: $4", "$5 per conversion": a measure, but not of what stands before it."""
    if after[0].text == "/" or (place and "per" in words[place - 1].roles):
        return True
    behind = [token for token in after if token.start > words[place].start][:3]
    return has(behind, ("number", "amount")) or any(token.text == ":" for token in behind[:2])


def _names_goods_or_sites(after: Words) -> bool:
    """What is sold and who sells it, not what is given: "1% on gift cards", "2% for coupon sites"."""
    words = bare(after)[:6]
    if not words or not words[0].says(("on", "to_whom", "by")):
        return False
    for place, token in enumerate(words[1:4], 1):
        if token.says(("credit", "discount")):
            return (
                "credit" in token.roles
                or place + 1 == len(bare(after))
                or has(words[place + 1 : place + 2], ("sites",))
            )
    return False


def _is_for_so_much_sold(context: Context) -> bool:
    """Who sells so much gets the one rate instead of the other: both are paid."""
    words = context.sentence_before
    for at, token in enumerate(words):
        counted = token.says(("compared", "at_least")) and has(words[at + 1 : at + 2], ("number",))
        if counted and has(words[at + 2 : at + 4], ("sale", "sold_in")):
            return True
    return False


def _is_led_to_other(context: Context) -> bool:
    before = context.before
    if ends_with(before, ("yours",), ()) and has(bare(context.after)[:1], ("commission",)):
        return False  # "a fee is deducted from your 15% commission"
    for place, token in enumerate(before):
        of_sites = "credit" in token.roles and has(before[place + 1 : place + 3], ("sites",))
        kept = "keeps" not in token.roles or not has(before[max(0, place - 2) : place], ("partner", "you"))
        if token.says(_ABOUT_OTHER) and kept and not of_sites:
            return True
    word = last(before)
    if word is None:
        return False
    if word.says(_LEADS_TO_OTHER):
        return True
    words = bare(before)
    place = words.index(word)
    if "gets" in word.roles and ends_with(words[:place], ("audience",), ("aux",)):
        return True
    if "audience" in word.roles and has(words[max(0, place - 4) : place], ("gives",)):
        return True
    return "including" in word.roles or (place > 0 and "including" in words[place - 1].roles)
