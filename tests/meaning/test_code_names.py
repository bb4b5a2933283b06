"""Codes are taken by the names that people write for them, and the answer shows the code.

1. Countries, languages, currencies, verticals, networks and the other sets: alpha-3 codes, names in nine languages and
   at home, usual aliases, in any case and with any marks.
2. What may mean several codes is refused, and they are proposed; a mistyped name proposes its code. Any other text
   means nothing, and says so at once.
3. A code always means itself, whatever else is called so.
4. Other interfaces' names of parameters propose ours.
"""

from __future__ import annotations

import time

import pytest

from app.search.bad_request import BadRequest, nearest
from app.search.code_names import codes_called
from app.search.request_parser import read_request
from app.search.typed import Exactness, typed
from mappings import codes


@pytest.mark.parametrize(
    ("parameter", "written", "code"),
    [
        ("geoTargeting", "UK", "GB"),
        ("geoTargeting", "uk", "GB"),
        ("geoTargeting", "USA", "US"),
        ("geoTargeting", "U.S.", "US"),
        ("geoTargeting", "U.S.A.", "US"),
        ("geoTargeting", "America", "US"),
        ("geoTargeting", "United States", "US"),
        ("geoTargeting", "Germany", "DE"),
        ("geoTargeting", "deutschland", "DE"),
        ("geoTargeting", "Allemagne", "DE"),
        ("geoTargeting", "Niemcy", "DE"),
        ("geoTargeting", "DEU", "DE"),
        ("geoTargeting", "de", "DE"),
        ("geoTargeting", "Holland", "NL"),
        ("geoTargeting", "Österreich", "AT"),
        ("geoTargeting", "Osterreich", "AT"),
        ("geoTargeting", "España", "ES"),
        ("geoTargeting", "日本", "JP"),
        ("geoTargeting", "Czech Republic", "CZ"),
        ("geoTargeting", "Türkei", "TR"),
        ("geoTargeting", "South Korea", "KR"),
        ("geoTargeting", "Guinea-Bissau", "GW"),
        ("geoTargeting", "Bosnia and Herzegovina", "BA"),
        ("geoTargeting", "Bosnia & Herzegovina", "BA"),
        ("primaryRegion", "England", "GB"),
        ("language", "german", "de"),
        ("language", "Deutsch", "de"),
        ("language", "ger", "de"),
        ("language", "deu", "de"),
        ("language", "en-US", "en"),
        ("language", "en_gb", "en"),
        ("language", "zh-Hans-CN", "zh"),
        ("language", "es-419", "es"),
        ("language", "uk", "uk"),
        ("language", "polski", "pl"),
        ("language", "Français", "fr"),
        ("language", "Brazilian Portuguese", "pt"),
        ("textLanguage", "Swedish", "sv"),
        ("currency", "€", "EUR"),
        ("currency", "euro", "EUR"),
        ("currency", "US Dollar", "USD"),
        ("currency", "zł", "PLN"),
        ("vertical", "Sport", "fitness"),
        ("vertical", "Sports", "fitness"),
        ("vertical", "Fashion", "fashion"),
        ("vertical", "Sports & Fitness", "fitness"),
        ("vertical", "Home and Garden", "home"),
        ("vertical", "Reisen", "travel"),
        ("vertical", "hosting", "web"),
        ("network", "Commission Junction", "cj"),
        ("network", "linkshare", "rakuten"),
        ("network", "impact.com", "impact"),
        ("paymentMethods", "Bank Transfer", "bank-transfer"),
        ("paymentMethods", "cheque", "check"),
        ("approvalMode", "automatic", "auto"),
        ("commissionType", "percentage", "percent"),
        ("status", "open", "active"),
        ("topics", "Perfume", "perfume"),
        ("topics", "Parfüm", "perfume"),
    ],
)
def test_names_mean_their_code(parameter: str, written: str, code: str) -> None:  # 1
    request = read_request({parameter: [written]})
    assert request.filters[parameter].values == (code,)
    assert request.bound == read_request({parameter: [code]}).bound, "one search, however it is written"


