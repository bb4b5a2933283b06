"""Countries, languages and currencies: whatever a source calls them, their ISO codes. Names come from CLDR."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from unicodedata import combining, normalize

from babel import Locale
from babel.numbers import get_territory_currencies

from mappings import codes

# Languages in which networks and merchants write the names of countries and languages.
_NAMED_IN = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl")

# Languages whose own name for themselves is understood; each one more costs the time to load its data.
_NATIVE = (
    "ar",
    "bg",
    "cs",
    "el",
    "et",
    "he",
    "hr",
    "hu",
    "ja",
    "ko",
    "lt",
    "lv",
    "ro",
    "ru",
    "sk",
    "sl",
    "tr",
    "uk",
    "zh",
)

# What is written and CLDR does not list.
_COUNTRY_HABITS = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "u.s.": "US",
    "u.s.a.": "US", "united states of america": "US", "america": "US", "holland": "NL", "czech republic": "CZ",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "russia": "RU", "uae": "AE", "hong kong": "HK",
    "macau": "MO", "turkey": "TR", "türkiye": "TR", "ivory coast": "CI", "el": "GR", "viet nam": "VN",
    "cap verde": "CV", "cocos islands": "CC", "democratic republic congo": "CD", "vatican": "VA", "lichtenstein": "LI",
    "macao": "MO", "macedonia": "MK", "palestinian territory": "PS", "saint kitts nevis": "KN",
    "saint pierre miquelon": "PM", "saint vincent grenadines": "VC", "sao tome": "ST", "swaziland": "SZ", "timor": "TL",
}  # fmt: skip
_LANGUAGE_HABITS = {"jp": "ja", "cn": "zh", "dk": "da", "se": "sv", "cz": "cs", "gr": "el", "br": "pt", "iw": "he"}

_A = ord("\U0001f1e6")  # the flag letters stand in alphabetical order


@cache
def _country_names() -> dict[str, str]:
    names: dict[str, str] = {}
    known = codes.countries()
    for language in reversed(_NAMED_IN):
        for code, name in Locale(language).territories.items():
            if code in known:
                names[name.casefold()] = code
    for code in known:
        names[code.casefold()] = code
        if alpha3 := _ALPHA3.get(code):
            names[alpha3.casefold()] = code
    return names | _COUNTRY_HABITS


@cache
def _run_together() -> dict[str, str]:
    """Names without blanks, signs and accents, as impact.com writes them: `SOUTHAFRICA`, `BOSNIAHERZEGOVINA`."""
    return {_letters(name): code for name, code in _country_names().items() if len(name) > 3}


def _letters(name: str) -> str:
    plain = "".join(c for c in normalize("NFKD", name.casefold()) if not combining(c))
    return _NO_LETTERS.sub("", plain)


_NO_LETTERS = re.compile(r"[\W\d_]+|\b(?:the|and)\b")

_ALPHA3 = {
    "US": "USA", "GB": "GBR", "DE": "DEU", "FR": "FRA", "ES": "ESP", "IT": "ITA", "NL": "NLD", "PT": "PRT", "AT": "AUT",
    "CH": "CHE", "BE": "BEL", "PL": "POL", "SE": "SWE", "NO": "NOR", "DK": "DNK", "FI": "FIN", "IE": "IRL", "CA": "CAN",
    "AU": "AUS", "NZ": "NZL", "JP": "JPN", "CN": "CHN", "IN": "IND", "BR": "BRA", "MX": "MEX", "SG": "SGP", "HK": "HKG",
    "AE": "ARE", "ZA": "ZAF", "CZ": "CZE", "HU": "HUN", "RO": "ROU", "GR": "GRC", "TR": "TUR", "KR": "KOR", "IL": "ISR",
    "MY": "MYS", "TH": "THA", "PH": "PHL", "ID": "IDN", "VN": "VNM", "SA": "SAU", "AR": "ARG", "CL": "CHL", "CO": "COL",
    "UA": "UKR", "LU": "LUX", "SK": "SVK", "SI": "SVN", "HR": "HRV", "BG": "BGR", "EE": "EST", "LV": "LVA", "LT": "LTU",
}  # fmt: skip


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    known = codes.languages()
    for language in reversed(_NAMED_IN):
        for code, name in Locale(language).languages.items():
            if code in known:
                names[name.casefold()] = code
    for code in _NATIVE:
        names[Locale(code).languages[code].casefold()] = code
    for code in known:
        names[code] = code
    return {**_LANGUAGE_HABITS, **names}


@lru_cache(maxsize=4096)
def country(raw: str) -> str | None:
    """ISO 3166-1 alpha-2; None for what is no country."""
    text = raw.strip()
    if len(text) == 2 and all(_A <= ord(letter) < _A + 26 for letter in text):
        text = "".join(chr(ord(letter) - _A + ord("A")) for letter in text)
    if len(text) > 80:
        return None
    return _country_names().get(text.casefold()) or _run_together().get(_letters(text))


@lru_cache(maxsize=4096)
def language(raw: str) -> str | None:
    """ISO 639-1; `de-AT` and `en_US` are their languages; None for what is no language."""
    text = raw.strip().casefold()
    if len(text) > 80:
        return None
    found = _language_names().get(text)
    if found is None and len(text) >= 5 and text[2] in "-_":
        found = _language_names().get(text[:2])
    return found


@lru_cache(maxsize=16_384)
def countries(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Each country once, in order; None for none."""
    return tuple(dict.fromkeys(code for each in raw if (code := country(each)))) or None


@lru_cache(maxsize=4096)
def languages(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Each language once, in order; None for none."""
    return tuple(dict.fromkeys(code for each in raw if (code := language(each)))) or None


@lru_cache(maxsize=1024)
def currency(raw: str | None) -> str | None:
    """ISO 4217, from a code or a sign; None for what is no currency."""
    if raw is None:
        return None
    text = raw.strip().upper()
    return SIGNS.get(text) or (text if text in codes.currencies() else None)


@lru_cache(maxsize=512)
def currency_of(country_code: str | None) -> str | None:
    """The currency that is tender in a country (CLDR); None where there is none, or no country."""
    tender = get_territory_currencies(country_code) if country_code else None
    return tender[0] if tender else None


SIGNS = {
    "$": "USD", "US$": "USD", "USD$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "RS.": "INR", "RS": "INR",
    "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "CDN$": "CAD", "NZ$": "NZD",
    "NZD$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "R$": "BRL", "MX$": "MXN", "ZŁ": "PLN", "₺": "TRY",
    "₩": "KRW", "₪": "ILS", "KČ": "CZK", "FR.": "CHF", "SFR": "CHF", "₴": "UAH", "฿": "THB", "₱": "PHP", "₫": "VND",
}  # fmt: skip
