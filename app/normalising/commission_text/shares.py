"""Percentages that are no commission: of people, of somebody else's share, of what was before."""

from __future__ import annotations

from app.normalising.commission_text.clauses import Context, Words, roles_of
from app.normalising.commission_text.phrases import bare, begins_with, has, past
from app.normalising.commission_text.whole import MONEY

_LEADING = 4  # words at most before the one that an "of" leads to
_OF = ("of", "whose", "article")
_WHOSE = ("article", "all", "possessive", "yours", "audience", "people", "partner", "filler")


def is_share_of_other(context: Context, after: Words) -> bool:
    """Whether a percentage is a share of something else than money that the affiliate brings."""
    return (
        _is_told_of_people(context.gap_after)
        or _is_of_their_commission(context.gap_after)
        or _is_share_of_no_money(after, context.gap_after)
        or _is_part_of_a_share(context)
        or _is_share_of_people(after)
        or begins_with(after, ("quality_of",))
    )


def _is_share_of_no_money(after: Words, gap: Words) -> bool:
    """ "98% of our users": a share of something else than what somebody pays; or one of which a sentence tells."""
    if not after or "share_of" not in after[0].roles:
        return False
    behind = gap[1:8]
    if _is_of_a_commission(behind):
        return True
    if not has(behind, MONEY) and not _is_price_named(gap):
        return True
    for token in gap[1:]:
        if token.text in (",", ";") or "if" in token.roles:
            break
        if "states" in token.roles:
            return True
    return False


def _is_of_a_commission(behind: Words) -> bool:
    """ "80% of the commission", "99% of commissions are paid", "5% of your referrals' commissions": of which nobody
    says how much it is."""
    for token in behind:
        if "commission" in token.roles:
            return True
        if not token.says(_WHOSE) and token.text != "'":
            return False
    return False


def _is_of_their_commission(gap: Words) -> bool:
    """ "5 % der Provisionen deiner Partner": the same where the owner stands behind."""
    place = past(gap, 0, _OF, _LEADING)
    if not place or not has(gap[place : place + 1], ("commission",)):
        return False
    for at in range(place + 1, min(place + 5, len(gap))):
        if "mark" in gap[at].roles or gap[at].amount is not None:
            return False
        if gap[at].says(("audience", "people", "partner", "recruited")):
            return has(gap[place + 1 : at], ("possessive", "yours"))
    return False


def _is_told_of_people(gap: Words) -> bool:
    """ "85% of our affiliates get paid every month", "90 % unserer Kunden bleiben": what a share of people does."""
    place = past(gap, 0, (*_OF, "possessive", "all"), _LEADING)
    return (
        place > 0
        and has(gap[place : place + 1], ("people",))
        and has(gap[place + 1 : place + 2], ("gets", "pays", "states", "does", "has_been", "is_done"))
    )


def _is_price_named(gap: Words) -> bool:
    """ "20% of our $49 plan"."""
    return all("article" in token.roles or "per" in token.roles for token in gap[1:])


def _is_part_of_a_share(context: Context) -> bool:
    """What is given of what somebody else gets, as "50% of our 15% commission": the affiliate is paid neither."""
    before, behind = context.beside
    return (behind is not None and behind.kind == "percent" and _is_of(context.gap_after)) or (
        before is not None and before.kind == "percent" and _is_of(context.gap_before)
    )


def _is_of(words: Words) -> bool:
    if not words or "of" not in words[0].roles or len(words) > 6 or has(words, ("and", "or", "mark")):
        return False
    return len(words) == 1 or "possessive" in words[1].roles or all("article" in token.roles for token in words[1:])


def _is_share_of_people(after: Words) -> bool:
    """ "95% of our customers", "7% new users"; but "20% for new customers", "7% new customers"."""
    words = bare(after)[:8]
    while words and words[0].says(("share_of", "all", "article", "possessive")):
        words = words[1:]
    if not words or words[0].says(("to_whom", "on", "per", "from", "if", "newness")):
        return False
    for place, token in enumerate(words[:3]):
        if token.says(("to_whom", "commission")):
            return False
        if "people" in token.roles:
            behind = words[place + 1 : place + 2]
            return not has(behind, ("base", "spends", "newness", "pays", "you", "commission"))
    return False


def is_raised_commission(context: Context) -> bool:
    """Whether a range is the commission before and now: "commissions have been increased from 5% to 8%", "we raised
    our rates from"; not one that is to be, or is for some, or for a time only."""
    if not context.amount.is_range:
        return False
    words = bare(context.before)
    while words and words[-1].says(("from", "article", "commission", "base_rate", "partner")):
        if "raised" in words[-1].roles:
            break
        words = words[:-1]
    if not words or "raised" not in words[-1].roles or "from" not in context.before[-1].roles:
        return False
    who = words[:-1]
    while who and who[-1].says(("has_been",)):
        who = who[:-1]
    we_did = "commission" in roles_of(context.before[len(context.before) - 5 :]) and has(words[-3:-1], ("we",))
    if not we_did and who and not has(who[-1:], ("commission",)):
        return False
    if not who and context.place > len(context.before):  # with nothing before it, it is what the whole text is about
        return False
    return _is_for_all(context.gap_after)


def _is_for_all(behind: Words) -> bool:
    """Whether what stands behind a raise restricts it to nobody: "until May", "for all products", "per sale"."""
    if not behind or behind[0].text in ".!,;()":
        return True
    roles = behind[0].roles
    if "since" in roles:
        return True
    if not roles.isdisjoint(("on", "to_whom")):
        return has(behind[1:2], ("all",))
    return "all" in roles or ("per" in roles and has(behind[1:2], ("sale", "lead")))
