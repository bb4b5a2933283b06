"""Query parameters, read one by one; all that is wrong with them is said at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.search.bad_request import BadRequest, ParameterError, meaning
from app.search.grammar import LONGEST_VALUE, MOST_VALUES, Item, Malformed, split_items


class Reader:
    """Collects what is wrong while the parameters are read."""

    def __init__(self, parameters: Mapping[str, list[str]]) -> None:
        self.parameters = parameters
        self.errors: list[ParameterError] = []

    def wrong(
        self, parameter: str, message: str, suggestion: str | None = None, problem: str = "invalid-value"
    ) -> None:
        """Remember an error; `suggestion` is what was probably meant."""
        self.errors.append(
            ParameterError(parameter=parameter, message=message, did_you_mean=suggestion, problem=problem)
        )

    def joined(self, name: str) -> str:
        """A list parameter, however it was repeated."""
        return ",".join(self.parameters.get(name, ()))

    def items(self, name: str) -> list[Item]:
        """The members of a list parameter; none if it is malformed or too long."""
        if name not in self.parameters:
            return []
        try:
            joined = self.joined(name)
            items = split_items(joined)
        except Malformed as malformed:
            self.wrong(name, f"'{name}': {malformed}")
            return []
        if len(items) > MOST_VALUES:
            self.wrong(name, f"'{name}' has {len(items):,} values; at most {MOST_VALUES:,} are taken")
            return []
        if len(joined) > LONGEST_VALUE and any(len(item.text) > LONGEST_VALUE for item in items):
            self.wrong(name, f"'{name}' has a value of more than {LONGEST_VALUE:,} characters")
            return []
        return items

    def single(self, name: str) -> str:
        """A parameter that may be given once, without blanks around it; empty if it is not given."""
        if name not in self.parameters:
            return ""
        values = [value for value in self.parameters.get(name, ()) if value.strip()]
        if len(values) > 1:
            self.wrong(name, f"'{name}' is given {len(values)} times; once is enough", problem="repeated-parameter")
        return values[0].strip() if values else ""

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        text = self.single(name)
        if not text:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 10) or not low <= int(text) <= high:
            self.wrong(name, f"'{name}' is '{text[:40]}'; expected a whole number from {low} to {high:,}")
            return default
        return int(text)

    def flag(self, name: str) -> bool:
        """True or false, which is the default."""
        text = self.single(name).lower()
        if text not in ("", "true", "false"):
            self.wrong(name, f"'{name}' is '{text[:40]}'; expected true or false")
        return text == "true"

    def is_whole(self, name: str, text: str) -> bool:
        """Whether a text can be written as UTF-8; if it cannot, an error is noted.

        Names of codes are found past what they hold beside letters.
        """
        try:
            text.encode()
        except UnicodeEncodeError:
            self.wrong(name, f"'{name}' holds half a character (a lone surrogate); send UTF-8")
            return False
        return True

    def refuse_unknown(self, known: Collection[str], also: Collection[str] = ()) -> None:
        """Say of every parameter that is none of these, and what was probably meant."""
        for name in self.parameters:
            if name not in known and name not in also:
                end, choice = meaning(name, (*known, *also))
                self.wrong(name, f"'{name[:80]}' is not a parameter{end}", choice, problem="unknown-parameter")

    def done(self) -> None:
        """Raise BadRequest if anything was wrong."""
        if self.errors:
            raise BadRequest(self.errors)
