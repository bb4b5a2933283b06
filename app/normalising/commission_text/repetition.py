"""Whether a sale goes on paying, and for how many months."""

from __future__ import annotations

from collections.abc import Iterator

from app.normalising.commission_text.clauses import Words
from app.normalising.commission_text.phrases import begins_with, has, past
from app.normalising.commission_text.tokens import Token

_HEELS = 12  # tokens before a duration that may tell whose it is
_LONGEST = 120  # months; what is longer is no promise but a life
_AGAIN = ("recurring", "renewal")
_NEAR = 3  # words behind a "no" that it may be about
_FAR = 8  # ... where what is given stands between: "do not pay any commission on subscription renewals"
_BEHIND = 5  # words behind renewals that may say that they pay nothing
_BETWEEN = ("article", "filler", "aux", "is_done", "has_been", "each", "all")
_COUNTS = {f"n{count}": count for count in (1, 2, 3, 4, 5, 6, 9, 10, 12, 18, 24, 36)}
_COUNT = tuple(_COUNTS)
_UNITS = ("month", "year")


def is_per_month(words: Words) -> bool:
    """Whether words behind an amount say that it is paid each month, and not how many sales of a month it takes."""
    left = _without_others(words)
    return has(left, ("monthly",)) or any(
        _leads_to_a_time(token) and has(left[place + 1 : place + 2], ("month",)) for place, token in enumerate(left)
    )


def _leads_to_a_time(token: Token) -> bool:
    return token.text == "/" or token.says(("per", "a_month"))


def repetition(zone: Words, rates: int, per_month: bool) -> tuple[bool | None, int | None]:
    """(whether it goes on, for how many months) in the words around the commissions; None for what they do not say.

    `rates` is how many different rates were read, `per_month` whether an amount is named per month.
    """
    zone = _without_others(zone)
    once, not_again = _says_once(zone)
    first_only = _is_of_the_first(zone)
    repeated = per_month or _is_repeated(zone, not_again)
    if has(zone, ("lifetime",)):
        return (None, None) if once and not repeated else (True, None)
    found = _durations(zone)
    if found and not once:
        if len(found) > 1:  # each of several rates for a time of its own
            return True, None
        # With several rates the duration may be that of one of them only.
        return True, None if rates > 1 and has(zone, ("thereafter",)) else found.pop()
    if repeated and not once:
        return True, None
    if once and not repeated:
        return False, None
    if first_only and not repeated:
        if rates == 1:
            return False, None
        return True if _is_of_the_first_month(zone) and has(zone, ("thereafter",)) else None, None
    return (True, None) if repeated and first_only else (None, None)


def speaks_of_repetition(words: Words) -> bool:
    """Whether words without an amount tell how long the commission is paid."""
    words = _without_others(words)
    once, not_again = _says_once(words)
    return once or has(words, ("lifetime",)) or _is_repeated(words, not_again) or len(_durations(words)) == 1


def _without_others(words: Words) -> list[Token]:
    """The words without those that tell when payouts are made, what must have been paid before, and how much is sold
    in a month."""
    left: list[Token] = []
    place = 0
    while place < len(words):
        taken = _payments_before(words, place) or _schedule(words, place) or _volume(words, place)
        if not taken:
            left.append(words[place])
        place += taken or 1
    return left


def _payments_before(words: Words, place: int) -> int:
    """How many tokens from here say how many payments must have come first: "after 2 monthly payments"."""
    if "after_payments" not in words[place].roles:
        return 0
    at = past(words, place + 1, ("had",), 4)
    if at >= len(words) or not (_count(words[at]) or "counted" in words[at].roles):
        return 0
    at = past(words, at + 1, ("consecutive",), 2)
    if (
        at < len(words)
        and has(words[at : at + 1], ("payment", "month"))
        and not has(words[at + 1 : at + 2], ("share_of",))
    ):
        return at + 1 - place
    # "after 2 monthly payments": the last of the adjectives may itself be the entry
    return at - place if "payment" in words[at - 1].roles else 0


