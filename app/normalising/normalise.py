"""One record, from the source's words to a program."""

from __future__ import annotations

import re
from functools import lru_cache

from app.normalising.bounds import bounded
from app.normalising.categories import categories
from app.normalising.commissions import commissions
from app.normalising.cookies import cookie_days
from app.normalising.dates import day
from app.normalising.durations import duration_days, duration_months
from app.normalising.flags import approval_mode, flag, one_of, payment_methods, payment_risk, status
from app.normalising.money import money
from app.normalising.numbers import number, within
from app.normalising.places import countries, country, currency, currency_of, language, languages
from app.normalising.text import clean, lines_of, storable
from app.normalising.topics import topics_of, vertical_of_topics
from app.normalising.traffic import traffic
from app.normalising.urls import merchant_domain, url
from mappings import codes
from mappings.exchange_rates import RATES
from mappings.network_program import NetworkProgram, Raw
from mappings.networks import BY_SLUG, Network, ZeroField
from mappings.program import Program

VERSION = 10  # raise it when the same record would become another program: every stored row is then looked at again

_LONGEST_ID = 200
_LONGEST_NAME = 300
_LONGEST_DESCRIPTION = 5000
_LONGEST_RESTRICTIONS = 5000
_SHARE = (0.0, 100.0)
# What pandas and spreadsheets make of an id: "101.0", "'00101"; and "1.23457E+11", of which nothing can be had back.
_WRITTEN_BY_TABLES = re.compile(r"(?:'(?=\d))?(\w+?)(?:(?<=\d)\.0+)?", re.ASCII)
_DIGITS_LOST = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}", re.ASCII)


class Rejected(Exception):
    """The record cannot become a program; the message says why."""


