"""Countries, languages and currencies: whatever a source calls them, their ISO codes.

Understood are codes of two and three letters, names in a dozen languages (CLDR), flags, signs, and locales. What is
none of these is unknown; "Worldwide" is no country, and a region such as "Europe" is none either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

from mappings import codes
from mappings.exchange_rates import RATES

# Languages in which networks and merchants write the names of countries, languages and currencies.
_NAMED_IN = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl")

# Languages whose own name for themselves is understood; each one more costs the time to load its data.
_NATIVE = (
    "ar", "bg", "cs", "el", "et", "he", "hr", "hu", "ja", "ko", "lt", "lv", "ro", "ru", "sk", "sl", "tr", "uk", "zh",
)  # fmt: skip

# What is written and CLDR does not list.
_COUNTRY_HABITS = {
    "uk": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "usa": "US", "u s": "US", "u s a": "US", "united states of america": "US",
    "america": "US", "vereinigte staaten von amerika": "US", "etats unis d amerique": "US", "ee uu": "US",
    "eeuu": "US", "u k": "GB", "holland": "NL", "czech republic": "CZ", "tschechische republik": "CZ",
    "slovak republic": "SK", "korea": "KR", "south korea": "KR", "republic of korea": "KR", "korea republic of": "KR",
    "russia": "RU", "russian federation": "RU", "uae": "AE", "u a e": "AE", "emirates": "AE", "hong kong": "HK",
    "hongkong": "HK", "macau": "MO", "macao": "MO", "turkey": "TR", "turkiye": "TR", "ivory coast": "CI", "el": "GR",
    "viet nam": "VN", "ksa": "SA", "brasil": "BR", "taiwan province of china": "TW", "republic of ireland": "IE",
    "eire": "IE", "burma": "MM", "macedonia": "MK", "swaziland": "SZ", "cape verde": "CV",
    "iran islamic republic of": "IR", "moldova republic of": "MD", "tanzania united republic of": "TZ",
    "venezuela bolivarian republic of": "VE", "bolivia plurinational state of": "BO",
    "peoples republic of china": "CN", "pr china": "CN", "prc": "CN", "mainland china": "CN", "vatican": "VA",
    "bosnia": "BA", "cap verde": "CV", "cocos islands": "CC", "democratic republic congo": "CD", "lichtenstein": "LI",
    "palestinian territory": "PS", "saint kitts nevis": "KN", "saint pierre miquelon": "PM",
    "saint vincent grenadines": "VC", "sao tome": "ST", "timor": "TL",
    "luxemburg": "LU", "schweiz suisse svizzera": "CH", "swiss": "CH",
}  # fmt: skip
_LANGUAGE_HABITS = {
    "jp": "ja", "cn": "zh", "dk": "da", "se": "sv", "cz": "cs", "gr": "el", "iw": "he", "in": "id", "mandarin": "zh",
    "cantonese": "zh", "simplified chinese": "zh", "traditional chinese": "zh", "castilian": "es", "flemish": "nl",
    "brazilian": "pt", "bahasa": "id", "bahasa indonesia": "id", "farsi": "fa", "norsk": "nb", "castellano": "es",
}  # fmt: skip

_CURRENCY_HABITS = {
    "yen": "JPY", "pound sterling": "GBP", "sterling": "GBP", "renminbi": "CNY", "rmb": "CNY", "yuan": "CNY",
    "zloty": "PLN", "forint": "HUF", "baht": "THB", "rand": "ZAR", "shekel": "ILS", "dirham": "AED", "rupee": "INR",
    "real": "BRL", "greenback": "USD", "u s dollar": "USD", "usd dollars": "USD", "aussie dollar": "AUD",
}  # fmt: skip

SIGNS = {
    "$": "USD", "US$": "USD", "USD$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "RS.": "INR", "RS": "INR",
    "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "CDN$": "CAD", "NZ$": "NZD",
    "NZD$": "NZD", "HK$": "HKD", "HKD$": "HKD", "S$": "SGD", "SG$": "SGD", "SGD$": "SGD", "R$": "BRL", "MX$": "MXN",
    "MXN$": "MXN", "ZŁ": "PLN", "₺": "TRY", "₩": "KRW", "₪": "ILS", "KČ": "CZK", "FR.": "CHF", "SFR": "CHF",
    "SFR.": "CHF", "₴": "UAH", "฿": "THB", "₱": "PHP", "₫": "VND", "₽": "RUB", "₦": "NGN", "NT$": "TWD",
}  # fmt: skip

_LONGEST = 80
_A = ord("\U0001f1e6")  # the flag letters stand in alphabetical order
_BLACK_FLAG = "\U0001f3f4"  # with tag letters behind it: England, Scotland, Wales
_TAG_A = 0xE0061
_ASIDE = re.compile(r"\s*[(\[].*$")
_LOCALE = re.compile(r"[a-zA-Z]{2}[-_](?:[A-Z][a-z]{3}[-_])?(?P<region>[A-Z]{2})")
_PARTS = re.compile(r"\s*(?:[|;/\n]|,|\s[-–]\s)\s*")
_AND = re.compile(r"(?: |^)(?:and|und|et|y|e|en|og|och|oraz|&|\+) ", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")
_CODE = re.compile(r"\b[A-Z]{3}\b")


def _key(name: str) -> str:
    """One spelling of a name: no case, no accents, no punctuation, no article before it."""
    text = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c)).split()
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    known = codes.countries()
    for language_code in reversed(_NAMED_IN):
        for code, name in Locale(language_code).territories.items():
            if code in known:
                names[_key(name)] = code
    for alias, targets in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1 and targets[0] in known:
            names[alias.casefold()] = targets[0]
    for code in known:
        names[code.casefold()] = code
    return names | _COUNTRY_HABITS


@cache
def _run_together() -> dict[str, str]:
    """Names without blanks, as impact.com writes them: `SOUTHAFRICA`, `BOSNIAHERZEGOVINA`."""
    return {_letters(name): code for name, code in _country_names().items() if len(name) > 3}


def _letters(name: str) -> str:
    return "".join(word for word in _key(name).split() if word not in ("the", "and"))


@cache
def _native_country_names() -> dict[str, str]:
    """Names in other scripts; loaded only when one is met."""
    known = codes.countries()
    return {
        _key(name): code
        for language_code in _NATIVE
        for code, name in Locale(language_code).territories.items()
        if code in known
    }


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    known = codes.languages()
    for language_code in reversed(_NAMED_IN):
        for code, name in Locale(language_code).languages.items():
            if (base := code.split("_")[0]) in known:  # Brazilian Portuguese is Portuguese
                names[_key(name)] = base
    for code in _NATIVE:
        names[_key(Locale(code).languages[code])] = code
    for alias, target in get_global("language_aliases").items():
        if len(alias) == 3 and target in known:
            names[alias] = target
    for code in known:
        names[code] = code
    return {**_LANGUAGE_HABITS, **names}


@cache
def _currency_names() -> dict[str, str]:
    """Names of the currencies that we have a rate for, singular and plural."""
    names: dict[str, str] = {}
    for language_code in reversed(_NAMED_IN):
        for code in RATES.usd:
            for count in (None, 1, 2):
                names[_key(get_currency_name(code, count, language_code))] = code
    return names | _CURRENCY_HABITS


@lru_cache(maxsize=4096)
def country(raw: str) -> str | None:
    """ISO 3166-1 alpha-2; None for what is no country."""
    text = raw.strip()
    if not text or len(text) > _LONGEST:
        return None
    if flagged := _flag(text):
        return flagged if flagged in codes.countries() else None
    if len(text) == 2 and (code := text.upper()) in codes.countries():
        return code  # as nearly always: the names, whose loading takes a quarter of a second, are not needed
    names = _country_names()
    found = names.get(_key(text)) or names.get(_key(_ASIDE.sub("", text)))
    if found is None and (match := _LOCALE.fullmatch(text)):
        found = names.get(match["region"].casefold())
    if found is None and not text.isascii():
        found = _native_country_names().get(_key(text))
    return found or _run_together().get(_letters(text))


def _flag(text: str) -> str | None:
    if len(text) == 2 and all(_A <= ord(letter) < _A + 26 for letter in text):
        return "".join(chr(ord(letter) - _A + ord("A")) for letter in text)
    if text.startswith(_BLACK_FLAG) and len(text) > 2:
        return "".join(chr(ord(letter) - _TAG_A + ord("A")) for letter in text[1:3] if 0 <= ord(letter) - _TAG_A < 26)
    return None


@lru_cache(maxsize=4096)
def language(raw: str) -> str | None:
    """ISO 639-1; `de-AT`, `en_US` and `zh-Hans-CN` are their languages; None for what is no language."""
    text = raw.strip()
    if not text or len(text) > _LONGEST:
        return None
    if (code := text.lower()) in codes.languages():
        return code
    names = _language_names()
    found = names.get(_key(text)) or names.get(_key(_ASIDE.sub("", text)))
    if found is None and len(text) >= 5 and text[2] in "-_":
        found = names.get(text[:2].casefold())
    return found


@lru_cache(maxsize=16_384)
def countries(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Each country once, in order; None for none. A text may hold several: `US, CA | Germany`."""
    found = (code for each in raw for code in _each(each, country))
    return tuple(dict.fromkeys(found)) or None


