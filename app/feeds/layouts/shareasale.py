"""ShareASale (closed October 2025): its merchantSearch and merchantStatus reports, in CSV, XML and pipes.

Headings are "Merchant Id" in CSV, `merchantid` in XML: records come with their keys squeezed to lower-case letters
and digits (`app.feeds.headings.squeezed`). Source: networks.md 1.2.
"""

from __future__ import annotations

import re

from app.feeds.layouts.values import Record, known, not_carried_by_members, raw, split, text
from mappings.network_program import NetworkProgram, Raw, RawCommission

_CODES = re.compile(r"[a-z]++(?:\s*+,\s*+[a-z]++)*+")  # "acc,clo,spf"; names have capitals, and commas of their own
_STATES = frozenset({"online", "offline", "lowfunds", "temporarilyoffline", "closed"})
_UNIT = re.compile(r"[%$€£]|[A-Z]{3}")
_not_carried = not_carried_by_members(
    {
        "name": "organization merchant merchantname",
        "categories": "category programcategory",
        "status": "programstatus",
        "geo_targeting": "shipsto",
        "merchant_url": "www",
        "affiliate_url": "linkurl",
        "commission_text": "commissiontext",
        "commissions": "commissiontext salecomm leadcomm hitcomm",
        "cookie": "cookielength",
        "average_earnings": "avecomm30day avecomm7day",
        "epc": "epc30day epc7day",
        "reversal_rate": "reversalrate30day reversalrate7day",
        "popularity": "powerranktop100",
        "approval_mode": "autoapprove",
        "product_feed": "datafeeditems",
    }
)


def merchant(record: Record, *, source: str = "feed:shareasale") -> NetworkProgram:
    """A merchant of either report; keys squeezed.

    `Status` of merchantSearch and `Approved` of merchantStatus are the account's relation to the merchant, not the
    state of its program: `Program Status` is that, and a `Status` in its words ("LowFunds").
    """
    standing = text(record.get("status"))
    state = standing if standing and standing.strip().lower() in _STATES else None
    commission = text(record.get("commissiontext"))
    category = text(record.get("category")) or text(record.get("programcategory"))
    epc, window = _newest(record, "epc30day", "epc7day")
    earnings, _ = _newest(record, "avecomm30day", "avecomm7day")
    reversed_share = _reversed(record)
    return NetworkProgram(
        network="shareasale",
        external_id=(text(record.get("merchantid")) or "").strip(),
        data_source=source,
        name=text(record.get("organization")) or text(record.get("merchant")) or text(record.get("merchantname")),
        categories=_categories(category),
        status=text(record.get("programstatus")) or state,
        geo_targeting=split(record.get("shipsto"), ","),
        merchant_url=text(record.get("www")),
        affiliate_url=text(record.get("linkurl")),
        currency="USD",
        commission_text=commission,
        commissions=() if commission else _lines(record),
        cookie=raw(record.get("cookielength")),
        average_earnings=earnings,
        epc=epc,
        epc_unit="100 clicks",
        epc_window=window,
        epc_currency="USD",
        reversal_rate=reversed_share,
        popularity=raw(record.get("powerranktop100")),
        popularity_metric="powerRank",
        approval_mode=raw(record.get("autoapprove")),
        product_feed=raw(record.get("datafeeditems")),
        relation=text(record.get("approved")) or (standing if state is None else None),
        not_carried=_not_carried(record) - ({"status"} if state else set()),
    )


def _newest(record: Record, month: str, week: str) -> tuple[Raw, str]:
    """The figure of 30 days, or of 7 where that is blank, and which it is."""
    found = raw(record.get(month))
    return (found, "30d") if found is not None else (raw(record.get(week)), "7d")


def _reversed(record: Record) -> Raw:
    """The share of sales taken back. Where nothing was sold, nothing could be: its 0 says nothing."""
    found, window = _newest(record, "reversalrate30day", "reversalrate7day")
    days = window.removesuffix("d")
    sold = any(known(record.get(f"{figure}{days}day")) is not None for figure in ("avesale", "avecomm", "epc"))
    return found if sold or known(found) is not None else None


def _categories(written: str | None) -> tuple[str, ...]:
    if written is None:
        return ()
    return split(written, ",") if _CODES.fullmatch(written.strip()) else (written,)


def _lines(record: Record) -> tuple[RawCommission, ...]:
    """`Sale Comm` and its like, where they carry their unit; a bare 10.0 may be percent or dollars."""
    found = ((event, text(record.get(f"{event}comm"))) for event in ("sale", "lead", "hit"))
    return tuple(
        RawCommission(event="click" if event == "hit" else event, value=written)
        for event, written in found
        if written and _UNIT.search(written)
    )
