"""Affiliates' own words are facts and wishes: what filter they stand for, and which words they are.

1. Cookies, payment methods, minimum payout, commission, EPC, approval, links, feeds, networks, countries and languages
   are understood in the nine languages, in any usual order.
2. Every filter is one that the API takes.
3. Ordinary words are no facts: products, brands and discounts stay words.
4. The longest phrase wins; a text of any kind is read in linear time.
"""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from app.search.request_parser import read_request
from mappings.catalogue import FILTERS
from mappings.facts import facts_in
from mappings.folding import folded
from mappings.intents import intents, places


def _facts(q: str) -> dict[str, str]:
    """Parameter to filter of all that is found in a query."""
    return {found.parameter: found.filter for found in facts_in(folded(q).split())}


@pytest.mark.parametrize(
    ("q", "parameter", "filter"),
    [
        ("60 day cookie", "cookieDays", "60.."),
        ("coffee 60 day cookie", "cookieDays", "60.."),
        ("90 days cookie", "cookieDays", "90.."),
        ("cookie 30 days", "cookieDays", "30.."),
        ("cookies of at least 45 days", "cookieDays", "45.."),
        ("30-day cookies", "cookieDays", "30.."),
        ("30day cookie", "cookieDays", "30.."),
        ("cookie duration 120 days", "cookieDays", "120.."),
        ("over 90 day cookie window", "cookieDays", "90.."),
        ("1 year cookie", "cookieDays", "365.."),
        ("6 month cookie", "cookieDays", "180.."),
        ("24 hour cookie", "cookieDays", "1.."),
        ("ninety day cookie", "cookieDays", "90.."),
        ("60 Tage Cookie", "cookieDays", "60.."),
        ("Cookie-Laufzeit 60 Tage", "cookieDays", "60.."),
        ("mindestens 30 Tage Cookielaufzeit", "cookieDays", "30.."),
        ("cookie de 60 jours", "cookieDays", "60.."),
        ("durée du cookie 30 jours", "cookieDays", "30.."),
        ("cookie de 60 días", "cookieDays", "60.."),
        ("60 dias de cookie", "cookieDays", "60.."),
        ("cookie di 60 giorni", "cookieDays", "60.."),
        ("durata cookie 60 giorni", "cookieDays", "60.."),
        ("60 dagen cookie", "cookieDays", "60.."),
        ("cookie 60 dni", "cookieDays", "60.."),
        ("60 dagars cookie", "cookieDays", "60.."),
        ("24h cookie", "cookieDays", "1.."),
        ("two week cookie", "cookieDays", "14.."),
        ("cookie duration of 90 days or more", "cookieDays", "90.."),
        ("cookie valable 30 jours", "cookieDays", "30.."),
        ("cookie i 90 dagar", "cookieDays", "90.."),
        ("lifetime cookie", "cookieDays", "365.."),
        ("long cookie", "cookieDays", "60.."),
        ("lange cookie laufzeit", "cookieDays", "60.."),
        ("paypal", "paymentMethods", "paypal"),
        ("pays via paypal", "paymentMethods", "paypal"),
        ("programs that pay with PayPal", "paymentMethods", "paypal"),
        ("paypal payouts", "paymentMethods", "paypal"),
        ("Auszahlung per PayPal", "paymentMethods", "paypal"),
        ("paiement par paypal", "paymentMethods", "paypal"),
        ("pay pal", "paymentMethods", "paypal"),
        ("payoneer", "paymentMethods", "payoneer"),
        ("wire transfer", "paymentMethods", "wire"),
        ("paid by wire", "paymentMethods", "wire"),
        ("bank transfer", "paymentMethods", "bank-transfer"),
        ("Banküberweisung", "paymentMethods", "bank-transfer"),
        ("virement bancaire", "paymentMethods", "bank-transfer"),
        ("transferencia bancaria", "paymentMethods", "bank-transfer"),
        ("bonifico bancario", "paymentMethods", "bank-transfer"),
        ("przelew bankowy", "paymentMethods", "bank-transfer"),
        ("direct deposit", "paymentMethods", "direct-deposit"),
        ("crypto payouts", "paymentMethods", "crypto"),
        ("paid in bitcoin", "paymentMethods", "crypto"),
        ("payment by check", "paymentMethods", "check"),
        ("stripe payouts", "paymentMethods", "stripe"),
        ("recurring", "recurring", "true"),
        ("which programs pay recurring commission", "recurring", "true"),
        ("lifetime", "recurring", "true"),
        ("lifetime commissions", "recurring", "true"),
        ("wiederkehrende Provision", "recurring", "true"),
        ("commission récurrente", "recurring", "true"),
        ("comisiones recurrentes", "recurring", "true"),
        ("commissioni ricorrenti", "recurring", "true"),
        ("comissão recorrente", "recurring", "true"),
        ("terugkerende commissie", "recurring", "true"),
        ("prowizja cykliczna", "recurring", "true"),
        ("återkommande provision", "recurring", "true"),
        ("12 months recurring", "recurringMonths", "12.."),
        ("no minimum payout", "minPayout", "..0"),
        ("kein Mindestauszahlungsbetrag", "minPayout", "..0"),
        ("low minimum payout", "minPayout", "..20"),
        ("minimum payout under 50", "minPayout", "..50"),
        ("minimum payout under $50", "minPayout", "..50"),
        ("$50 minimum", "minPayout", "..50"),
        ("$50 minimum payout", "minPayout", "..50"),
        ("payout threshold 25", "minPayout", "..25"),
        ("Auszahlungsgrenze 50", "minPayout", "..50"),
        ("seuil de paiement 20", "minPayout", "..20"),
        ("pago mínimo 50", "minPayout", "..50"),
        ("soglia di pagamento 50", "minPayout", "..50"),
        ("over 20% commission", "commission", "20.."),
        ("20% commission", "commission", "20.."),
        ("30 % commissions", "commission", "30.."),
        ("at least 10 percent", "commission", "10.."),
        ("more than 15%", "commission", "15.."),
        ("commission over 25%", "commission", "25.."),
        ("commission of 12.5%", "commission", "12.5.."),
        ("40%+ commission", "commission", "40.."),
        ("50% revshare", "commission", "50.."),
        ("20% Provision", "commission", "20.."),
        ("mindestens 10 Prozent Provision", "commission", "10.."),
        ("7,5 % Provision", "commission", "7.5.."),
        ("20% de commission", "commission", "20.."),
        ("comisión del 20%", "commission", "20.."),
        ("commissioni del 20%", "commission", "20.."),
        ("20% de comissão", "commission", "20.."),
        ("20% commissie", "commission", "20.."),
        ("prowizja 20%", "commission", "20.."),
        ("commission up to 50%", "commission", "50.."),
        ("bis zu 50 % Provision", "commission", "50.."),
        ("pays 40%", "commission", "40.."),
        ("30% or more commission", "commission", "30.."),
        ("comisiones superiores al 20%", "commission", "20.."),
        ("commissione oltre il 20%", "commission", "20.."),
        ("saas 30% recurring", "commission", "30.."),
        ("pay per lead $20", "commissionFixed", "20.."),
        ("$50 per sale", "commissionFixed", "50.."),
        ("$100 cpa", "commissionFixed", "100.."),
        ("20 dollars per lead", "commissionFixed", "20.."),
        ("epc over 1", "epc", "1.."),
        ("epc above $0.50", "epc", "0.5.."),
        ("high epc", "epc", "0.5.."),
        ("conversion rate over 5%", "conversionRate", "5.."),
        ("pays within 30 days", "paymentDays", "..30"),
        ("net 30", "paymentDays", "..30"),
        ("auto approval", "approvalMode", "auto"),
        ("auto-approve", "approvalMode", "auto"),
        ("instant approval", "approvalMode", "auto"),
        ("automatische Freigabe", "approvalMode", "auto"),
        ("approbation automatique", "approvalMode", "auto"),
        ("invite only", "approvalMode", "invite"),
        ("deep links", "deepLinkAllowed", "true"),
        ("deeplinks", "deepLinkAllowed", "true"),
        ("product feed", "hasProductFeed", "true"),
        ("Produktdatenfeed", "hasProductFeed", "true"),
        ("flux produits", "hasProductFeed", "true"),
        ("high paying", "commissionMax", "20.."),
        ("bestbezahlte", "commissionMax", "20.."),
        ("mejor pagados", "commissionMax", "20.."),
        ("tiered commission", "commissionType", "tiered"),
        ("launched in 2025", "launchedAt", "2025.."),
        ("launched 2025", "launchedAt", "2025.."),
        ("neueste", "launchedAt", f"{datetime.now(UTC).year - 1}.."),
        ("commission junction", "network", "cj"),
        ("comission junction", "network", "cj"),
        ("cj affiliate", "network", "cj"),
        ("linkshare", "network", "rakuten"),
        ("share a sale", "network", "shareasale"),
        ("shareasle", "network", "shareasale"),
        ("clikbank", "network", "clickbank"),
        ("affiliate window", "network", "awin"),
        ("zanox", "network", "awin"),
        ("impact radius", "network", "impact"),
        ("impact.com", "network", "impact"),
        ("hosting germany", "geoTargeting", "DE"),
        ("german hosting", "textLanguage", "de"),
        ("programme Deutschland", "geoTargeting", "DE"),
        ("Reisen Österreich", "geoTargeting", "AT"),
        ("zapatos España", "geoTargeting", "ES"),
        ("uk fashion", "geoTargeting", "GB"),
        ("program w polsce", "geoTargeting", "PL"),
        ("united states", "geoTargeting", "US"),
        ("programas Estados Unidos", "geoTargeting", "US"),
    ],
)
def test_what_is_understood(q: str, parameter: str, filter: str) -> None:  # 1
    assert _facts(q).get(parameter) == filter


