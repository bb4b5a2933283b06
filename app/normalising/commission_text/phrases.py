"""What may be asked of the words beside an amount. Each question looks at a bounded number of tokens."""

from __future__ import annotations

from app.normalising.commission_text.clauses import Words
from app.normalising.commission_text.tokens import Token

Roles = tuple[str, ...]

_FILL = ("article", "filler", "of", "up_to", "at_least")
_OPENING = frozenset(":=-–~(.")


def bare(words: Words) -> list[Token]:
    """The words without marks."""
    return [token for token in words if "mark" not in token.roles]


def last(words: Words, skip: Roles = _FILL) -> Token | None:
    """The word that leads to what follows: the last one but for articles, "of", "up to", and colons or dashes."""
    for token in reversed(words):
        if token.says(skip) or token.text in _OPENING:
            continue
        return None if "mark" in token.roles else token
    return None


def ends_with(words: Words, roles: Roles, skip: Roles = _FILL) -> bool:
    """Whether the word that leads to what follows has one of the roles."""
    for token in reversed(words):
        if token.says(roles):
            return True
        if not token.says(skip) and token.text not in _OPENING:
            return False
    return False


def begins_with(words: Words, roles: Roles, skip: Roles = (), most: int = 1) -> bool:
    """Whether one of the first `most` words has one of the roles; words to skip are not counted."""
    left = most
    for token in words:
        if token.says(roles):
            return True
        if "mark" in token.roles or token.says(skip):
            continue
        left -= 1
        if left <= 0:
            return False
    return False


def has(words: Words, roles: Roles) -> bool:
    """Whether any of the words has one of the roles."""
    return any(token.says(roles) for token in words)


def until_comma(words: Words) -> Words:
    """The words up to the first comma or bracket."""
    for place, token in enumerate(words):
        if token.text in (",", "(", ")"):
            return words[:place]
    return words


def past(words: Words, place: int, roles: Roles, most: int) -> int:
    """The place behind the words from `place` on that have one of the roles, `most` of them."""
    end = min(len(words), place + most)
    while place < end and words[place].says(roles):
        place += 1
    return place
