"""From a text to rules: its amounts that are commissions, each with its bounds and what it is paid for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.normalising.commission_text.amounts import find_amounts
from app.normalising.commission_text.clauses import Context, contexts, sentences
from app.normalising.commission_text.events import events
from app.normalising.commission_text.repetition import PER_MONTH, VOLUME, repetition, speaks_of_repetition
from app.normalising.commission_text.roles import COMMISSION, Said, is_earning, role
from app.normalising.commission_text.tiers import tiers
from mappings.program import CommissionRule

_UP_TO = re.compile(
    r"(?:\bno(?:t)? more than|\bnot exceed\w*|\bup\s*-?\s*to|\bupto|\bas (?:much|high) as|\bmax(?:imum|"
    r"imal)?\.?(?: of)?|\bbis(?: zu)?|"
    r"\bjusqu[’']?\s?[àa]|\bhasta(?: un| el)?|"
    r"\bfino (?:a|al|all'|ad)(?: un)?|\baté|\btot(?: wel)?|\bupp till|\bopptil|\bop til|\bdo|\bjopa|\baž|\bакár|"
    r"\bakár|\bpână la|\bέως|\bμέχρι|\bдо|最大|最高|高达|"
    r"최대|\bhingga|\blên đến|\bhöchstens|\bmaximaal|\benintään|\bcan reach|\breach(?:ing|es)?)\s*:?\s*(?:an?\s+|"
    r"un\s+|das\s+|of\s+)?$",
    re.IGNORECASE,
)
_UP_TO_AFTER = re.compile(r"^\s?(?:['’]?(?:a|e|ya|ye) (?:varan|kadar)|まで|\s?maximum\b|\s?max\b\.?)", re.IGNORECASE)
_FROM = re.compile(
    r"(?:\bno(?:t)? less than|\bfrom|\bstart(?:s|ing)?(?: (?:at|from|with|out at))?|\bbegin(?:s|ning)?(?: (?:at|"
    r"from|with))?|\bat least|"
    r"\bmin(?:imum|imal)?\.?(?: of| commission(?: of)?)?|"
    r"\bab|\bmindestens|\bà partir de|\bdès|\bdesde(?: el| un)?|\ba partire d(?:a|al)|\ba partir d(?:e|el)|\bvanaf|"
    r"\bminst|\bfra|\bod|\bот|\bmore than|\bover)"
    r"\s*:?\s*(?:an?\s+)?$",
    re.IGNORECASE,
)
_FROM_AFTER = re.compile(
    r"^\s?(?:(?:base|basis)\s?\+|(?<!\s)\+(?!\s?[\d$€£])|(?<=\s)\+"
    r"(?!\s?(?!(?:on|of|per|for|auf|pro|sur)\b|commission)[\w$€£])|and (?:up|more|above)\b|"
    r"or (?:more|higher|above)\b|plus\b(?! \S)|"
    r"から)",
    re.IGNORECASE,
)
_TIERED = re.compile(
    r"\b(?:tier(?:ed|s)\b|\d-tier\b|tier\b|sliding scale|ladder|levels?\b|gestaffelt|staffel\w*|paliers?\b|"
    r"escalonad\w*|scaglion\w*|a scaglioni|schijven|"
    r"volume-based|performance-based tiers)",
    re.IGNORECASE,
)
# A higher rate for those who sell more leaves the base rate as the lowest.
_UPGRADE = re.compile(
    r"\b(?:top|vip|volume|grow\w*|increas\w*|ris(?:e|es|ing)|scal\w+|perform\w*|best|more sales|upgrade\w*|"
    r"high(?:er)?|loyal\w*|"
    r"exclusive|go up|going up|climb\w*|step up)\b",
    re.IGNORECASE,
)
_BASE_RATE = re.compile(
    r"\b(?:all|every|any|standard|base(?:line)?|default|alle[ns]?|tous|toutes|todos|todas|tutti|tutte)\b", re.IGNORECASE
)
_PERCENT_BEHIND = re.compile(r"^[^%]{0,40}\d\s?%")
_ENUMERATOR = re.compile(r"(?:(?<=^)|(?<=\s))\d{1,2}[.)]\s+(?=[^\W\d])")
_RAISED = re.compile("[²³¹⁰⁴-⁹₀-₉①-⓿❶-➓]")
_SPOKEN = re.compile(r"\bthe\b|\bof\b", re.IGNORECASE)
_LABELLED = re.compile(r"^\W*(?:\w+\W+){0,8}\w*\W*$")
_LOOKALIKES = str.maketrans(
    {
        "−": "-",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "―": "—",
        "٪": "%",
        "﹪": "%",
        "’": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. No rules: it says nothing that we are sure of. `tiered` where it says so in words."""

    rules: tuple[CommissionRule, ...] = ()
    recurring: bool | None = None
    recurring_months: int | None = None
    tiered: bool = False


