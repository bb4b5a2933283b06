"""What a host's robots.txt allows us, by RFC 9309: our group or that of all, and of its rules the longest that fits."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

LARGEST = 500 * 1024
"""Bytes that are read of a robots.txt; what comes behind them is not there."""

AGENT = "affindex"
"""Our name in robots.txt."""

_MOST_RULES = 5_000
_LONGEST_RULE = 2_000  # characters; addresses are no longer
_NAME = "abcdefghijklmnopqrstuvwxyz_-"


@dataclass(frozen=True, slots=True)
class _Rule:
    allowed: bool
    length: int
    parts: tuple[bytes, ...]  # what stands between the stars
    whole: bool  # the path ends where the rule does

    def fits(self, path: bytes) -> bool:
        first, *others = self.parts
        if not path.startswith(first):
            return False
        at = len(first)
        for part in others[:-1] if self.whole else others:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if not self.whole:
            return True
        return len(path) - len(others[-1]) >= at and path.endswith(others[-1]) if others else len(path) == at


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a host for us; none allow everything."""

    rules: tuple[_Rule, ...] = ()

    def allow(self, target: str) -> bool:
        """Whether a path, with its query, may be asked for."""
        path = unquote_to_bytes(target[:_LONGEST_RULE])
        best: _Rule | None = None
        for rule in self.rules:
            longer = best is None or (rule.length, rule.allowed) > (best.length, best.allowed)
            if longer and rule.fits(path):
                best = rule
        return best is None or best.allowed


def read_robots(body: bytes) -> Rules:
    """The rules of a robots.txt for us."""
    ours: list[_Rule] | None = None
    every: list[_Rule] = []
    groups: list[list[_Rule]] = []
    naming = False
    for line in body[:LARGEST].decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if not naming:
                groups = []
            naming = True
            if value == "*":
                groups.append(every)
            elif _product(value) == AGENT:
                ours = ours if ours is not None else []
                groups.append(ours)
        elif name in ("allow", "disallow"):
            naming = False
            if value and groups:
                rule = _rule(value[:_LONGEST_RULE], allowed=name == "allow")
                for group in groups:
                    if len(group) < _MOST_RULES:
                        group.append(rule)
    return Rules(tuple(every if ours is None else ours))


def _product(agent: str) -> str:
    """The name at the beginning of a user agent, `affindex` of `Affindex/1 (+about)`."""
    lowered = agent[:200].lower()
    end = next((at for at, character in enumerate(lowered) if character not in _NAME), len(lowered))
    return lowered[:end]


def _rule(pattern: str, *, allowed: bool) -> _Rule:
    whole = pattern.endswith("$")
    parts = tuple(unquote_to_bytes(part) for part in pattern.removesuffix("$").split("*"))
    return _Rule(allowed, len(pattern), parts, whole)
