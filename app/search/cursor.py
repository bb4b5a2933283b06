"""Cursors: where a page ended, signed, and bound to the query, filters and sort it belongs to.

A cursor holds sort values, not positions, so it goes on in whatever generation serves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from functools import lru_cache
from typing import Any

import msgspec

from app.search.bad_request import BadRequest, ParameterError
from app.search.query_analysis import QueryAnalysis
from app.search.request import SearchRequest

_SIGNATURE_BYTES = 16  # 128 bits: forging one by trying is hopeless
_BINDING_BYTES = 12
_decode = msgspec.msgpack.Decoder(tuple[list[Any], QueryAnalysis]).decode


def binding(request: SearchRequest) -> bytes:
    """A digest of what a cursor is bound to: words, filters and order; not page size, facets or fields."""
    return hashlib.blake2b(request.bound, digest_size=_BINDING_BYTES).digest()


def seal(request: SearchRequest, analysis: QueryAnalysis, sort_values: list[Any], secret: bytes) -> str:
    """The cursor that goes on after a hit with these sort values, with the words read as they were."""
    return signed(binding(request) + zlib.compress(msgspec.msgpack.encode((sort_values, analysis))), secret)


def unseal(request: SearchRequest, secret: bytes) -> tuple[list[Any], QueryAnalysis]:
    """The sort values of the request's cursor, and how its words were read.

    Raises BadRequest if it is forged, damaged, or of another search.
    """
    payload = payload_of(request.cursor or "", secret)
    if payload is None:
        raise _refused("'cursor' is not one of ours; take it from 'nextCursor' unchanged")
    if payload[:_BINDING_BYTES] != binding(request):
        raise _refused("'cursor' belongs to another search: words, filters and sort must stay as they were")
    try:
        return _decode(zlib.decompress(payload[_BINDING_BYTES:]))
    except (zlib.error, msgspec.MsgspecError):  # of a version before this one
        raise _refused("'cursor' is of an older version of Affindex; begin again with the first page") from None


def signed(payload: bytes, secret: bytes) -> str:
    """Bytes as a text that travels in a URL, with a signature before them."""
    return base64.urlsafe_b64encode(_sign(payload, secret) + payload).rstrip(b"=").decode()


def payload_of(text: str, secret: bytes) -> bytes | None:
    """What such a text holds; None for one that we did not sign."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    return payload if hmac.compare_digest(signature, _sign(payload, secret)) else None


def _sign(payload: bytes, secret: bytes) -> bytes:
    # BLAKE2 takes a key by itself (RFC 7693): a third of what an HMAC costs, and every answer has a cursor.
    return hashlib.blake2b(payload, key=_key(secret), digest_size=_SIGNATURE_BYTES).digest()


@lru_cache(maxsize=8)
def _key(secret: bytes) -> bytes:
    """A secret of any length as a key."""
    return hashlib.blake2b(secret).digest()


def _refused(message: str) -> BadRequest:
    return BadRequest([ParameterError(parameter="cursor", message=message, problem="invalid-cursor")])
