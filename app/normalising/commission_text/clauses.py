"""Parts a text into sentences and clauses, and says which words go with which amount."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.normalising.commission_text.amounts import Amount

_SENTENCE = re.compile(r"[.!?。](?=\s|$|[^\W\d_])|[;|\n•·●▪◦‣►*]")
_ABBREVIATED = frozenset({
    "rs", "fr", "pr", "approx", "incl", "excl", "min", "max", "avg", "e.g", "i.e", "ca", "bzw", "inkl", "exkl", "ggf",
    "etc", "vs", "no", "resp", "mind", "zzgl", "evtl", "u.a", "z.b", "p.a", "aprox", "máx", "mín", "ej", "p.ej", "env",
    "gem", "evt", "bl.a", "f.eks", "mio", "mrd", "u.s",
})  # fmt: skip
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_CLAUSE = re.compile(
    rf",(?!\d{{3}})|[()\[\]{{}}{_EMOJI}]|\s(?-i:(?=(?:[A-Z][\w-]*\s){{0,2}}[A-Z][\w-]*\s?:))|\s[-–/+&]\s|\s?—\s?|"
    rf"\s(?:and|plus|or|but|then|on top of|in addition to|as well as|along with|alongside|besides|while|whereas|"
    rf"with|und|oder|sowie|dann|"
    r"mit|et|ou|puis|avec|y|o|con|e|ed|com|en|met|og|och|med|oraz|lub|и|或|和)\s",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"\b(?:off|of|on|to|over|above|under|below|from|up|for|first|than|least|when|if|von|auf|ab|bis|über|de|sur|du|des|"
    r"sobre|del|hasta|van|op|tot)\s*$|"
    r"\b(?:of|on)\b",
    re.IGNORECASE,
)
_LABELS_END = frozenset("-–—(")
_CONNECTED = re.compile(r"\s(?:and|plus|or|und|oder|sowie|et|ou|y|e|o|en|og|och|oraz|lub)\s|[+&/;|\n]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """An amount and its words: of its own clause, back to the amount before, and of the whole sentence."""

    amount: Amount
    before: str
    after: str
    gap_before: str
    gap_after: str
    parted_before: bool  # whether anything parts it from the amount before, and from the one behind
    parted_after: bool
    sentence: int  # its number
    sentence_start: int
    sentence_end: int

    @property
    def clause(self) -> tuple[int, int]:
        """Where the words that are its alone begin and end."""
        before = len(self.before) if self.parted_before else 0
        after = len(self.after) if self.parted_after else 0
        return self.amount.start - before, self.amount.end + after

    @property
    def begins(self) -> bool:
        """Whether it begins its clause: the words before it are another's."""
        return not self.before.strip(" :-–") and bool(self.gap_before.strip())

    @property
    def joined(self) -> bool:
        """Whether it is set beside the amount before it ("and", "+", "/"), not explaining it."""
        return bool(_CONNECTED.search(self.gap_before))


def sentences(text: str, amounts: list[Amount]) -> list[tuple[int, int]]:
    """The (start, end) of every sentence; marks inside an amount end none."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE.finditer(text):
        at = match.start()
        if any(amount.start <= at < amount.end for amount in amounts) or _abbreviation(text, match):
            continue
        spans.append((start, at))
        start = match.end()
    spans.append((start, len(text)))
    return [(first, last) for first, last in spans if text[first:last].strip()]


def _abbreviation(text: str, match: re.Match[str]) -> bool:
    if match[0] != ".":
        return False
    words = text[max(0, match.start() - 8) : match.start()].split()
    word = words[-1].lower().lstrip("(") if words else ""
    if word in _ABBREVIATED:
        return True
    # "Amazon.com", "sale.Earn": a point inside a word ends a sentence only before a capital
    follows = text[match.end() : match.end() + 1]
    return bool(follows) and not follows.isspace() and not follows.isupper()


def contexts(text: str, amounts: list[Amount]) -> list[Context]:
    """Every amount with its words, in order."""
    found: list[Context] = []
    for number, (start, end) in enumerate(sentences(text, amounts)):
        inside = [amount for amount in amounts if start <= amount.start < end]
        if not inside:
            continue
        edges = [start, *(edge for amount in inside for edge in (amount.start, amount.end)), end]
        gaps = [text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)]
        # Words between two amounts with nothing to part them go with the one they name: behind it where the first
        # amount has no words before it ("10% new 4% old"), else before it where none follow the last ("A 10% B 4%").
        named_after = not gaps[0].strip(" :-–~") and len(inside) > 1
        named_before = not named_after and not gaps[-1].strip(" :-–.") and len(inside) > 1
        for i, amount in enumerate(inside):
            before, parted_before = _last_clause(gaps[i], i == 0)
            after, parted_after = _first_clause(gaps[i + 1])
            if named_after and i > 0 and not parted_before and _names(inside[i - 1], before, amount):
                before = ""
            if named_before and i + 1 < len(inside) and not parted_after and _names(amount, after, inside[i + 1]):
                after = ""
            found.append(
                Context(
                    amount,
                    before,
                    after,
                    gaps[i],
                    gaps[i + 1],
                    parted_before or i == 0,
                    parted_after or i + 1 == len(inside),
                    number,
                    start,
                    end,
                )
            )
    return found


def _names(first: Amount, words: str, second: Amount) -> bool:
    """Whether words between two amounts can be the name of one ("new", "Gold"), not what relates them ("of each")."""
    return first.kind == second.kind and len(words.split()) <= 3 and not _RELATED.search(words)


_COLON_ONLY = re.compile(r"^\s*:\s*$")


def _last_clause(gap: str, first: bool) -> tuple[str, bool]:
    """The words of a gap that stand in one clause with the amount behind it, and whether anything parts the gap."""
    marks = list(_CLAUSE.finditer(gap))
    if not marks:
        return gap, False
    words = gap[marks[-1].end() :]
    if _COLON_ONLY.match(words):  # "EPC (7 day): $12"
        return gap, True
    if not words.strip() and marks[-1][0].strip() in _LABELS_END and (first or len(marks) > 1):
        # "Minimum payout - $50", "AOV ($250)": a label
        words = gap[marks[-2].end() if len(marks) > 1 else 0 :]
    return words, True


def _first_clause(gap: str) -> tuple[str, bool]:
    mark = _CLAUSE.search(gap)
    return (gap[: mark.start()], True) if mark else (gap, False)
