"""Parts a text into sentences and clauses, and says which words go with which amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.normalising.commission_text.amounts import Amount
from app.normalising.commission_text.tokens import Token

Words = Sequence[Token]

# Of the words between two amounts so many tokens are looked at, from the amount on: what tells what an amount is
# stands near it, and a rule that looks for the end of a clause must not look through all of a hostile text for each.
WINDOW = 40

_ENDS_A_SENTENCE = frozenset(".!?。")
_ENDS_ALWAYS = frozenset(";|\n•·●▪◦‣►*")
_ENDS_A_CLAUSE = frozenset("()[]{}—")
_ENDS_BETWEEN_BLANKS = frozenset("-–/+&")
_PICTURES = (("\u2190", "\u21ff"), ("\u2300", "\u27bf"), ("\u2b00", "\u2bff"), ("\U0001f000", "\U0001faff"))
_LABELS_END = frozenset("-–—(")
_CONNECTS = frozenset("+&/;|\n")
_NONE: frozenset[str] = frozenset()
_NAME = 3  # words that may be the name of an amount between two


@dataclass(frozen=True)
class Context:
    """An amount and its words: of its own clause, back to the amount before, and of the whole sentence.

    Of each at most `WINDOW` tokens, those nearest to the amount.
    """

    amount: Amount
    before: Words
    after: Words
    gap_before: Words
    gap_after: Words
    clause: tuple[int, int]  # the tokens that are its alone
    beside: tuple[Amount | None, Amount | None]  # the amounts before and behind it in its sentence
    sentence: int  # its number
    whole: Words  # its sentence
    place: int  # which token of its sentence it is

    @cached_property
    def said_before(self) -> frozenset[str]:
        return roles_of(self.before)

    @cached_property
    def said_after(self) -> frozenset[str]:
        return roles_of(self.after)

    @cached_property
    def said_gap_before(self) -> frozenset[str]:
        return roles_of(self.gap_before)

    @cached_property
    def said_gap_after(self) -> frozenset[str]:
        return roles_of(self.gap_after)

    @cached_property
    def said_beside(self) -> frozenset[str]:
        return self.said_before | self.said_after

    @property
    def sentence_before(self) -> Words:
        """What its sentence has before it."""
        return self.whole[max(0, self.place - WINDOW) : self.place]

    @property
    def sentence_behind(self) -> Words:
        """What its sentence has behind it."""
        return self.whole[self.place + 1 : self.place + 1 + WINDOW]

    @property
    def begins(self) -> bool:
        """Whether it begins its clause: the words before it are another's."""
        return not has_words(self.before) and bool(self.gap_before)

    @cached_property
    def joined(self) -> bool:
        """Whether it is set beside the amount before it ("and", "+", "/"), not explaining it."""
        return "and" in self.said_gap_before or any(token.text in _CONNECTS for token in self.gap_before)


def roles_of(words: Words) -> frozenset[str]:
    """All roles of some words."""
    return _NONE.union(*[token.roles for token in words])


def has_words(words: Words) -> bool:
    """Whether there is anything but marks."""
    return any("mark" not in token.roles for token in words)


@dataclass(frozen=True, slots=True)
class Sentence:
    """The tokens from `start` to `end`."""

    start: int
    end: int
    amounts: tuple[int, ...]


def sentences(text: str, tokens: list[Token]) -> list[Sentence]:
    """The sentences that have anything in them."""
    found: list[Sentence] = []
    start, amounts = 0, list[int]()
    for place, token in enumerate(tokens):
        if token.amount is not None:
            amounts.append(place)
        elif token.text in _ENDS_ALWAYS or (token.text in _ENDS_A_SENTENCE and _ends(text, tokens, place)):
            if place > start:
                found.append(Sentence(start, place, tuple(amounts)))
            start, amounts = place + 1, []
    if len(tokens) > start:
        found.append(Sentence(start, len(tokens), tuple(amounts)))
    return found


def _ends(text: str, tokens: list[Token], place: int) -> bool:
    token = tokens[place]
    behind = text[token.end : token.end + 1]
    if behind and not behind.isspace() and not behind.isalpha():
        return False
    if token.text != ".":
        return True
    last = tokens[place - 1] if place else None
    if last is not None and last.end == token.start and "abbreviation" in last.roles:
        return False
    # "Amazon.com", "sale.Earn": a point inside a word ends a sentence only before a capital
    return not behind or behind.isspace() or behind.isupper()