@lru_cache(maxsize=16_384)
def understand(text: str, default_currency: str | None = "USD") -> Understood:
    """The commissions of a text without markup, whose lines and table cells are lines.

    `default_currency` settles signs that several currencies share: `$`, `kr`.
    """
    structured = tiers(text, default_currency)
    if structured is not None:
        return Understood(structured)
    text = _plain(text)
    accepted, dropped = _sorted_out(text, default_currency)
    if not accepted or _is_bare(accepted, text):
        return Understood()
    rules = _joined(
        [_rules(each, paid_for, text) for each, paid_for in zip(accepted, events(accepted, text), strict=True)],
        accepted,
    )
    unique = tuple(dict.fromkeys(rules))
    zone = _zone(text, accepted, dropped)
    per_month = any(each.amount.kind == "fixed" and _is_per_month(each) for each in accepted)
    recurring, months = repetition(zone, len({(rule.kind, rule.min, rule.max) for rule in unique}), per_month)
    return Understood(unique, recurring, months, bool(_TIERED.search(zone)))


def _plain(text: str) -> str:
    """One spelling of the signs that look alike; marks of footnotes and enumerations are gone."""
    text = unicodedata.normalize("NFKC", _RAISED.sub(" ", text)) if not text.isascii() else text
    return _ENUMERATOR.sub("\n", text.translate(_LOOKALIKES))


def _sorted_out(text: str, default_currency: str | None) -> tuple[list[Context], list[Context]]:
    """The amounts that are commissions, and the others."""
    accepted: list[Context] = []
    dropped: list[Context] = []
    amounts = find_amounts(text, default_currency)
    for context in contexts(text, amounts):
        percents = [each.sentence for each in accepted if each.amount.kind == "percent"]
        said = Said(
            percent_here=context.sentence in percents,
            percent=bool(percents),
            money_here=any(each.sentence == context.sentence and each.amount.kind == "fixed" for each in accepted),
            between_percents=context.sentence in percents
            and bool(_PERCENT_BEHIND.search(text[context.amount.end : context.sentence_end])),
            any_percent=any(each.kind == "percent" and each.believable for each in amounts),
            other_kind=bool(accepted)
            and accepted[-1].sentence == context.sentence
            and accepted[-1].amount.kind != context.amount.kind,
            priced=any(each.sentence == context.sentence and each.amount.kind == "fixed" for each in dropped),
        )
        (accepted if role(context, text, said) == COMMISSION else dropped).append(context)
    return accepted, dropped


def _rules(context: Context, paid_for: str, text: str) -> list[CommissionRule]:
    amount = context.amount
    made = []
    for low, high in amount.rates:
        bottom: float | None = low
        top: float | None = high
        if low == high:
            if _UP_TO.search(context.before) or _UP_TO_AFTER.search(context.after):
                bottom = None
            elif _FROM.search(context.before) or _FROM_AFTER.search(text[context.amount.end :]):
                top = None
        made.append(
            CommissionRule(event=paid_for, kind=amount.kind, min=bottom or None, max=top, currency=amount.currency)
        )
    return made


def _joined(rules: list[list[CommissionRule]], contexts_: list[Context]) -> list[CommissionRule]:
    """ "From 15 %, up to 30 %" is one range; "10 %, up to 20 % for top partners" starts at 10 %."""
    made: list[CommissionRule] = []
    for index, (context, own) in enumerate(zip(contexts_, rules, strict=True)):
        last = made[-1] if made else None
        rule = own[0]
        if (
            last is None
            or len(own) > 1
            or (last.kind, last.currency) != (rule.kind, rule.currency)
            or rule.min is not None
            or rule.max is None
        ):
            made.extend(own)
        elif last.max is None and last.min is not None and last.min < rule.max:
            made[-1] = CommissionRule(
                event=last.event, kind=rule.kind, min=last.min, max=rule.max, currency=rule.currency
            )
        elif (
            last.max is not None
            and last.max < rule.max
            and (
                _UPGRADE.search(context.gap_before + context.gap_after)
                or _BASE_RATE.search(contexts_[index - 1].before + contexts_[index - 1].after)
            )
        ):
            made.append(
                CommissionRule(event=rule.event, kind=rule.kind, min=last.max, max=rule.max, currency=rule.currency)
            )
        else:
            made.extend(own)
    return made


def _zone(text: str, accepted: list[Context], dropped: list[Context]) -> str:
    """The words in which the repetition of what was accepted may be told: its sentences without the clauses of other
    amounts, and sentences without amounts that name it like a label ("Duration: 12 months")."""
    amounts = [each.amount for each in (*accepted, *dropped)]
    mine = {each.sentence for each in accepted}
    parts: list[str] = []
    for number, (start, end) in enumerate(sentences(text, amounts)):
        here = sorted(each.clause for each in dropped if each.sentence == number)
        if number in mine:
            for first, last in here:
                parts.append(text[start : max(start, first)])
                start = last
            parts.append(text[start:end])
        elif not here and _LABELLED.match(text[start:end]) and speaks_of_repetition(text[start:end]):
            parts.append(text[start:end])
        parts.append("\n")
    return "".join(parts)


def _is_bare(accepted: list[Context], text: str) -> bool:
    """Figures of both kinds with nothing that says what they are, as a row of cells: "15%|30d|$50"."""
    mixed = len({each.amount.kind for each in accepted}) > 1
    return (
        mixed
        and not is_earning(text)
        and any(re.search(r"\d", text[first.amount.end : second.amount.start]) for first, second in pairwise(accepted))
    )


def _is_per_month(context: Context) -> bool:
    return bool(PER_MONTH.search(VOLUME.sub(" ", context.gap_after.split("\n")[0][:60])))
