"""How much of a record is looked at: what is longer than anything of its kind is cut, or unknown, before it is read."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import msgspec

from mappings.network_program import NetworkProgram, RawCommission

_WORD = 4000  # characters of a word, a number, a day or a list of countries in one text; longer ones say nothing
_MOST = 500  # entries of a list
_LONG = frozenset(
    {"network", "external_id", "name", "description", "commission_text", "restrictions"}
)  # cut, or refused, by their readers
_ADDRESSES = frozenset({"merchant_url", "program_url", "affiliate_url", "logo_url"})  # bounded by their reader
_LISTS = ("categories", "geo_targeting", "language", "payment_methods", "traffic_allowed", "traffic_forbidden")
_WORDS = tuple(
    name
    for name in NetworkProgram.__struct_fields__
    if name not in _LONG and name not in _ADDRESSES and name not in (*_LISTS, "commissions", "not_carried")
)


_line = attrgetter(*RawCommission.__struct_fields__)
_words = attrgetter(*_WORDS)
_lists = attrgetter(*_LISTS)


def bounded(raw: NetworkProgram) -> NetworkProgram:
    """A record in which no word and no list is longer than one can be; nearly always itself."""
    if not _is_long(raw):
        return raw
    changed: dict[str, Any] = {name: _short(getattr(raw, name)) for name in _WORDS}
    for name in _LISTS:
        changed[name] = tuple(value for value in getattr(raw, name)[:_MOST] if len(value) <= _WORD)
    changed["commissions"] = tuple(
        RawCommission(**{name: _short(getattr(line, name)) for name in RawCommission.__struct_fields__})
        for line in raw.commissions[:_MOST]
    )
    changed["data_source"] = changed["data_source"] or ""
    return msgspec.structs.replace(raw, **changed)


def _is_long(raw: NetworkProgram) -> bool:
    for value in _words(raw):  # loops: every record passes here, and a generator costs twice as much
        if type(value) is str and len(value) > _WORD:
            return True
    for values in _lists(raw):
        if values:
            if len(values) > _MOST:
                return True
            for value in values:
                if len(value) > _WORD:
                    return True
    for line in raw.commissions[: _MOST + 1]:
        for value in _line(line):
            if type(value) is str and len(value) > _WORD:
                return True
    return len(raw.commissions) > _MOST


def _short(value: Any) -> Any:
    return None if type(value) is str and len(value) > _WORD else value
