"""One record, from the source's words to a program."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from app.normalising.categories import categories
from app.normalising.commissions import commissions
from app.normalising.cookies import MOST_DAYS, cookie_days
from app.normalising.dates import day
from app.normalising.flags import approval_mode, flag, one_of, payment_methods, payment_risk, status
from app.normalising.money import money
from app.normalising.numbers import number, whole, within
from app.normalising.places import countries, country, currency, currency_of, language, languages
from app.normalising.text import clean, storable
from app.normalising.urls import merchant_domain, url
from mappings.exchange_rates import RATES
from mappings.network_program import NetworkProgram, Raw
from mappings.networks import BY_SLUG, Network
from mappings.program import Program

VERSION = 5  # raise it when the same record would become another program: every stored row is then looked at again

_LONGEST_ID = 200
_LONGEST_NAME = 300
_LONGEST_DESCRIPTION = 5000
_MONTH_FIRST = frozenset({"clickbank"})
_NO_RANK_AT_ZERO = frozenset({"awin", "cj"})  # their scales begin above 0: it stands where there is no score yet
_SHARE = (0.0, 100.0)


class Rejected(Exception):
    """The record cannot become a program; the message says why."""


def normalise(raw: NetworkProgram) -> Program:
    """What a source says, interpreted. What cannot be read is unknown. Raises Rejected."""
    network = BY_SLUG.get(raw.network)
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
    awin = network.slug == "awin"
    popularity = number(raw.popularity)
    if popularity == 0 and network.slug in _NO_RANK_AT_ZERO:
        popularity = None
    silent = awin and popularity is None  # its zeros then mean "no data"
    epc_raw, named = money(raw.epc)
    epc_raw = _known(within(epc_raw, -1e9, 1e9), silent)
    epc_currency = (currency(raw.epc_currency) or named or own_currency or assumed) if epc_raw is not None else None
    per = _clicks(raw.epc_unit, network) if epc_raw is not None else None
    return Program(
        network=network.slug,
        external_id=own_id,
        data_source=clean(raw.data_source, 100) or "unknown",
        status=status(raw.status),
        name=name,
        description=clean(raw.description, _LONGEST_DESCRIPTION),
        text_language=language(raw.text_language) if raw.text_language else None,
        category=category,
        categories=listed,
        vertical=vertical,
        merchant_domain=merchant_domain(merchant_url),
        primary_region=region,
        launched_at=_launched(raw),
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
        recurring_months=said.recurring_months if (m := whole(number(raw.recurring_months), 1, 1200)) is None else m,
        cookie_days=network.cookie_days if raw.cookie is None else _cookie(raw.cookie, awin),
        min_payout=min_payout,
        min_payout_currency=payout_currency,
        min_payout_usd=_usd(min_payout, RATES.usd.get(payout_currency) if payout_currency else None),
        payment_methods=payment_methods(raw.payment_methods) if raw.payment_methods else None,
        validation_days=whole(number(raw.validation_days), 0, MOST_DAYS),
        payment_days=whole(_positive(number(raw.payment_days)), 0, MOST_DAYS),
        payment_risk=payment_risk(raw.payment_risk),
        average_earnings=earnings,
        average_earnings_usd=_usd(earnings, rate),
        epc=_epc(epc_raw, epc_currency, per),
        epc_raw=epc_raw,
        epc_unit=None if per is None else "click" if per == 1 else "100 clicks",
        epc_window=(one_of("epcWindow", raw.epc_window) or network.epc_window) if epc_raw is not None else None,
        epc_currency=epc_currency,
        conversion_rate=_known(within(number(raw.conversion_rate), *_SHARE), silent),
        approval_rate=_approval(raw, silent),
        popularity_raw=within(popularity, -1e9, 1e9),
        popularity_metric=_metric(raw, network) if popularity is not None else None,
        geo_targeting=countries(raw.geo_targeting) if raw.geo_targeting else None,
        language=languages(raw.language) if raw.language else None,
        approval_mode=approval_mode(raw.approval_mode),
        has_product_feed=flag(raw.product_feed),
    )


def _refuse_unstorable(raw: NetworkProgram) -> None:
    texts = (
        raw.external_id, raw.data_source, raw.name, raw.description, raw.commission_text, raw.text_language,
        raw.status, raw.merchant_url, raw.program_url, raw.affiliate_url, raw.logo_url, *raw.categories,
        *[line.condition for line in raw.commissions],
    )  # fmt: skip
    # Looked at as one text. The blank keeps halves at the ends of two texts from making a whole.
    if not storable(" ".join([text for text in texts if text])):
        raise Rejected("text: it holds a NUL or half a character (a lone surrogate); it must be whole UTF-8")


def external_id(network: str, written: str) -> str:
    """A network's id of a program as we keep it; empty for nothing."""
    text = written if written.isalnum() else " ".join("".join(c if c.isprintable() else " " for c in written).split())
    return text.upper() if network == "clickbank" else text


def _external_id(raw: NetworkProgram) -> str:
    text = external_id(raw.network, raw.external_id)
    if not text:
        raise Rejected("external id: it is missing; the network's own id tells programs apart")
    if len(text) > _LONGEST_ID:
        raise Rejected(f"external id: it has {len(text)} characters; at most {_LONGEST_ID} are taken")
    return text


def _launched(raw: NetworkProgram) -> date | None:
    return day(raw.launched, month_first=raw.network in _MONTH_FIRST)


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


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


@lru_cache(maxsize=256)
def _clicks(unit: str | None, network: Network) -> int:
    """How many clicks one EPC figure stands for."""
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


def _cookie(raw: Raw, awin: bool) -> int | None:
    days = cookie_days(raw)
    return None if awin and days == 0 and number(raw) == 0 else days  # its directory writes 0 where it does not know


def _approval(raw: NetworkProgram, silent: bool) -> float | None:
    stated = _known(within(number(raw.approval_rate), *_SHARE), silent)
    if stated is not None:
        return stated
    reversed_share = within(number(raw.reversal_rate), *_SHARE)
    return None if reversed_share is None else round(100 - reversed_share, 4)


def _metric(raw: NetworkProgram, network: Network) -> str | None:
    return one_of("popularityMetric", raw.popularity_metric) or network.popularity_metric
