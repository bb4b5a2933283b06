"""All DDL: the one frozen copy of what `mappings.tables` says, and the comparison of the two."""

from app.migrations.check import differences
from app.migrations.upgrade import upgrade

__all__ = ["differences", "upgrade"]
