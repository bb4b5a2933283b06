"""How Atom is asked for, and the addresses that a document names."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from litestar import Request

from app.api.atom.document import MEDIA_TYPE

VARY = {"Vary": "Accept, Accept-Encoding"}

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")
_URI = "!#$%&'()*+,/:;=?@[]~"  # what an address holds as it is, beside letters, digits and `-._`


def wants_atom(request: Request[Any, Any, Any]) -> bool:
    """Whether `Accept` names Atom, and JSON no more than it."""
    given = next((value for name, value in request.scope["headers"] if name == b"accept"), b"")
    if b"atom" not in given.lower():  # nearly nobody; and this is asked of every search
        return False
    weights: dict[str, float] = {}
    for part in given.decode("latin-1").lower().split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        weights[kind] = _weight(parameters)
    return 0 < weights.get(MEDIA_TYPE, 0) >= weights.get("application/json", 0)


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return float(each[2:])
            except ValueError:
                return 0.0
    return 1.0


def base_of(request: Request[Any, Any, Any]) -> str:
    """Scheme and host by which the client came, without a slash at the end; "" if it says no such host."""
    host = next((value for name, value in request.scope["headers"] if name == b"host"), b"").decode("latin-1")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else ""


def query_of(request: Request[Any, Any, Any]) -> str:
    """The query with its question mark, as an address may hold it; "" without one."""
    text = request.scope["query_string"].decode("latin-1")
    return f"?{quote(text, safe=_URI)}" if text else ""
