"""What somebody says of a program of their own, as the record that every import reads.

The members are those of `Program` that a source says, typed (30, true, ["DE", "AT"]) or as text ("30 days", "yes",
"Germany, Austria"). Whatever is given is stored, or refused: nothing is left out or changed in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from app.normalising import Rejected, normalise
from app.normalising.commissions import LARGEST_AMOUNT, LONGEST_CONDITION
from app.normalising.flags import payment_methods
from app.normalising.places import countries, languages
from app.normalising.text import clean
from app.normalising.traffic import kinds
from app.normalising.urls import merchant_domain, url
from app.search.bad_request import BadRequest, ParameterError, meaning
from mappings import codes
from mappings.catalogue import BY_KEY, FIELDS, Entry, Kind
from mappings.field import Origin
from mappings.network_program import CARRIED, NetworkProgram, RawCommission, all_fields_but
from mappings.networks import DIRECT
from mappings.program import CommissionRule, Program

DATA_SOURCE = f"api:{DIRECT}"
_PROBLEM = "invalid-body"
_MOST_ITEMS = 300
_MOST_MEMBERS = 200
_LONGEST_TEXT = 20_000  # characters of any text; a description may have less
_ROUNDED = 1e-6  # of a number, from what was given to what is stored
RULE_EVENTS = ("sale", "lead", "click", "install", "recurring")
RULE_KINDS = ("percent", "fixed")
_MOST_RULES = 100
_NUMBERS_OF_RULES = ("min", "max", "threshold")
_BETWEEN_ITEMS = "|"  # as exports join lists

MEMBERS: tuple[Entry, ...] = tuple(
    entry for entry in FIELDS if entry.field.origin is Origin.SOURCE and entry.name not in ("network", "data_source")
)
"""What may be said of a program, in the order of the record."""

_BY_KEY = {entry.key: entry for entry in MEMBERS}
_RATES = {
    "percent": ("commissionMin", "commissionMax"),
    "fixed": ("commissionFixedMin", "commissionFixedMax"),
}
_RULES = "commissionRules"
_OF_COMMISSIONS = frozenset({key for ends in _RATES.values() for key in ends} | {_RULES, "commissionType"})
_READERS: dict[str, Callable[[tuple[str, ...]], tuple[str, ...] | None]] = {
    "geoTargeting": countries,
    "language": languages,
    "paymentMethods": payment_methods,
    "trafficAllowed": kinds,
    "trafficForbidden": kinds,
}
_TEXTS = frozenset(
    field.name for field in msgspec.structs.fields(NetworkProgram) if "str" in str(field.type) and "int" not in
    str(field.type) and "tuple" not in str(field.type)
)  # fmt: skip


def _raw_name(entry: Entry) -> str | None:
    """The field of a source's record that says this one; None for what several of them say."""
    if entry.name in CARRIED or entry.name == "external_id":
        return entry.name
    return entry.field.made_of[0] if len(entry.field.made_of) == 1 else None


def read(members: Mapping[str, Any], external_id: str, *, partly: bool = False) -> NetworkProgram:
    """The record of a program under an id. With `partly`, what is not said is left as it is stored.

    Raises BadRequest with everything that is wrong.
    """
    if len(members) > _MOST_MEMBERS:
        raise BadRequest([_wrong("body", f"there are {len(members):,} members; a program has {len(MEMBERS)}")])
    wrong = _strangers(members)
    said = {key: value for key, value in members.items() if key in _BY_KEY and value not in (None, "", [], ())}
    values: dict[str, Any] = {}
    for key, value in said.items():
        if key not in _OF_COMMISSIONS:
            _take(_BY_KEY[key], value, values, wrong)
    categories = (*values.pop("category", ()), *values.get("categories", ()))
    if categories:
        values["categories"] = tuple(dict.fromkeys(categories))
    values["commissions"] = _commissions(said, wrong)
    if wrong:
        raise BadRequest(wrong)
    values.pop("external_id", None)
    if partly and "name" not in members:
        values["name"] = "-"  # a record needs one; it is not carried, so the merge takes the stored one over
    record = _by_its_text(
        NetworkProgram(network=DIRECT, external_id=external_id, data_source=DATA_SOURCE, **values), said
    )
    _check(record, said)
    if not partly:
        return record
    return msgspec.structs.replace(record, not_carried=all_fields_but(*_carried(members)))


def _carried(members: Iterable[str]) -> set[str]:
    """The fields of a record that these members speak of, also where they say that it is unknown."""
    carried = set()
    for key in members:
        if (entry := _BY_KEY.get(key)) is not None:
            name = _raw_name(entry)
            carried |= {"commissions"} if key in _OF_COMMISSIONS else {name} if name in CARRIED else set()
            carried |= {"categories"} if key == "category" else set()
    return carried


