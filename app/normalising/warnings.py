"""What a source said of a program and the program does not have: read otherwise, or not at all.

The normaliser says unknown in doubt, and does not say that it doubted. Here a record is held against the program that
was made of it: what was said and is unknown, and what was read in another way than it was written, is a warning. What
says itself that it says nothing ("N/A", a zero that stands for silence) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from app.normalising.flags import known_status
from app.normalising.numbers import NOTHING, number
from app.normalising.places import currency
from app.normalising.repeated import RecordPlace, ToldAgain, ToldBefore
from app.normalising.traffic import kinds
from mappings.network_program import NetworkProgram
from mappings.program import Program

_LONGEST_VALUE = 80  # characters
_SILENT = NOTHING | {
    "--", "not available", "not specified", "not set", "no", "all", "any", "worldwide", "global", "international",
    "other", "keine", "none specified", "public offer",
}  # fmt: skip
_NUMBERS = "no number that can be read for sure"
_AMOUNT = "no amount that can be read for sure"
_DURATION = "no length of time that can be read for sure"
_CHOICE = "none of the words that are known"
_ADDRESS = "no address of the web"
_NO_RULE = "no rule of pay that can be read for sure: a share, or an amount in which currency?"

# What is said, what becomes of it, and the warning where nothing does.
_READ = {
    "launched": ("launched_at", "no day, or one of which day and month may change places"),
    "primary_region": ("primary_region", "no country that is known"),
    "geo_targeting": ("geo_targeting", "no country that is known"),
    "language": ("language", "no language that is known"),
    "text_language": ("text_language", "no language that is known"),
    "merchant_url": ("merchant_url", _ADDRESS),
    "affiliate_url": ("affiliate_url", _ADDRESS),
    "logo_url": ("logo_url", _ADDRESS),
    "deep_links": ("deep_link_allowed", _CHOICE),
    "commission_text": ("commission_type", "no commission that can be read for sure"),
    "recurring": ("recurring", _CHOICE),
    "recurring_months": ("recurring_months", _DURATION),
    "cookie": ("cookie_days", _DURATION),
    "min_payout": ("min_payout", _AMOUNT),
    "payment_methods": ("payment_methods", _CHOICE),
    "validation_days": ("validation_days", _DURATION),
    "payment_days": ("payment_days", _DURATION),
    "payment_risk": ("payment_risk", _CHOICE),
    "average_earnings": ("average_earnings", "no amount that can be read for sure, or in another currency"),
    "epc": ("epc_raw", _AMOUNT),
    "conversion_rate": ("conversion_rate", _NUMBERS),
    "approval_rate": ("approval_rate", _NUMBERS),
    "popularity": ("popularity_raw", _NUMBERS),
    "approval_mode": ("approval_mode", _CHOICE),
    "product_feed": ("has_product_feed", _CHOICE),
}
_NAMES = tuple(_READ)
_said = attrgetter(*_NAMES)
_known = attrgetter(*(field for field, _ in _READ.values()))
_ZERO_IS_SILENT = frozenset({"cookie", "payment_days", "average_earnings", "epc", "conversion_rate", "approval_rate",
                             "popularity", "recurring_months"})  # fmt: skip
_TIMES = {"recurring_months": "months", "cookie": "days", "validation_days": "days", "payment_days": "days"}
_DIGITS = re.compile(r"\d+")


class FieldWarning(NamedTuple):
    """What is doubtful in one field of one record: the field as the program names it, what, and what was written."""

    field: str
    warning: str
    value: str


class RecordWarning(msgspec.Struct, kw_only=True, rename="camel"):
    """What is doubtful in a field, in how many records, and the first of them: its place in the input (from 1 on), its
    line in a file of lines, its program's id and what was written."""

    field: str
    warning: str
    records: int = 0
    record: int = 0
    line: int | None = None
    external_id: str = ""
    value: str = ""


