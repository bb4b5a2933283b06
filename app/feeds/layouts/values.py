"""Values of parsed records, JSON or cells, as the fields of a `NetworkProgram` take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from mappings.network_program import Raw, all_fields_but

Record: TypeAlias = Mapping[str, Any]


def text(value: Any) -> str | None:
    """A scalar as text; None for nothing, blanks, and what is no scalar."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return None


def raw(value: Any) -> Raw:
    """A scalar as it is; None for blanks and what is no scalar."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    return value if isinstance(value, bool | int | float) else None


def texts(value: Any) -> tuple[str, ...]:
    """The scalars of a list, or of a list of one."""
    if isinstance(value, list | tuple):
        return tuple(found for each in value if (found := text(each)))
    found = text(value)
    return (found,) if found else ()


def names_of(value: Any, member: str = "name") -> tuple[str, ...]:
    """The texts of a list, or of a list of one, whose items are texts, or objects that have one as a member."""
    listed = value if isinstance(value, list | tuple) else (value,)
    found = (text(each.get(member) if isinstance(each, Mapping) else each) for each in listed)
    return tuple(dict.fromkeys(each for each in found if each))


def split(value: Any, separator: str) -> tuple[str, ...]:
    """The parts of a text that are not blank."""
    written = text(value)
    return tuple(part.strip() for part in written.split(separator) if part.strip()) if written else ()


def part(record: Any, *path: str) -> Any:
    """What lies at a path of keys; None where it ends early."""
    for key in path:
        if not isinstance(record, Mapping):
            return None
        record = record.get(key)
    return record


def records(value: Any) -> tuple[Record, ...]:
    """The objects of a list, or of a list of one: XML does not tell a list of one from its element."""
    listed: Iterable[Any] = value if isinstance(value, list | tuple) else (value,)
    return tuple(each for each in listed if isinstance(each, Mapping))


def not_carried_by_members(members: Mapping[str, str]) -> Callable[[Record], frozenset[str]]:
    """The fields that a flat record does not carry, by the members (separated by blanks) that carry each field."""
    carriers = {field: frozenset(names.split()) for field, names in members.items()}

    @lru_cache(maxsize=64)  # all rows of a file have the same members
    def not_carried(names: tuple[str, ...]) -> frozenset[str]:
        return all_fields_but(*(field for field, carrying in carriers.items() if not carrying.isdisjoint(names)))

    return lambda record: not_carried(tuple(record))


def known(value: Any) -> Raw:
    """A figure that the source writes as 0, or blank, where it has none."""
    found = raw(value)
    if isinstance(found, str):
        try:
            return found if float(found) != 0 else None
        except ValueError:
            return found
    return found or None
