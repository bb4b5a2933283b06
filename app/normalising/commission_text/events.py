"""What an amount is paid for."""

from __future__ import annotations

import re

from app.normalising.commission_text.clauses import Context

SALE, LEAD, CLICK, INSTALL = "sale", "lead", "click", "install"

_NOUNS = (
    (
        LEAD,
        r"leads?\b|demos?\b|demonstrations?|sign-?ups?\b|sign ups?\b(?! (?:to|for|now|today|here|free|at|with)\b)|"
        r"signs? up\b|signed up\b|"
        r"registrations?\b|registers?\b|registr(?:ierung|os?\b|azion|acij)\w*|trials?\b|applications?\b|"
        r"appointments?\b|meetings?\b|opt-?ins?\b|"
        r"quotes?\b|calls?\b|opportunit(?:y|ies)|consultations?\b|inscri\w+|cadastros?\b|prospects?\b|anmeldung\w*|"
        r"anfragen?\b|cpl\b|ppl\b|"
        r"form (?:fills?|submissions?)|submits?\b|submissions?\b|surveys?\b|soi\b|doi\b|test drives?|probe\w*|"
        r"testversion\w*|essais?\b|pruebas?\b|aanmelding\w*|"
        r"(?:newsletter|e-?mail)s? subscri\w+|contact requests?|mqls?\b|sqls?\b",
    ),
    (INSTALL, r"installs?\b|installations?\b|installiert|downloads?\b|cpi\b|téléchargement\w*|descargas?\b"),
    (CLICK, r"clicks?\b|klicks?\b|cpc\b|hits?\b|clics?\b|ppc\b|visits?\b"),
    (
        SALE,
        r"(?<!non-)sales?\b(?![- ]qualified)|orders?\b|purchas\w+|customers?\b|clients?\b|bookings?\b|deals?\b|"
        r"contracts?\b|subscri\w+|"
        r"deposit\w*|sold\b|buy\w*|cps\b|polic(?:y|ies)|loans?\b|referrals?\b|memberships?\b|verkauf\w*|bestell\w*|"
        r"neukunde\w*|vertrag\w*|"
        r"abschluss\w*|abschlüsse\w*|ventes?\b|ventas?\b|vendit\w*|vendas?\b|verkoop\w*|salg\b|closed[- ]won|"
        r"accounts?\b|paid\b|paying\b",
    ),
)
_NOUN = re.compile("|".join(rf"\b(?P<{name}>{pattern})" for name, pattern in _NOUNS), re.IGNORECASE)
# A sign-up that pays is a sale.
_PAID = re.compile(
    r"\b(?:paid|paying|premium|funded|depositing|kostenpflichtig\w*)\s+(?:\w+\s)?(?:sign|regist|account|trial)|"
    r"\b(?:converts?|upgrades?|turns?|becomes?)\b.{0,25}\b(?:paid|paying|customers?|sales?)\b|\b(?:and|"
    r"who|then) (?:spends?|deposits?|subscribes?|compr\w+|kauf\w+|pays?|purchases?|buys?)\b",
    re.IGNORECASE,
)
_FOR_EACH = re.compile(
    r"(?:\b(?:per|each|every|any|when|if|once|pro|je|jede[nrs]?|wenn|par|por|chaque|cada|ogni|voor elke|för varje|"
    r"for hver)\b|/)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"^\W*(?:\w+\W+){0,2}$")
_LABEL = re.compile(r"^\W*(?:[\w’'-]+\W+){0,3}?[\w’'-]*\W*$")


_MODELS = re.compile(
    r"\b(?:(?P<lead>cpl|ppl)|(?P<install>cpi)|(?P<click>cpc)|(?P<sale>cp[aso]|pps|rev-?\s?share))\b", re.IGNORECASE
)


def events(contexts: list[Context], text: str) -> list[str]:
    """For each amount what it is paid for. What its own words do not tell, the amounts beside it tell ("$3 US / $2 UK
    per registration"), or else the one payment model the text names; without any it is the sale."""
    named = [event(context) for context in contexts]
    models = {match.lastgroup for match in _MODELS.finditer(text)}
    default = models.pop() if len(models) == 1 else None
    for i in reversed(range(len(contexts) - 1)):
        beside = (
            contexts[i].sentence == contexts[i + 1].sentence and contexts[i].amount.kind == contexts[i + 1].amount.kind
        )
        if named[i] is None and beside and _SHORT.match(contexts[i].gap_after):
            named[i] = named[i + 1]
    return [name or default or SALE for name in named]


def event(context: Context) -> str | None:
    """The first event that the amount's own words name, behind it or else before it; a percentage is of a sale."""
    if context.amount.kind == "percent":
        return SALE
    return (
        _named(context.after, context.gap_after)
        or (_named(context.before) if _LABEL.match(context.before) or _FOR_EACH.search(context.before) else None)
        or (_named(context.gap_after) if _FOR_EACH.search(context.gap_after) or "(" in context.gap_after else None)
        or (_named(context.gap_before) if _FOR_EACH.search(context.gap_before) else None)
    )


def _named(words: str, further: str = "") -> str | None:
    match = _NOUN.search(words)
    if match is None:
        return None
    found = match.lastgroup or SALE
    return SALE if found == LEAD and _PAID.search(further or words) else found
