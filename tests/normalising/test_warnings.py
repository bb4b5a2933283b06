"""In doubt unknown, with a warning: what was said and not understood is told, field by field.

1. A value that is unknown although something was said, and one read otherwise than it was written, is a warning.
2. What says that it says nothing is none, nor is what was understood.
3. Warnings are counted by field and kind, with the first record; counts of parts add up to those of the whole.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.normalising import Rejected, normalise
from app.normalising.warnings import RecordWarnings, warnings_of
from mappings.network_program import NetworkProgram


def record(**said: Any) -> NetworkProgram:
    return NetworkProgram(**{"network": "awin", "external_id": "1", "data_source": "feed:awin", "name": "Acme", **said})


def warned(**said: Any) -> dict[str, str]:
    raw = record(**said)
    return {each.field: each.warning for each in warnings_of(raw, normalise(raw))}


@pytest.mark.parametrize(
    ("said", "field", "what"),
    [
        ({"currency": "Zorkmid"}, "currency", "no currency"),
        ({"currency": "XYZ", "commission_text": "5%"}, "currency", "no currency"),
        ({"recurring_months": "2 years"}, "recurringMonths", "read as months"),
        ({"validation_days": "2 months"}, "validationDays", "read as days"),
        ({"payment_days": "6 weeks"}, "paymentDays", "read as days"),
        ({"cookie": "24 hours"}, "cookieDays", "read as days"),
        ({"cookie": "a while"}, "cookieDays", "no length of time"),
        ({"validation_days": "30 parsecs"}, "validationDays", "no length of time"),
        ({"external_id": "101.0"}, "externalId", "a table changed it"),
        ({"external_id": "'00101"}, "externalId", "a table changed it"),
        ({"min_payout": "$1.125"}, "minPayout", "no amount"),
        ({"average_earnings": "EUR 3", "commission_text": "$5 per sale"}, "averageEarnings", "another currency"),
        ({"epc": "much"}, "epcRaw", "no amount"),
        ({"conversion_rate": "130 %"}, "conversionRate", "no number"),
        ({"launched": "yesterday"}, "launchedAt", "no day"),
        ({"primary_region": "Atlantis"}, "primaryRegion", "no country"),
        ({"geo_targeting": ("Atlantis", "Lemuria")}, "geoTargeting", "no country"),
        ({"language": ("Klingonese",)}, "language", "no language"),
        ({"merchant_url": "javascript:alert(1)"}, "merchantUrl", "no address"),
        ({"logo_url": "img_1"}, "logoUrl", "no address"),
        ({"commission_text": "it depends"}, "commissionType", "no commission"),
        ({"deep_links": "perhaps"}, "deepLinkAllowed", "none of the words"),
        ({"approval_mode": "by lot"}, "approvalMode", "none of the words"),
        ({"payment_methods": ("seashells",)}, "paymentMethods", "none of the words"),
        ({"payment_risk": "level 9"}, "paymentRisk", "none of the words"),
        ({"status": "zombie"}, "status", "taken for active"),
        ({"traffic_allowed": ("Cashback", "Telepathy")}, "trafficAllowed", "no kind of traffic"),
        ({"traffic_forbidden": ("Telepathy",)}, "trafficForbidden", "no kind of traffic"),
    ],
)  # fmt: skip
def test_what_is_doubtful(said: dict[str, Any], field: str, what: str) -> None:  # 1
    found = warned(**said)
    assert list(found) == [field]
    assert what in found[field]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"currency": "", "cookie": "", "launched": "", "commission_text": "", "status": "", "epc": ""},
        {"currency": "N/A", "cookie": "n/a", "launched": "-", "commission_text": "unknown", "epc": "none"},
        {"cookie": 0, "epc": "0.00", "conversion_rate": 0, "popularity": "0", "payment_days": 0},
        {"geo_targeting": ("Worldwide",), "language": (), "approval_mode": None},
        {"currency": "euro", "cookie": "45 days", "launched": "2021-03-04", "commission_text": "up to 5.5%"},
        {"cookie": "session", "validation_days": "net 30", "recurring_months": "12 months", "payment_days": 45.0},
        {"cookie": "030", "validation_days": "1,000", "min_payout": "$ 50.00", "epc": -3},
        {"external_id": " 00101 ", "primary_region": "UK", "geo_targeting": ("US", "CANADA"), "status": "LowFunds"},
        {"external_id": "A-1.5b", "traffic_allowed": ("Cashback", "Coupons"), "deep_links": "yes"},
        {"merchant_url": "acme.com", "logo_url": "//acme.com/a.png", "payment_methods": ("PayPal",)},
    ],
)
def test_what_is_not(said: dict[str, Any]) -> None:  # 2
    assert warned(**said) == {}


_VALUES = some.one_of(some.none(), some.integers(-9, 99), some.text(max_size=20), some.sampled_from(["2 years", "5%"]))
_WORDS = some.one_of(some.none(), some.text(max_size=20), some.sampled_from(["XYZ", "active", "zombie"]))
_RECORDS = some.builds(
    record,
    external_id=some.from_regex(r"\A[0-9]{1,3}(\.0)?\Z"),
    cookie=_VALUES, validation_days=_VALUES, epc=_VALUES, launched=_VALUES, deep_links=_VALUES, currency=_WORDS,
    status=_WORDS, commission_text=_WORDS, geo_targeting=some.lists(some.text(max_size=9), max_size=3).map(tuple),
)  # fmt: skip


@given(some.lists(_RECORDS, max_size=12), some.integers(1, 5))
def test_parts_add_up(records: list[NetworkProgram], size: int) -> None:  # 3
    whole, added = RecordWarnings(), RecordWarnings()
    made = []
    for number, raw in enumerate(records, start=1):
        try:
            made.append((number, raw, normalise(raw)))
        except Rejected:
            continue
    for number, raw, program in made:
        whole.note(number, raw, program)
    for begin in range(0, len(made), size):
        part = RecordWarnings()
        for number, raw, program in made[begin : begin + size]:
            part.note(number, raw, program)
        added.add(part.listed())
    assert added.listed() == whole.listed()
    for each in whole.listed():
        doubtful = [
            number
            for number, raw, program in made
            if any((each.field, each.warning) == found[:2] for found in warnings_of(raw, program))
        ]
        assert (each.records, each.record) == (len(doubtful), doubtful[0])