def _strangers(members: Mapping[str, Any]) -> list[ParameterError]:
    """Members that nobody may say, and what they mean."""
    found = []
    for key, value in members.items():
        entry = BY_KEY.get(key)
        if key in _BY_KEY or (key == "network" and value == DIRECT) or (key == "dataSource" and value == DATA_SOURCE):
            continue
        if key == "network":
            found.append(_wrong(key, f"'network': a program that is written here is of '{DIRECT}'"))
        elif entry is None:
            end, choice = meaning(key[:80], _BY_KEY)
            found.append(_wrong(key, f"'{key[:80]}' is no member of a program{end}", choice))
        elif entry.field.origin is Origin.OURS:
            found.append(_wrong(key, f"'{key}' is a mark of ours: PATCH sets it"))
        else:
            found.append(_wrong(key, f"'{key}' follows from other members, or is kept by us: leave it out"))
    return found


def _wrong(key: str, message: str, choice: str | None = None) -> ParameterError:
    return ParameterError(parameter=key[:80], message=message, did_you_mean=choice, problem=_PROBLEM)


def _take(entry: Entry, value: Any, values: dict[str, Any], wrong: list[ParameterError]) -> None:
    """Put a member where the record has it."""
    if entry.many or entry.name == "category":
        items = value.split(_BETWEEN_ITEMS) if isinstance(value, str) and entry.many else value
        items = [items] if isinstance(items, str) else items
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            wrong.append(_wrong(entry.key, f"'{entry.key}': expected texts, or one text"))
        elif len(items) > _MOST_ITEMS or any(len(item) > _LONGEST_TEXT for item in items):
            wrong.append(_wrong(entry.key, f"'{entry.key}': at most {_MOST_ITEMS} texts"))
        else:
            values[entry.name] = tuple(item.strip() for item in items if item.strip())
        return
    name = _raw_name(entry)
    if name is None:
        wrong.append(_wrong(entry.key, f"'{entry.key}' follows from other members: leave it out"))
        return
    if isinstance(value, bool) and entry.kind is not Kind.FLAG:
        wrong.append(_wrong(entry.key, f"'{entry.key}' is {str(value).lower()}; expected {_expected(entry)}"))
    elif not isinstance(value, str | int | float) or (name in _TEXTS and not isinstance(value, str)):
        wrong.append(_wrong(entry.key, f"'{entry.key}': expected {_expected(entry)}"))
    elif isinstance(value, str) and len(value) > (longest := entry.bounds.longest or _LONGEST_TEXT):
        wrong.append(_wrong(entry.key, f"'{entry.key}' has {len(value):,} characters; at most {longest:,} are taken"))
    elif isinstance(value, str) and entry.name == "merchant_domain":
        values.setdefault(name, value)  # an address says it too, and more
    else:
        values[name] = value


def _expected(entry: Entry) -> str:
    match entry.kind:
        case Kind.FLAG:
            return "true or false, or a text that says so"
        case Kind.INTEGER | Kind.NUMBER:
            return f"a number{f' ({entry.field.unit})' if entry.field.unit else ''}, or a text that says one"
        case Kind.DATE:
            return "a day (2026-03-01)"
        case _:
            return "a text"


def _commissions(said: Mapping[str, Any], wrong: list[ParameterError]) -> tuple[RawCommission, ...]:
    """What is paid, line by line: the rules, else the bounds."""
    if (rules := said.get(_RULES)) is not None:
        return _rules(rules, wrong)
    lines = []
    for kind, (least, most) in _RATES.items():
        ends = said.get(least), said.get(most)
        for key, end in zip((least, most), ends, strict=True):
            if end is not None and (isinstance(end, bool) or not isinstance(end, str | int | float)):
                wrong.append(_wrong(key, f"'{key}': expected {_expected(_BY_KEY[key])}"))
        if any(end is not None for end in ends):
            lines.append(RawCommission(event="sale", kind=kind, low=ends[0], high=ends[1]))
    return tuple(lines) if not wrong else ()


def _rules(written: Any, wrong: list[ParameterError]) -> tuple[RawCommission, ...]:
    if not isinstance(written, list | tuple) or len(written) > _MOST_RULES:
        wrong.append(_wrong(_RULES, f"'{_RULES}': expected a list of at most {_MOST_RULES} rules"))
        return ()
    before = len(wrong)
    rules = [_rule(f"'{_RULES}' {number}", each, wrong) for number, each in enumerate(written, start=1)]
    if len(wrong) > before:
        return ()
    return tuple(
        RawCommission(
            event=rule.event, kind=rule.kind, low=rule.min, high=rule.max, currency=rule.currency,
            threshold=rule.threshold, condition=rule.condition,
        )
        for rule in rules if rule
    )  # fmt: skip


