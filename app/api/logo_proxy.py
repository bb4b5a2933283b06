"""Logos of merchants, asked for by this process and kept: who looks at a page asks no host but ours.

Only from public addresses, only pictures by their first bytes (no SVG: it holds scripts), only small ones, few at once.
"""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from app.feeds.fetching import FetchPatience, Permitted, pieces
from app.feeds.limits import Limits
from app.feeds.public_addresses import is_public
from app.feeds.refusal import NotAFeed
from app.search.single_flight import SingleFlightCache

LARGEST = 100_000  # bytes of a logo
_KEPT_BYTES = 24_000_000
_ENTRY_BYTES = 500  # what keeping that there is none costs
_AT_ONCE = 4
_MOST_WAITING = 40  # two pages of programs
_PATIENCE = FetchPatience(between=3.0, whole=8.0)
_DAY = 86_400  # seconds; a logo is asked for anew, whether there was one or not
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
    (b"\x00\x00\x01\x00", 0, "image/x-icon"),
)
MEDIA_TYPES = tuple(dict.fromkeys(media_type for _, _, media_type in _SIGNATURES))


class Logo(NamedTuple):
    """A picture; one without a body says that there is none to be shown."""

    media_type: str
    body: bytes


NO_LOGO = Logo("", b"")


class TooManyLogos(Exception):
    """More are asked for than are fetched at once."""

    retry_after = 2


class LogoProxy:
    """The logos that a process has fetched, the least used dropped first; it asks addresses that are `permitted`.

    `most` are asked for at once, those under way among them; a host has `patience`.
    """

    def __init__(
        self, permitted: Permitted = is_public, *, patience: FetchPatience = _PATIENCE, most: int = _MOST_WAITING
    ) -> None:
        self.permitted = permitted
        self.patience = patience
        self.most = most
        self._cache: SingleFlightCache[Logo] = SingleFlightCache(
            _KEPT_BYTES, lambda logo: len(logo.body) + _ENTRY_BYTES
        )
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def logo(self, address: str) -> Logo:
        """The picture behind an address, or NO_LOGO. Raises TooManyLogos."""
        return await self._cache.get((address, int(time.time() // _DAY)), lambda: self._fetched(address))

    async def _fetched(self, address: str) -> Logo:
        if self._waiting >= self.most:
            raise TooManyLogos
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(_fetch, address, self.permitted, self.patience)
        finally:
            self._waiting -= 1


def _fetch(address: str, permitted: Permitted, patience: FetchPatience) -> Logo:
    try:
        body = b"".join(pieces(address, Limits(file=LARGEST), permitted, patience))
    except NotAFeed:
        return NO_LOGO
    media_type = picture_type(body)
    return Logo(media_type, body) if media_type else NO_LOGO


def picture_type(body: bytes) -> str | None:
    """The media type of a picture by its first bytes; None for anything that is not shown."""
    for signature, at, media_type in _SIGNATURES:
        if body[at : at + len(signature)] == signature:
            return media_type
    return None
