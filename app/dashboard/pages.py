"""The dashboard's addresses: one shell for every page, and the files it loads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from app.dashboard.assets import Asset, pack, read_assets

_HERE = Path(__file__).parent
_ASSETS = read_assets(_HERE / "assets")
_SHELL = Template((_HERE / "shell.html").read_text("utf-8"))

# Nothing inline, nothing from another origin, and no string ever becomes markup or code (Trusted Types).
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",  # asked again each time, answered with 304
    "Referrer-Policy": "same-origin",  # a merchant need not know what was searched
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FOR_GOOD = "public, max-age=31536000, immutable"

_TITLES = {
    "home": "Affiliate programs of all networks",
    "find": "Find programs",
    "program": "Program",
    "merchant": "Merchant",
    "compare": "Compare",
    "shortlist": "Shortlist",
    "mine": "My programs",
    "own": "Programs of my own",
    "overview": "Overview",
    "week": "This week",
    "operate": "Operate",
    "network": "Network",
    "lost": "Not found",
}


def _answer(request: Request[Any, Any, Any], sent: Asset, headers: dict[str, str]) -> Response[bytes]:
    """A file, compressed if the browser takes that."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(sent.packed, media_type=sent.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(sent.plain, media_type=sent.media_type, headers=headers)


def _module(page: str) -> str:
    """The front page is Find before anything is asked, so that what is typed there is found without another page."""
    return "find.js" if page == "home" else f"{page}.js"


def _shell(page: str) -> Asset:
    module = _module(page)
    # The browser would find imports of imports only one after the other.
    preloads = "\n".join(
        f'<link rel="modulepreload" href="{_ASSETS.address(each)}">' for each in _ASSETS.imported_by(module)
    )
    current = {f"at_{name}": ' aria-current="page"' if name == page else "" for name in _TITLES}
    text = _SHELL.substitute(
        current,
        title=_TITLES[page],
        page=page,
        style=_ASSETS.address("style.css"),
        icon=_ASSETS.address("icon.svg"),
        module=_ASSETS.address(module),
        preloads=preloads,
    )
    return Asset("text/html", text.encode(), pack(text.encode()))


def _page(page: str, path: str) -> HTTPRouteHandler:
    sent = _shell(page)
    etag = f'W/"{hashlib.sha256(sent.plain).hexdigest()[:16]}"'

    def show(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.headers.get("if-none-match") == etag:
            return Response(b"", status_code=304, headers={**_PAGE_HEADERS, "ETag": etag})
        return _answer(request, sent, {**_PAGE_HEADERS, "ETag": etag})

    return _handler(show, path, page)


def _handler(show: Callable[..., Response[bytes]], path: str, name: str) -> HTTPRouteHandler:
    return get(path, name=f"dashboard:{name}", include_in_schema=False, sync_to_thread=False)(show)


@get("/assets/{version:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
def asset(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """One file of the version that this process has. Another version is 404: mixed modules would only fail later."""
    found = _ASSETS.files.get(name)
    if found is None or version != _ASSETS.version:
        raise NotFoundException(f"there is no asset {name} in version {version}")
    return _answer(request, found, {"Cache-Control": _FOR_GOOD, "X-Content-Type-Options": "nosniff"})


_LOST = _shell("lost")
# What is no page of ours even where it is nothing at all: programs ask there, and want a problem document.
_OF_PROGRAMS = ("/api/", "/1/", "/assets/", "/schema", "/mcp", "/problems/")


def lost(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """The page for an address that there is not, with 404; None for whoever is no person with a browser."""
    path, wanted = request.scope["path"], request.headers.get("accept", "")
    if request.method not in ("GET", "HEAD") or path.startswith(_OF_PROGRAMS) or "text/html" not in wanted:
        return None
    answer = _answer(request, _LOST, _PAGE_HEADERS)
    answer.status_code = 404
    return answer


def packed_sizes() -> dict[str, int]:
    """Bytes over the wire of each page: the shell, the style, its module and all that this imports."""
    sizes = {}
    for page in _TITLES:
        module = _module(page)
        files = ["style.css", module, *_ASSETS.imported_by(module)]
        sizes[page] = len(_shell(page).packed) + sum(len(_ASSETS.files[name].packed) for name in files)
    return sizes


ROUTES = Router(
    path="/",
    route_handlers=[
        _page("home", "/"),
        _page("find", "/find"),
        _page("program", "/programs/{id:str}"),
        _page("merchant", "/merchants/{domain:str}"),
        _page("network", "/networks/{slug:str}"),
        _page("compare", "/compare"),
        _page("shortlist", "/shortlist"),
        _page("mine", "/mine"),
        _page("own", "/own"),
        _page("overview", "/overview"),
        _page("week", "/week"),
        _page("operate", "/operate"),
        asset,
    ],
)