def test_names_are_excluded_and_listed_as_codes_are() -> None:  # 1
    wanted = read_request({"geoTargeting": ["!UK,Germany,DE"]}).filters["geoTargeting"]
    assert (wanted.values, wanted.excluded_values) == (("DE",), ("GB",))


@pytest.mark.parametrize(
    ("parameter", "written", "proposed", "said"),
    [
        ("geoTargeting", "Georgia", "GE", "GE (Georgia), US (United States)"),
        ("geoTargeting", "Korea", "KR", "KP (North Korea)"),
        ("geoTargeting", "Congo", "CD", "CG ("),
        ("currency", "dollar", "USD", "CAD (Canadian Dollar)"),
        ("currency", "$", "USD", "AUD"),
        ("geoTargeting", "Germny", "DE", "did you mean 'DE' (Germany)?"),
        ("geoTargeting", "Swizerland", "CH", "did you mean 'CH' (Switzerland)?"),
        ("language", "Germn", "de", "did you mean 'de' (German)?"),
        ("network", "rakutn", "rakuten", "did you mean 'rakuten'?"),
        ("vertical", "fashon", "fashion", "did you mean 'fashion'?"),
    ],
)
def test_what_is_unclear_is_refused_with_a_proposal(
    parameter: str, written: str, proposed: str, said: str
) -> None:  # 2
    with pytest.raises(BadRequest) as refused:
        read_request({parameter: [written]})
    (error,) = refused.value.errors
    assert (error.parameter, error.did_you_mean) == (parameter, proposed)
    assert said in error.message


@pytest.mark.parametrize("name", ["country", "language", "currency", "network", "vertical", "paymentMethod", "status"])
def test_a_code_means_itself(name: str) -> None:  # 3
    for code in codes.members(name).values():
        assert codes.meant(name, code) == (code,)
        assert codes.meant(name, code.upper()) == (code,)
    assert set(codes.spellings(name).values()) <= set(codes.members(name).values())
    assert not codes.spellings(name).keys() & codes.ambiguous(name).keys()


def test_every_country_is_known_in_nine_languages() -> None:  # 1
    named = codes.names_of("country")
    assert codes.countries().keys() <= named.keys()
    for name in ("france", "frankreich", "francia", "franca", "frankrijk", "francja", "frankrike"):
        assert codes.meant("country", name) == ("FR",)


@pytest.mark.parametrize("text", ["", " ", "x" * 10_000, "\0", "🎈", "-", "..", "a-" * 5000])
def test_any_other_text_means_nothing_and_says_so_at_once(text: str) -> None:  # 2
    codes.meant("country", "DE")
    began = time.perf_counter()
    assert codes.meant("country", text) == codes.meant("language", text) == ()
    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize(
    ("name", "facet_query", "first"),
    [
        ("country", "uk", "GB"),
        ("country", "deuts", "DE"),
        ("language", "deutsch", "de"),
        ("vertical", "sport", "fitness"),
    ],
)
def test_facet_search_knows_the_names(name: str, facet_query: str, first: str) -> None:  # 1
    found = codes_called(name, typed(facet_query))
    assert min(found, key=lambda code: found[code].rank) == first


def test_the_exact_code_is_exact() -> None:  # 3
    assert codes_called("language", typed("uk"))["uk"].exactness is Exactness.WHOLE
    assert codes_called("country", typed("")) == {}


@pytest.mark.parametrize(
    ("called", "ours"),
    [
        ("query", "q"),
        ("limit", "perPage"),
        ("country", "geoTargeting"),
        ("hits_per_page", "perPage"),
        ("page-size", "perPage"),
        ("keywords", "q"),
        ("sortBy", "sort"),
        ("locale", "language"),
        ("cookie", "cookieDays"),
    ],
)
def test_other_names_of_parameters_propose_ours(called: str, ours: str) -> None:  # 4
    with pytest.raises(BadRequest) as refused:
        read_request({called: ["1"]})
    (error,) = refused.value.errors
    assert (error.problem, error.did_you_mean) == ("unknown-parameter", ours)
    assert f"did you mean '{ours}'?" in error.message


def test_they_are_proposed_only_where_ours_is_taken() -> None:  # 4
    assert nearest("query", ("page", "limit")) is None
    assert nearest("country", ("network", "geoTargeting")) == "geoTargeting"
