"""Admitad: `advcampaigns` JSON. `epc` is per 100 clicks and `ecpc` per click, both in the program's currency.

A payment is a percentage, an amount with its currency ("80RUB", "$5-10", "500 руб."), or a range of either; 0 is none.
What an action pays stands in its `payment_size`, or in the tariffs of `actions_detail`, where each rate says whether it
is a percentage; some files have a `payment_size` of the program itself. `connected` and `connection_status` are the
account's relation. Each kind of traffic is `enabled`, or forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from app.feeds.layouts.values import Record, known, names_of, not_carried_by_members, raw, records, text
from mappings.network_program import NetworkProgram, Raw, RawCommission

NAMES = (
    "id", "name", "description", "status", "currency", "site_url", "image", "gotolink", "goto_cookie_lifetime", "cr",
    "ecpc", "epc", "rate_of_approve", "avg_money_transfer_time", "avg_hold_time", "activation_date", "regions",
    "region", "categories", "actions", "payment_size", "type", "allow_deeplink", "feeds_info", "language", "traffics",
    "enabled", "more_rules", "actions_detail", "tariffs", "rates", "size", "is_percentage", "country", "hold_time",
)  # fmt: skip
_AMOUNT = re.compile(
    r"\s*([$€£₽₴₹]|[A-Z]{3}\s)?\s*(\d[\d., \xa0]{0,20})(?:(%?)\s*[-–—]\s*(\d[\d., \xa0]{0,20}))?\s*"
    r"([A-Za-z]{3}|[$€£₽₴₹%]|руб\.?|р\.|грн\.?)?\s*"
)
_not_carried = not_carried_by_members(
    {
        "name": "name",
        "description": "description",
        "categories": "categories",
        "status": "status",
        "launched": "activation_date",
        "geo_targeting": "regions",
        "merchant_url": "site_url",
        "affiliate_url": "gotolink",
        "logo_url": "image",
        "deep_links": "allow_deeplink",
        "commission_text": "actions actions_detail payment_size",
        "commissions": "actions actions_detail payment_size",
        "cookie": "goto_cookie_lifetime",
        "validation_days": "avg_hold_time",
        "payment_days": "avg_money_transfer_time",
        "epc": "ecpc epc",
        "conversion_rate": "cr",
        "approval_rate": "rate_of_approve",
        "product_feed": "feeds_info",
        "traffic_allowed": "traffics",
        "traffic_forbidden": "traffics",
        "restrictions": "more_rules",
    }
)


def program(record: Record, *, source: str = "feed") -> NetworkProgram:
    """An item of `results`."""
    currency = text(record.get("currency"))
    lines = _lines(record, currency)
    click = raw(record.get("ecpc"))
    feeds = record.get("feeds_info")
    return NetworkProgram(
        network="",
        external_id=(text(record.get("id")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")),
        categories=names_of(record.get("categories")),
        status=text(record.get("status")),
        launched=raw(record.get("activation_date")),
        geo_targeting=names_of(record.get("regions"), "region"),
        merchant_url=text(record.get("site_url")),
        affiliate_url=text(record.get("gotolink")),
        logo_url=text(record.get("image")),
        deep_links=raw(record.get("allow_deeplink")),
        currency=currency,
        commission_text=_unread(record, lines),
        commissions=tuple(lines),
        cookie=known(record.get("goto_cookie_lifetime")),
        validation_days=known(record.get("avg_hold_time")) or _hold(record),
        payment_days=known(record.get("avg_money_transfer_time")),
        epc=click if click is not None else raw(record.get("epc")),
        epc_unit="click" if click is not None else "100 clicks",
        epc_currency=currency,
        conversion_rate=raw(record.get("cr")),
        approval_rate=known(record.get("rate_of_approve")),
        product_feed=bool(feeds) if isinstance(feeds, list) else None,
        traffic_allowed=_traffic(record, enabled=True),
        traffic_forbidden=_traffic(record, enabled=False),
        restrictions=text(record.get("more_rules")),
        not_carried=_not_carried(record),
    )


def _traffic(record: Record, *, enabled: bool) -> tuple[str, ...]:
    kinds = records(record.get("traffics"))
    return tuple(name for kind in kinds if kind.get("enabled") is enabled and (name := text(kind.get("name"))))


def _hold(record: Record) -> Raw:
    """How long actions are held, where all that say it say the same."""
    said = {held for action in records(record.get("actions")) if (held := known(action.get("hold_time"))) is not None}
    return said.pop() if len(said) == 1 else None


def _unread(record: Record, lines: list[RawCommission]) -> str | None:
    """What is paid, as it is written, where not all of it can be read."""
    paying = [*records(record.get("actions")), record]
    sizes = [size for each in paying if (size := text(each.get("payment_size"))) and _says_something(size)]
    return None if len(lines) >= len(sizes) else "; ".join(sizes)


def _says_something(size: str) -> bool:
    return any(digit in size for digit in "123456789")


def _lines(record: Record, currency: str | None) -> list[RawCommission]:
    """The rates of all actions: an action's own, else those of its tariffs, else the one of the program."""
    actions, detailed = records(record.get("actions")), records(record.get("actions_detail"))
    own = [(action, _line(action)) for action in actions]
    paid = {text(action.get("name")) for action, line in own if line}
    lines = [line for _, line in own if line]
    for action in detailed:
        if text(action.get("name")) not in paid:
            lines += _of_tariffs(action, currency)
    if not lines and (line := _line(record)):
        lines.append(msgspec.structs.replace(line, condition=None, event=None))
    return lines


def _of_tariffs(action: Record, currency: str | None) -> Iterator[RawCommission]:
    event, name = text(action.get("type")), text(action.get("name"))
    for tariff in records(action.get("tariffs")):
        for rate in records(tariff.get("rates")):
            size, is_percentage = known(rate.get("size")), rate.get("is_percentage")
            if size is None or not isinstance(is_percentage, bool) or not (is_percentage or currency):
                continue
            said = [text(tariff.get("name")) or name, text(rate.get("country"))]
            yield RawCommission(
                event=event,
                kind="percent" if is_percentage else "fixed",
                value=size,
                currency=None if is_percentage else currency,
                condition=", ".join(filter(None, said)) or None,
            )


def _line(action: Record) -> RawCommission | None:
    written = text(action.get("payment_size"))
    if written is None or not _says_something(written):
        return None
    event, name = text(action.get("type")), text(action.get("name"))
    if match := _AMOUNT.fullmatch(written):
        before, low, percent, high, behind = match.groups()
        sign = (before or behind or "").strip()
        if not sign or (before and behind) or (percent and sign != "%"):
            return None  # a bare number may be percent or an amount; "10% - 500RUB" is either
        kind, currency = ("percent", None) if sign == "%" else ("fixed", sign)
        return _range(event, kind, low.strip(), high and high.strip(), currency, name)
    if "%" not in written:
        return None
    return RawCommission(event=event, kind="percent", value=written, condition=name)


def _range(
    event: str | None, kind: str, low: str, high: str | None, currency: str | None, condition: str | None
) -> RawCommission:
    if high is None:
        return RawCommission(event=event, kind=kind, value=low, currency=currency, condition=condition)
    return RawCommission(event=event, kind=kind, low=low, high=high, currency=currency, condition=condition)
