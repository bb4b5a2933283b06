"""Text as a person should read it: no tags of HTML, no entities, no control characters, one blank between words."""

from __future__ import annotations

import html
import re
from unicodedata import category, is_normalized, normalize

# What HTML has, and had; `<Now>` and `<b2b>` are words that somebody put in angle brackets.
_ELEMENTS = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|bgsound|big|blink|blockquote|body|"
    "br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|"
    "embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|"
    "input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|menu|meta|meter|nav|nobr|noframes|noscript|object|ol|"
    "optgroup|option|output|p|param|path|picture|pre|progress|q|rp|rt|ruby|s|samp|script|search|section|select|slot|"
    "small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|"
    "title|tr|track|tt|u|ul|var|video|wbr|xmp"
)
_TAG = re.compile(
    rf"</?(?:{_ELEMENTS})(?=[\s/>])[^<>]{{0,2000}}>"
    r"|</?[a-zA-Z][\w.-]{0,60}:[a-zA-Z][\w.-]{0,60}(?=[\s/>])[^<>]{0,2000}>"  # <o:p>, which Word leaves behind
    r"|<[a-zA-Z][\w.-]{0,60}\s{1,9}[\w:-]{1,60}=[^<>]{0,2000}>"  # with an attribute: <x-card id="1">
    r"|</[a-zA-Z][\w.-]{0,60}\s*>",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"</([a-zA-Z][\w.-]{0,60})\s*>")
_OPENED = re.compile(r"<([a-zA-Z][\w.-]{0,60})\s*>")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DEEPEST = 8  # nestings of escapes; what is deeper is an attack, and stays as it is
_LINE_TAG = re.compile(r"<(?:/?(?:p|div|li|ul|ol|tr|table|h[1-6]|section|dd|dt)|br)\b[^<>]{0,2000}>", re.IGNORECASE)
_LONGEST_COMMENT = 2000  # characters; what is longer shows
_LONGEST_HIDDEN = 20_000
_OPENS = re.compile(r"<(?:(script|style)\b|!--)", re.IGNORECASE)
_CLOSES = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "": re.compile("-->"),
}
# A reference to a character by more digits than any has: reading it as a number takes the square of them.
_LONG_REFERENCE = re.compile(r"&#(?:[xX]0*+([0-9a-fA-F]*)|0*+([0-9]*));?")
_REPLACEMENT = "\ufffd"
# Markup around a text may be much longer than the text; what is longer than this is cut before it is looked at.
_MARKUP = 20
_AT_LEAST = 40_000


def clean(raw: str | None, longest: int) -> str | None:
    """A text without markup, cut at a word if it is longer than `longest` characters; None if nothing is left."""
    if raw is None:
        return None
    if len(raw) <= longest and _is_clean(raw):
        return raw or None
    text = readable(raw, longest)
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


def readable(raw: str, longest: int) -> str:
    """As much of a text as is looked at to find `longest` characters in it."""
    return raw[: max(_MARKUP * longest, _AT_LEAST)]


def _is_clean(text: str) -> bool:
    """Whether a text needs no cleaning, as nearly all do; quickly, and False where in doubt."""
    return (
        text.isascii()
        and text.isprintable()
        and not ("<" in text or "&" in text or "  " in text or text.startswith(" ") or text.endswith(" "))
    )


def lines_of(raw: str, longest: int) -> str:
    """A text without markup that keeps its lines: what HTML sets apart (items, rows, cells, breaks) is one each."""
    text = readable(raw, longest)
    text = _without_markup(text, "\n") if "<" in text or "&" in text else text
    lines = (clean(line, longest) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:longest]


def _without_markup(text: str, line: str) -> str:
    """No entities and no tags, however often they are nested; `line` stands where a tag broke the line.

    Feeds escape once, twice, or mark up inside CDATA: entities first, then what turns out to be tags, until it rests.
    """
    for _ in range(_DEEPEST):
        before = text
        text = _unescaped(text) if "&" in text else text
        if "<" in text:
            text = _without_tags(_LINE_TAG.sub(line, _without_hidden(_CDATA.sub(" ", text))))
        if text == before:
            break
    return text


def _without_tags(text: str) -> str:
    """No tags: those of HTML, and others that are closed again or have attributes. Other words in brackets stay."""
    if "</" in text and (closed := {match[1].lower() for match in _CLOSED.finditer(text)}):
        text = _OPENED.sub(lambda match: " " if match[1].lower() in closed else match[0], text)
    return _TAG.sub(" ", text)


def _unescaped(text: str) -> str:
    return html.unescape(_LONG_REFERENCE.sub(_short, text) if "&#" in text else text)


def _short(match: re.Match[str]) -> str:
    if match[1] is not None:
        return _REPLACEMENT if len(match[1]) > 6 else match[0] if len(match[0]) < 20 else f"&#x{match[1] or '0'};"
    return _REPLACEMENT if len(match[2]) > 7 else match[0] if len(match[0]) < 20 else f"&#{match[2] or '0'};"


def _without_hidden(text: str) -> str:
    """No scripts, styles and comments. The end of a kind is looked for once, however often it is begun."""
    parts: list[str] = []
    at = 0
    ends: dict[str, tuple[int, int]] = {}  # of each kind the next end that was found; the text's where there is none
    nowhere = (len(text), len(text))
    for opens in _OPENS.finditer(text):
        if opens.start() < at:
            continue
        kind = (opens[1] or "").lower()
        start, end = ends.get(kind, (-1, -1))
        if start < opens.end():
            found = _CLOSES[kind].search(text, opens.end())
            start, end = ends[kind] = found.span() if found else nowhere
        if start < len(text) and start - opens.end() <= (_LONGEST_HIDDEN if kind else _LONGEST_COMMENT):
            parts += [text[at : opens.start()], " "]
            at = end
    return "".join((*parts, text[at:])) if parts else text


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
