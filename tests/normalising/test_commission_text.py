"""What commission texts say, field by field; and what they do not say, which must stay unknown."""

from __future__ import annotations

from typing import Any

import pytest

from app.normalising.commissions import commissions

# text -> (type, percent min, percent max, fixed min, fixed max, currency, recurring, months)
Said = tuple[str | None, float | None, float | None, float | None, float | None, str | None, bool | None, int | None]


def P(low: float | None, high: float | None, recurring: bool | None = None, months: int | None = None) -> Said:  # noqa: N802
    return ("percent", low, high, None, None, None, recurring, months)


def F(low: float | None, high: float | None, currency: str = "USD", *again: Any) -> Said:  # noqa: N802
    return ("fixed", None, None, low, high, currency, *(again or (None, None)))


NOTHING: Said = (None, None, None, None, None, None, None, None)

CASES: list[tuple[str, Said]] = [
    # a headline beside the rate that is paid
    ("Earn up to $899 per referral (30% commission on all plans)", P(30, 30)),
    ("up to $899 per customer (30% commission for 12 months)", P(30, 30, True, 12)),
    ("Earn $20 (or 10%) on each sale", ("hybrid", 10, 10, 20, 20, "USD", None, None)),
    ("Up to $350 per referral with a 25% commission", P(25, 25)),
    ("Up to $90 per lead, 25% commission per sale", ("hybrid", 25, 25, None, 90, "USD", None, None)),
    ("$500+ per sale! The commission is 20%.", P(20, 20)),
    ("Make $79.60 per sale (that's 40% of $199)", P(40, 40)),
    ("Make $50, $90 or $150 a month: 12% per order", P(12, 12)),
    ("CPA up to $300, 25% commission", ("hybrid", 25, 25, None, 300, "USD", None, None)),
    # a share of somebody else's rate: how much of the price it is nobody says
    ("You get 50% of our 15% commission", NOTHING),
    ("We share 40% of the 12% commission we earn", NOTHING),
    ("Affiliates get 80% of the commission", NOTHING),
    ("Sellers pay 12% commission; you receive 4% of each order", P(4, 4)),
    # what must have been paid before
    ("$50 after 2 monthly payments", F(50, 50)),
    ("50 € nach 2 Monatszahlungen", F(50, 50, "EUR")),
    ("$10,000/conversion", F(10_000, 10_000)),
    ("$17.5k/yr", F(17_500, 17_500)),
    ("$12.5k/yr in potential earnings", NOTHING),
    # ShareASale
    (" 10.00%  Per Sale", P(10, 10)),
    (" $50.00  Per Sale", F(50, 50)),
    (" 6.00%  to  8.00%  Per Sale", P(6, 8)),
    (" 15.00%  Per Sale  $0.10  Per Lead", ("hybrid", 15, 15, 0.1, 0.1, "USD", None, None)),
    (" $5.00  Per Lead", F(5, 5)),
    # plain
    ("20%", P(20, 20)),
    ("20 %", P(20, 20)),
    ("7.5% per sale", P(7.5, 7.5)),
    ("7,5 % pro Verkauf", P(7.5, 7.5)),
    ("5-10%", P(5, 10)),
    ("5% - 10%", P(5, 10)),
    ("5% to 10%", P(5, 10)),
    ("from 5% up to 10%", P(5, 10)),
    ("up to 25%", P(None, 25)),
    ("Up to 25 % commission", P(None, 25)),
    ("bis zu 10 % Provision pro Verkauf", P(None, 10)),
    ("jusqu'à 12 % par vente", P(None, 12)),
    ("hasta un 8% por venta", P(None, 8)),
    ("fino al 15% per vendita", P(None, 15)),
    ("até 9% por venda", P(None, 9)),
    ("tot 6% commissie", P(None, 6)),
    ("10 Prozent je Bestellung", P(10, 10)),
    ("8 pour cent par vente", P(8, 8)),
    ("starting at 10%", P(10, None)),
    ("10%+ on every sale", P(10, None)),
    ("at least 12% of revenue", P(12, None)),
    # money
    ("$100 per qualified demo", F(100, 100)),
    ("USD 0.50", F(0.5, 0.5)),
    ("€30 per lead", F(30, 30, "EUR")),
    ("30 € pro Lead", F(30, 30, "EUR")),
    ("20$", F(20, 20)),
    ("1.000,50 € pro Abschluss", F(1000.5, 1000.5, "EUR")),
    ("£1,250 per signed customer", F(1250, 1250, "GBP")),
    ("$2,100 per closed deal", F(2100, 2100)),
    ("Up to $500 CPA", F(None, 500)),
    ("$10-$20 per signup", F(10, 20)),
    ("$10 to $20 per sale", F(10, 20)),
    ("$1k per enterprise customer", F(1000, 1000)),
    ("AUD$200 per sale", F(200, 200, "AUD")),
    # over time
    ("20% recurring for 12 months", P(20, 20, True, 12)),
    ("Earn 20% of revenue for 12 months", P(20, 20, True, 12)),
    ("25% for the first year", P(25, 25, True, 12)),
    ("Earn a 20% revenue share for the first year", P(20, 20, True, 12)),
    ("30% lifetime", P(30, 30, True)),
    ("15% recurring commission for the lifetime of the customer", P(15, 15, True)),
    ("30% monthly recurring commission", P(30, 30, True)),
    ("Get 40% of the first payment", P(40, 40, False)),
    ("20% recurring for 2 years", P(20, 20, True, 24)),
    ("100% of the first month", P(100, 100, False)),
    # several
    ("30% commission on all paid referrals + $5 per signup", ("hybrid", 30, 30, 5, 5, "USD", None, None)),
    ("10% for new customers, 5% for existing customers", ("tiered", 5, 10, None, None, None, None, None)),
    ("10% for the first 10 sales, then 15%", ("tiered", 10, 15, None, None, None, None, None)),
    # Rakuten
    ("sale : 0-10 0% | 10-20 1% | 20-30 2%", ("tiered", 1, 2, None, None, None, None, None)),
    ("sale : 0 and above 0%", NOTHING),
    ("sale : 0 and above 10%", P(10, 10)),
    ("sale : 0-null .2%", P(0.2, 0.2)),
    # nothing is said
    ("", NOTHING),
    ("0%", NOTHING),
    ("varies", NOTHING),
    ("Contact us for rates", NOTHING),
    ("30 day cookie", NOTHING),
    ("Get 10% off your first order", NOTHING),
    ("Your customers get 20% off", NOTHING),
    ("customers save 15%", NOTHING),
    ("$50 minimum payout", NOTHING),
    ("Minimum payout of $50", NOTHING),
    ("paid within 60 days", NOTHING),
    ("Trusted by the top 1% of publishers", NOTHING),
    ("average order value of $120", NOTHING),
    ("converts at 5%", NOTHING),
    # and both together
    ("Earn 20% commission; customers get 10% off. 30 day cookie.", P(20, 20)),
    ("15% per sale, 90-day cookie, $100 minimum payout", P(15, 15)),
]


@pytest.mark.parametrize(("text", "said"), CASES, ids=[text or "(blank)" for text, _ in CASES])
def test_says(text: str, said: Said) -> None:
    found = commissions(text, (), "USD")
    got = (
        found.type,
        found.percent_min,
        found.percent_max,
        found.fixed_min,
        found.fixed_max,
        found.currency,
        found.recurring,
        found.recurring_months,
    )
    assert got == said
    assert found.text == (" ".join(text.split()) or None)
