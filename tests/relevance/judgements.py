"""The judgement list: queries, and grades that follow from a program's fields by rule. Knows nothing of search."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

Row = Mapping[str, Any]
Condition = Callable[[Row], bool]

BEST = 3
_DEPTH = 10  # as many results as are judged; no more of a grade need be known
_CONDITION = re.compile(r"(?P<field>\w+)(?P<operator>>=|<=|[:=~])(?P<value>\S+)")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


@dataclass(frozen=True)
class Query:
    """One query with the rule of each grade it has."""

    q: str
    kind: str
    rules: tuple[tuple[int, tuple[Condition, ...]], ...]  # best grade first

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the half that tuning never looks at."""
        return hashlib.sha256(self.q.encode()).digest()[0] % 2 == 1

    def grade(self, row: Row) -> int:
        """3 best … 0 not wanted."""
        return next((grade for grade, rule in self.rules if all(condition(row) for condition in rule)), 0)

    def ideal(self, rows: Iterable[Row]) -> dict[int, int]:
        """Ids and grades of the ten best answers there are, or as many as there are."""
        best: dict[int, list[int]] = {grade: [] for grade, _ in self.rules}
        for row in rows:
            if grade := self.grade(row):
                best[grade].append(row["id"])
                if grade == self.rules[0][0] and len(best[grade]) == _DEPTH:
                    break
        found = [(id, grade) for grade in sorted(best, reverse=True) for id in best[grade][:_DEPTH]]
        return dict(found[:_DEPTH])


@lru_cache(maxsize=400_000)
def folded(text: str) -> str:
    """Lower case without accents, a blank before every word: what `~` and `=` compare."""
    plain = "".join(c for c in normalize("NFKD", text.lower().translate(_LETTERS)) if not combining(c))
    return " " + " ".join(re.findall(r"[a-z0-9]+", plain))


def read() -> list[Query]:
    """All queries."""
    listed = tomllib.loads(Path(__file__).with_name("judgements.toml").read_text("utf-8"))
    return [
        Query(q, kind, tuple((BEST - place, _rule(text)) for place, text in enumerate(rules) if text))
        for kind, queries in listed.items()
        for q, rules in queries.items()
    ]


def _rule(text: str) -> tuple[Condition, ...]:
    conditions = [_condition(part) for part in text.split()]
    return tuple(sorted(conditions, key=lambda condition: condition.__name__))  # cheap ones first


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    assert match, f"'{text}' is no condition"
    field, operator = match["field"], match["operator"]
    values = [value.replace("_", " ") for value in match["value"].split("|")]

    def a_is(row: Row) -> bool:
        value = row[field]
        held = value if isinstance(value, list | tuple) else [value]
        return any(str(each).lower() if isinstance(each, bool) else each in values for each in held) and (
            not isinstance(value, bool) or str(value).lower() in values
        )

    def b_bound(row: Row) -> bool:
        value = row[field]
        if value is None:
            return False
        bound = date(int(values[0]), 1, 1) if isinstance(value, date) else float(values[0])
        return bool(value >= bound if operator == ">=" else value <= bound)

    def c_whole(row: Row) -> bool:
        return folded(row[field]) in wanted

    def d_phrase(row: Row) -> bool:
        text = row["text"] if field == "text" else folded(row[field] or "")
        return any(phrase in text for phrase in wanted)

    wanted = [folded(value) for value in values]
    return {":": a_is, "=": c_whole, "~": d_phrase}.get(operator, b_bound)
