"""Addresses: whole, over http, and the registrable domain that joins a merchant's offers."""

from __future__ import annotations

import re
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

_LONGEST = 2000
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WITH_PORT = re.compile(r"[^/]+:\d+(/|$)", re.ASCII)
_SEPARATOR = re.compile("[/?#]")
# What needs no mending: nearly every address there is.
_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#][!#-;=?-\[\]_a-z~]*)?", re.ASCII)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

_suffixes = PublicSuffixList(accept_unknown=False)

# Where links of networks lead through; such a domain says nothing of the merchant behind it.
TRACKING = frozenset(
    {
        "anrdoezrs.net",
        "apmebf.com",
        "awin1.com",
        "clickbank.net",
        "commission-junction.com",
        "dpbolvw.net",
        "emjcd.com",
        "evyy.net",
        "ftjcfx.com",
        "go2cloud.org",
        "jdoqocy.com",
        "kqzyfj.com",
        "linksynergy.com",
        "lduhtrp.net",
        "ojrq.net",
        "pjatr.com",
        "pxf.io",
        "qksrv.net",
        "shareasale.com",
        "sjv.io",
        "tkqlhce.com",
        "tqlkg.com",
        "yceml.net",
        "zenaps.com",
    }
)


def url(raw: str | None) -> str | None:
    """A web address with its scheme and a lower-case host; None for anything else."""
    if raw is None:
        return None
    if (plain := _PLAIN.fullmatch(raw)) and len(raw) <= _LONGEST:
        return raw if _host(plain[1]) else None
    text = raw.strip()
    if not text or len(text) > _LONGEST - 8 or not text.isprintable() or any(c in text for c in ' <>"{}|\\^`'):
        return None
    if text.startswith("//"):
        text = f"https:{text}"
    elif "://" not in text:
        if _SCHEME.match(text) and not _WITH_PORT.match(text):
            return None  # mailto:, javascript:
        text = f"https://{text}"
    scheme_end = text.find("://")
    host_end = next((i for i in range(scheme_end + 3, len(text)) if text[i] in "/?#"), len(text))
    scheme_text, host, rest = text[:scheme_end].lower(), text[scheme_end + 3 : host_end], text[host_end:]
    if scheme_text not in ("http", "https") or "@" in host or _host(host) is None:
        return None
    return f"{scheme_text}://{host.lower()}{rest}"


@lru_cache(maxsize=4096)
def _host(authority: str) -> str | None:
    """The host of `host[:port]` in ASCII lower case; None if it is none."""
    host, _, port = authority.partition(":")
    if port and not (port.isascii() and port.isdecimal()):
        return None
    try:
        ascii_host = (
            host.lower().rstrip(".").encode("idna").decode() if not host.isascii() else host.lower().rstrip(".")
        )
    except UnicodeError:
        return None
    return ascii_host if len(ascii_host) <= 253 and _HOST.fullmatch(ascii_host) else None


def merchant_domain(address: str | None) -> str | None:
    """The registrable domain of a clean address; None for a network's tracking link."""
    if address is None:
        return None
    return _registrable(_SEPARATOR.split(address, maxsplit=3)[2])


@lru_cache(maxsize=4096)
def _registrable(authority: str) -> str | None:
    host = _host(authority)
    domain = _suffixes.privatesuffix(host) if host else None
    return None if domain is None or domain in TRACKING else str(domain)
