"""How long a click counts, as sources write it."""

from __future__ import annotations

import re
from functools import lru_cache

from app.normalising.numbers import number, whole
from mappings.network_program import Raw

MOST_DAYS = 36_500
_SESSION = frozenset({"session", "session only", "session cookie", "sitzung", "browser session", "same session"})
_DURATION = re.compile(
    r"(?:cookies?(?: (?:duration|length|life|lifetime|window))?\W*)?"
    r"(?P<n>\d{1,5})[\s-]*(?P<unit>[^\W\d_]+)?\.?(?:[\s-]+cookies?| \(.*\))?",
    re.IGNORECASE,
)
HOURS = frozenset(
    {"h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "heure", "heures", "horas", "ore", "uur", "uren"}
)
_DAYS_IN = {
    1: (
        "d", "day", "days", "tag", "tage", "tagen", "jour", "jours", "j", "día", "días", "dia", "dias", "giorno",
        "giorni", "dag", "dagen", "dagar", "dage", "dager", "dni", "dzień", "dnů", "dní", "gün",
    ),
    7: (
        "w", "week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas", "settimana",
        "settimane", "weken",
    ),
    30: (
        "month", "months", "monat", "monate", "monaten", "mois", "mes", "meses", "mese", "mesi", "maand", "maanden",
    ),
    365: (
        "y", "year", "years", "jahr", "jahre", "jahren", "an", "ans", "année", "año", "años", "anno", "anni", "ano",
        "anos", "jaar",
    ),
}  # fmt: skip
UNITS = {word: days for days, words in _DAYS_IN.items() for word in words}


def cookie_days(raw: Raw) -> int | None:
    """Days, 0 for the session; a bare number is days. None for what is no duration, or several."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | float):
        return whole(float(raw), 0, MOST_DAYS)
    return _written(raw) if len(raw) <= 60 else None


@lru_cache(maxsize=4096)
def _written(raw: str) -> int | None:
    text = " ".join(raw.split()).casefold()
    if text in _SESSION:
        return 0
    match = _DURATION.fullmatch(text)
    if match is None:
        return whole(number(text), 0, MOST_DAYS) if "." in text else None
    amount, unit = int(match["n"]), match["unit"]
    if unit in HOURS:
        return 0 if amount < 24 else round(amount / 24)
    days = 1 if unit is None or unit.startswith("cookie") else UNITS.get(unit)
    return amount * days if days is not None and amount * days <= MOST_DAYS else None
