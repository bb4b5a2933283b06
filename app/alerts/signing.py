"""How a webhook's messages are signed: Standard Webhooks, symmetric (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac


def headers(secret: bytes, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """What is sent with a message; `timestamp` is that of the attempt, in seconds."""
    signed = hmac.digest(secret, b"%s.%d.%s" % (id.encode(), timestamp, body), hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
