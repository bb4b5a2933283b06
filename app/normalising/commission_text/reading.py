"""From a text to rules: its amounts that are commissions, each with its bounds and what it is paid for."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.normalising.commission_text.amounts import NO_ORDINAL, find_amounts
from app.normalising.commission_text.clauses import Context, Sentence, Words, contexts, sentences
from app.normalising.commission_text.events import events
from app.normalising.commission_text.headlines import is_headline
from app.normalising.commission_text.judging import is_commission
from app.normalising.commission_text.rates import rules
from app.normalising.commission_text.repetition import is_per_month, repetition, speaks_of_repetition
from app.normalising.commission_text.tiers import tiers
from app.normalising.commission_text.tokens import Token, tokens
from app.normalising.commission_text.whole import Said, Whole, is_earning
from mappings.program import CommissionRule

_LABELLED = 12  # tokens of a sentence that is a label
_HEELS = 12  # tokens behind an amount of money that may say that it is paid each month
_LINE = Token("\n", 0, 0, frozenset({"mark"}))
_ENUMERATOR = re.compile(rf"(?:(?<=^)|(?<=\s)){NO_ORDINAL}\d{{1,2}}[.)]\s+(?=[^\W\d])", re.IGNORECASE)
_SPELLED = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMERAL = rf"(?:(?:{_TENS})(?:[- ](?:{'|'.join(list(_SPELLED)[:9])}))?|{'|'.join(list(_SPELLED)[:19])})"
# "ten percent", "five to ten percent"; but "half of one percent", "two point five percent", "a hundred and ten percent"
# are left alone: they say another figure than their last word.
_SPELLED_PERCENT = re.compile(
    r"(?<![\w.,-])(?<!hundred )(?<!hundred and )(?<!point )(?<!half )(?<!half of )(?<!quarter of )(?<!third of )"
    rf"(?<!tenth of )(?<!ty )(?:(?P<low>{_NUMERAL})(?P<to> (?:to|and|or|-) ))?(?P<high>{_NUMERAL})"
    r"[ -](?:percent|per\s?cent)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\((up to|from|bis zu|ab|jusqu'à|hasta|fino al?|até|tot)\)(?= )", re.IGNORECASE)
_RAISED = re.compile("[²³¹⁰⁴-⁹₀-₉①-⓿❶-➓]")
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


LONGEST = 2000  # characters; no offer has more, and what is read must be bounded before it is read


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. No rules: it says nothing that we are sure of. `tiered` where it says so in words."""

    rules: tuple[CommissionRule, ...] = ()
    recurring: bool | None = None
    recurring_months: int | None = None
    tiered: bool = False


def understand(text: str, default_currency: str | None = "USD") -> Understood:
    """The commissions of a text without markup, whose lines and table cells are lines; of its first `LONGEST`
    characters.

    `default_currency` settles signs that several currencies share: `$`, `kr`.
    """
    return _understood(text[:LONGEST], default_currency)


@lru_cache(maxsize=16_384)
def _understood(text: str, default_currency: str | None) -> Understood:
    structured = tiers(text, default_currency)
    if structured is not None:
        return Understood(structured)
    text = _plain(text)
    amounts = find_amounts(text, default_currency)
    if not any(amount.believable for amount in amounts):
        return Understood()
    said = tokens(text, amounts)
    parts = sentences(text, said)
    whole = Whole(text, said)
    accepted, dropped = _sorted_out(contexts(text, said, parts), whole)
    if not accepted or _is_bare(accepted, whole):
        return Understood()
    unique = tuple(dict.fromkeys(rules(accepted, events(accepted, said))))
    zone = _zone(said, parts, accepted, dropped)
    per_month = any(each.amount.kind == "fixed" and is_per_month(_until_line(each.gap_after)) for each in accepted)
    recurring, months = repetition(zone, len({(rule.kind, rule.min, rule.max) for rule in unique}), per_month)
    return Understood(unique, recurring, months, _says_tiered(zone))