@pytest.mark.parametrize(
    "q",
    [
        "lifetime fitness",
        "lifetime deal",
        "lifetime warranty watches",
        "cookie recipes",
        "chocolate chip cookies",
        "over 50% off shoes",
        "20% discount",
        "10 day trip",
        "30 days of yoga",
        "wire fencing",
        "stripe socks",
        "checked shirts",
        "turkey recipes",
        "china porcelain",
        "jersey bedding",
        "island holidays",
        "indie games",
        "new balance",
        "new york hotels",
        "size 50",
        "24 hour fitness",
        "net curtains",
        "recurring payments software",
        "minimum wage",
        "feed for dogs",
        "1 year warranty",
        "chile peppers",
        "grand canyon",
        "suede boots",
        "bermuda shorts",
        "dania bez glutenu",
        "learn german",
        "spanish lessons online",
        "german shepherd food",
        "over 50 dating",
        "under 25 car insurance",
        "90 day fiance",
        "pay by the hour jobs",
        "up to 50% off",
        "12 month loan",
        "check valves",
        "7 day trial",
        "best shoes",
    ],
)
def test_ordinary_words_are_no_facts(q: str) -> None:  # 3
    assert _facts(q) == {}


def test_where_a_fact_stands() -> None:  # 1, 4
    words = ["coffee", "with", "a", "60", "day", "cookie", "paypal", "and", "recurring", "commission"]
    found = facts_in(words)
    assert [" ".join(words[each.start : each.end]) for each in found] == [
        "60 day cookie",
        "paypal",
        "recurring commission",
    ]
    assert [each.label for each in found] == ["cookie of 60 days or more", "pays by PayPal", "recurring commission"]
    assert [each.kind for each in found] == ["fact", "fact", "fact"]


