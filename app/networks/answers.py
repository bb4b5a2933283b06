"""Answers in the shapes that networks use, and what is wrong with one that is not in its shape."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec
import structlog
from lxml import etree

from app.feeds.xml_characters import without_forbidden
from app.networks.api import NetworkAnswer, text_of
from app.networks.failures import NotAnAnswer, Passing

Shape = TypeVar("Shape")
_log = structlog.get_logger()

_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)
# An ampersand that begins no entity of XML: CJ's own documentation has one, and HTML's entities mean nothing here;
# they stay as text, which the normaliser reads.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def refuse_html(answer: NetworkAnswer) -> None:
    """Raise NotAnAnswer for a web page: a login, a notice that something has moved, an error of a proxy."""
    if answer.kind == "text/html" or _HTML.match(answer.body[:200]):
        raise NotAnAnswer(f"it answered with a web page: {text_of(answer, 100)}")


def json_answer(answer: NetworkAnswer, shape: type[Shape]) -> Shape:
    """The answer as JSON of a shape. Raises Passing where it was cut short, NotAnAnswer where it is something else."""
    refuse_html(answer)
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except msgspec.ValidationError as error:
        raise NotAnAnswer(f"it has another shape than documented ({error}): {text_of(answer, 100)}") from None
    except RecursionError:
        raise NotAnAnswer(f"it is nested too deep: {text_of(answer, 100)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        if answer.body.lstrip()[:1] in (b"{", b"[", b""):
            raise Passing(f"JSON that ends early or is broken, after {len(answer.body)} bytes") from None
        raise NotAnAnswer(f"it is no JSON: {text_of(answer, 100)}") from None


def xml_answer(answer: NetworkAnswer, root: str) -> etree._Element:
    """The answer as XML with this root element; bare ampersands are mended, characters that XML forbids dropped,
    document types refused."""
    refuse_html(answer)
    if _DOCTYPE.search(answer.body[:2000]):
        raise NotAnAnswer("its XML declares a document type, which no answer of this network has")
    try:
        element = _parsed(answer.body)
    except etree.XMLSyntaxError as error:
        if answer.body.lstrip()[:1] not in (b"<", b""):
            raise NotAnAnswer(f"it is no XML: {text_of(answer, 100)}") from None
        raise Passing(f"XML that ends early or is broken ({error.msg})"[:200]) from None
    if element.tag != root:
        raise NotAnAnswer(f"its XML is a <{element.tag}>, not a <{root}>")
    return element


def parsed_xml(body: bytes) -> etree._Element:
    """The root of XML that was looked at before."""
    return _parsed(body)


def _parsed(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    allowed, dropped = without_forbidden(body)
    if dropped:
        _log.info("characters that XML forbids were dropped", characters=dropped)
    return etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", allowed), parser)
