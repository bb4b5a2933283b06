"""What a sentence says is paid. In doubt it says nothing: the text is kept, a wrong number would be believed.

Every amount (a percentage, or money) of the text is looked at with the words around it. Amounts that are something
else (a discount, a cookie's life, a minimum payout) are passed over; what is left becomes rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.normalising.numbers import NUMBER, parse_number
from app.normalising.places import SIGNS
from mappings.program import CommissionRule

_PERCENT = r"(?:%|percent\b|per\s?cent\b|prozent\b|pour\s?cent\b|por\s?ciento\b|per\s?cento\b|por\s?cento\b|procent\b)"
_CODES = r"(?:USD|EUR|GBP|AUD|CAD|NZD|CHF|SEK|NOK|DKK|PLN|BRL|MXN|INR|JPY|SGD|HKD|ZAR|AED|CZK|HUF|TRY|ILS)"
_SIGN = rf"(?:(?:{_CODES}|US|AU|CA|NZ|HK|SG|A|C|S|R|MX)?\$|€|£|¥|₹|{_CODES}\b|Rs\.?(?=\s?\d))"
_AFTER_SIGN = rf"(?:€|£|\$|{_CODES}\b|zł|kr\b|Kč|euros?\b|dollars?\b|pounds?\b)"
_TO = r"(?:-|–|—|\bto\b|\bbis\b|\bà\b|\ba\b|\bal\b|\baté\b|\btot\b|\band\b|\bup\s+to\b)"

_AMOUNT = re.compile(
    rf"(?:(?P<plow>{NUMBER})\s*{_PERCENT}?\s*{_TO}\s*)?(?P<phigh>{NUMBER})\s*{_PERCENT}"
    rf"|(?P<sign>{_SIGN})\s?(?P<mlow>{NUMBER})(?P<k1>k\b)?(?:\s*{_TO}\s*(?:{_SIGN})?\s?(?P<mhigh>{NUMBER})(?P<k2>k\b)?)?"
    rf"|(?:(?P<slow>{NUMBER})\s*(?:{_AFTER_SIGN})?\s*{_TO}\s*)?(?P<shigh>{NUMBER})\s?(?P<after>{_AFTER_SIGN})",
    re.IGNORECASE,
)

_UP_TO = re.compile(
    r"(?:up\s*to|as much as|max(?:imum|imal)?\.?(?: of)?|bis(?: zu)?|jusqu[’']?\s?[àa]|hasta(?: un)?|fino (?:a|al)|"
    r"até|tot(?: wel)?|upp till|opptil|op til|do)\s*(?:an?\s+|un\s+|das\s+)?$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:from|starting (?:at|from)|starts? (?:at|from)|at least|min(?:imum)?\.?(?: of)?|ab|à partir de|dès|desde|"
    r"a partire da|a partir de|vanaf|more than|over)\s*(?:an?\s+)?$",
    re.IGNORECASE,
)

# Words that say an amount is not what the affiliate earns. After it, within a few words:
_NOT_AFTER = re.compile(
    r"^\W{0,3}(?:\w+\W+){0,2}?(?:off\b|discount|rabatt|nachlass|remise|réduction|descuento|sconto|desconto|korting|rabat|"
    r"cash\s?back for|cookie|day\b|days\b|tage\b|jours\b|días\b|conversion|approval|apr\b|interest|satisfaction|uptime|"
    r"more\b|faster|organic\b|natural\b|cotton\b|of (?:visitors|customers|users|people|companies|affiliates|all)|"
    r"(?:minimum|min\.?)\W+(?:payout|payment|withdrawal|balance)|payout threshold|threshold|budget|aov\b|"
    r"average (?:order|basket|sale|cart)|basket|order value|gift ?card|voucher|credits?\b|coupon)",
    re.IGNORECASE,
)
# Before it, at the end of what stands there:
_NOT_BEFORE = re.compile(
    r"(?:save[sd]?|saving|discount(?: of)?|rabatt(?: von)?|coupon(?: for)?|top|minimum (?:payout|payment|withdrawal|"
    r"order)(?: is| of|:)?|mindestauszahlung(?: von|:)?|payout threshold(?: is| of|:)?|threshold(?: is| of|:)?|"
    r"orders? (?:over|above|of)|purchases? (?:over|above)|spend(?:ing|s)?(?: over| at least)?|aov(?: is| of|:)?|"
    r"average (?:order|basket|cart|sale)(?: value| size| amount)?(?: is| of|:)?|worth|priced? (?:at|from)|costs?|"
    r"valued at|conversion rate(?: is| of|:)?|converts? at|raised|revenue of|budget of|sales over|"
    r"(?:customers?|clients?|followers|audience|readers|users|subscribers|friends?|referrals?|they|shoppers|visitors)"
    r"(?: \w+)?(?: will)?(?: also)? (?:gets?|receives?|saves?|enjoys?|earns?)|"
    r"gives? (?:your|them|customers|friends)[\w ]*|"
    r"kunden (?:sparen|erhalten))"
    r"\s*(?:up to|an?|an extra|an additional|over|about|around|:|=)?\s*$",
    re.IGNORECASE,
)

_EVENTS = (
    ("lead", re.compile(r"\b(?:leads?|demos?|qualified|sign-?\s?ups?|signs? up|registrations?|registered|registrierung|"
                        r"inscription|trials?|applications?|calls?|cpl|appointments?|meetings?|opt-?ins?|"
                        r"quote)\b", re.I)),
    ("install", re.compile(r"\b(?:installs?|installations?|downloads?|cpi)\b", re.I)),
    ("click", re.compile(r"\b(?:clicks?|klicks?|cpc|per hit|clics?)\b", re.I)),
)  # fmt: skip
_SALE = re.compile(
    r"\b(?:sales?|orders?|purchases?|revenue|verkauf|bestellung|vente|venta|vendita|venda|verkoop)\b", re.I
)

_RECURRING = re.compile(
    r"\b(?:recurring|re-?occurring|lifetime|for life|life-?long|lebenslang\w*|wiederkehrend\w*|récurrent\w*|recurrente|"
    r"ricorrent\w*|recorrente|every (?:month|payment|renewal|year)|each month|per month|monthly|residual|"
    r"on (?:all )?renewals?|ongoing|as long as|terugkerend\w*|rebill)\b",
    re.IGNORECASE,
)
_LIFETIME = re.compile(r"\b(?:lifetime|for life|life-?long|lebenslang\w*|as long as|for the life)\b", re.IGNORECASE)
_MONTHS = re.compile(
    r"(?:for|during|over|on)?\s*(?:up to\s+)?(?:the\s+)?(?:first|customer'?s first|initial|ersten|premiers)?\s*"
    r"(?P<n>\d{1,3}|one|two|three|six|twelve)?[\s-]*(?P<unit>months?|monate?n?|mois|meses|mesi|maanden|years?|jahre?n?|ans|"
    r"años|anni|jaar)\b",
    re.IGNORECASE,
)
_DURATION_CUE = re.compile(
    r"\b(?:for|during|over|first|initial|ersten|premiers|premières|primeros|primi|eerste|recurring|lang|pendant|durante|"
    r"per)\b",
    re.I,
)
_ONCE = re.compile(
    r"\b(?:one-?\s?time|once|first (?:payment|month|purchase|order|invoice|sale|deposit|bill|billing|subscription)|"
    r"einmalig\w*|flat(?:-rate)? (?:fee|bounty)|bounty)\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "six": 6, "twelve": 12}
_AFTER_SIGNS = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pound": "GBP", "pounds": "GBP"}

# Separates what belongs to different amounts: "$5 per lead, 10 % per sale", "10% … + $5 …".
_CLAUSE = re.compile(r"[.;|!?\n](?=\s|$)|\s[+&]\s|,\s|\s(?:plus|and|und|et|y|e|en|or|then)\s", re.IGNORECASE)
_LOOK = 60  # characters to either side that are read with an amount


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. No rules: it says nothing that we are sure of."""

    rules: tuple[CommissionRule, ...] = ()
    recurring: bool | None = None
    recurring_months: int | None = None


