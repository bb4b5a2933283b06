"""The version, as it was installed: what pyproject.toml says."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("affindex")
