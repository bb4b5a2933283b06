"""How much a file may make us do. What passes a limit is refused, whatever the machine could bear."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, or characters once decoded."""

    file: int = 1 * GIB  # as it lies on disk or comes over the net; the largest feed known has 24 MB
    unpacked: int = 4 * GIB  # over all members of an archive
    # Feeds pack 5 to 30 times; what packs 1,000 times is made to fill a disk. Small files may, they do no harm.
    ratio: int = 200
    ratio_from: int = 32 * MIB
    members: int = 100
    line: int = 1 * MIB  # the longest known description has 20,000 characters
    columns: int = 5000  # the widest feed known has 80
    record: int = 4 * MIB  # of JSON, in characters
    nodes: int = 20_000  # elements in one record of XML
    gathered: int = 500_000  # programs held together because records about one program lie apart


LIMITS = Limits()
SAMPLE = 256 * KIB  # read to find out what a file is
CHUNK = 256 * KIB
