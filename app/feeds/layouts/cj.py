"""CJ Affiliate: the advertiser lookup's XML. EPC is USD per 100 clicks. Source: networks.md 1.3."""

from __future__ import annotations

from app.feeds.layouts.values import Record, part, raw, records, text
from mappings.network_program import NetworkProgram, RawCommission, silent_but

_SILENT = silent_but(
    "name", "categories", "status", "language", "merchant_url", "deep_links", "commissions", "epc", "popularity"
)
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
        silent=_SILENT,
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
