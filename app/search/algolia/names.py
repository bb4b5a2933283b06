"""Lists of attribute names that say what an answer holds: `*`, names, `a.b`, `prefix*`, `-name`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Some attributes, by name; the members of an object go with it."""

    everything: bool
    listed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        """Whether an attribute, `a.b` for a member of another, is among them."""
        if any(_covers(each, name) for each in self.excluded):
            return False
        return self.everything or any(_covers(each, name) or each.startswith(f"{name}.") for each in self.listed)


EVERY = Names(everything=True)
NONE = Names(everything=False)


def names(listed: tuple[str, ...]) -> Names:
    """The attributes of such a list. With exclusions alone, everything else."""
    excluded = tuple(each[1:] for each in listed if each.startswith("-"))
    included = tuple(each for each in listed if not each.startswith("-"))
    return Names("*" in included or (bool(excluded) and not included), included, excluded)


def _covers(pattern: str, name: str) -> bool:
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern or name.startswith(f"{pattern}.")
