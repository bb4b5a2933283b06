"""Words that stand for a choice: yes and no, states of a program, ways to be let in."""

from __future__ import annotations

import re
from functools import lru_cache

from mappings import codes
from mappings.network_program import Raw

_YES = frozenset({
    "yes", "y", "true", "t", "1", "on", "x", "✓", "✔", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ano", "kyllä",
    "enabled", "allowed", "active", "available", "supported",
})  # fmt: skip
_NO = frozenset({
    "no", "n", "false", "f", "0", "off", "✗", "✘", "nein", "non", "não", "nee", "nej", "nei", "nie", "ne", "ei",
    "disabled", "not allowed", "none", "not available", "not supported",
})  # fmt: skip

_STATUS = {
    "active": "active", "online": "active", "joined": "active", "live": "active", "open": "active", "enabled": "active",
    "approved": "active", "present": "active", "running": "active", "notjoined": "active", "not joined": "active",
    "available": "active", "launched": "active", "online (joined)": "active", "extended": "active",
    "contract active": "active", "listed": "active", "aktiv": "active", "actif": "active", "activo": "active",
    "attivo": "active", "ativo": "active", "actief": "active", "accepting": "active",
    "paused": "paused", "lowfunds": "paused", "low funds": "paused", "temporarilyoffline": "paused",
    "temporarily offline": "paused", "offline": "paused", "suspended": "paused", "hidden": "paused", "hold": "paused",
    "on hold": "paused", "pending": "paused", "inactive": "paused", "on-hold": "paused", "low_funds": "paused",
    "temporarily_offline": "paused", "temporarily closed": "paused", "upcoming": "paused", "inaktiv": "paused",
    "pausiert": "paused", "en pause": "paused", "pausado": "paused", "disabled": "paused", "not accepting": "paused",
    "closed for applications": "paused", "draft": "paused", "blocked": "paused",
    "stopped": "paused", "on pause": "paused", "gestoppt": "paused",
    "closed": "closed", "deactive": "closed", "deactivated": "closed", "expired": "closed", "terminated": "closed",
    "ended": "closed", "removed": "closed", "retired": "closed", "closing": "closed", "closed down": "closed",
    "inactive (closed)": "closed", "cancelled": "closed", "canceled": "closed", "archived": "closed",
    "deleted": "closed", "discontinued": "closed", "beendet": "closed", "geschlossen": "closed", "fermé": "closed",
    "cerrado": "closed", "chiuso": "closed", "encerrado": "closed", "gesloten": "closed",
}  # fmt: skip

_APPROVAL = {
    "yes": "auto", "auto": "auto", "automatic": "auto", "auto approve": "auto", "true": "auto", "instant": "auto",
    "open": "auto", "public": "auto", "1": "auto", "automatically": "auto", "auto-approve": "auto",
    "auto-approved": "auto", "auto approved": "auto", "automatic approval": "auto", "immediate": "auto",
    "automatisch": "auto", "automatique": "auto",
    "no": "manual", "manual": "manual", "country": "manual", "false": "manual", "review": "manual",
    "application": "manual", "0": "manual", "manually": "manual", "manual review": "manual",
    "manual approval": "manual", "apply": "manual", "application required": "manual", "approval required": "manual",
    "on request": "manual", "manuell": "manual", "manuelle": "manual", "selective": "manual",
    "invite": "invite", "invite only": "invite", "invite-only": "invite", "invitation": "invite",
    "by invitation": "invite", "invitation only": "invite", "private": "invite", "closed": "invite",
}  # fmt: skip

_METHODS = {
    "paypal": "paypal", "stripe": "stripe", "payoneer": "payoneer", "check": "check", "cheque": "check",
    "direct deposit": "direct-deposit", "direct-deposit": "direct-deposit", "ach": "direct-deposit", "wire": "wire",
    "wire transfer": "wire", "bank transfer": "bank-transfer", "bank-transfer": "bank-transfer",
    "bacs": "bank-transfer", "sepa": "bank-transfer", "crypto": "crypto", "bitcoin": "crypto", "btc": "crypto",
    "cryptocurrency": "crypto", "usdt": "crypto", "eft": "direct-deposit", "banktransfer": "bank-transfer",
    "bank": "bank-transfer", "überweisung": "bank-transfer", "banküberweisung": "bank-transfer",
    "virement": "bank-transfer", "transferencia": "bank-transfer", "bonifico": "bank-transfer", "swift": "wire",
    "bank wire": "wire", "wire-transfer": "wire", "paper check": "check", "scheck": "check", "chèque": "check",
}  # fmt: skip


def _word(text: str) -> str:
    """One spelling: `Temporarily_Offline` and `temporarily offline` are one."""
    return " ".join(part for part in _BETWEEN_WORDS.split(text.casefold()) if part)


_BETWEEN_WORDS = re.compile(r"[\W_]+")
_STATUS_WORDS = {_word(word): value for word, value in _STATUS.items()}
_APPROVAL_WORDS = {_word(word): value for word, value in _APPROVAL.items()}
_METHOD_WORDS = {_word(word): value for word, value in _METHODS.items()}
_RISK = re.compile(r"(?:(?:exposure\s*)?level\s*)?([1-6])", re.ASCII)


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
    return _STATUS_WORDS.get(_word(raw or ""), "active")


@lru_cache(maxsize=1024)
def known_status(raw: str) -> bool:
    """Whether a state is one of those that we know, or none at all."""
    word = _word(raw)
    return not word or word in _STATUS_WORDS


def approval_mode(raw: Raw) -> str | None:
    """How affiliates are let in: auto, manual or invite."""
    if raw is None:
        return None
    return _mode(str(raw)) if len(str(raw)) <= 40 else None


@lru_cache(maxsize=256)
def _mode(text: str) -> str | None:
    return _APPROVAL_WORDS.get(_word(text))


@lru_cache(maxsize=1024)
def payment_methods(raw: tuple[str, ...]) -> tuple[str, ...] | None:
    """Codes of the ways to be paid that we know, each once; None for none."""
    known = (_METHOD_WORDS.get(_word(each)) for each in raw)
    return tuple(dict.fromkeys(method for method in known if method)) or None


@lru_cache(maxsize=256)
def payment_risk(raw: str | None) -> str | None:
    """`none`, or `level 1` to `level 6`, which Awin's export writes `exposurelevel1`."""
    word = (raw or "").strip().casefold()
    if word == "none":
        return word
    match = _RISK.fullmatch(word)
    return f"level {match[1]}" if match else None


@lru_cache(maxsize=256)
def one_of(name: str, raw: str | None) -> str | None:
    """A value of a closed set, whatever its case; None for anything else."""
    return codes.members(name).get((raw or "").strip().lower())
