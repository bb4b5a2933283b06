"""What the browser gets, read and compressed once per process.

All files share one version, the hash of all of them. It is part of every address, so that a file never changes under
its address and a browser keeps it for good; modules that import each other relatively stay in one version.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_IMPORT = re.compile(r'^import [^;"]* from "\./([\w.]+)";$', re.MULTILINE)
_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*.*?\*/[ \t]*$", re.MULTILINE | re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*$", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BEST = 9  # once per process, so take the time


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: the bytes, compressed, and their media type."""

    media_type: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by name, and the version they have together."""

    version: str
    files: dict[str, Asset]

    def imported_by(self, module: str) -> list[str]:
        """The modules that a module imports, directly or not, in the order in which they are come across."""
        found: list[str] = []
        waiting = [module]
        while waiting:
            for name in _IMPORT.findall(self.files[waiting.pop(0)].plain.decode()):
                if name not in found and name != module:
                    found.append(name)
                    waiting.append(name)
        return found

    def address(self, name: str) -> str:
        """Where a file is served. Raises KeyError for one that there is not."""
        assert name in self.files, name
        return f"/assets/{self.version}/{name}"


def read_assets(folder: Path) -> Assets:
    """Every file of a folder, which has no folders inside."""
    files = {
        path.name: _asset(_TYPES[path.suffix], lean(path.read_text("utf-8")).encode())
        for path in sorted(folder.iterdir())
        if path.suffix in _TYPES
    }
    digest = hashlib.sha256()
    for name, asset in files.items():
        digest.update(f"{name}\0{len(asset.plain)}\0".encode())
        digest.update(asset.plain)
    return Assets(digest.hexdigest()[:12], files)


def _asset(media_type: str, plain: bytes) -> Asset:
    return Asset(media_type, plain, pack(plain))


def lean(source: str) -> str:
    """A source without its comments and indentation, an eighth of what would be sent.

    Only what fills whole lines is taken, so no string is touched, and every line keeps its number for the debugger.
    """
    without = _BLOCK_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
    return _INDENT.sub("", _LINE_COMMENT.sub("", without))


def pack(plain: bytes) -> bytes:
    """Gzip without a time in it: the same bytes give the same bytes."""
    return gzip.compress(plain, _BEST, mtime=0)
