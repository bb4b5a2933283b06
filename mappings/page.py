"""The catalogue of fields as a page: `python -m mappings.page > docs/fields.md`, or `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from mappings import codes
from mappings.catalogue import BY_KEY, FIELDS, SEARCHABLE, VIRTUAL, Kind, Searchable
from mappings.field import Facet, Origin, Ranges, Terms, Years

_KINDS = {
    Kind.STRING: "text",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.FLAG: "true or false",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.RULES: "rules",
}
_ORIGINS = {
    Origin.SOURCE: "network",
    Origin.DERIVED: "derived",
    Origin.OURS: "ours",
    Origin.STORE: "database",
}
_LISTED = 60  # members of a set of codes; larger ones are standards, which everybody knows
_COLUMNS = ("field", "type", "unit", "search", "unknown", "from", "about")

_BEGINNING = """\
<!-- Written by `make docs` from mappings/program.py; change it there. -->
# Fields

What a program has, under the names that JSON answers, parameters, facets and sort keys share. `GET /api/fields` says
the same as JSON. Every field is in every answer; what is unknown is `null`, never a made-up zero.

- **search**: `q` is searched by words (the number is its weight beside the others), `filter` takes a parameter of the
  field's name, `sort` takes it as a key, `facet` counts its values (or ranges, or years). A facet marked "by name" has
  too many values for `facets=*` and is asked for by its name.
- **unknown**: whether it can be unknown; then `unknown` and `!unknown` are values of its filter.
- **from**: `network` as the network says, normalised; `derived` from other fields and our tables; `ours` set with
  `PATCH /api/programs/{id}` and never touched by an import; `database` kept by the store.
- A unit `currency` is the program's own `currency`; filters, sorts and facets of it take US dollars.
"""


def fields_page() -> str:
    """The whole page, Markdown."""
    of_programs = (SEARCHABLE[entry.key] for entry in FIELDS)
    facets = {each.key: each.facet for each in SEARCHABLE.values() if isinstance(each.facet, Ranges | Years)}
    sets = sorted({each.codes for each in SEARCHABLE.values() if each.codes})
    parts = [
        _BEGINNING,
        "## Of a program\n",
        _table(_COLUMNS, (_row(each) for each in of_programs)),
        "## Of the search alone\n",
        "They filter, sort or count, and are no members of a program.\n",
        _table(_COLUMNS, (_row(each) for each in VIRTUAL)),
        "## Ranges of facets\n",
        "Each bucket reaches from its edge to below the next one; the last is open.\n",
        _table(("facet", "edges"), ((f"`{key}`", _edges(facet)) for key, facet in facets.items())),
        "## Codes\n",
        "A value outside its set is refused, with the nearest one named; case folds, names mean their code.\n",
        _table(("codes", "values"), ((f"`{name}`", _members(name)) for name in sets)),
    ]
    return "\n".join(parts)


def _row(searched: Searchable) -> tuple[str, ...]:
    entry = BY_KEY.get(searched.key)
    kind = _KINDS[searched.kind] + (f" ({searched.codes} code)" if searched.codes else "")
    unit = entry.field.unit if entry else searched.unit
    return (
        f"`{searched.key}`",
        f"list of {kind}" if searched.many else kind,
        unit or "",
        ", ".join(_uses(searched, entry.field.text if entry else 0)),
        "yes" if searched.optional else "",
        _ORIGINS[entry.field.origin] if entry else _ORIGINS[Origin.DERIVED],
        searched.about,
    )


def _uses(searched: Searchable, weight: int) -> Iterable[str]:
    if weight:
        yield f"q ({weight})"
    if searched.filter:
        yield "filter"
    if searched.sort:
        yield "sort"
    match searched.facet:
        case Terms(bounded=False):
            yield "facet (by name)"
        case Terms() | Ranges() | Years():
            yield "facet"


def _edges(facet: Facet | None) -> str:
    match facet:
        case Ranges(edges=edges):
            return ", ".join(f"{edge:g}" for edge in edges)
        case Years(first=first, last=last):
            return f"the years {first} to {last}"
    raise TypeError(f"{facet} has no edges")


def _members(name: str) -> str:
    members = codes.values(name)
    if len(members) > _LISTED:
        return f"{len(members)} codes, such as {', '.join(members[:8])}"
    return ", ".join(members)


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (heading, ("---",) * len(heading), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(fields_page())
