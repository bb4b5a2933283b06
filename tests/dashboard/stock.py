"""What the dashboard is shown over: a few hundred generated programs of every network, and some made for a purpose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.importing.run_import import run_import
from app.importing.sources import Record, Source, Unreadable, generated
from generators import VOLUMES
from mappings.program import CommissionRule, Program
from tests.words import Catalogue, program

MERCHANT = "northwind-travel.example"
HOSTILE = "<img src=x onerror=alert(1)> & \"Sons\" 'Ltd'"
SCALE = 0.004  # of 80,000: 320 programs, enough for pages, facets and distributions
REJECTED = "the name is missing"


def made() -> list[Program]:
    """Programs with a purpose: one merchant on three networks, closed, paused, marked, hostile and bare ones."""
    rule = CommissionRule(event="sale", kind="percent", min=12, max=12, threshold=1000, condition="New customers")
    travel = {
        "merchant_domain": MERCHANT,
        "vertical": "travel",
        "category": "Hotels & Accommodation",
        "currency": "EUR",
    }
    return [
        program(
            "Northwind Travel",
            network="cj",
            commission_type="tiered",
            commission_min=6,
            commission_max=12,
            commission_rules=(rule,),
            cookie_days=45,
            epc=1.25,
            description="Hotels, flights and slow trains through the north.",
            merchant_url=f"https://{MERCHANT}/",
            logo_url=f"https://{MERCHANT}/logo.png",
            program_url="https://members.cj.com/northwind",
            affiliate_url="https://www.anrdoezrs.net/click-NICK-1",
            geo_targeting=("DE", "DK", "NO", "SE"),
            language=("en", "de"),
            launched_at=date(2024, 5, 17),
            **travel,
        ),
        program("Northwind Travel EU", network="awin", commission_min=5, commission_max=5, cookie_days=30, **travel),
        program("Northwind Reisen", network="rakuten", commission_fixed_min=7.5, commission_fixed_max=20, **travel),
        program("Shuttered Socks", status="closed", commission_min=9, commission_max=9, vertical="fashion"),
        program("Resting Robots", status="paused", commission_min=3, commission_max=3, vertical="electronics"),
        program(HOSTILE, description="<script>alert(2)</script> sells soup", vertical="food", network="shareasale"),
        program("Bare Minimum", network="clickbank"),
        program("Steady Changes", commission_min=8, commission_max=8),
    ]


def stock(catalogue: Catalogue) -> None:
    """Import, mark and index."""
    run_import(catalogue.connect, generated(tuple(VOLUMES), scale=SCALE), {})
    catalogue.put(made())
    catalogue.rows("update programs set featured = true where name in ('Northwind Travel', 'Northwind Reisen')")
    catalogue.rows("update programs set verified = true, verified_at = now() where name like 'Northwind%%'")
    for change in ("commission_max = 11", "cookie_days = 30", "status = 'paused'"):
        catalogue.rows(f"update programs set {change} where name = 'Steady Changes'")
    run_import(catalogue.connect, _with_rejects(), {})
    catalogue.index()
    catalogue.build_suggestions()


def _with_rejects() -> Source:
    def records() -> Iterator[Record]:
        for number in range(60):
            yield Unreadable("impact", REJECTED, {"campaignId": number})

    return Source("feed:impact", ("impact",), records, True, {"impact": 60})