def normalise(raw: NetworkProgram) -> Program:
    """What a source says, interpreted. What cannot be read is unknown. Raises Rejected."""
    raw = bounded(raw)
    network = BY_SLUG.of(raw.network)
    if network is None:
        raise Rejected(f"network: '{raw.network[:80]}' is none of ours")
    _refuse_unstorable(raw)
    own_id = _external_id(raw)
    name = clean(raw.name, _LONGEST_NAME)
    if name is None:
        raise Rejected("name: it is missing; a program needs one")

    region = country(raw.primary_region) if raw.primary_region else None
    own_currency = currency(raw.currency) if raw.currency else None
    assumed = own_currency or _currency_of_network(network, region)
    said = commissions(raw.commission_text, raw.commissions, assumed)
    category, listed, vertical = categories(network.slug, raw.categories)
    description = clean(raw.description, _LONGEST_DESCRIPTION)
    text_language = language(raw.text_language) if raw.text_language else None
    topics = topics_of(name, description, category, text_language)
    merchant_url = url(raw.merchant_url)
    earnings, earned_in = money(raw.average_earnings)
    earnings = _known(within(earnings, -1e9, 1e9), True)  # nobody earns nothing on average: it is not known yet
    paid_in = said.currency or own_currency or ((earned_in or assumed) if earnings is not None else None)
    if earned_in is not None and earned_in != paid_in:
        earnings = None  # a program has one currency
    rate = RATES.usd.get(paid_in) if paid_in else None
    min_payout, named = money(raw.min_payout)
    min_payout = within(min_payout, 0, 1e9)
    payout_currency = (
        (currency(raw.min_payout_currency) or named or paid_in or assumed) if min_payout is not None else None
    )
    popularity = _known(number(raw.popularity), network.no_rank_at_zero)
    silent = _silent(network, popularity is not None)
    allowed, forbidden = traffic(raw.traffic_allowed, raw.traffic_forbidden, raw.restrictions)
    epc_raw, named = money(raw.epc)
    epc_raw = _known(within(epc_raw, -1e9, 1e9), "epc" in silent)
    epc_currency = (currency(raw.epc_currency) or named or own_currency or assumed) if epc_raw is not None else None
    per = _clicks(raw.epc_unit, network) if epc_raw is not None else None
    return Program(
        network=network.slug,
        external_id=own_id,
        data_source=clean(raw.data_source, 100) or "unknown",
        status=status(raw.status),
        name=name,
        description=description,
        text_language=text_language,
        category=category,
        categories=listed,
        vertical=vertical or vertical_of_topics(topics),
        topics=topics,
        merchant_domain=merchant_domain(merchant_url),
        primary_region=region,
        launched_at=day(raw.launched, month_first=network.month_first, day_first=network.day_first),
        program_url=url(raw.program_url) or _from_template(network.program_url, own_id),
        merchant_url=merchant_url,
        affiliate_url=url(raw.affiliate_url) or _from_template(network.affiliate_url, own_id),
        logo_url=url(raw.logo_url),
        deep_link_allowed=flag(raw.deep_links),
        commission_type=said.type,
        commission_min=said.percent_min,
        commission_max=said.percent_max,
        commission_fixed_min=said.fixed_min,
        commission_fixed_max=said.fixed_max,
        commission_fixed_min_usd=_usd(said.fixed_min, rate),
        commission_fixed_max_usd=_usd(said.fixed_max, rate),
        currency=paid_in,
        exchange_rate=rate,
        exchange_rate_date=RATES.date if rate is not None else None,
        commission_rules=said.rules,
        commission_text=said.text,
        recurring=said.recurring if (stated := flag(raw.recurring)) is None else stated,
        recurring_months=said.recurring_months if (m := duration_months(raw.recurring_months)) is None else m,
        cookie_days=network.cookie_days if raw.cookie is None else _cookie(raw.cookie, "cookie" in silent),
        min_payout=min_payout,
        min_payout_currency=payout_currency,
        min_payout_usd=_usd(min_payout, RATES.usd.get(payout_currency) if payout_currency else None),
        payment_methods=payment_methods(raw.payment_methods) if raw.payment_methods else None,
        validation_days=duration_days(raw.validation_days),
        payment_days=duration_days(raw.payment_days) or None,  # nobody pays at once: it is not known
        payment_risk=payment_risk(raw.payment_risk),
        average_earnings=earnings,
        average_earnings_usd=_usd(earnings, rate),
        epc=_epc(epc_raw, epc_currency, per),
        epc_raw=epc_raw,
        epc_unit=None if per is None else "click" if per == 1 else "100 clicks",
        epc_window=_window(raw, network) if epc_raw is not None else None,
        epc_currency=epc_currency,
        conversion_rate=_known(within(number(raw.conversion_rate), *_SHARE), "conversion_rate" in silent),
        approval_rate=_approval(raw, "approval_rate" in silent),
        popularity_raw=within(popularity, -1e9, 1e9),
        popularity_metric=_metric(raw, network) if popularity is not None else None,
        geo_targeting=countries(raw.geo_targeting) if raw.geo_targeting else None,
        language=languages(raw.language) if raw.language else None,
        approval_mode=approval_mode(raw.approval_mode),
        has_product_feed=flag(raw.product_feed),
        operated_by=_operator(raw.operated_by),
        traffic_allowed=allowed,
        traffic_forbidden=forbidden,
        restrictions=_rules(raw.restrictions),
    )


def _refuse_unstorable(raw: NetworkProgram) -> None:
    texts = (
        raw.external_id, raw.data_source, raw.name, raw.description, raw.commission_text, raw.text_language,
        raw.status, raw.operated_by, raw.merchant_url, raw.program_url, raw.affiliate_url, raw.logo_url,
        raw.restrictions, *raw.categories, *[line.condition for line in raw.commissions],
    )  # fmt: skip
    # Looked at as one text. The blank keeps halves at the ends of two texts from making a whole.
    if not storable(" ".join([text for text in texts if text])):
        raise Rejected("text: it holds a NUL or half a character (a lone surrogate); it must be whole UTF-8")


def external_id(network: str, written: str) -> str:
    """A network's id of a program as we keep it; empty for nothing."""
    text = written if written.isalnum() else " ".join("".join(c if c.isprintable() else " " for c in written).split())
    if "." in text or text.startswith("'"):
        text = match[1] if (match := _WRITTEN_BY_TABLES.fullmatch(text)) else text
    known = BY_SLUG.of(network)
    if known is None:
        return text
    return text.upper() if known.upper_case_ids else text.lower() if known.lower_case_ids else text


