"""What all tables share: their metadata, and the columns and CHECKs that follow from the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, Double, Integer, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from mappings import codes
from mappings.catalogue import FIELDS, Entry, Kind
from mappings.field import Origin
from mappings.program import WEB_ADDRESS

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_SCALARS: dict[Kind, TypeEngine[Any]] = {
    Kind.STRING: Text(),
    Kind.INTEGER: Integer(),
    Kind.NUMBER: Double(),
    Kind.FLAG: Boolean(),
    Kind.DATE: Date(),
    Kind.TIME: DateTime(timezone=True),
    Kind.RULES: JSONB(),
}

# A list or a rules document is indexed or answered whole; 30,000 bytes stay under the 32,766 of one term.
_LONGEST_VALUE_BYTES = 30_000

# Both engines, and every client's date type, agree on these years.
_FIRST_DAY, _LAST_DAY = "1970-01-01", "2200-01-01"

_LONGEST_SET_IN_CHECK = 30  # countries and languages are checked by pattern, shorter sets by value


def column_type(entry: Entry) -> TypeEngine[Any]:
    """The Postgres type of a field."""
    if entry.kind is Kind.RULES:
        return JSONB()
    return ARRAY(Text()) if entry.many else _SCALARS[entry.kind]


def _check(entry: Entry) -> str | None:
    """What must hold for a value, as SQL, so that whatever Postgres accepts OpenSearch accepts too.

    Upper bounds also keep out NaN and infinity, which Postgres sorts above every number.
    """
    column, bounds = entry.name, entry.bounds
    conditions: list[str] = []
    if entry.kind is Kind.RULES:
        conditions += [
            f"jsonb_typeof({column}) = 'array'",
            f"octet_length({column}::text) <= {_LONGEST_VALUE_BYTES}",
        ]
    elif entry.many:
        conditions += [
            f"cardinality({column}) between {bounds.shortest} and {bounds.longest}",
            f"array_position({column}, null) is null",
            f"octet_length({column}::text) <= {_LONGEST_VALUE_BYTES}",
        ]
    elif entry.kind is Kind.STRING:
        members = codes.values(entry.field.codes) if entry.field.codes else ()
        if members and len(members) <= _LONGEST_SET_IN_CHECK:
            listed = ", ".join(f"'{member}'" for member in members)
            return f"{column} in ({listed})"
        if bounds.pattern:
            conditions.append(_matches(column, bounds.pattern))
        if low := bounds.shortest:
            conditions.append(f"{column} <> ''" if low == 1 else f"char_length({column}) >= {low}")
        if high := bounds.longest:  # bytes are at least as many as characters, and need no counting
            conditions.append(f"(octet_length({column}) <= {high} or char_length({column}) <= {high})")
    elif entry.kind in (Kind.DATE, Kind.TIME):
        conditions.append(f"{column} >= '{_FIRST_DAY}' and {column} < '{_LAST_DAY}'")
    elif bounds.high is not None:
        conditions.append(f"{column} between {bounds.low:.15g} and {bounds.high:.15g}")
    return " and ".join(conditions) or None


def _matches(column: str, pattern: str) -> str:
    """A condition for a pattern; a regular expression costs an import ten times a comparison of beginnings."""
    if pattern == WEB_ADDRESS:
        return f"(starts_with({column}, 'https://') or starts_with({column}, 'http://'))"
    return f"{column} ~ '{pattern}'"


def program_columns() -> list[Any]:
    """The columns of programs that follow from the record, each with what must hold for it."""
    columns: list[Any] = []
    for entry in FIELDS:
        if not entry.field.stored or entry.field.origin is Origin.STORE:
            continue
        default = text("false") if entry.kind is Kind.FLAG and not entry.optional else None
        columns.append(Column(entry.name, column_type(entry), nullable=entry.optional, server_default=default))
        if condition := _check(entry):
            columns.append(CheckConstraint(condition, name=entry.name))
    return columns