def _rule(which: str, written: Any, wrong: list[ParameterError]) -> CommissionRule | None:
    """One rule; None if it is none, and then what is wrong with it is noted."""
    before = len(wrong)
    members = written if isinstance(written, dict) else {}
    for name in members.keys() - set(CommissionRule.__struct_fields__):
        end, choice = meaning(name[:80], CommissionRule.__struct_fields__)
        wrong.append(_wrong(_RULES, f"{which}: '{name[:80]}' is no member of a rule{end}", choice))
    for name in _NUMBERS_OF_RULES:
        value = members.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            wrong.append(_wrong(_RULES, f"{which}: {name} is '{str(value)[:40]}'; expected a number"))
    if len(wrong) > before:
        return None
    try:
        rule = msgspec.convert(written, CommissionRule)
    except msgspec.ValidationError as error:
        wrong.append(_wrong(_RULES, f"{which}: {error}"))
        return None
    for name, value, allowed in (("event", rule.event, RULE_EVENTS), ("kind", rule.kind, RULE_KINDS)):
        if value not in allowed:
            end, choice = meaning(value, allowed)
            wrong.append(_wrong(_RULES, f"{which}: '{value[:40]}' is no {name}{end}", choice))
    return rule


def _by_its_text(record: NetworkProgram, said: Mapping[str, Any]) -> NetworkProgram:
    """The record without its rules, where its text says the same ones: a text can say more, as that pay is tiered."""
    without = msgspec.structs.replace(record, commissions=())
    if not (said.get(_RULES) and record.commission_text):
        return record
    try:
        same = normalise(without).commission_rules == normalise(record).commission_rules
    except Rejected:  # `_check` says why
        return record
    return without if same else record


def _check(record: NetworkProgram, said: Mapping[str, Any]) -> None:
    """Raise BadRequest unless all that was said becomes the program's, as it was meant."""
    try:
        program = normalise(record)
    except Rejected as rejected:
        key, _, reason = str(rejected).partition(": ")
        raise BadRequest([_wrong(BY_KEY[key].key if key in BY_KEY else "body", f"'{key}': {reason}")]) from None
    wrong = _rules_unlike(said.get(_RULES) or (), program.commission_rules or ())
    wrong += [
        each
        for key, value in said.items()
        if key != _RULES and (each := _unlike(_BY_KEY[key], value, program)) is not None
    ]
    if wrong:
        raise BadRequest(wrong)


def _means(entry: Entry, value: Any) -> bool:
    return bool(entry.field.codes) and str(value).strip().lower() in codes.members(entry.field.codes or "")


def _unlike(entry: Entry, value: Any, program: Program) -> ParameterError | None:
    """What is wrong if a member does not come back from the program it made."""
    stored = getattr(program, entry.name)
    shown = str(value)[:80]
    if stored is None:
        if entry.key == "commissionType":
            return _wrong(entry.key, f"'{entry.key}' follows from the rates: give them too")
        if entry.name in CARRIED and len(entry.field.made_of) == 1 and _means(entry, value):
            (source,) = entry.field.made_of
            needed = next(each.key for each in MEMBERS if each.name in (source, f"{source}_raw"))
            return _wrong(entry.key, f"'{entry.key}' says nothing by itself: give '{needed}' too")
        return _wrong(entry.key, f"'{entry.key}': '{shown}' cannot be read; expected {_expected(entry)}")
    if (read_one := _READERS.get(entry.key)) is not None:
        for item in value if isinstance(value, list | tuple) else str(value).split(_BETWEEN_ITEMS):
            if item.strip() and not read_one((item,)):
                return _wrong(entry.key, f"'{entry.key}': '{item[:80]}' cannot be read")
        return None
    meant: Any = stored
    if entry.name == "merchant_domain":
        meant = merchant_domain(url(str(value))) or value
    elif entry.field.codes and not entry.many:
        meant = codes.members(entry.field.codes).get(str(value).strip().lower(), stored)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        close = abs(float(stored) - value) <= _ROUNDED * max(1.0, abs(value))
        meant = stored if close else value
    if meant == stored:
        return None
    return _wrong(entry.key, f"'{entry.key}' is '{shown}', but what else is given makes it '{stored}'")


def _rules_unlike(rules: Any, stored: tuple[CommissionRule, ...]) -> list[ParameterError]:
    """The rules that are not stored as they are meant."""
    found = ((number, _why_unlike(rule, stored)) for number, rule in enumerate(rules, start=1))
    return [_wrong(_RULES, f"'{_RULES}' {number}: {why}") for number, why in found if why]


def _why_unlike(written: Any, stored: tuple[CommissionRule, ...]) -> str | None:
    rule = msgspec.convert(written, CommissionRule)
    meant: dict[str, Any] = {
        **msgspec.structs.asdict(rule),
        **{name: getattr(rule, name) or None for name in _NUMBERS_OF_RULES},  # nought is no bound
        "condition": clean(rule.condition, len(rule.condition or "")),
    }
    if meant["currency"] is None:
        del meant["currency"]  # the program's
    if any(all(getattr(each, name) == value for name, value in meant.items()) for each in stored):
        return None
    low, high = meant["min"], meant["max"]
    if low is None and high is None:
        return "it needs min or max above 0"
    if low is not None and high is not None and low > high:
        return "min is more than max"
    if rule.kind == "percent" and rule.currency:
        return "a percentage has no currency"
    return (
        f"it cannot be read; percentages go to 100 and amounts to {LARGEST_AMOUNT:,.0f}, a currency is a code (EUR), "
        f"a condition has at most {LONGEST_CONDITION} characters"
    )