@lru_cache(maxsize=4096)
def languages(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Each language once, in order; None for none. A text may hold several."""
    found = (code for each in raw for code in _each(each, language))
    return tuple(dict.fromkeys(found)) or None


def _each(raw: str, read: Callable[[str], str | None]) -> list[str]:
    if whole := read(raw):
        return [whole]
    flags = [raw[i : i + 2] for i in range(0, len(raw), 2)] if raw and all(_A <= ord(c) < _A + 26 for c in raw) else []
    parts = flags or (_PARTS.split(_BLANKS.sub(" ", raw)) if len(raw) <= 4000 else [])
    return [code for part in parts for code in _joined(part, read)]


def _joined(part: str, read: Callable[[str], str | None]) -> list[str]:
    """What one part of a list names; its last part may be two: `Canada and Mexico`, but not `Trinidad and Tobago`."""
    if whole := read(part):
        return [whole]
    words = " ".join(part.split())
    return [code for each in _AND.split(words) if (code := read(each))] if _AND.search(words) else []


@lru_cache(maxsize=1024)
def currency(raw: str | None) -> str | None:
    """ISO 4217, from a code, a sign or a name; None for what is no currency, or could be several ("dollar")."""
    if raw is None or len(raw) > _LONGEST:
        return None
    text = raw.strip().upper()
    known = codes.currencies()
    if found := SIGNS.get(text) or (text if text in known else None) or _currency_names().get(_key(raw)):
        return found
    mentioned = {code for code in _CODE.findall(raw) if code in known}  # "Euro (EUR)", "USD - US Dollar"
    return mentioned.pop() if len(mentioned) == 1 else None


@lru_cache(maxsize=512)
def currency_of(country_code: str | None) -> str | None:
    """What is paid with in a country; None where there are several currencies, or none, or no country."""
    tender = get_territory_currencies(country_code) if country_code in codes.countries() else []
    return tender[0] if len(tender) == 1 else None
