"""Draw the names of countries, languages and currencies anew, for a newer CLDR: `python -m mappings.draw_code_names`.

What is called how in nine languages and at home takes CLDR a tenth of a second to say, and every process would ask.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from babel import Locale, UnknownLocaleError
from babel.core import get_global

from mappings import codes
from mappings.folding import folded

READERS = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv")
"""Languages in which names are known whatever they name."""

_FILE = Path(__file__).with_name("code_names.json")
_OFFICIAL = ("official", "de_facto_official")


def main() -> None:
    """Write the file: per set a line for every code, with its alpha-3 codes and its names, folded."""
    drawn = {
        "country": {code: _names(code, "territories", _spoken_in(code)) for code in codes.countries()},
        "language": {code: _names(code, "languages", (code,)) for code in codes.languages()},
        "currency": {code: _names(code, "currencies", ()) for code in codes.currencies()},
    }
    for name, aliases in (
        ("country", get_global("territory_aliases")),
        ("language", get_global("language_aliases")),
    ):
        for alias, meant in aliases.items():
            (code,) = meant if isinstance(meant, list) and len(meant) == 1 else (meant,)
            if len(alias) == 3 and alias.isalpha() and isinstance(code, str) and code in drawn[name]:
                drawn[name][code].insert(0, alias.lower())
    for variant, called in Locale("en").languages.items():
        language, _, region = variant.partition("_")
        if region and language in drawn["language"]:
            drawn["language"][language].append(folded(called))
    lines = [
        f" {_json(name)}: {{\n"
        + ",\n".join(f"  {_json(code)}: {_json(names)}" for code, names in named.items())
        + "\n }"
        for name, named in drawn.items()
    ]
    source = " " + _json("source") + ": " + _json("Unicode CLDR by way of Babel; Unicode License v3")
    _FILE.write_text("{\n" + ",\n".join([source, *lines]) + "\n}\n", "utf-8")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _spoken_in(country: str) -> tuple[str, ...]:
    spoken = get_global("territory_languages").get(country, {})
    return tuple(language for language, facts in spoken.items() if facts["official_status"] in _OFFICIAL)


def _names(code: str, kind: str, at_home: tuple[str, ...]) -> list[str]:
    names = []
    for language in (*READERS, *at_home):
        try:
            name = getattr(Locale.parse(language), kind).get(code)
        except (UnknownLocaleError, ValueError):
            continue
        if name and name != code:
            names.append(folded(name))
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    main()
