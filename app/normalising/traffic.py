"""Kinds of traffic that a program takes or forbids: names in a list, and rules in words ("No brand bidding").

A rule says something if all but "no", "not allowed" and the like is the name of a kind, or several of them, in any of
nine languages (`traffic_words.toml`). With a condition it says nothing here ("no coupons without approval"), nor does a
kind that is allowed and forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from app.normalising.text import lines_of
from app.normalising.traffic_words import traffic_words
from mappings import codes

_LONGEST_TEXT = 5000  # characters of the rules that are looked at
_LONGEST_RULE = 300
_MOST_RULES = 200
_RULES = re.compile(r"[.;!•·|\n]+")

Kinds = tuple[str, ...]


def traffic(allowed: Kinds, forbidden: Kinds, rules: str | None) -> tuple[Kinds | None, Kinds | None]:
    """The codes of what is allowed and of what is forbidden; None where nothing is said that is sure."""
    if not allowed and not forbidden and not rules:
        return None, None
    taken, refused = dict.fromkeys(kinds(allowed or ())), dict.fromkeys(kinds(forbidden or ()))
    for allows, kind in _said(rules) if rules else ():
        (taken if allows else refused)[kind] = None
    both = taken.keys() & refused.keys()
    return _told(taken, both), _told(refused, both)


def _told(kinds: Iterable[str], both: Iterable[str]) -> Kinds | None:
    return tuple(kind for kind in kinds if kind not in both) or None


@lru_cache(maxsize=1024)  # a network names a dozen kinds, in few combinations
def kinds(names: Kinds) -> Kinds:
    """The codes that names mean; what means none, or several, is left out."""
    return tuple(kind for name in names if (kind := _kind(name)))


@lru_cache(maxsize=4096)
def _kind(name: str) -> str | None:
    meant = codes.meant("traffic", name)
    return meant[0] if len(meant) == 1 else None


def _said(rules: str) -> Iterator[tuple[bool, str]]:
    """(whether it is allowed, kind) for what rules say."""
    condition = traffic_words().condition
    text = lines_of(rules[: 20 * _LONGEST_TEXT], _LONGEST_TEXT).lower().replace("’", "'")
    for written in _RULES.split(text, _MOST_RULES)[:_MOST_RULES]:
        rule = " ".join(written.split()).strip(" -–*·").replace(" :", ":")
        if rule and len(rule) <= _LONGEST_RULE and not condition.search(rule):
            yield from _of_rule(rule)


def _of_rule(rule: str) -> Iterator[tuple[bool, str]]:
    """What one rule says. A verdict before a kind holds for what follows it, one behind it for what stands before it;
    what stands between two that differ is in doubt."""
    carried: bool | None = None
    pending: list[str] = []
    for part in rule.split(","):
        allows, ahead, name = _verdict(part.strip())
        if allows is None:
            pending.append(name)
            continue
        if allows and traffic_words().negation.search(name):
            return  # "cashback, coupons sadly not any more allowed": whatever it is, it is not that
        settled = carried if ahead else allows if carried in (None, allows) else None
        if settled is not None:
            for each in pending:
                yield from _each(settled, each)
        pending = []
        yield from _each(allows, name)
        carried = allows if ahead else None
    if carried is not None:
        for each in pending:
            yield from _each(carried, each)


def _each(allows: bool, listed: str) -> Iterator[tuple[bool, str]]:
    """The kinds that a text names, alone or with "and" and the like between them; what else is there says nothing."""
    if (kind := _named(listed)) is not None:
        yield allows, kind
        return
    for part in traffic_words().between.split(listed):
        own, _, name = _verdict(part.strip())
        if (kind := _named(name)) is not None:
            yield allows if own is None else own, kind


def _verdict(part: str) -> tuple[bool | None, bool, str]:
    """Whether a part says that something is allowed, or forbidden, or neither (None); whether it says so before it; and
    what is left of it."""
    words = traffic_words()
    behind, ahead = f" {part}", f"{part} "
    if ahead.startswith(words.forbids):
        name = ahead[len(_first(words.forbids, ahead.startswith)) :].strip()
        # "no coupons allowed", but not "no coupons and cashback allowed"
        inside = f" {name}"
        if inside.endswith(words.allowed):
            alone = inside[: -len(_first(words.allowed, inside.endswith))].strip()
            name = alone if _named(alone) else name
        return False, True, name
    if behind.endswith(words.forbidden):
        return False, False, behind[: -len(_first(words.forbidden, behind.endswith))].strip()
    if behind.endswith(words.allowed):
        return True, False, behind[: -len(_first(words.allowed, behind.endswith))].strip()
    if ahead.startswith(words.allows):
        return True, True, ahead[len(_first(words.allows, ahead.startswith)) :].strip()
    return None, False, part


def _first(entries: tuple[str, ...], stands: Callable[[str], bool]) -> str:
    """The longest of them that stands there; one does."""
    return next(each for each in entries if stands(each))


def _named(text: str) -> str | None:
    """The kind that a text names, but for what may stand around a name."""
    words = traffic_words()
    name = text.strip()
    while name:
        if (kind := _kind(name)) is not None:
            return kind
        if name.startswith(words.before):
            name = name[len(_first(words.before, name.startswith)) :].strip()
        elif name.endswith(words.after):
            name = name[: -len(_first(words.after, name.endswith))].strip()
        else:
            return None
    return None
