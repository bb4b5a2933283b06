"""The grammar of `filters`, read by hand:

    filters    = group, { "AND", group }
    group      = unit, { "OR", unit }
    unit       = "NOT", unit | "(", filters, ")" | condition
    condition  = attribute, ":", number, "TO", number | attribute, ":", value | attribute, comparison, number | tag

OR binds closer than AND, since Algolia knows only ANDs of ORs. Unlike Algolia we take any nesting and any mixture.
"""

from __future__ import annotations

import re

from app.search.algolia.attributes import Misread
from app.search.algolia.conditions import COMPARISONS, between, compares, equals
from app.search.algolia.expression import NOTHING, Expression, Not, both, either

DEEPEST = 20  # parentheses and NOTs inside each other; nobody writes more, and the engine's own limit is 30
MOST_CONDITIONS = 1000

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"""[^\s():<>=!"']+""")
_VALUE = re.compile(r"""[^\s()"']+""")
_COMPARISON = re.compile("|".join(COMPARISONS))
_SCORE = re.compile(r"<score=\d+>$")  # weighs optional filters; means nothing to one that must hold
_KEYWORDS = ("AND", "OR", "NOT", "TO")


def read_filters(text: str) -> Expression:
    """The expression of a `filters` string; EVERYTHING for a blank one. Raises Misread with the place of the error."""
    reader = _Reader(text)
    if reader.at_end():
        return both(())
    expression = reader.filters(0)
    if not reader.at_end():
        raise reader.unexpected("AND or OR")
    return expression


def read_condition(text: str) -> Expression:
    """A single condition, as the lists of `numericFilters` hold them. Raises Misread."""
    reader = _Reader(text)
    expression = reader.condition()
    if not reader.at_end():
        raise reader.unexpected("the end")
    return expression


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.conditions = 0

    def at_end(self) -> bool:
        self._skip()
        return self.position >= len(self.text)

    def unexpected(self, expected: str) -> Misread:
        self._skip()
        found = self.text[self.position : self.position + 20]
        place = f"'{found}' at position {self.position}" if found else "it ends there"
        hint = ""
        if found.split(" ")[0].upper() in _KEYWORDS and found.split(" ")[0] not in _KEYWORDS:
            hint = "; AND, OR, NOT and TO are written in capitals"
        elif expected == "AND or OR" and found and found[0] not in ")":
            hint = "; put quotes around a value with spaces"
        return Misread(f"expected {expected}, but {place}{hint}")

    def filters(self, depth: int) -> Expression:
        members = [self._group(depth)]
        while self._keyword("AND"):
            members.append(self._group(depth))
        return both(members)

    def _group(self, depth: int) -> Expression:
        members = [self._unit(depth)]
        while self._keyword("OR"):
            members.append(self._unit(depth))
        return either(members)

    def _unit(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise Misread(f"it is nested more than {DEEPEST} deep")
        if self._keyword("NOT"):
            return Not(self._unit(depth + 1))
        if self._mark("("):
            inner = self.filters(depth + 1)
            if not self._mark(")"):
                raise self.unexpected("AND, OR or ')'")
            return inner
        return self.condition()

    def condition(self) -> Expression:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise Misread(f"it has more than {MOST_CONDITIONS:,} conditions; at most that are taken")
        attribute = self._quoted()
        if attribute is None:
            attribute = self._run(_NAME)
            if attribute is None or attribute in _KEYWORDS:
                self.position -= len(attribute or "")
                raise self.unexpected("a condition such as network:awin or epc > 1")
        if self._mark(":"):
            return self._value_or_range(attribute)
        if comparison := self._run(_COMPARISON):
            operand = self._run(_VALUE)
            if operand is None:
                raise self.unexpected(f"a number after '{comparison}'")
            return compares(attribute, comparison, operand)
        return NOTHING  # a tag

    def _value_or_range(self, attribute: str) -> Expression:
        quoted = self._quoted()
        if quoted is not None:
            self._run(_SCORE)
            return equals(attribute, quoted)
        start = self.position
        value = self._run(_VALUE)
        if value is None or value in _KEYWORDS:
            self.position = start
            raise self.unexpected(f"a value of '{attribute}'")
        if self._keyword("TO"):
            high = self._run(_VALUE)
            if high is None:
                raise self.unexpected("the upper end after TO")
            return between(attribute, value, high)
        value = _SCORE.sub("", value)
        return equals(attribute, value.removeprefix("\\") if value.startswith("\\-") else value)

    # -- signs ---------------------------------------------------------------------------------------------------

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.position)
        assert match
        self.position = match.end()

    def _mark(self, mark: str) -> bool:
        self._skip()
        if self.text.startswith(mark, self.position):
            self.position += len(mark)
            return True
        return False

    def _run(self, pattern: re.Pattern[str]) -> str | None:
        self._skip()
        if match := pattern.match(self.text, self.position):
            self.position = match.end()
            return match.group()
        return None

    def _keyword(self, word: str) -> bool:
        """A keyword that stands alone: followed by a space, a parenthesis or the end."""
        self._skip()
        end = self.position + len(word)
        if self.text.startswith(word, self.position) and self.text[end : end + 1] in ("", "(", " ", "\t", "\n", "\r"):
            self.position = end
            return True
        return False

    def _quoted(self) -> str | None:
        """A text in single or double quotes, a backslash before a quote or itself taken away."""
        self._skip()
        quote = self.text[self.position : self.position + 1]
        if quote not in ('"', "'") or not quote:
            return None
        parts: list[str] = []
        position = self.position + 1
        while position < len(self.text):
            sign = self.text[position]
            if sign == "\\" and self.text[position + 1 : position + 2] in (quote, "\\"):
                parts.append(self.text[position + 1])
                position += 2
            elif sign == quote:
                self.position = position + 1
                return "".join(parts)
            else:
                parts.append(sign)
                position += 1
        raise Misread(f"the quote at position {self.position} is never closed")