@lru_cache(maxsize=16_384)
def understand(text: str) -> Understood:
    """The commissions of a text, cleaned of markup."""
    if structured := _tiers(text):
        return Understood(structured)
    rules: list[CommissionRule] = []
    spans: list[tuple[int, int]] = []
    for match in _AMOUNT.finditer(text):
        before, after = text[max(0, match.start() - _LOOK) : match.start()], text[match.end() : match.end() + _LOOK]
        if _NOT_AFTER.search(after) or _NOT_BEFORE.search(before):
            continue
        if rule := _rule(match, before, after):
            rules.append(rule)
            spans.append(match.span())
    if not rules:
        return Understood()
    unique = tuple(dict.fromkeys(rules))
    near = text[max(0, spans[0][0] - 80) : spans[-1][1] + 120]
    recurring, months = _repetition(near)
    return Understood(unique, recurring, months)


def _rule(match: re.Match[str], before: str, after: str) -> CommissionRule | None:
    if match["phigh"]:
        kind, currency = "percent", None
        low, high = match["plow"], match["phigh"]
        scale = (1.0, 1.0)
    elif match["mlow"]:
        kind, currency = "fixed", SIGNS.get(match["sign"].upper()) or match["sign"].upper()
        low, high = (match["mlow"], match["mhigh"]) if match["mhigh"] else (None, match["mlow"])
        scale = (1000.0 if match["k1"] else 1.0, 1000.0 if match["k2"] or (match["k1"] and not match["mhigh"]) else 1.0)
    else:
        sign = match["after"].upper()
        kind, currency = (
            "fixed",
            SIGNS.get(sign) or _AFTER_SIGNS.get(sign.lower()) or (sign if len(sign) == 3 else None),
        )
        low, high = match["slow"], match["shigh"]
        scale = (1.0, 1.0)
        if currency is None:  # "kr" is the crown of three countries
            return None
    top = parse_number(high) if high else None
    bottom = parse_number(low) if low else None
    if top is None:
        return None
    top *= scale[1]
    bottom = None if bottom is None else bottom * scale[0]
    if bottom is not None and bottom > top:
        bottom = None
    limit = 100.0 if kind == "percent" else 1e7
    if top > limit or top <= 0:
        return None
    minimum: float | None = top if bottom is None else bottom
    maximum: float | None = top
    if bottom is None:
        if _UP_TO.search(before):
            minimum = None
        elif _FROM.search(before) or re.match(r"\s?\+(?!\s?[$€£\d])", after):
            maximum = None
    return CommissionRule(event=_event(before, after), kind=kind, min=minimum, max=maximum, currency=currency)


