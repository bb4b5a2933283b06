"""Whether a list goes on, for networks that announce no total."""

from __future__ import annotations

from collections.abc import Sequence

from app.networks.api import ListingPage
from app.networks.failures import NotAnAnswer


def page(ids: Sequence[str], *, more: bool, after: str) -> ListingPage:
    """A page of a list; `more` says that others follow, which are asked for with `after`.

    Raises NotAnAnswer for a page that is empty, or tells no way on, and yet not the last: a list that was cut short
    must not pass for a whole one.
    """
    if more and not (ids and after):
        raise NotAnAnswer("it has more programs, but no key to ask for them")
    return ListingPage(tuple(ids), None, after if more else None)
