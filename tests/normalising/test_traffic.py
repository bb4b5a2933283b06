"""Which traffic a program takes, and which it forbids.

1. A network's own list is read name by name; a name that we do not know says nothing.
2. A rule in words says what it forbids, or allows, if all of it is that.
3. A rule with a condition, about something else, or that is no rule, says nothing; its words are kept.
4. What is both allowed and forbidden is in doubt: neither.
5. Every kind is found by its code, its label and its usual names.
6. The same in eight other languages than English, as forty rules that were labelled beforehand say.
7. What stands between two verdicts that differ is in doubt; of what is left with a "not" nothing is allowed.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.normalising import normalise
from app.normalising.traffic import kinds, traffic
from app.normalising.traffic_words import traffic_words
from mappings import codes
from mappings.network_program import NetworkProgram

ADMITAD = (  # how the network itself names them
    "Cashback", "PopUp / ClickUnder", "Контекстная реклама", "Дорвей - трафик", "Email - рассылка",
    "Контекстная реклама на Бренд", "Реклама в социальных сетях", "Мотивированный трафик", "Toolbar",
    "Adult - трафик", "Тизерные сети", "Youtube Канал",
)  # fmt: skip


def test_a_networks_own_list() -> None:  # 1
    assert kinds(ADMITAD) == (
        "cashback", "popup", "search-ads", "doorway", "email", "brand-bidding", "social", "incentive", "software",
        "adult", "native", "video",
    )  # fmt: skip
    assert traffic(("Coupon sites", "Skywriting"), ("Toolbars",), None) == (("coupon",), ("software",))
    assert traffic((), ("Skywriting",), None) == (None, None)


@pytest.mark.parametrize(
    ("rules", "forbidden"),
    [
        ("No brand bidding", ("brand-bidding",)),
        ("NO PPC; no coupon sites.", ("search-ads", "coupon")),
        ("No bidding on brand keywords", ("brand-bidding",)),
        ("Paid search is not allowed\nIncentivized traffic prohibited", ("search-ads", "incentive")),
        ("<ul><li>No cashback</li><li>Pop-ups are forbidden</li></ul>", ("cashback", "popup")),
        ("Do not use email marketing or coupons", ("email", "coupon")),
        ("Forbidden: toolbars, adult content, SMS", ("software", "adult", "sms")),
        ("No incentivized traffic, no spam", ("incentive",)),
    ],
)
def test_rules_that_forbid(rules: str, forbidden: tuple[str, ...]) -> None:  # 2
    assert traffic((), (), rules) == (None, forbidden)


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("Coupon sites are allowed", ("coupon",)),
        ("Allowed: blogs, social media, newsletters", ("content", "social", "email")),
        ("Cashback welcome", ("cashback",)),
    ],
)
def test_rules_that_allow(rules: str, allowed: tuple[str, ...]) -> None:  # 2
    assert traffic((), (), rules) == (allowed, None)


@pytest.mark.parametrize(
    "rules",
    [
        "No brand bidding without prior approval",
        "No coupons unless we sent them to you",
        "Email only with permission",
        "No coupon sites allowed except our partners",
        "Brand bidding",
        "We love coupons",
        "No spam",
        "No self-referrals",
        "No bidding against our competitors on weekends",
        "Only blogs allowed",
        "",
    ],
)
def test_what_is_not_sure_says_nothing(rules: str) -> None:  # 3
    assert traffic((), (), rules) == (None, None)
    program = normalise(
        NetworkProgram(network="cj", external_id="1", data_source="test", name="A", restrictions=rules or None)
    )
    assert program.restrictions == (rules or None)


def test_allowed_and_forbidden_is_neither() -> None:  # 4
    assert traffic(("Cashback", "Coupons"), (), "No cashback") == (("coupon",), None)


@pytest.mark.parametrize("code", list(codes.TRAFFIC))
def test_every_kind_has_its_names(code: str) -> None:  # 5
    assert kinds((code, codes.TRAFFIC[code])) == (code, code)
    assert codes.meant("traffic", codes.TRAFFIC[code].upper()) == (code,)


_RULES = tomllib.loads(Path(__file__).with_name("traffic_rules.toml").read_text("utf-8"))["rule"]


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: f"{rule['language']}: {rule['text'][:40]}")
def test_other_languages(rule: dict[str, Any]) -> None:  # 6
    wanted = tuple(rule.get("allowed", ())) or None, tuple(rule.get("forbidden", ())) or None
    assert traffic((), (), rule["text"]) == wanted
    assert traffic((), (), rule["text"].upper().replace("SS", "ß")) in (wanted, (None, None))


def test_there_are_five_a_language() -> None:  # 6
    counted = Counter(rule["language"] for rule in _RULES)
    assert counted == dict.fromkeys(("de", "fr", "es", "it", "nl", "pt", "sv", "pl"), 5)


@pytest.mark.parametrize(
    ("rules", "allowed", "forbidden"),
    [
        ("No brand bidding, blogs and newsletters are welcome", ("content", "email"), ("brand-bidding",)),
        ("No brand bidding, blogs, newsletters are welcome", ("email",), ("brand-bidding",)),
        ("Blogs, newsletters are welcome, SMS", ("content", "email"), None),
        ("Emails are forbidden, SMS are forbidden", None, ("email", "sms")),
        ("Emails are allowed and SMS are forbidden", ("email",), ("sms",)),
        ("No coupons allowed", None, ("coupon",)),
        ("No PPC and coupons welcome", ("coupon",), ("search-ads",)),
        ("Cashback, coupons sadly not any more allowed", None, None),
        ("Cashback, Gutscheine leider nicht mehr erlaubt", None, None),
        ("Cashback, Gutscheine nicht erlaubt", None, ("cashback", "coupon")),
        ("Allowed: blogs, no coupons", ("content",), ("coupon",)),
        ("Keine Gutscheine erlaubt", None, ("coupon",)),
        ("No hay restricciones de email", None, None),
        ("Nie ma zakazu cashbacku", None, None),
        ("Il n'est pas interdit d'utiliser le cashback", None, None),
        ("Es ist nicht verboten, Newsletter zu versenden", None, None),
        ("Interdits\u00a0: SMS", None, ("sms",)),
        ("L’achat de mots-clés de marque est interdit", None, ("brand-bidding",)),
    ],
)  # fmt: skip
def test_verdicts(rules: str, allowed: tuple[str, ...] | None, forbidden: tuple[str, ...] | None) -> None:  # 7
    assert traffic((), (), rules) == (allowed, forbidden)


def test_no_name_of_a_kind_is_a_word_of_rules() -> None:  # 3
    """ "No SEM" is no condition in Portuguese."""
    condition = traffic_words().condition
    for name in [each.lower() for names in codes.names_of("traffic").values() for each in names]:
        assert not condition.search(name), name


def test_every_beginning_and_end_is_read() -> None:  # 2
    words = traffic_words()
    for entry in words.forbids:
        assert traffic((), (), f"{entry}cashback") == (None, ("cashback",)), entry
    for entry in words.forbidden:
        assert traffic((), (), f"cashback{entry}") == (None, ("cashback",)), entry
    for entry in words.allows:
        assert traffic((), (), f"{entry}cashback") == (("cashback",), None), entry
    for entry in words.allowed:
        assert traffic((), (), f"cashback{entry}") == (("cashback",), None), entry


@given(st.text(max_size=400))
def test_whatever_is_written_ends(rules: str) -> None:  # 4
    allowed, forbidden = traffic((), (), rules)
    assert not set(allowed or ()) & set(forbidden or ())
