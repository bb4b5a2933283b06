"""Closed sets of values: what a coded field may hold, what each code is called, and what people write for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, wraps
from importlib.resources import files
from typing import TypeVar

import msgspec
from babel import Locale

from mappings.english import singular
from mappings.folding import folded
from mappings.networks import BY_SLUG
from mappings.taxonomy import VERTICALS
from mappings.topics import TOPICS, slugs_of

STATUSES = ("active", "paused", "closed")
COMMISSION_TYPES = ("percent", "fixed", "tiered", "hybrid")
EPC_UNITS = ("click", "100 clicks")
EPC_WINDOWS = ("7d", "30d", "3m", "12w")
POPULARITY_METRICS = ("gravity", "powerRank", "networkRank", "awinIndex")
PAYMENT_RISKS = ("none", "level 1", "level 2", "level 3", "level 4", "level 5", "level 6")
PAYMENT_METHODS = (
    "bank-transfer",
    "check",
    "crypto",
    "direct-deposit",
    "payoneer",
    "paypal",
    "stripe",
    "wire",
)
APPROVAL_MODES = ("auto", "manual", "invite")
TRAFFIC = {
    "search-ads": "Search ads",
    "brand-bidding": "Brand bidding",
    "display": "Display ads",
    "native": "Native ads",
    "video": "Video",
    "social": "Social media",
    "email": "E-mail",
    "sms": "SMS and messengers",
    "push": "Push notifications",
    "retargeting": "Retargeting",
    "content": "Content sites",
    "coupon": "Coupons",
    "cashback": "Cashback and loyalty",
    "incentive": "Incentives",
    "software": "Software and toolbars",
    "popup": "Pop-ups and pop-unders",
    "doorway": "Doorway pages",
    "adult": "Adult sites",
}
"""Kinds of traffic to what they are called."""

# CLDR lists regions that are no countries: the world, unions, and codes set aside for private use.
_NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 code to English name (CLDR)."""
    names = Locale("en").territories
    return {
        code: name
        for code, name in sorted(names.items())
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }


@cache
def languages() -> dict[str, str]:
    """ISO 639-1 code to English name (CLDR)."""
    return {code: name for code, name in sorted(Locale("en").languages.items()) if len(code) == 2}


@cache
def currencies() -> dict[str, str]:
    """ISO 4217 code to English name (CLDR)."""
    return {code: name for code, name in sorted(Locale("en").currencies.items()) if len(code) == 3}


_Set = TypeVar("_Set")


def _kept(read: Callable[[str], _Set]) -> Callable[[str], _Set]:
    """What is known of a set, kept by its name; of networks as long as they are the same."""
    keep = lru_cache(maxsize=100)(lambda name, edition: read(name))

    @wraps(read)
    def kept(name: str) -> _Set:
        return keep(name, BY_SLUG.edition if name == "network" else 0)

    return kept


@_kept
def members(name: str) -> dict[str, str]:
    """The set of that name: lower-cased spelling to the spelling that is stored."""
    values: tuple[str, ...]
    match name:
        case "network":
            values = tuple(BY_SLUG)
        case "vertical":
            values = tuple(vertical.slug for vertical in VERTICALS)
        case "topic":
            values = tuple(TOPICS)
        case "country":
            values = tuple(countries())
        case "language":
            values = tuple(languages())
        case "currency":
            values = tuple(currencies())
        case _:
            values = _SHORT[name]
    return {value.lower(): value for value in values}


def values(name: str) -> tuple[str, ...]:
    """The set of that name as it is stored."""
    return tuple(members(name).values())


@_kept
def labels(name: str) -> Mapping[str, str]:
    """Stored spelling to what it is called in English, for the sets whose codes do not say it themselves."""
    match name:
        case "network":
            return {network.slug: network.name for network in BY_SLUG.values()}
        case "vertical":
            return {vertical.slug: vertical.label for vertical in VERTICALS}
        case "topic":
            return {slug: topic.labels["en"] for slug, topic in TOPICS.items()}
        case "country":
            return countries()
        case "language":
            return languages()
        case "currency":
            return currencies()
        case "traffic":
            return TRAFFIC
        case _:
            return {}


_BETWEEN = re.compile(r"[\W_]+")
_LOCALE = re.compile(r"([a-z]{2,3})[-_ ]+(?:[a-z]{4}[-_ ]+)?(?:[a-z]{2}|[0-9]{3})")


def spelling(text: str) -> str:
    """What a name is looked up by: folded, without what stands between its words; a mark alone stays itself."""
    plain = folded(text).replace("&", " and ")
    return _BETWEEN.sub("", plain) or plain.strip()


