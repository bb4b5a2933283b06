"""Names of columns and keys, made comparable."""

from __future__ import annotations

import re
from functools import lru_cache

_OTHER = re.compile(r"[\W_]+")


@lru_cache(maxsize=8192)
def squeezed(heading: str) -> str:
    """`Merchant Id`, `merchant_id` and `merchantId` alike: lower-case letters and digits only."""
    return _OTHER.sub("", heading.casefold())
