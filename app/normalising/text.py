"""Text as a person should read it: no tags, no entities, no control characters, one blank between words."""

from __future__ import annotations

import html
import re
from unicodedata import category, is_normalized, normalize

_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.{0,2000}?--)>", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DEEPEST = 8  # nestings of escapes; what is deeper is an attack, and stays as it is
_LINE_TAG = re.compile(r"<(?:/?(?:p|div|li|ul|ol|tr|table|h[1-6]|section|dd|dt)|br)\b[^<>]{0,2000}>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.{0,20000}?</\1\s*>", re.DOTALL | re.IGNORECASE)


def clean(raw: str | None, longest: int) -> str | None:
    """A text without markup, cut at a word if it is longer than `longest` characters; None if nothing is left."""
    if raw is None:
        return None
    text = raw
    for _ in range(_DEEPEST):  # what does not show may have kept a tag or an entity from being one
        before = text
        if "<" in text or "&" in text:
            text = _without_markup(text, " ")
        if not text.isprintable():
            text = "".join(c if c.isprintable() or c.isspace() else _control(c) for c in text)
        if text == before:
            break
    text = " ".join(text.split())
    if not text.isascii() and not is_normalized("NFC", text):
        text = normalize("NFC", text)
    if len(text) > longest:
        cut = text[: longest + 1].rfind(" ")
        text = text[: cut if cut > longest // 2 else longest].rstrip()
    return text or None


def lines_of(raw: str, longest: int) -> str:
    """A text without markup that keeps its lines: what HTML sets apart (items, rows, cells, breaks) is one each."""
    text = _without_markup(raw, "\n") if "<" in raw or "&" in raw else raw
    lines = (clean(line, longest) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:longest]


def _without_markup(text: str, line: str) -> str:
    """No entities and no tags, however often they are nested; `line` stands where a tag broke the line.

    Feeds escape once, twice, or mark up inside CDATA: entities first, then what turns out to be tags, until it rests.
    """
    for _ in range(_DEEPEST):
        before = text
        text = html.unescape(text) if "&" in text else text
        if "<" in text:
            text = _TAG.sub(" ", _LINE_TAG.sub(line, _HIDDEN.sub(" ", _CDATA.sub(" ", text))))
        if text == before:
            break
    return text


def _control(character: str) -> str:
    # Joiners belong to emoji and to some scripts; everything else that does not show is noise.
    return character if character in "\u200c\u200d" else " " if category(character) in ("Cc", "Zl", "Zp") else ""


def storable(text: str) -> bool:
    """Whether Postgres takes it: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return "\0" not in text
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