@_kept
def spellings(name: str) -> Mapping[str, str]:
    """By `spelling`, what else than itself may be written for a code of the set of that name: code as stored.

    Names in English, in the other languages of the catalogue and at home, alpha-3 codes, usual aliases. What may mean
    several codes is not among them.
    """
    unclear = ambiguous(name)
    found: dict[str, str] = {}
    for code, text in _names(name):
        found.setdefault(spelling(text), code)
    return {text: code for text, code in found.items() if text not in _own(name) and text not in unclear}


@_kept
def _own(name: str) -> Mapping[str, str]:
    return {spelling(code): code for code in members(name).values()}


@_kept
def ambiguous(name: str) -> Mapping[str, tuple[str, ...]]:
    """By `spelling`, names that may mean several codes of the set of that name, the likelier code first."""
    found = {
        spelling(text): tuple(codes.split("-"))
        for codes, texts in _aliases().ambiguous.get(name, {}).items()
        for text in texts.split(";")
    }
    called: dict[str, dict[str, None]] = {}
    for code, text in _names(name):
        called.setdefault(spelling(text), {})[code] = None
    several = {text: tuple(codes) for text, codes in called.items() if len(codes) > 1 and text not in _own(name)}
    return several | found


def meant(name: str, text: str) -> tuple[str, ...]:
    """The codes of the set of that name that a text may mean: one, several if it is ambiguous, or none."""
    text = text.strip()
    if (code := members(name).get(text.lower())) is not None:
        return (code,)
    if len(text) > _LONGEST_NAME or _HALF.search(text):
        return ()
    if name == "topic" and (slugs := slugs_of(text)):
        return slugs
    written = spelling(text)
    if (code := _own(name).get(written) or spellings(name).get(written)) is not None:
        return (code,)
    if (several := ambiguous(name).get(written)) is not None:
        return several
    if name == "language" and (locale := _LOCALE.fullmatch(text.lower())):
        return meant(name, locale[1])
    return ()


_HALF = re.compile("[\ud800-\udfff]")  # of a character, which a spelling would leave out
_LONGEST_NAME = 100  # characters; CLDR's longest is half of it


class _CodeNames(msgspec.Struct, frozen=True):
    country: dict[str, list[str]]
    language: dict[str, list[str]]
    currency: dict[str, list[str]]


class _Aliases(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    country: dict[str, str]
    language: dict[str, str]
    currency: dict[str, str]
    vertical: dict[str, str]
    payment_method: dict[str, str]
    approval_mode: dict[str, str]
    commission_type: dict[str, str]
    status: dict[str, str]
    traffic: dict[str, str]
    ambiguous: dict[str, dict[str, str]]


@cache
def _code_names() -> _CodeNames:
    return msgspec.json.decode(files("mappings").joinpath("code_names.json").read_bytes(), type=_CodeNames)


@cache
def _aliases() -> _Aliases:
    text = files("mappings").joinpath("code_aliases.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Aliases)


@_kept
def names_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """Code as stored to all that it is called, the sets of countries, languages and currencies in nine languages."""
    found: dict[str, dict[str, None]] = {}
    for code, text in _names(name):
        found.setdefault(code, {})[text] = None
    return {code: tuple(texts) for code, texts in found.items()}


def _names(name: str) -> Iterator[tuple[str, str]]:
    """Code and name, what is surest first."""
    yield from ((code, label) for code, label in labels(name).items())
    aliases = {
        "paymentMethod": "payment_method",
        "approvalMode": "approval_mode",
        "commissionType": "commission_type",
    }.get(name, name)
    for code, texts in getattr(_aliases(), aliases, {}).items():
        yield from ((code, text.strip()) for text in texts.split(";"))
    match name:
        case "country" | "language" | "currency":
            for code, names in getattr(_code_names(), name).items():
                yield from ((code, text) for text in names)
        case "network":
            yield from ((network.slug, other) for network in BY_SLUG.values() for other in network.other_names)
        case "vertical":
            yield from _parts_of_labels()


def _parts_of_labels() -> Iterator[tuple[str, str]]:
    """The halves of labels ("Sports & Fitness"), in the plural and the singular."""
    for vertical in VERTICALS:
        for part in re.split(r"\s*(?:&|,)\s*", vertical.label):
            yield vertical.slug, part
            yield vertical.slug, singular(folded(part))


_SHORT = {
    "status": STATUSES,
    "commissionType": COMMISSION_TYPES,
    "epcUnit": EPC_UNITS,
    "epcWindow": EPC_WINDOWS,
    "popularityMetric": POPULARITY_METRICS,
    "paymentRisk": PAYMENT_RISKS,
    "paymentMethod": PAYMENT_METHODS,
    "approvalMode": APPROVAL_MODES,
    "traffic": tuple(TRAFFIC),
}
