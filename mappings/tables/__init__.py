"""Programs and what surrounds them as SQLAlchemy tables; the program columns and their CHECKs follow from the record.

The migrations hold the one frozen copy of this; `affindex db check` compares the two.
"""

from mappings.tables import (
    generations,
    imports,
    networks,
    operating,
    private,
    programs,
    searching,
    watches,
)
from mappings.tables.columns import METADATA

__all__ = [
    "METADATA",
    "generations",
    "imports",
    "networks",
    "operating",
    "private",
    "programs",
    "searching",
    "watches",
]
