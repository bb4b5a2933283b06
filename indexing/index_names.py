"""Names of the indexes of a catalogue: built and read here alone.

Of an alias `programs` a generation is `programs-20261124-035336-a176`, an index of its suggestions
`programs_suggestions-20261124-035336-a176`, its lexicon `programs_lexicon`. The last two do not begin as generations
do, which are swept by their beginning.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

_MADE = re.compile(r"-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}", re.ASCII)


def new_generation(alias: str) -> str:
    """The name of a new generation: when it is made, and something nobody else picks."""
    return f"{alias}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def generations_like(alias: str) -> str:
    """The pattern that all generations of an alias fit, and a few indexes of others."""
    return f"{alias}-*"


def is_generation(name: str, alias: str) -> bool:
    """Whether an index is a generation of this alias, and not of one whose name begins like it."""
    return name.startswith(alias) and _MADE.fullmatch(name, len(alias)) is not None


def suggestions_of(alias: str) -> str:
    """The alias of the suggestions that belong to a catalogue's alias."""
    return f"{alias}_suggestions"


def new_suggestions(alias: str) -> str:
    """The name of a new index of suggestions."""
    return new_generation(suggestions_of(alias))


def suggestions_like(alias: str) -> str:
    """The pattern that all indexes of an alias's suggestions fit."""
    return generations_like(suggestions_of(alias))


def are_suggestions(name: str, alias: str) -> bool:
    """Whether an index holds suggestions of this alias."""
    return is_generation(name, suggestions_of(alias))


def lexicon_of(alias: str) -> str:
    """The index that holds the lexicon of a catalogue's alias."""
    return f"{alias}_lexicon"


def all_like(alias: str) -> str:
    """The patterns that every index of an alias fits, for who clears up after one that nobody else begins like."""
    return f"{generations_like(alias)},{suggestions_like(alias)},{lexicon_of(alias)}"


def made_at(name: str) -> str | None:
    """When an index was made, in RFC 3339, which its name says; None where it does not."""
    found = _MADE.search(name)
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else None
