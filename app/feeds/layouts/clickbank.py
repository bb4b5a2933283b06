"""ClickBank: the daily marketplace feed. `Catalog > Category(Name, Site*, Category*) > Site`.

A vendor is listed under two to four categories (its main one, subcategories, "new" ones). Source: networks.md 1.1;
the feed has no address, logo, country, language or EPC.
"""

from __future__ import annotations

import msgspec

from app.feeds.layouts.values import Record, known, raw, text
from mappings.network_program import NetworkProgram, RawCommission, all_fields_but

PATH = " > "
_NOT_CARRIED = all_fields_but(
    "name", "description", "categories", "launched", "commissions", "recurring", "average_earnings", "popularity"
)


def site(record: Record, path: tuple[str, ...], *, source: str = "feed:clickbank") -> NetworkProgram:
    """A `Site` below the categories of `path`, outermost first."""
    lines: list[RawCommission] = []
    sale = known(record.get("Commission")) or known(record.get("PercentPerSale"))
    if sale is not None:
        lines.append(RawCommission(event="sale", kind="percent", value=sale))
    rebill = known(record.get("PercentPerRebill"))
    if rebill is not None:
        lines.append(RawCommission(event="recurring", kind="percent", value=rebill))
    return NetworkProgram(
        network="clickbank",
        external_id=(text(record.get("Id")) or "").strip().upper(),
        data_source=source,
        name=text(record.get("Title")),
        description=text(record.get("Description")),
        categories=(PATH.join(path),) if path else (),
        launched=raw(record.get("ActivateDate")),
        currency="USD",
        commissions=tuple(lines),
        recurring=raw(record.get("HasRecurringProducts")),
        average_earnings=raw(record.get("AverageEarningsPerSale")),
        popularity=raw(record.get("Gravity")),
        popularity_metric="gravity",
        not_carried=_NOT_CARRIED,
    )


def listed_again(first: NetworkProgram, again: NetworkProgram) -> NetworkProgram:
    """One program of two listings of a vendor: all categories, the deepest first; what one leaves out, the other says.

    Of listings equally deep the earlier one stays in front.
    """
    deeper = _depth(again) > _depth(first)
    front, back = (again, first) if deeper else (first, again)
    fields = {
        name: value
        for name in NetworkProgram.__struct_fields__
        if (value := getattr(front, name)) in (None, ()) and (value := getattr(back, name)) not in (None, ())
    }
    categories = tuple(dict.fromkeys((*front.categories, *back.categories)))
    return msgspec.structs.replace(front, **{**fields, "categories": categories})


def _depth(program: NetworkProgram) -> int:
    return program.categories[0].count(PATH) + 1 if program.categories else 0