def _schedule(words: Words, place: int) -> int:
    """How many tokens from here say when payouts are made: "payments are sent monthly"."""
    roles = words[place].roles
    if "schedule" in roles and not _is_share_of_months(words, place):
        return 1
    if "paying_out" not in roles:
        return 0
    at = past(words, place + 1, ("is_done",), 9)
    if at < len(words) and "on_schedule" in words[at].roles:
        return at + 1 - place
    if has(words[at : at + 1], ("each",)) and has(words[at + 1 : at + 2], ("month",)):
        return at + 2 - place
    return 0


def _is_share_of_months(words: Words, place: int) -> bool:
    """ "15% of every month", not "on the 15th of every month"."""
    return "of_each_month" in words[place].roles and place > 0 and words[place - 1].amount is not None


def _volume(words: Words, place: int) -> int:
    """How many tokens from here say how much is sold in a month, which decides on a rate: "sales/mo"."""
    roles = words[place].roles
    if "volume" in roles:
        return 1
    behind = words[place + 1 : place + 3]
    if "sold_in" in roles and len(behind) == 2 and _leads_to_a_time(behind[0]) and "month" in behind[1].roles:
        return 3
    return 0


def _says_once(words: list[Token]) -> tuple[bool, set[int]]:
    """Whether it pays once, and the tokens that say so: "no renewals" says nothing of renewals."""
    places: set[int] = set()
    for place, token in enumerate(words):
        if "once" in token.roles:
            places.add(place)
        elif token.says(("no", "except")):
            places |= _denied_behind(words, place)
        elif token.says(_AGAIN) and _is_denied(words, place):
            places.add(place)
    return bool(places), places


def _denied_behind(words: list[Token], place: int) -> set[int]:
    """The tokens from a "no" or "without" to the renewals that it denies."""
    given = False
    for at in range(place + 1, min(place + 1 + _FAR, len(words))):
        token = words[at]
        if token.amount is not None or ("mark" in token.roles and token.text != "."):
            break
        if token.says(_AGAIN) and (given or at <= place + _NEAR):
            return set(range(place, at + 1))
        given = given or ("no" in words[place].roles and token.says(("commission", "pays", "gives")))
    return set()


def _is_denied(words: list[Token], place: int) -> bool:
    """ "Renewals are not commissionable", "renewals excluded", "rebills pay no commission"."""
    for at in range(place + 1, min(place + 1 + _BEHIND, len(words))):
        token = words[at]
        if token.amount is not None or ("mark" in token.roles and token.text not in ":("):
            return False
        if "not_paid" in token.roles:
            return True
        if "no" in token.roles:
            behind = past(words, at + 1, _BETWEEN, 3)
            if not has(words[behind : behind + 1], ("counts", "commission", "pays")):
                return False
            # "recurring commission is not paid on gift cards" tells of those alone
            return not has(words[behind + 1 : behind + 2], ("on", "to_whom", "if")) or has(
                words[behind + 2 : behind + 3], ("commission",)
            )
    return False


def _is_of_the_first(words: list[Token]) -> bool:
    """Whether it is the first payment, order or month that pays: "first order", "month 1", but not "month 1 to 6"."""
    for place, token in enumerate(words):
        behind = words[place + 1 : place + 3]
        if "month_one" in token.roles and not has(behind[:1], ("to",)) and not (behind and behind[0].text == "-"):
            return True
        if "first" in token.roles and begins_with(behind, ("first_thing",), ("filler",)):
            return True
    return False


def _is_of_the_first_month(words: list[Token]) -> bool:
    """ "100% of the first month, 10% thereafter": who pays by the month is a subscriber."""
    return any(
        "month_one" in token.roles or ("first" in token.roles and has(words[place + 1 : place + 2], ("month",)))
        for place, token in enumerate(words)
    )


def _is_repeated(words: list[Token], passed: set[int]) -> bool:
    for place, token in enumerate(words):
        if place in passed:
            continue
        if token.says(("recurring", "of_each_month")):
            return True
        if "each" in token.roles and _again(words, place):
            return True
        if (
            "first" in token.roles
            and has(words[place + 1 : place + 2], (*_COUNT, "number"))
            and has(words[place + 2 : place + 3], ("payment",))
        ):
            return True
        if token.amount is not None and token.amount.kind == "percent":
            at = place + 1
            while at < len(words) and "commission" in words[at].roles:
                at += 1
            behind = words[at : at + 2]
            if behind and "monthly" in behind[0].roles and not has(behind[1:], ("goods", "turnover", "fee", "spent")):
                return True
            if len(behind) == 2 and _leads_to_a_time(behind[0]) and "month" in behind[1].roles:
                return True
    return False


