"""The OpenAPI document on standard output, without a server: `python -m app.api.openapi`."""

from __future__ import annotations

import sys

import msgspec

from app.api.openapi.offline import application

if __name__ == "__main__":
    document = application().openapi_schema.to_schema()
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
