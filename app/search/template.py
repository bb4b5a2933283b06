"""Clauses that are alike but for a text: written as JSON once, with the text put in wherever it stands.

A query has some kilobytes of clauses, and making them anew of dictionaries costs more than all else that is done for it
before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

_TEXT = "\ue000"  # stands for the text; nobody's field or option holds it


class Template:
    """What `make` makes of any text, as long as the text decides nothing but where it stands itself."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._around = msgspec.json.encode(make(_TEXT)).split(_TEXT.encode())

    def __call__(self, text: str) -> msgspec.Raw:
        """JSON, ready to be a part of a body."""
        return msgspec.Raw(msgspec.json.encode(text)[1:-1].join(self._around))
