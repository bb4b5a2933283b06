"""An XML element as the nested dicts that layouts read, as JSON would give them."""

from __future__ import annotations

from typing import Any

from lxml import etree

_SCHEMA = ("{http://www.w3.org/2001/XMLSchema-instance}", "xsi:")
_DEEPEST = 20  # a record is no document; what nests deeper is not read


def as_record(element: etree._Element, depth: int = 0) -> dict[str, Any]:
    """Children by tag, repeated ones as a list; attributes as `@name`; text beside either as `#text`.

    A leaf without attributes is its text, an empty one is "". What SOAP says of types (`xsi:type`) is no attribute.
    """
    record: dict[str, Any] = {
        f"@{_local(name)}": value for name, value in element.attrib.items() if not _is_of_a_schema(name)
    }
    repeated: dict[str, list[Any]] = {}
    for child in element:
        if not isinstance(child.tag, str):  # comments, instructions, entities that were not resolved
            continue
        tag, value = _local(child.tag), _value(child, depth + 1)
        if tag in repeated:
            repeated[tag].append(value)
        elif tag in record:
            record[tag] = repeated[tag] = [record[tag], value]
        else:
            record[tag] = value
    if element.text and not element.text.isspace():
        record["#text"] = element.text
    return record


def _value(element: etree._Element, depth: int) -> Any:
    if len(element) == 0 and all(map(_is_of_a_schema, element.attrib)):
        return element.text or ""
    if depth >= _DEEPEST:
        return ""
    record = as_record(element, depth)
    # Only comments or entities were inside: a leaf after all, of what text it has.
    return record if record.keys() - {"#text"} else "".join(map(str, element.itertext()))


def _is_of_a_schema(name: Any) -> bool:
    return str(name).startswith(_SCHEMA)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]