def _external_id(raw: NetworkProgram) -> str:
    text = external_id(raw.network, raw.external_id)
    if not text:
        raise Rejected("external id: it is missing; the network's own id tells programs apart")
    if _DIGITS_LOST.fullmatch(text):
        raise Rejected(f"external id: a spreadsheet made it '{text}', its digits are lost; export the column as text")
    if len(text) > _LONGEST_ID:
        raise Rejected(f"external id: it has {len(text)} characters; at most {_LONGEST_ID} are taken")
    return text


@lru_cache(maxsize=1024)
def _silent(network: Network, ranked: bool) -> frozenset[ZeroField]:
    """The fields in which a 0 says that the network does not know."""
    fields = set(network.zero_unknown)
    if network.zero_is_silence:
        fields |= {"cookie"} if ranked else {"cookie", "epc", "conversion_rate", "approval_rate"}
    return frozenset(fields)


@lru_cache(maxsize=512)
def _currency_of_network(network: Network, region: str | None) -> str | None:
    """Of amounts that name no currency: the region's where the network pays so, and unknown if the region has several
    or is not named; else the network's."""
    return currency_of(region) if network.currency_by_region else network.currency


def _from_template(template: str | None, external_id: str) -> str | None:
    if template is None or not external_id.isascii() or not external_id.replace("-", "").replace("_", "").isalnum():
        return None
    return template.replace("{id}", external_id)


def _usd(amount: float | None, rate: float | None) -> float | None:
    return round(amount * rate, 4) if amount is not None and rate is not None and abs(amount * rate) <= 1e9 else None


def _known(value: float | None, silent: bool) -> float | None:
    return None if silent and value == 0 else value


@lru_cache(maxsize=256)
def _clicks(unit: str | None, network: Network) -> int | None:
    """How many clicks one EPC figure stands for; None where that is not known."""
    if unit == "":
        return None
    match one_of("epcUnit", unit):
        case "click":
            return 1
        case "100 clicks":
            return 100
        case _:
            return network.epc_per


def _epc(value: float | None, paid_in: str | None, per: int | None) -> float | None:
    """USD per click; a negative figure (more was taken back than earned) compares with nothing."""
    if value == 0 and per is not None:
        return 0.0  # in any currency
    rate = RATES.usd.get(paid_in) if paid_in else None
    if value is None or value < 0 or rate is None or per is None:
        return None
    return within(round(value * rate / per, 6), 0, 1e6)


def _cookie(raw: Raw, silent: bool) -> int | None:
    days = cookie_days(raw)
    return None if silent and days == 0 and number(raw) == 0 else days  # of the session is known


def _approval(raw: NetworkProgram, silent: bool) -> float | None:
    stated = _known(within(number(raw.approval_rate), *_SHARE), silent)
    if stated is not None:
        return stated
    reversed_share = within(number(raw.reversal_rate), *_SHARE)
    return None if reversed_share is None else round(100 - reversed_share, 4)


def _operator(raw: str | None) -> str | None:
    """Whose program it is: the slug of a network that we know, else the name, in small letters."""
    name = (clean(raw, 100) or "").lower()
    return next(iter(codes.meant("network", name)), name) or None if name else None


def _rules(raw: str | None) -> str | None:
    """Rules in one line, each behind a point: "No coupons · No brand bidding"."""
    return clean(" · ".join(lines_of(raw, _LONGEST_RESTRICTIONS).split("\n")), _LONGEST_RESTRICTIONS) if raw else None


def _window(raw: NetworkProgram, network: Network) -> str | None:
    return None if raw.epc_window == "" else one_of("epcWindow", raw.epc_window) or network.epc_window


def _metric(raw: NetworkProgram, network: Network) -> str | None:
    return one_of("popularityMetric", raw.popularity_metric) or network.popularity_metric
