"""What takes minutes and runs by `make nightly` alone, so that a change is answered within twenty."""

from __future__ import annotations

import os
from typing import Any

import pytest

VARIABLE = "NIGHTLY"

nightly = pytest.mark.skipif(VARIABLE not in os.environ, reason="takes long: `make nightly`")


def also_nightly(*values: Any) -> Any:
    """Values of a parameter that are tried by `make nightly` alone, beside those that always are."""
    return pytest.param(*values, marks=nightly)
