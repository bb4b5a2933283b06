"""Commission texts are read as a person reads them.

1. At least 95 % of the offers one looks at while working are read rightly, field by field.
2. So are at least 95 % of the half that is held out.
3. Of no offer is anything stated that it does not say: in doubt the answer is unknown.
4. The text itself is always kept.
"""

from __future__ import annotations

import sys

import pytest

from app.normalising.commissions import commissions
from tests.normalising.offers import Offer, corpus, shown, understood

FLOOR = 0.95
OFFERS = corpus()
_WRONG = "stated, not said: "


def _missed(offers: list[Offer]) -> list[str]:
    misses = []
    for offer in offers:
        got = understood(offer.text)
        if got != offer.truth:
            wrong = ", ".join(got.wrongs(offer.truth))
            line = f"{offer.group:16} {offer.text[:90]!r:94} {shown(offer.truth):32} {shown(got):32}"
            misses.append(f"{line} {_WRONG}{wrong}" if wrong else line)
    return misses


@pytest.mark.parametrize("held_out", [False, True], ids=["looked_at", "held_out"])
def test_reads_offers(held_out: bool) -> None:
    offers = [offer for offer in OFFERS if offer.held_out is held_out]
    misses = _missed(offers)
    right = 1 - len(misses) / len(offers)
    table = [f"{len(offers) - len(misses)} of {len(offers)} read rightly ({right:.1%}); missed:", *misses]
    sys.stdout.write("\n" + "\n".join(table) + "\n")
    assert len(offers) > 300
    assert right >= FLOOR


def test_states_nothing_that_is_not_said() -> None:
    wrong = [line for line in _missed(OFFERS) if _WRONG in line]
    assert not wrong, "\n".join(["", *wrong])


def test_keeps_the_text() -> None:
    for offer in OFFERS:
        assert commissions(offer.text, (), "USD").text
