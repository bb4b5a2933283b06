"""What an amount is paid for."""

from __future__ import annotations

from app.normalising.commission_text.clauses import Context, Words
from app.normalising.commission_text.phrases import bare, has
from app.normalising.commission_text.tokens import Token

SALE, LEAD, CLICK, INSTALL = "sale", "lead", "click", "install"

_EVENTS = (LEAD, INSTALL, CLICK, SALE)  # of a word that is several the first
_ANY = frozenset(_EVENTS)
_MODELS = {"sale_model": SALE, "lead_model": LEAD, "install_model": INSTALL, "click_model": CLICK}
_MODEL = frozenset(_MODELS)
_EACH = ("per", "if")
_SENT = ("per", "if", "sends")
_PAYER = ("pays_for_it", "people", "audience", "sale")
_LABEL = 4  # words of one at most
_SHORT = 2
_NEAR = 5


def events(contexts: list[Context], tokens: list[Token]) -> list[str]:
    """For each amount what it is paid for. What its own words do not tell, the amounts beside it tell ("$3 US / $2 UK
    per registration"), or else the one payment model the text names; without any it is the sale."""
    named = [event(context) for context in contexts]
    headed = [
        name is not None
        and bool(context.before)
        and context.before[-1].text == ":"
        and _named(context.gap_after) is None
        for name, context in zip(named, contexts, strict=True)
    ]
    models = {_MODELS[role] for token in tokens for role in token.roles & _MODEL}
    default = models.pop() if len(models) == 1 else None
    for i in reversed(range(len(contexts) - 1)):
        if named[i] is None and _are_beside(contexts[i], contexts[i + 1]) and _is_a_name(contexts[i].gap_after):
            named[i] = named[i + 1]
    for i in range(1, len(contexts)):
        # "Leads: $8 auto, $12 home": what heads the first is what all are paid for
        if (
            named[i] is None
            and headed[i - 1]
            and _are_beside(contexts[i - 1], contexts[i])
            and _is_a_name(contexts[i].gap_before)
        ):
            named[i], headed[i] = named[i - 1], True
    for i in range(1, len(contexts)):
        # "US $6 per quote request; CA $4; rest of world $1"
        if named[i] is None and (listed := named[i - 1]) is not None and _is_next_of_a_list(*contexts[i - 1 : i + 1]):
            named[i] = listed
    return [name or default or SALE for name in named]


def _is_next_of_a_list(one: Context, other: Context) -> bool:
    """Whether an amount stands in a sentence of its own with nothing but a name, right behind one of its kind."""
    if other.sentence - one.sentence != 1 or one.amount.kind != other.amount.kind:
        return False
    words = bare(other.whole)[: _LABEL + 2]
    return len(words) <= _LABEL + 1 and not any(token.says((*_ANY, *_MODEL, "commission")) for token in words)


def _are_beside(one: Context, other: Context) -> bool:
    return one.sentence == other.sentence and one.amount.kind == other.amount.kind


def _is_a_name(words: Words) -> bool:
    """Whether words between two amounts only name the second: "UK", "rest of world:"."""
    most = _LABEL if words and words[-1].text == ":" else _SHORT
    return len(bare(words)) <= most


def event(context: Context) -> str | None:
    """The first event that the amount's own words name, behind it or else before it; a percentage is of a sale."""
    if context.amount.kind == "percent":
        return SALE
    return (
        _named(context.after, context.gap_after)
        or (_named(context.before) if len(bare(context.before)) <= _LABEL or has(context.before, _EACH) else None)
        or (
            _named(context.gap_after)
            if has(context.gap_after, _EACH) or any(t.text == "(" for t in context.gap_after)
            else None
        )
        or (_named(context.gap_before) if has(context.gap_before, _SENT) and not has(context.after, ("per",)) else None)
    )


def _named(words: Words, further: Words = ()) -> str | None:
    asked = False
    for token in words:
        if token.says(_ANY):
            found = next(name for name in _EVENTS if name in token.roles)
            return SALE if found == LEAD and _is_paid(further or words) else found
        if asked and token.says(("converts", "buys")):
            return SALE  # "when they upgrade"
        asked = asked or "if" in token.roles
    return None


def _is_paid(words: Words) -> bool:
    """Whether a sign-up pays: "paid sign-up", "who buys", "trial that converts to paid"."""
    for place, token in enumerate(words):
        if "who" in token.roles and has(words[place + 1 : place + 2], ("buys",)):
            return True
        if "pays_for_it" in token.roles and has(words[place + 1 : place + 3], ("lead",)):
            return True
        if "converts" in token.roles and has(words[place + 1 : place + 1 + _NEAR], _PAYER):
            return True
    return False