def _again(words: list[Token], place: int) -> bool:
    """Whether "each" is "each month", "every payment", "all future payments"."""
    behind = words[place + 1 : place + 4]
    if not behind:
        return False
    if behind[0].says(("month", "payment")):
        return True
    return has(behind, ("payment",)) and not any("mark" in token.roles or token.amount is not None for token in behind)


def _count(token: Token) -> int | None:
    if "number" in token.roles:
        return int(token.text) if len(token.text) <= 3 and token.text.isascii() else None
    return next((_COUNTS[role] for role in token.roles & _COUNTS.keys()), None)


def _durations(words: list[Token]) -> set[int]:
    """The different numbers of months that the words name."""
    found: set[int] = set()
    counted = list(_counted(words))
    of_another: set[int] = set()  # where a time begins that is not the commission's
    for place, count, unit in reversed(counted):
        if _is_led_to_by_another(words, place):
            of_another.add(place)
            continue
        behind = [token for token in words[unit + 1 : unit + 4] if token.text not in "-"]
        if has(behind[:1], ("not_lasting_behind",)) or (
            len(behind) > 1
            and "mark" not in behind[0].roles
            and behind[0].amount is None
            and has(behind[1:2], ("not_lasting_behind",))
        ):
            of_another.add(place)
            continue
        if has(behind[:1], ("and", "or")) and not of_another.isdisjoint(range(unit + 2, unit + 4)):
            of_another.add(place)  # "all 1-year and 2-year plans"
            continue
        months = count * 12 if "year" in words[unit].roles else count
        if 1 < months <= _LONGEST:
            found.add(months)
    if not found and _is_first_year(words) and not has(words, ("contract_value",)):
        found.add(12)
    return found


def _is_led_to_by_another(words: list[Token], place: int) -> bool:
    """Whether a time is not the commission's, as the words before it tell: "within 12 months", "cookie: 2 years"."""
    for at in range(place - 1, max(-1, place - 1 - _HEELS), -1):
        if "not_lasting" in words[at].roles:
            return not _is_within_of_payments(words, at)
        is_mark = "mark" in words[at].roles and words[at].text != "\n"
        if not is_mark and "lasting_filler" not in words[at].roles:
            return False
    return False


def _is_within_of_payments(words: list[Token], place: int) -> bool:
    """ "20% on all payments within the first 18 months", "of all payments made by customers within the first year"."""
    if "within" not in words[place].roles:
        return False
    if has(words[max(0, place - 1) : place], ("payment", "turnover")):
        return True
    behind = past(words, place + 1, ("article", "possessive"), 2)
    if not has(words[behind : behind + 1], ("first",)):
        return False
    for at in range(place - 1, max(0, place - 1 - _FAR), -1):
        if "mark" in words[at].roles or words[at].amount is not None:
            return False
        if words[at].says(("payment", "turnover")):
            return has(words[max(0, at - 2) : at], ("of", "on"))
    return False


def _counted(words: list[Token]) -> Iterator[tuple[int, int, int]]:
    """(place of the count, count, place of the unit) of every duration."""
    for place, token in enumerate(words):
        count = _count(token)
        if count is None or token.amount is not None:
            continue
        unit = place + 1
        while unit < len(words) and words[unit].text in ("-", "+") and unit < place + 3:
            unit += 1
        if unit < len(words) and words[unit].says(_UNITS):
            yield place, count, unit


def _is_first_year(words: list[Token]) -> bool:
    for place, token in enumerate(words):
        if "year_one" in token.roles:
            return True
        if "first" in token.roles and has(words[place + 1 : place + 2], ("year",)):
            return True
        if (
            "first" in token.roles
            and words[place + 1 : place + 2]
            and words[place + 1].text == "-"
            and has(words[place + 2 : place + 3], ("year",))
        ):
            return True
    return False
