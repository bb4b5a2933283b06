"""Countries, languages and currencies become ISO codes, whatever a source calls them.

1. A country is known by its code of two or three letters, its name in a dozen languages, its flag, its locale.
2. What is no country (the world, a continent, a union) is unknown, never a guess.
3. A language is known by its codes, its name in a dozen languages and in itself, its locale.
4. A currency is known by its code, its sign, its name; a name that several share is unknown.
5. One text may hold several of them; each comes once, in order.
"""

from __future__ import annotations

import pytest

from app.normalising.places import countries, country, currency, currency_of, language, languages
from mappings import codes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("DE", "DE"), ("de", "DE"), ("DEU", "DE"), ("usa", "US"), ("GBR", "GB"), ("UK", "GB"), ("U.K.", "GB"),
        ("CANADA", "CA"), ("Germany", "DE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("Alemania", "DE"),
        ("Germania", "DE"), ("Duitsland", "DE"), ("Alemanha", "DE"), ("Tyskland", "DE"), ("Saksa", "DE"),
        ("Niemcy", "DE"),
        ("Österreich", "AT"), ("Osterreich", "AT"), ("ESPAÑA", "ES"), ("Espana", "ES"),
        ("Estados Unidos", "US"),
        ("United States of America", "US"), ("The Netherlands", "NL"), ("Holland", "NL"),
        ("Great Britain", "GB"),
        ("Vereinigtes Königreich", "GB"), ("Czech Republic", "CZ"), ("Czechia", "CZ"), ("Korea, Republic of", "KR"),
        ("Russian Federation", "RU"), ("Côte d'Ivoire", "CI"), ("Ivory Coast", "CI"), ("Viet Nam", "VN"),
        ("Germany (DE)", "DE"), ("en-GB", "GB"), ("pt_BR", "BR"), ("🇩🇪", "DE"), ("🇬🇧", "GB"), ("日本", "JP"),
        ("Россия", "RU"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "GB"),  # the flag of England
        ("Worldwide", None), ("Global", None), ("Europe", None), ("EU", None), ("International", None),
        ("", None),
        ("Atlantis", None), ("🇪🇺", None), ("X" * 500, None),
    ],
)  # fmt: skip
def test_country(written: str, code: str | None) -> None:  # 1, 2
    assert country(written) == code


def test_every_country_is_known_by_code_and_name() -> None:  # 1
    for code, name in codes.countries().items():
        assert country(code) == code
        assert country(name) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("deu", "de"), ("ger", "de"), ("fre", "fr"),
        ("English", "en"),
        ("Englisch", "en"), ("anglais", "en"), ("inglés", "en"), ("Deutsch", "de"), ("français", "fr"),
        ("Francais", "fr"),
        ("español", "es"), ("日本語", "ja"), ("русский", "ru"), ("en_US", "en"), ("de-AT", "de"),
        ("zh-Hans-CN", "zh"),
        ("English (US)", "en"), ("Simplified Chinese", "zh"), ("Brazilian Portuguese", "pt"), ("Norsk", "no"),
        ("Klingonese", None), ("", None), ("multi", None),
    ],
)  # fmt: skip
def test_language(written: str, code: str | None) -> None:  # 3
    assert language(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("EUR", "EUR"), ("eur", "EUR"), ("€", "EUR"), ("£", "GBP"), ("US$", "USD"), ("A$", "AUD"),
        ("C$", "CAD"), ("R$", "BRL"),
        ("zł", "PLN"), ("Kč", "CZK"), ("Euro", "EUR"), ("US Dollar", "USD"), ("US dollars", "USD"),
        ("US-Dollar", "USD"),
        ("British Pound", "GBP"), ("pound sterling", "GBP"), ("Schweizer Franken", "CHF"), ("yen", "JPY"),
        ("EUR (€)", "EUR"), ("USD - US Dollar", "USD"), ("dollar", None), ("kr", None), ("XXYZ", None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_currency(written: str | None, code: str | None) -> None:  # 4
    assert currency(written) == code


def test_several_in_one_text() -> None:  # 2, 5
    assert countries(("US, CA | Germany", "UK; FR", "us")) == ("US", "CA", "DE", "GB", "FR")
    assert countries(("🇫🇷🇩🇪",)) == ("FR", "DE")
    assert countries(("US - United States",)) == ("US",)
    assert languages(("English, German / fr",)) == ("en", "de", "fr")
    assert countries(("Worldwide",)) is None


def test_currency_of_a_country() -> None:  # 4
    assert [currency_of(code) for code in ("DE", "GB", "US", "CH", "PL")] == ["EUR", "GBP", "USD", "CHF", "PLN"]
    assert currency_of("PA") is None  # pays in two