def contexts(text: str, tokens: list[Token], parts: list[Sentence]) -> list[Context]:
    """Every amount with its words, in order."""
    found: list[Context] = []
    for number, part in enumerate(parts):
        if not part.amounts:
            continue
        whole = tokens[part.start : part.end]
        edges = [part.start, *(edge for place in part.amounts for edge in (place, place + 1)), part.end]
        gaps = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
        parted = [_clauses(text, tokens, *gap) for gap in gaps]
        amounts = [amount for place in part.amounts if (amount := tokens[place].amount) is not None]
        several = len(amounts) > 1
        # Words between two amounts with nothing to part them go with the one they name: behind it where the first
        # amount has no words before it ("10% new 4% old"), else before it where none follow the last ("A 10% B 4%").
        named_after = several and not has_words(tokens[slice(*gaps[0])])
        named_before = several and not named_after and not has_words(tokens[slice(*gaps[-1])])
        for i, amount in enumerate(amounts):
            (first, start), (end, last) = gaps[i], gaps[i + 1]
            before = _last_clause(tokens, first, start, parted[i], i == 0)
            after = parted[i + 1][0][0] if parted[i + 1] else last
            if named_after and i > 0 and not parted[i] and _names(amounts[i - 1], tokens[before:start], amount):
                before = start
            if named_before and i + 1 < len(amounts) and not parted[i + 1]:
                after = end if _names(amount, tokens[end:after], amounts[i + 1]) else after
            found.append(
                Context(
                    amount,
                    tokens[max(before, start - WINDOW) : start],
                    tokens[end : min(after, end + WINDOW)],
                    tokens[max(first, start - WINDOW) : start],
                    tokens[end : min(last, end + WINDOW)],
                    (
                        before if parted[i] or i == 0 else start,
                        after if parted[i + 1] or i + 1 == len(amounts) else end,
                    ),
                    (amounts[i - 1] if i > 0 else None, amounts[i + 1] if i + 1 < len(amounts) else None),
                    number,
                    whole,
                    part.amounts[i] - part.start,
                )
            )
    return found


def _names(first: Amount, words: Words, second: Amount) -> bool:
    """Whether words between two amounts can be the name of one ("new", "Gold"), not what relates them ("of each")."""
    if (
        first.kind != second.kind
        or sum(len(token.text.split()) for token in words if "mark" not in token.roles) > _NAME
    ):
        return False
    return not (words and "relates" in words[-1].roles) and not any(token.says(("share_of", "on")) for token in words)


def _clauses(text: str, tokens: list[Token], start: int, end: int) -> list[tuple[int, int]]:
    """Where a gap is parted: the (first, last + 1) tokens of each mark or word that does it."""
    found: list[tuple[int, int]] = []
    for place in range(start, end):
        token = tokens[place]
        if "mark" not in token.roles:
            # a word that joins stands between two others, or an amount and a word
            if "joins" in token.roles and _between_blanks(text, token):
                found.append((place, place + 1))
        elif token.text == ",":
            if not text[token.end : token.end + 3].isdecimal():
                found.append((place, place + 1))
        elif token.text in _ENDS_A_CLAUSE or (token.text in _ENDS_BETWEEN_BLANKS and _between_blanks(text, token)):
            found.append((place, place + 1))
        elif token.text == ":" and place - start == 1 and tokens[start].says(("tax", "discount")) and start > 0:
            found.append((place, place + 1))  # "plus 20% VAT: 9% of the basket"
        elif token.text == ":":
            label = _label(text, tokens, start, place)
            if label is not None and (not found or found[-1][1] <= label):
                found.append((label, label))
        elif any(first <= token.text <= last for first, last in _PICTURES):
            found.append((place, place + 1))
    return found


def _between_blanks(text: str, token: Token) -> bool:
    return text[token.start - 1 : token.start].isspace() and text[token.end : token.end + 1].isspace()


def _label(text: str, tokens: list[Token], start: int, colon: int) -> int | None:
    """Where the one to three words with a capital before a colon begin, if other words stand before them."""
    begins = None
    for place in range(colon - 1, max(start, colon - 4) - 1, -1):
        token = tokens[place]
        if "mark" in token.roles or token.amount is not None or not text[token.start].isupper():
            break
        if text[token.start - 1 : token.start].isspace():
            begins = place
    return begins


def _last_clause(tokens: list[Token], start: int, end: int, parted: list[tuple[int, int]], first: bool) -> int:
    """Where the words of a gap begin that stand in one clause with the amount behind it."""
    if not parted:
        return start
    begins = parted[-1][1]
    words = tokens[begins:end]
    if len(words) == 1 and words[0].text == ":":  # "EPC (7 day): $12"
        return start
    if not words and tokens[parted[-1][0]].text in _LABELS_END and (first or len(parted) > 1):
        # "Minimum payout - $50", "AOV ($250)": a label
        return parted[-2][1] if len(parted) > 1 else start
    return begins
