"""What can be wrong with a request, said so that the caller can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from app.failures import Misuse


class ParameterError(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One thing wrong with one parameter. `problem` is the stable code, a path below `/problems/`."""

    parameter: str
    message: str
    did_you_mean: str | None = None
    problem: str = "invalid-value"


class BadRequest(Misuse):
    """A request with everything that is wrong with it; never empty."""

    def __init__(self, errors: Iterable[ParameterError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))


# What other interfaces call our parameters, without case and marks. Proposed only where the name on the right is taken.
_CALLED = {
    **dict.fromkeys(("query", "search", "keyword", "keywords", "term", "text", "searchterm"), "q"),
    **dict.fromkeys(("limit", "size", "pagesize", "hitsperpage", "count", "rows", "take"), "perPage"),
    **dict.fromkeys(("country", "countries", "geo", "region", "market"), "geoTargeting"),
    **dict.fromkeys(("order", "orderby", "sortby", "ordering"), "sort"),
    **dict.fromkeys(("offset", "skip", "start", "from", "p"), "page"),
    **dict.fromkeys(("lang", "locale", "languages"), "language"),
    **dict.fromkeys(("cookie", "cookieduration", "cookielength", "cookiewindow"), "cookieDays"),
    **dict.fromkeys(("payment", "paymentmethod", "paidby"), "paymentMethods"),
    **dict.fromkeys(("merchant", "domain", "advertiser", "website"), "merchantDomain"),
    **dict.fromkeys(("minimumpayout", "payout", "threshold"), "minPayout"),
    **dict.fromkeys(("approval", "approvaltype"), "approvalMode"),
    **dict.fromkeys(("rate", "payoutrate"), "commission"),
    **dict.fromkeys(("productfeed", "datafeed"), "hasProductFeed"),
    **dict.fromkeys(("deeplink", "deeplinks", "deeplinking"), "deepLinkAllowed"),
    **dict.fromkeys(("facet", "aggregations", "aggs"), "facets"),
}
_LONGEST = 200  # characters: how similar two words are costs the product of their lengths
_ALIKE = 0.55  # of the letters of two words, at least
_MARKS = re.compile(r"[\W_]+")


def nearest(word: str, among: Iterable[str]) -> str | None:
    """Of some words the one that others call so, or else the most similar, case aside; None if none is.

    To a word that is longer than any nothing is similar.
    """
    if len(word) > _LONGEST:
        return None
    spelled = {choice.lower(): choice for choice in among}
    called = _CALLED.get(_MARKS.sub("", word[:80].lower()), "").lower()
    if called in spelled:
        return spelled[called]
    found = get_close_matches(word.lower(), spelled, n=1, cutoff=_ALIKE)
    # "Health & Beauty" is health, among others.
    named = found or [each for each in _MARKS.split(word.lower()) if each in spelled]
    return spelled[named[0]] if named else None


def meaning(word: str, among: Iterable[str]) -> tuple[str, str | None]:
    """The end of a sentence that names the nearest word, and that word."""
    choice = nearest(word, among)
    return (f"; did you mean '{choice}'?", choice) if choice else ("", None)
