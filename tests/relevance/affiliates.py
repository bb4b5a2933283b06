"""What affiliates type, judged by what they mean: `python -m tests.relevance.affiliates URL [-v]` asks a live instance.

A case is a query with tests of the answer's first page. They look at the fields and the text of programs alone and know
nothing of how search works. `handed_queries.json` holds those that were given, `affiliate_queries.json` our own; every
other one of each kind is held out: its outcome is counted, but never shown, so that nobody tunes by it.
`stranger_queries.json` are of somebody who knew nothing of how search works either: 266 that were written before one of
them was asked (220 held at first sight), and 65 that were seen to fail.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

Program = Mapping[str, Any]
"""A program as the API shows it."""
Ask = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
"""From the parameters of `GET /api/programs` to the status and the JSON of its answer."""

PAGE = 10  # programs that are judged
READ = ("id", "name", "description", "category", "textLanguage", "topics", "vertical")
"""Fields that `Wanted` reads of every program, beside those that its `has`, `is` and `min` name."""

_FOLDER = Path(__file__).parent
_SECONDS = 30


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one program must be to be an answer; all that is given must hold."""

    text: str | None = None  # an expression found in name, description or category, in lower case
    about: str | None = None  # one found there, among its topics or in its vertical
    not_: str | None = msgspec.field(default=None, name="not")  # one that is not found there
    language: str | None = None  # the code of the language that the text is in
    has: dict[str, str] = {}  # list field -> value among its values
    is_: dict[str, Any] = msgspec.field(default_factory=dict, name="is")  # field -> its value
    min: dict[str, float] = {}  # field -> at least so much; unknown is not enough

    def met_by(self, program: Program) -> bool:
        """Whether a person would take the program for an answer."""
        text = f"{program['name']} {program['description'] or ''} {program['category'] or ''}".lower()
        return (
            (self.text is None or re.search(self.text, text) is not None)
            and (self.about is None or re.search(self.about, f"{text} {_filed_under(program)}") is not None)
            and (self.not_ is None or re.search(self.not_, text) is None)
            and self.language in (None, program["textLanguage"])
            and all(value in (program[field] or ()) for field, value in self.has.items())
            and all(program[field] == value for field, value in self.is_.items())
            and all(program[field] is not None and program[field] >= least for field, least in self.min.items())
        )

    def fields(self) -> set[str]:
        """Names of the fields that it reads."""
        return {*READ, *self.has, *self.is_, *self.min}