def test_degrees_are_wishes_with_steps() -> None:  # 1
    (found,) = facts_in(["high", "paying"])
    assert (found.kind, found.filter) == ("wish", "20..")
    assert found.wish is not None
    assert found.wish.steps[-1] == 75


def test_words_that_may_mean_themselves_too() -> None:  # 3
    by_parameter = {found.parameter: found for found in facts_in(["impact", "german", "paypal"])}
    assert by_parameter["network"].also_words
    assert by_parameter["textLanguage"].also_words
    assert not by_parameter["paymentMethods"].also_words


def test_the_longest_wins() -> None:  # 4
    assert _facts("lifetime cookie") == {"cookieDays": "365.."}
    assert _facts("no minimum payout") == {"minPayout": "..0"}
    assert _facts("paypal recurring") == {"paymentMethods": "paypal", "recurring": "true"}


def test_every_filter_is_one_that_the_api_takes() -> None:  # 2
    file = tomllib.loads(files("mappings").joinpath("facts.toml").read_text("utf-8"))
    named = {(fact["parameter"], fact["filter"].replace("{n}", f"{fact.get('high', 0)}")) for fact in file["facts"]}
    named |= {(wish.parameter, wish.filter) for wish in intents().wishes}
    named |= {(fact.field, fact.value) for facts in places().values() for fact in facts}
    assert len(named) > 250
    for parameter, filter in sorted(named):
        assert parameter in FILTERS, parameter
        read_request({parameter: [filter.replace("{last year}", "2025")]})


@pytest.mark.parametrize(
    "words",
    [
        ["60"] * 250,
        ["cookie"] * 80,
        ["at", "least"] * 50,
        ["60", "day"] * 60,
        ["over"] * 120,
        ["9" * 500],
        ["no", "minimum"] * 40,
        ["-"] * 256,
        [""],
        [],
        ["%" * 512],
        ["$"] * 256,
        ["99999999999 day cookie"],
    ],
)
def test_any_text_is_read_quickly(words: list[str]) -> None:  # 4
    facts_in(["over", "60"])  # the files are read at the first use
    began = time.perf_counter()
    found = facts_in(words)
    assert time.perf_counter() - began < 0.1
    assert all(0 <= each.start < each.end <= len(words) for each in found)


@pytest.mark.parametrize("q", ["101% commission", "0 day cookie", "99999 day cookie"])
def test_numbers_out_of_bounds_are_no_facts(q: str) -> None:  # 3
    assert "commission" not in _facts(q)
    assert "cookieDays" not in _facts(q)
