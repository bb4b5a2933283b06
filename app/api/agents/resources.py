"""What agents may read beside the tools: the list of fields, and the words of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from app.api import fields
from mappings.networks import BY_SLUG


@dataclass(frozen=True, slots=True)
class Readable:
    """A resource with its whole text."""

    uri: str
    name: str
    about: str
    media_type: str
    text: str


READABLES: tuple[Readable, ...] = (
    Readable(
        "affindex://fields",
        "fields",
        "Every field with its kind, unit and origin, whether it filters, sorts or is a facet, and what codes mean.",
        "application/json",
        fields.answer(BY_SLUG.edition)[0].decode(),
    ),
    Readable(
        "affindex://glossary",
        "glossary",
        "What the words of the catalogue mean: program, merchant, EPC, cookie days, unknown.",
        "text/markdown",
        files(__package__).joinpath("glossary.md").read_text("utf-8"),
    ),
)
BY_URI: dict[str, Readable] = {readable.uri: readable for readable in READABLES}
