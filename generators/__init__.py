"""Believable, seeded `NetworkProgram`s of five networks, in each one's own categories, units and habits."""

from generators.catalogue import VOLUMES, catalogue

__all__ = ["VOLUMES", "catalogue"]