def warnings_of(raw: NetworkProgram, program: Program) -> list[FieldWarning]:
    """What is doubtful in a record from which a program was made."""
    found: list[FieldWarning] = []
    known = _known(program)
    for index, value in enumerate(_said(raw)):  # every record passes here
        if value is None or value == "" or value == ():
            continue
        name = _NAMES[index]
        made = known[index]
        if made is None:
            if not _says_nothing(name, value):
                found.append(_warning(_READ[name][0], _READ[name][1], value))
        elif name in _TIMES and type(value) is str and not _as_it_stands(value, made):
            found.append(_warning(_READ[name][0], f"written in another unit, and read as {_TIMES[name]}", value))
    if raw.currency and not _silent(raw.currency) and currency(raw.currency) is None:
        found.append(_warning("currency", "no currency that is known", raw.currency))
    elif program.epc is None and program.epc_raw is not None and program.epc_raw >= 0:
        why = "in a currency without a rate in dollars" if program.epc_unit else "of how many clicks is not said"
        found.append(_warning("epc", why, raw.epc))
    if raw.commissions and not program.commission_rules and (figure := _figure(raw)) is not None:
        found.append(_warning("commission_rules", _NO_RULE, figure))
    if raw.status and not known_status(raw.status[:_LONGEST_VALUE]):
        found.append(_warning("status", f"no status that is known; taken for {program.status}", raw.status))
    if raw.external_id != program.external_id:
        written = " ".join(raw.external_id.split())
        if written.casefold() != program.external_id.casefold():
            found.append(_warning("external_id", "a table changed it; read without what that added", written))
    for name, values in (("traffic_allowed", raw.traffic_allowed), ("traffic_forbidden", raw.traffic_forbidden)):
        for value in values:
            if not kinds((value,)) and not _silent(value):
                found.append(_warning(name, "no kind of traffic that is known", value))
                break
    return found


def _figure(raw: NetworkProgram) -> Any:
    """The first figure of a record's commission lines that says something; None if there is none."""
    written = (each for line in raw.commissions for each in (line.value, line.low, line.high))
    return next((each for each in written if each not in (None, "") and number(each) != 0), None)


def _warning(field: str, warning: str, value: Any) -> FieldWarning:
    text = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    shown = " ".join(text[: 4 * _LONGEST_VALUE].split())[:_LONGEST_VALUE]
    return FieldWarning(_json_name(field), warning, shown.encode("utf-8", "backslashreplace").decode())


def _json_name(field: str) -> str:
    head, *tail = field.split("_")
    return head + "".join(part.title() for part in tail)


def _silent(text: str) -> bool:
    return len(text) <= 40 and text.strip().casefold() in _SILENT


def _says_nothing(name: str, value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_silent(each) for each in value)
    if isinstance(value, str) and _silent(value):
        return True
    return name in _ZERO_IS_SILENT and number(value) == 0


def _as_it_stands(text: str, made: int) -> bool:
    """Whether the number of a text is the one that was made of it."""
    digits = _DIGITS.findall(text[:60])
    return not digits or str(made) in (each.lstrip("0") or "0" for each in digits) or number(text) == made


class RecordWarnings:
    """Warnings of many records, by field and kind: how many, and the first."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], RecordWarning] = {}
        self._told = ToldBefore()

    def add(self, warnings: Iterable[RecordWarning]) -> None:
        """Add what was counted elsewhere, of records behind those that were counted here."""
        for each in warnings:
            if (first := self._found.get((each.field, each.warning))) is None:
                self._found[each.field, each.warning] = each
            else:
                first.records += each.records

    def note(self, number: int, raw: NetworkProgram, program: Program) -> None:
        """Count what is doubtful in a record."""
        for field, warning, value in warnings_of(raw, program):
            first = self._found.get((field, warning))
            if first is None:
                first = self._found[field, warning] = RecordWarning(
                    field=field, warning=warning, record=number, external_id=program.external_id, value=value
                )
            first.records += 1

    def hold(self, number: int, line: int | None, program: Program) -> None:
        """Hold a program against those before it of the same id."""
        self._told.note(RecordPlace(number, line), program)

    def listed(self) -> list[RecordWarning]:
        """What was found, the most frequent first."""
        found = [*self._found.values(), *repeated(self._told.found())]
        return sorted(found, key=lambda each: (-each.records, each.field, each.warning))


def repeated(programs: Iterable[ToldAgain]) -> list[RecordWarning]:
    """Warnings of programs that are told more than once and not alike: their records but the kept ones, the first."""
    found = RecordWarnings()
    for each in programs:
        if warning := each.differing():
            found.add([
                RecordWarning(
                    field="externalId", warning=warning, records=each.times, record=each.last.number,
                    line=each.last.line, external_id=each.external_id, value=each.places(),
                )
            ])  # fmt: skip
    return list(found._found.values())