def _event(before: str, after: str) -> str:
    """What it is paid for: the first event named in the amount's own clause, after it or else before it."""
    following = _CLAUSE.split(after, maxsplit=1)[0]
    preceding = _CLAUSE.split(before)[-1]
    for clause in (following, preceding):
        sale = _SALE.search(clause)
        found = [(match.start(), name) for name, pattern in _EVENTS if (match := pattern.search(clause))]
        if sale:
            found.append((sale.start(), "sale"))
        if found:
            return min(found)[1]
    return "sale"


def _repetition(near: str) -> tuple[bool | None, int | None]:
    """Whether it goes on paying, and for how many months; (None, None) where the text does not say."""
    if _LIFETIME.search(near):
        return True, None
    repeated = bool(_RECURRING.search(near))
    for match in _MONTHS.finditer(near):
        cue = near[max(0, match.start() - 12) : match.end()]
        if not _DURATION_CUE.search(cue) or re.match(r"\W*(?:cookie|tracking)", near[match.end() :], re.I):
            continue
        written = match["n"]
        if written is None and not re.search(r"\bfirst|\bersten|premi", cue, re.I):
            continue
        count = 1 if written is None else _NUMBER_WORDS.get(written.lower()) or int(written)
        if re.match(r"years?|jahr|ans|años|anni|jaar", match["unit"], re.I):
            count *= 12
        if count == 1 and not repeated:
            return False, None
        if 1 < count <= 120:
            return True, count
    if repeated:
        return True, None
    return (False, None) if _ONCE.search(near) else (None, None)


_TIERED = re.compile(r"\s*(?P<event>sale|lead|click|item|new|order)s?\s*:\s*(?P<tiers>.+)", re.IGNORECASE)
_TIER = re.compile(
    rf"\s*(?P<low>{NUMBER})\s*(?:-\s*(?:{NUMBER}|null)|and above|\+)\s+"
    rf"(?P<sign>\$|€|£)?(?P<rate>{NUMBER})\s*(?P<percent>%)?\s*",
    re.IGNORECASE,
)


def _tiers(text: str) -> tuple[CommissionRule, ...]:
    """Rakuten's grammar: `sale : 0-10 0% | 10-20 1%`, `sale : 0 and above 5%`, `sale : 0-null .2%`; 0 pays nothing."""
    whole = _TIERED.fullmatch(text)
    if not whole:
        return ()
    rules: list[CommissionRule] = []
    event = "lead" if whole["event"].lower() == "lead" else "click" if whole["event"].lower() == "click" else "sale"
    for part in whole["tiers"].split("|"):
        match = _TIER.fullmatch(part)
        if not match:
            return ()
        rate, threshold = parse_number(match["rate"]), parse_number(match["low"])
        if rate is None or threshold is None or (match["percent"] and rate > 100):
            return ()
        if rate > 0:
            kind = "percent" if match["percent"] else "fixed"
            currency = SIGNS.get(match["sign"] or "$") if kind == "fixed" else None
            rules.append(
                CommissionRule(
                    event=event, kind=kind, min=rate, max=rate, currency=currency, threshold=threshold or None
                )
            )
    return tuple(rules)