def _says_tiered(zone: list[Token]) -> bool:
    """Whether there are several rates, in words. "Tier 2" is none of them where it is that of sub-affiliates."""
    numbered = not any("recruited" in token.roles for token in zone)
    return any(
        "tiered" in token.roles
        and "two_tiers" not in token.roles
        and (numbered or zone[place + 1 : place + 2] == [] or "number" not in zone[place + 1].roles)
        for place, token in enumerate(zone)
    )


def _plain(text: str) -> str:
    """One spelling of the signs that look alike; marks of footnotes and enumerations are gone."""
    text = unicodedata.normalize("NFKC", _RAISED.sub(" ", text)) if not text.isascii() else text
    text = _SPELLED_PERCENT.sub(_in_figures, _ENUMERATOR.sub("\n", text.translate(_LOOKALIKES)))
    text = _BRACKETED.sub(r"\1", text)
    return text[:LONGEST]  # one sign may stand for eighteen


def _in_figures(match: re.Match[str]) -> str:
    low = f"{_figure(match['low'])}{match['to']}" if match["low"] else ""
    return f"{low}{_figure(match['high'])}%"


def _figure(words: str) -> int:
    return sum(_SPELLED[word] for word in re.split(r"[ -]", words.lower()))


def _sorted_out(contexts_: list[Context], whole: Whole) -> tuple[list[Context], list[Context]]:
    """The amounts that are commissions, and the others."""
    accepted: list[Context] = []
    dropped: list[Context] = []
    any_percent = any(each.amount.kind == "percent" and each.amount.believable for each in contexts_)
    percents, moneys, prices = set[int](), set[int](), set[int]()  # the sentences that have one
    highest: float | None = None
    for context in contexts_:
        sentence = context.sentence
        fixed = context.amount.kind == "fixed"
        if accepted and is_headline(accepted[-1], context):
            dropped.append(accepted.pop())
            moneys.discard(dropped[-1].sentence)
        said = Said(
            percent_here=sentence in percents,
            percent=bool(percents),
            money_here=sentence in moneys,
            between_percents=sentence in percents
            and context.beside[1] is not None
            and context.beside[1].kind == "percent",
            any_percent=any_percent,
            other_kind=bool(accepted)
            and accepted[-1].sentence == sentence
            and accepted[-1].amount.kind != context.amount.kind,
            priced=sentence in prices,
            highest=highest,
        )
        if is_commission(context, whole, said):
            accepted.append(context)
            (moneys if fixed else percents).add(sentence)
            if not fixed:
                highest = max(highest or 0.0, *(high for _, high in context.amount.rates))
        else:
            dropped.append(context)
            if fixed:
                prices.add(sentence)
    return accepted, dropped


def _zone(said: list[Token], parts: list[Sentence], accepted: list[Context], dropped: list[Context]) -> list[Token]:
    """The words in which the repetition of what was accepted may be told: its sentences without the clauses of other
    amounts, and sentences without amounts that name it like a label ("Duration: 12 months")."""
    mine = {each.sentence for each in accepted}
    others: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in dropped:
        others[each.sentence].append(each.clause)
    zone: list[Token] = []
    for number, part in enumerate(parts):
        here = sorted(others[number])
        start = part.start
        if number in mine:
            for first, last_ in here:
                zone += said[start : max(start, first)]
                start = max(start, last_)
            zone += said[start : part.end]
        elif not here and part.end - part.start <= _LABELLED and speaks_of_repetition(said[part.start : part.end]):
            zone += said[part.start : part.end]
        zone.append(_LINE)
    return zone


def _is_bare(accepted: list[Context], whole: Whole) -> bool:
    """Figures of both kinds with nothing that says what they are, as a row of cells: "15%|30d|$50"."""
    mixed = len({each.amount.kind for each in accepted}) > 1
    return (
        mixed
        and not is_earning(whole.tokens)
        and any(
            any(character.isdigit() for character in whole.text[one.amount.end : other.amount.start])
            for one, other in pairwise(accepted)
        )
    )


def _until_line(words: Words) -> Words:
    return next((words[:place] for place, token in enumerate(words) if token.text == "\n"), words)[:_HEELS]
