"""CJ Affiliate: the advertiser lookup's XML, and the contracts of joined advertisers.

EPC is USD per 100 clicks. Source: networks.md 1.3; of contracts CJ's reference of the Program Terms API.
"""

from __future__ import annotations

import msgspec

from app.feeds.layouts.values import Record, part, raw, records, text
from mappings.network_program import NetworkProgram, RawCommission, all_fields_but

NAMES = (
    "advertiser-id", "advertiser-name", "account-status", "three-month-epc", "seven-day-epc", "primary-category",
    "parent", "child", "language", "program-url", "network-rank", "actions", "action", "name", "type", "commission",
    "default", "itemlist", "link-types", "link-type",
)  # fmt: skip
_NOT_CARRIED = all_fields_but(
    "name", "categories", "status", "language", "merchant_url", "deep_links", "commissions", "epc", "popularity"
)
TERMS = frozenset({"cookie", "validation_days", "restrictions"})  # what only a contract says
_KINDS = {"PERCENT": "percent", "FIXED": "fixed", "FIXED_PER_ORDER": "fixed"}
_DEEP_LINKS = "deeplink"  # "DeepLink", "OtherDeepLink", "AutoMoneyDeepLink"


def advertiser(record: Record, *, source: str = "feed:cj") -> NetworkProgram:
    """An `advertiser` element as `app.feeds.xml_records.as_record` gives it.

    `program-url` is the merchant's site. `relationship-status` belongs to the account, not to the program. An EPC of
    `N/A` means that too few clicked in three months: seven days of that are no better, and stand in only where the
    three months are not given at all.
    """
    epc, window = raw(record.get("three-month-epc")), "3m"
    if epc is None:
        epc, window = raw(record.get("seven-day-epc")), "7d"
    parent = text(part(record, "primary-category", "parent"))
    child = text(part(record, "primary-category", "child"))
    return NetworkProgram(
        network="cj",
        external_id=(text(record.get("advertiser-id")) or "").strip(),
        data_source=source,
        name=text(record.get("advertiser-name")),
        categories=(f"{parent} > {child}" if parent and child else parent or child or "",) if parent or child else (),
        status=text(record.get("account-status")),
        language=(language,) if (language := text(record.get("language"))) else (),
        merchant_url=text(record.get("program-url")),
        deep_links=_deep_links(record),
        currency="USD",
        commissions=_lines(record),
        epc=epc,
        epc_unit="100 clicks",
        epc_window=window,
        epc_currency="USD",
        popularity=raw(record.get("network-rank")),
        popularity_metric="networkRank",
        relation=text(record.get("relationship-status")),
        not_carried=_NOT_CARRIED,
    )


def _deep_links(record: Record) -> bool | None:
    """Whether a deep link is among the kinds of links; None where the kinds are not listed."""
    kinds = part(record, "link-types", "link-type")
    if kinds is None:
        return None
    return any(_DEEP_LINKS in kind.lower() for kind in _values(kinds))


def _values(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [found for each in listed if (found := _value(each))]


def _value(value: object) -> str | None:
    """The text of an element, with attributes or without."""
    return text(value.get("#text")) if isinstance(value, dict) else text(value)


def _lines(record: Record) -> tuple[RawCommission, ...]:
    """Each action's default, and its item lists beside it; values carry their unit ("5.00%", "USD 0.50")."""
    lines: list[RawCommission] = []
    for action in records(part(record, "actions", "action")):
        event = text(action.get("type")) or text(action.get("name"))
        commission = action.get("commission")
        if not isinstance(commission, dict):
            if value := text(commission):
                lines.append(RawCommission(event=event, value=value))
            continue
        if value := _value(commission.get("default")):
            lines.append(RawCommission(event=event, value=value))
        items = commission.get("itemlist")
        for item in items if isinstance(items, list) else [items]:
            if value := _value(item):
                name = text(item.get("@name")) if isinstance(item, dict) else None
                lines.append(RawCommission(event=event, value=value, condition=name))
    return tuple(lines)


def with_terms(program: NetworkProgram, contract: Record) -> NetworkProgram:
    """A program by the account's contract with it: its rates in all situations, its cookie, when it locks.

    Where the terms of several actions differ, those of sales count, if they are alike.
    """
    actions = records(part(contract, "programTerms", "actionTerms"))
    lines = tuple(
        line for action in actions for rate in records(action.get("commissions")) for line in _rate(action, rate)
    )
    return msgspec.structs.replace(
        program,
        commissions=lines or program.commissions,
        cookie=_alike(actions, "referralPeriod"),
        validation_days=_alike(actions, "lockingMethod", "durationInDays"),
        restrictions=_special(part(contract, "programTerms", "specialTerms")),
        not_carried=program.not_carried - TERMS,
    )


def _rate(action: Record, commission: Record) -> tuple[RawCommission, ...]:
    """A rate with what it holds for. Views that nobody clicked are paid apart: left out."""
    value, kind = raw(part(commission, "rate", "value")), _KINDS.get(text(part(commission, "rate", "type")) or "")
    if value is None or kind is None or commission.get("isViewThrough") is True:
        return ()
    places = (
        commission.get("situation"),
        commission.get("itemList"),
        *records(commission.get("promotionalProperties")),
    )
    condition = "; ".join(name for place in places if (name := text(part(place, "name"))))
    currency = text(part(commission, "rate", "currency")) if kind == "fixed" else None
    event = text(part(action, "actionTracker", "type")) or text(part(action, "actionTracker", "name"))
    return (RawCommission(event=event, kind=kind, value=value, currency=currency, condition=condition or None),)


def _alike(actions: tuple[Record, ...], *path: str) -> int | None:
    """A number of days that all actions, or all sales, have in common."""
    sales = [action for action in actions if "sale" in (text(part(action, "actionTracker", "type")) or "").lower()]
    for some in (actions, sales):
        found = {days for action in some if isinstance(days := part(action, *path), int) and not isinstance(days, bool)}
        if len(found) == 1:
            return found.pop()
    return None


def _special(terms: object) -> str | None:
    """The advertiser's own terms, below their name."""
    body = text(part(terms, "body"))
    return "\n".join(line for line in (text(part(terms, "name")), body) if line) if body else None
