"""Addresses: whole, over http, and the registrable domain that joins a merchant's offers."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl

from publicsuffixlist import PublicSuffixList

_LONGEST = 2000
_MOST_PARAMETERS = 50  # of a tracking link; networks take a handful
_LONGEST_WRITTEN = 8000  # with what feeds wrap around it
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WITH_PORT = re.compile(r"[^/]+:\d+(/|$)", re.ASCII)
_ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_PARTING = " \t\r\n\f\v,;|"
_WRAPPING = " \t\r\n\"'<>()[],;"
_SEVERAL = re.compile(r"[\s,;|](?=https?://|www\.)", re.IGNORECASE)
_BROKEN_SCHEME = re.compile(r"(?:https?:?/{1,3}(?=https?:?/))?(https?)(?::/{1,3}|:\\\\|//)(?=[^/\s])", re.IGNORECASE)
_BLANK_IN_PATH = re.compile(r"(?:https?://)?[^\s/][^\s/.]*\.[^\s/]+/[^\s].* ", re.IGNORECASE)
_SEPARATOR = re.compile("[/?#]")
# What needs no mending: nearly every address there is.
_PLAIN = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#][!#-;=?-\[\]_a-z~]*)?", re.ASCII)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

_suffixes = PublicSuffixList(accept_unknown=False)

# Where links of networks lead through; such a domain says nothing of the merchant behind it.
TRACKING = frozenset(
    {
        "7eer.net",
        "adtr.co",
        "anrdoezrs.net",
        "apmebf.com",
        "avantlink.com",
        "awin1.com",
        "bit.ly",
        "cfjump.com",
        "clickbank.net",
        "commission-junction.com",
        "dpbolvw.net",
        "emjcd.com",
        "evyy.net",
        "flexlinks.com",
        "flexlinkspro.com",
        "ftjcfx.com",
        "go2cloud.org",
        "gopjn.com",
        "grsm.io",
        "jdoqocy.com",
        "jf79.net",
        "kqzyfj.com",
        "lduhtrp.net",
        "linksynergy.com",
        "lt45.net",
        "ojrq.net",
        "partnerlinks.io",
        "pjatr.com",
        "pjtra.com",
        "pntra.com",
        "pntrac.com",
        "pntrs.com",
        "prf.hn",
        "pxf.io",
        "qksrv.net",
        "redirectingat.com",
        "shareasale.com",
        "sjv.io",
        "skimresources.com",
        "tinyurl.com",
        "tkqlhce.com",
        "tqlkg.com",
        "tradedoubler.com",
        "tradetracker.net",
        "viglink.com",
        "webgains.com",
        "yceml.net",
        "zenaps.com",
    }
)


def url(raw: str | None) -> str | None:
    """A web address with its scheme and a lower-case host; None for anything else."""
    if raw is None or len(raw) > _LONGEST_WRITTEN:
        return None
    if (plain := _PLAIN.fullmatch(raw)) and len(raw) <= _LONGEST and "&amp;" not in raw:
        return raw if _host(plain[1]) else None
    text = _mended(raw)
    if not text or len(text) > _LONGEST - 8 or not text.isprintable() or any(c in text for c in ' <>"{}|\\^`'):
        return None
    if text.startswith("//"):
        text = f"https:{text}"
    elif not _ABSOLUTE.match(text):
        if _SCHEME.match(text) and not _WITH_PORT.match(text):
            return None  # mailto:, javascript:
        text = f"https://{text}"
    scheme_end = text.find("://")
    host_end = next((i for i in range(scheme_end + 3, len(text)) if text[i] in "/?#"), len(text))
    scheme_text, host, rest = text[:scheme_end].lower(), text[scheme_end + 3 : host_end], text[host_end:]
    if scheme_text not in ("http", "https") or "@" in host or _host(host) is None:
        return None
    return f"{scheme_text}://{host.lower()}{rest}"


def _mended(raw: str) -> str:
    """An address without what feeds wrap around it: quotes, brackets, entities, a second scheme, blanks in its path;
    of several the first."""
    text = raw.replace("&amp;", "&").strip().strip(_WRAPPING)
    first, *others = _SEVERAL.split(text, maxsplit=1)
    text = first.rstrip(_PARTING) if others else first
    if found := _BROKEN_SCHEME.match(text):  # "http//", "https:/shop", "http://https://shop"
        text = f"{found[1].lower()}://{text[found.end() :]}"
    return "%20".join(text.split(" ")) if _BLANK_IN_PATH.match(text) else text


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


def domain_of(address: str) -> str | None:
    """The registrable domain of an address or domain; for a network's tracking link, of where it says it leads."""
    clean = url(address)
    return (merchant_domain(clean) or _led_to(clean)) if clean else None


def _led_to(link: str) -> str | None:
    """The domain of the first address among the parameters of a link."""
    _, _, query = link.partition("?")
    try:
        parameters = parse_qsl(query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return None
    for _, value in parameters:
        if value.lower().startswith(("http://", "https://")) and (domain := merchant_domain(url(value))):
            return domain
    return None