def _filed_under(program: Program) -> str:
    topics = " ".join(program["topics"] or ()).replace("-", " ")
    return f"{topics} {program['vertical']}"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A query, and what its answer must be like."""

    kind: str
    q: str
    with_: dict[str, str] = msgspec.field(default_factory=dict, name="with")  # other parameters
    ten: Wanted | None = None  # what `of` of the first ten programs are
    of: int = 8
    first: Wanted | None = None  # what the first program is
    least: int | None = None  # total
    most: int | None = None  # total
    like: str | None = None  # another query that finds about as many,
    ratio: float = 0.8  # the fewer at least this share of the more
    corrected: str | None = None  # a word that one was taken for, or that is proposed
    fact: str | None = None  # the parameter of a fact or wish that was understood
    warn: str | None = None  # an expression found in its warnings, in lower case
    held: bool = False  # out of sight when search is tuned


def read(name: str) -> list[Case]:
    """The cases of a file of this folder."""
    return msgspec.json.decode((_FOLDER / name).read_bytes(), type=list[Case])


def handed() -> list[Case]:
    """The cases that were given."""
    return read("handed_queries.json")


def own() -> list[Case]:
    """The cases that are ours."""
    return read("affiliate_queries.json")


def strangers() -> list[Case]:
    """The cases of a stranger."""
    return read("stranger_queries.json")


def second_strangers() -> list[Case]:
    """The cases of another stranger."""
    return read("second_stranger_queries.json")


def third_strangers() -> list[Case]:
    """What was poor of the 160 queries of a third stranger, and neighbours of that."""
    return read("third_stranger_queries.json")


def fault(case: Case, ask: Ask) -> str:
    """What is wrong with the answer; empty if nothing is."""
    status, answer = ask({"q": case.q, "perPage": PAGE, **case.with_})
    if status != 200:
        return f"status {status}"
    return (
        _wrong_total(case, answer["total"])
        or _wrong_programs(case, answer["programs"])
        or _unlike(case, answer["total"], ask)
        or _misunderstood(case, answer)
    )


def _misunderstood(case: Case, answer: Mapping[str, Any]) -> str:
    understood = answer.get("understood") or {"words": [], "facts": [], "wishes": []}
    warnings = json.dumps(answer.get("warnings"), ensure_ascii=False).lower()
    if case.corrected and case.corrected not in json.dumps(understood["words"], ensure_ascii=False).lower() + warnings:
        return f"not corrected to {case.corrected!r}"
    if case.fact and all(case.fact not in each["parameter"] for each in (*understood["facts"], *understood["wishes"])):
        return f"{case.fact} is not understood"
    if case.warn and not re.search(case.warn, warnings):
        return f"no warning of {case.warn!r}"
    return ""


def _wrong_total(case: Case, total: int) -> str:
    if case.most is not None and total > case.most:
        return f"{total} found, at most {case.most}"
    if case.least is not None and total < case.least:
        return f"{total} found, at least {case.least}"
    return ""


def _wrong_programs(case: Case, programs: Sequence[Program]) -> str:
    if case.first and not (programs and case.first.met_by(programs[0])):
        return f"first is {programs[0]['name'] if programs else None}"
    if case.ten:
        good = sum(map(case.ten.met_by, programs))
        if good < case.of:
            return f"{good} of {len(programs)} good, want {case.of}"
    return ""


def _unlike(case: Case, total: int, ask: Ask) -> str:
    if case.like is None:
        return ""
    status, answer = ask({"q": case.like, "perPage": 1, **case.with_})
    if status != 200:
        return f"status {status} for {case.like!r}"
    other = answer["total"]
    return f"{total} beside {other} for {case.like!r}" if min(total, other) < case.ratio * max(total, other) else ""


@dataclass(frozen=True)
class Outcome:
    """How a case went."""

    case: Case
    fault: str

    def __str__(self) -> str:
        return f"{self.case.kind}: {self.case.q!r}: {self.fault or 'holds'}"


def outcomes(cases: Iterable[Case], ask: Ask) -> list[Outcome]:
    """Every case, tried."""
    return [Outcome(case, fault(case, ask)) for case in cases]


def share(tried: Sequence[Outcome]) -> float:
    """The share of the cases that hold, 0 to 1."""
    return sum(not each.fault for each in tried) / len(tried)


def failures(tried: Iterable[Outcome]) -> list[str]:
    """A line per case that fails, without those held out."""
    return [str(each) for each in tried if each.fault and not each.case.held]


def table(tried: Sequence[Outcome]) -> str:
    """How many cases of each kind hold, in both halves."""
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for each in tried:
        kinds[each.case.kind].append(each)
    lines = [f"{'':26}{'open':>10}{'held out':>10}{'all':>10}"]
    lines += [_line(kind, of_kind) for kind, of_kind in [*kinds.items(), ("all", list(tried))]]
    return "\n".join(lines)


def _line(name: str, tried: list[Outcome]) -> str:
    halves = [each for each in tried if not each.case.held], [each for each in tried if each.case.held]
    counts = [f"{sum(not each.fault for each in part)}/{len(part)}" for part in (*halves, tried)]
    return f"{name:26}" + "".join(f"{count:>10}" for count in counts)


def asking(address: str) -> Ask:
    """An instance at an address such as `http://127.0.0.1:8000`."""

    def ask(parameters: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        url = f"{address.rstrip('/')}/api/programs?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, {}

    return ask


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    arguments.add_argument("url")
    arguments.add_argument("-v", "--verbose", action="store_true", help="the cases that fail, but for those held out")
    given = arguments.parse_args()
    ask = asking(given.url)
    for name, cases in (
        ("handed", handed()),
        ("our own", own()),
        ("a stranger's", strangers()),
        ("another's", second_strangers()),
        ("a third one's", third_strangers()),
    ):
        tried = outcomes(cases, ask)
        sys.stdout.write(f"{name}: {share(tried):.3f}\n{table(tried)}\n")
        if given.verbose:
            sys.stdout.writelines(f"  {line}\n" for line in failures(tried))


if __name__ == "__main__":
    main()
