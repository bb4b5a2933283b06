"""Finds every percentage and every sum of money in a text, and the bounds that the figures themselves state."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.normalising.numbers import NUMBER, parse_number
from app.normalising.places import SIGNS
from mappings import codes

_LARGEST_AMOUNT = 1e7

_PERCENT = (
    r"(?:%|percent\b|pct\b|per\s?cent\b|prozent\b|pour\s?cent\b|por\s?ciento\b|per\s?cento\b|por\s?cento\b|"
    r"procenta?\b|"
    r"prosenttia\b|процент\w*)"
)
# Codes that are words as well ("try", "ils") count in capitals only.
_CODES = (
    r"(?:USD|EUR|GBP|AUD|CAD|NZD|CHF|SEK|NOK|DKK|PLN|BRL|MXN|INR|JPY|SGD|HKD|ZAR|AED|CZK|HUF|(?-i:TRY|ILS|RON)|CNY|"
    r"MYR|THB|PHP|IDR|KRW|TWD|SAR|NGN|KES|UAH|BGN)"
)
_SIGN = (
    rf"(?:(?:(?<![A-Za-z'])(?:(?:USD|US|AUD|AU|CAD|CDN|CA|NZD|NZ|HKD|HK|SGD|SG|MXN|MX)\s?|(?-i:[ACSR])))?\$|"
    rf"[€£¥₹₺₩₪₴฿₱₫]|"
    rf"(?<![A-Za-z]){_CODES}|(?<![A-Za-z])(?:Rs\.?|S?Fr\.)(?=\s?\d))"
)
_AFTER = (
    rf"(?:[€£$₽₺₴₫¥](?!\s?\d)|{_CODES}\b|zł|zl\b|kč|円|元|원|ft\b|lei\b|kr\b\.?|euros?\b|"
    r"(?:us |american )?dollars?\b|d[óo]lares\b|dollari\b|(?:us )?dollar\b|pounds?\b|rupees\b|reais\b|francs?\b|"
    r"franken\b|pesos?\b)"
)
_SCALE = r"(?:\s?(?:k|m|mm|mn|bn|b|million|billion|millionen|mio\.?|mrd\.?|millones|millions|milhões|tsd\.?)\b)"
_TO = (
    r"(?:-|–|—|~|〜|\.{2,3}|\bto\b|\bup\s+to\b|\bbis(?:\s+zu)?\b|\bà\b|\bau\b|\ba\b|\bal\b|\baté\b|\btot\b|\btill\b|"
    r"\btil\b|"
    r"\bdo\b|до|至|到|から)"
)
_BETWEEN = r"(?:\b(?:between|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|między|mezi)\s+|между\s+)"
_AND = r"(?:\b(?:and|und|et|y|e|en|och|og|i|a)\b|и)"
_ARTICLE = r"(?:(?:the|el|il|le|la|o)\s+|l')?"

_MOST_LISTED = 12  # figures behind the first in a list; more are not read as one

# A number that goes with a word before it ("level 1 - 30 %") opens no range.
_ORDERED = (
    "level",
    "tier",
    "stufe",
    "year",
    "step",
    "plan",
    "option",
    "month",
    "top",
    "jahr",
    "group",
    "stage",
    "phase",
)
NO_ORDINAL = "".join(f"(?<!{word} )" for word in _ORDERED)
# A second figure without a sign is one of money only if nothing else claims it: "$50 - 30 day cookie".
_NO_UNIT = (
    r"(?!\s?-?\s?(?:%|days?|months?|years?|weeks?|hours?|tage|jours|días|cookie|sales|referrals|customers|orders))"
)
_NUMBER = rf"(?<![0-9A-Za-z])(?<![0-9][.,]){NUMBER}(?:[.,]-{{1,2}}|/-)?"

_AMOUNT = re.compile(
    # 10/20/30 % and 5, 7 or 9 %
    rf"(?P<several>{_NUMBER}(?:(?:\s?%\s?|\s?)/\s?{NUMBER}){{1,{_MOST_LISTED}}}|"
    rf"{_NUMBER}(?:,\s{NUMBER}){{1,{_MOST_LISTED}}},?\s(?:or|and|oder|und|ou|et|o|y|e|"
    rf"en)\s"
    rf"{NUMBER}|{_NUMBER}(?:-{NUMBER}){{2,{_MOST_LISTED}}}|"
    rf"{_NUMBER}\s(?:or|oder|ou)\s{NUMBER})\s?%"
    # between 5 and 10 %, 5 % to 10 %
    rf"|{_BETWEEN}{_ARTICLE}(?P<bplow>{_NUMBER})\s?{_PERCENT}?\s{_AND}\s{_ARTICLE}(?P<bphigh>{_NUMBER})\s?{_PERCENT}"
    rf"|(?:{NO_ORDINAL}(?P<plow>{_NUMBER})[\s-]?{_PERCENT}?\s?{_TO}\s?{_ARTICLE})?(?P<phigh>{_NUMBER})[\s-]?{_PERCENT}"
    # % 10, as Turkish writes it
    rf"|(?<!\d)(?<!\d\s)%\s?(?:(?P<tlow>{NUMBER})\s?-\s?%?)?(?P<thigh>{NUMBER})(?![\d%])"
    # between €5 and €10, $5 - $10, $5 - 10
    rf"|{_BETWEEN}(?P<bsign>{_SIGN})\s?(?P<bmlow>{NUMBER})\s{_AND}\s(?:{_SIGN})?\s?(?P<bmhigh>{NUMBER})"
    rf"|(?P<sign>{_SIGN})\s?(?P<mlow>{NUMBER})(?:[.,]-{{1,2}}|/-)?(?P<mscale>{_SCALE})?(?:\s?(?P<tail>{_AFTER}))?"
    rf"(?:\s?{_TO}\s?(?:(?:{_SIGN})\s?(?P<mhigh>{NUMBER})|(?P<mbare>{NUMBER}){_NO_UNIT})(?P<mscale2>{_SCALE})?)?"
    rf"(?:\s?(?P<tail2>{_AFTER}))?"
    # 10 - 20 €
    rf"|(?:{_BETWEEN}(?P<bslow>{_NUMBER})\s?(?:{_AFTER})?\s{_AND}\s)(?P<bshigh>{_NUMBER})\s?(?P<bafter>{_AFTER})"
    rf"|(?:{NO_ORDINAL}(?P<slow>{_NUMBER})\s?(?:{_AFTER})?\s?{_TO}\s?)?(?P<shigh>{_NUMBER})(?P<sscale>{_SCALE})?\s?"
    rf"(?P<after>{_AFTER})",
    re.IGNORECASE,
)

_AFTER_SIGNS = {
    "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "rupees": "INR", "reais": "BRL", "franc": "CHF",
    "francs": "CHF", "franken": "CHF", "zl": "PLN", "円": "JPY", "元": "CNY", "원": "KRW", "ft": "HUF", "lei": "RON",
    "₽": "RUB", "€": "EUR",
}  # fmt: skip
# Signs of several currencies: the program's own tells which, where it is one of them.
_DOLLARS = frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP"})
_CROWNS = frozenset({"SEK", "NOK", "DKK"})
_YENS = frozenset({"JPY", "CNY"})
_PESOS = frozenset({"MXN", "ARS", "CLP", "COP", "PHP"})
_THOUSAND = frozenset({"k", "tsd", "tsd."})


@dataclass(frozen=True, slots=True)
class Amount:
    """Where it stands, and what it says. `rates` are (low, high) pairs, equal for one figure; several for a list."""

    start: int
    end: int
    kind: str  # percent or fixed
    rates: tuple[tuple[float, float], ...]
    currency: str | None = None
    believable: bool = True  # no commission is 120 %, ten million, or of a currency that could be three

    @property
    def is_range(self) -> bool:
        return len(self.rates) == 1 and self.rates[0][0] != self.rates[0][1]


def find_amounts(text: str, default_currency: str | None) -> list[Amount]:
    """Every amount of the text, in order. `default_currency` settles signs that several currencies share."""
    found = (_read(match, default_currency) for match in _AMOUNT.finditer(text))
    return [amount for amount in found if amount is not None]


def _read(match: re.Match[str], default_currency: str | None) -> Amount | None:
    if several := match["several"]:
        figures = [_percent(figure) for figure in re.findall(NUMBER, several)]
        if any(figure is None for figure in figures):
            return Amount(match.start(), match.end(), "percent", (), believable=False)
        return Amount(
            match.start(), match.end(), "percent", tuple((figure, figure) for figure in figures if figure is not None)
        )
    high = match["bphigh"] or match["phigh"] or match["thigh"]
    if high:
        low = match["bplow"] or match["plow"] or match["tlow"]
        return _bounded(match, "percent", _percent(low) if low else None, _percent(high), low is not None)
    if match["sign"] or match["bsign"]:
        sign = match["sign"] or match["bsign"]
        written, until = match["mlow"] or match["bmlow"], match["mhigh"] or match["mbare"] or match["bmhigh"]
        scale, scale2 = match["mscale"], match["mscale2"]
        first = _money(written, scale or (scale2 if until and match["mbare"] else None))
        last = _money(until, scale2) if until else first
        tail = match["tail"] or match["tail2"]  # "$25 CAD"
        currency = (_currency(tail, default_currency) if tail else None) or _currency(sign, default_currency)
        return _bounded(match, "fixed", first if until else None, last, until is not None, currency)
    written, until = match["slow"] or match["bslow"], match["shigh"] or match["bshigh"]
    currency = _currency(match["after"] or match["bafter"], default_currency)
    first = _money(written, match["sscale"]) if written else None
    return _bounded(match, "fixed", first, _money(until, match["sscale"]), written is not None, currency)


def _bounded(
    match: re.Match[str], kind: str, low: float | None, high: float | None, is_range: bool, currency: str | None = None
) -> Amount | None:
    start, end = match.span()
    if high is None or (is_range and low is None) or (kind == "fixed" and currency is None):
        return Amount(start, end, kind, (), believable=False)
    first = high if low is None else low
    if first > high:  # no range: "24 - 10 %" is two figures
        return Amount(start, end, kind, (), believable=False)
    return Amount(start, end, kind, ((first, high),), currency, believable=high > 0)


def _percent(written: str) -> float | None:
    # Nobody pays thousands of percent: "3.125 %" has three decimals, no groups.
    digits = _figure(written).replace(",", ".")
    value = float(digits) if re.fullmatch(r"\d*\.\d{3}", digits) else parse_number(digits)
    return value if value is not None and 0 <= value <= 100 else None


def _money(written: str, scale: str | None) -> float | None:
    value = parse_number(_figure(written))
    if value is None:
        return None
    if scale:
        if scale.strip().lower() not in _THOUSAND:
            return None  # millions
        value *= 1000
    return value if value <= _LARGEST_AMOUNT else None


def _figure(written: str) -> str:
    return re.sub(r"(?:[.,]-{1,2}|/-)$", "", written)


def _currency(sign: str, default: str | None) -> str | None:
    mark = "".join(sign.split()).lower()
    if mark == "$" or mark.endswith(("dollar", "dollars", "lares", "dollari")):
        return default if mark == "$" and default in _DOLLARS else "USD"
    if mark == "¥":
        return default if default in _YENS else "JPY"
    if mark.startswith("kr"):
        return default if default in _CROWNS else None
    if mark.startswith("peso"):
        return default if default in _PESOS else None
    code = _AFTER_SIGNS.get(mark) or SIGNS.get(mark.upper()) or mark.upper()
    return code if code in codes.currencies() else None
