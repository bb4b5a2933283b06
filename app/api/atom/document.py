"""An Atom document (RFC 4287): entries in, XML out, whatever the texts hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "application/atom+xml"
ENTRIES = 50  # of a document, unless it is asked for otherwise
NEVER = "1970-01-01T00:00:00Z"  # when a document without entries was last updated

# What XML 1.0 cannot hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """One entry. Times are RFC 3339; `link` is absolute; texts are plain."""

    id: str
    title: str
    updated: str
    link: str
    summary: str
    published: str | None = None
    content: str | None = None
    categories: tuple[str, ...] = ()


def tag(secret: bytes, what: str) -> str:
    """A name for something of this catalogue, for good and in no other catalogue (RFC 4151)."""
    catalogue = hashlib.blake2b(b"atom", key=secret[:64], digest_size=8).hexdigest()
    return f"tag:affindex.local,2026:{catalogue}/{what}"


def document(id: str, title: str, entries: Iterable[AtomEntry], *, myself: str, page: str) -> bytes:
    """The document: `myself` is its own address, `page` that of the page that shows the same. Both are absolute."""
    listed = list(entries)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        _element("id", id),
        _element("title", title),
        _element("updated", max((entry.updated for entry in listed), default=NEVER)),
        "<author><name>Affindex</name></author>",
        f'<link rel="self" type="{MEDIA_TYPE}" href={_attribute(myself)}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(page)}/>',
        *(_entry(entry) for entry in listed),
        "</feed>",
    ]
    return "\n".join(parts).encode() + b"\n"


def _entry(entry: AtomEntry) -> str:
    parts = [
        "<entry>",
        _element("id", entry.id),
        _element("title", entry.title),
        _element("updated", entry.updated),
        _element("published", entry.published) if entry.published else "",
        f'<link rel="alternate" type="text/html" href={_attribute(entry.link)}/>',
        *(f"<category term={_attribute(category)}/>" for category in entry.categories),
        _element("summary", entry.summary),
        _element("content", entry.content) if entry.content else "",
        "</entry>",
    ]
    return "".join(parts)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_NO_XML.sub('', text))}</{name}>"


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("", text))
