"""OpenAffiliate: an open registry of affiliate programs (MIT). Source: its public repository, and what its API answers.

It lists programs of others: `network` says whose. What came from PartnerStack was written by an importer that puts 30
days, 50 USD, bank and PayPal, approval by hand, and a year of every recurring rate where it knows nothing.
"""

from __future__ import annotations

import re
from typing import Any

from app.feeds.layouts.values import Record, known, part, raw, records, text, texts
from mappings.network_program import NetworkProgram, Raw, RawCommission, all_fields_but

_NOT_CARRIED = all_fields_but(
    "name", "description", "categories", "merchant_url", "program_url", "commission_text", "commissions", "currency",
    "recurring", "recurring_months", "cookie", "min_payout", "min_payout_currency", "payment_methods", "approval_mode",
    "operated_by", "restrictions",
)  # fmt: skip
_IMPORTED = "partnerstack"
_IMPORTED_COOKIE = 30
_IMPORTED_MINIMUM = 50
_IMPORTED_METHODS = ("bank", "paypal")
_IMPORTED_APPROVAL = "manual"
_DURATION = re.compile(r"\s*(\d{1,4})[\s-]{0,3}(month|year)s?\s*", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:12|twelve)[\s-]?months?\b|\byears?\b|\bannual", re.IGNORECASE)
_KINDS = {"percentage": "percent", "percent": "percent", "flat": "fixed", "fixed": "fixed"}


def _either(record: Record, camel: str) -> Any:
    """A member as the API writes it, or as the registry's files do (`cookieDays`, `cookie_days`)."""
    value = record.get(camel)
    return value if value is not None else record.get(re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", camel))


def program(record: Record, *, source: str = "feed:openaffiliate") -> NetworkProgram:
    """An entry of the registry."""
    commission = (*records(record.get("commission")), {})[0]
    payout = (*records(record.get("payout")), {})[0]
    conditions = text(commission.get("conditions"))
    imported = _imported(record)
    kind = (text(commission.get("type")) or "").lower()
    methods = texts(payout.get("methods"))
    approval = text(record.get("approval"))
    cookie = raw(_either(record, "cookieDays"))
    minimum = known(payout.get("minimum"))
    return NetworkProgram(
        network="openaffiliate",
        external_id=(text(record.get("slug")) or "").strip(),
        data_source=source,
        name=text(record.get("name")),
        description=text(record.get("description")) or text(_either(record, "shortDescription")),
        categories=texts(record.get("category")),
        merchant_url=text(record.get("url")),
        program_url=text(_either(record, "signupUrl")),
        currency=text(commission.get("currency")),
        commission_text=_said(commission, conditions),
        commissions=_line(commission, kind),
        recurring="recurring" in kind if kind in ("recurring", "one-time", "cps_recurring") else None,
        recurring_months=_months(commission, imported=imported, conditions=conditions),
        cookie=None if imported and _same(cookie, _IMPORTED_COOKIE) else cookie,
        min_payout=None if imported and _same(minimum, _IMPORTED_MINIMUM) else minimum,
        min_payout_currency=text(payout.get("currency")),
        payment_methods=() if imported and methods == _IMPORTED_METHODS else methods,
        approval_mode=None if imported and approval == _IMPORTED_APPROVAL else approval,
        operated_by=text(record.get("network")),
        restrictions="\n".join(texts(record.get("restrictions"))) or None,
        not_carried=_NOT_CARRIED,
    )


def _imported(record: Record) -> bool:
    """Whether the entry was written by the importer from PartnerStack, and not by somebody who knows the program."""
    said = (record.get("network"), record.get("source"), _either(record, "submittedBy"))
    return any(_IMPORTED in (text(each) or "").lower() for each in said)


def _same(value: Raw, default: int) -> bool:
    return value is not None and not isinstance(value, bool) and str(value).removesuffix(".0") == str(default)


def _line(commission: Record, kind: str) -> tuple[RawCommission, ...]:
    """The rate, if its unit is known: written with it, or said by `mode`."""
    rate, unit = raw(commission.get("rate")), _KINDS.get((text(commission.get("mode")) or "").lower())
    bare = not isinstance(rate, str) or rate.strip().replace(".", "").isdecimal()
    if rate is None or isinstance(rate, bool) or (bare and unit is None):
        return ()
    event = "recurring" if "recurring" in kind else "sale"
    return (
        RawCommission(event=event, kind=unit if bare else None, value=rate, currency=text(commission.get("currency"))),
    )


def _said(commission: Record, conditions: str | None) -> str | None:
    """The commission in words: the conditions as they are written, else rate, type and duration."""
    words = (text(commission.get("rate")), text(commission.get("type")), text(commission.get("duration")))
    return conditions or " ".join(word for word in words if word) or None


def _months(commission: Record, *, imported: bool, conditions: str | None) -> int | None:
    """For how many months it goes on paying, as far as that is said."""
    match = _DURATION.fullmatch(text(part(commission, "duration")) or "")
    if match is None:
        return None
    months = int(match[1]) * (12 if match[2].lower() == "year" else 1)
    return None if imported and months == 12 and not _YEAR.search((conditions or "")[:2000]) else months
