"""Words that stand for a choice: yes and no, states of a program, ways to be let in."""

from __future__ import annotations

import re
from functools import lru_cache

from mappings import codes
from mappings.network_program import Raw

_YES = frozenset({"yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "sim", "enabled", "allowed", "active"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "nein", "non", "não", "nee", "disabled", "not allowed", "none"})

_STATUS = {
    "active": "active", "online": "active", "joined": "active", "live": "active", "open": "active", "enabled": "active",
    "approved": "active", "present": "active", "running": "active", "notjoined": "active", "not joined": "active",
    "available": "active", "launched": "active",
    "paused": "paused", "lowfunds": "paused", "low funds": "paused", "temporarilyoffline": "paused",
    "temporarily offline": "paused", "offline": "paused", "suspended": "paused", "hidden": "paused", "hold": "paused",
    "on hold": "paused", "pending": "paused", "inactive": "paused",
    "closed": "closed", "deactive": "closed", "deactivated": "closed", "expired": "closed", "terminated": "closed",
    "ended": "closed", "removed": "closed", "retired": "closed", "closing": "closed",
}  # fmt: skip

_APPROVAL = {
    "yes": "auto", "auto": "auto", "automatic": "auto", "auto approve": "auto", "true": "auto", "instant": "auto",
    "open": "auto", "public": "auto",
    "no": "manual", "manual": "manual", "country": "manual", "false": "manual", "review": "manual",
    "application": "manual",
    "invite": "invite", "invite only": "invite", "invitation": "invite", "private": "invite", "closed": "invite",
}  # fmt: skip

_METHODS = {
    "paypal": "paypal", "stripe": "stripe", "payoneer": "payoneer", "check": "check", "cheque": "check",
    "direct deposit": "direct-deposit", "direct-deposit": "direct-deposit", "ach": "direct-deposit", "wire": "wire",
    "wire transfer": "wire", "bank transfer": "bank-transfer", "bank-transfer": "bank-transfer",
    "bacs": "bank-transfer", "sepa": "bank-transfer", "crypto": "crypto", "bitcoin": "crypto",
}  # fmt: skip

_RISK = re.compile(r"(?:level\s*)?([1-6])", re.ASCII)


def flag(raw: Raw) -> bool | None:
    """Yes or no; a count is yes from one on. None for anything else."""
    if isinstance(raw, bool) or raw is None:
        return raw
    if isinstance(raw, int | float):
        return raw > 0
    return _flag(raw) if len(raw) <= 30 else None


@lru_cache(maxsize=1024)
def _flag(text: str) -> bool | None:
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return int(word) > 0 if word.isascii() and word.isdecimal() else None


@lru_cache(maxsize=1024)
def status(raw: str | None) -> str:
    """Active, paused or closed. What a network lists without a word, or with one we do not know, is active."""
    return _STATUS.get((raw or "").strip().casefold(), "active")


def approval_mode(raw: Raw) -> str | None:
    """How affiliates are let in: auto, manual or invite."""
    if raw is None:
        return None
    return _APPROVAL.get(str(raw).strip().casefold()[:30])


@lru_cache(maxsize=1024)
def payment_methods(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Codes of the ways to be paid that we know, each once; None for none."""
    known = (_METHODS.get(each.strip().casefold()) for each in raw)
    return tuple(dict.fromkeys(method for method in known if method)) or None


@lru_cache(maxsize=256)
def payment_risk(raw: str | None) -> str | None:
    """`none`, or `level 1` to `level 6`."""
    word = (raw or "").strip().casefold()
    if word == "none":
        return word
    match = _RISK.fullmatch(word)
    return f"level {match[1]}" if match else None


@lru_cache(maxsize=256)
def one_of(name: str, raw: str | None) -> str | None:
    """A value of a closed set, whatever its case; None for anything else."""
    return codes.members(name).get((raw or "").strip().lower())
