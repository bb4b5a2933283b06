"""What OpenSearch answers, as far as it is read, each with its decoder; a search's own answer is `page.Found`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.search.lexicon import HeldLexicon
from indexing.lexicon import StoredLexicon
from mappings.lexicon import Lexicon


class _Meta(msgspec.Struct):
    design: int | None = None


class _Mappings(msgspec.Struct):
    meta: _Meta = msgspec.field(name="_meta", default_factory=_Meta)


class _Mapped(msgspec.Struct):
    mappings: _Mappings = msgspec.field(default_factory=_Mappings)


class _Part(msgspec.Struct):
    data: bytes  # base64 in JSON


def held_lexicon(version: str, parts: Sequence[bytes]) -> HeldLexicon:
    """A lexicon from its stored parts, with what is derived from it already made."""
    data = b"".join(msgspec.json.decode(part, type=_Part).data for part in parts)
    lexicon = HeldLexicon(Lexicon.decoded(data), version)
    lexicon.warm()
    return lexicon


class _Snapshot(msgspec.Struct):
    id: str = msgspec.field(name="pit_id")


class _Responses(msgspec.Struct):
    responses: list[msgspec.Raw]


class _Failed(msgspec.Struct):
    status: int = 200
    error: dict[str, Any] | None = None


class _Got(msgspec.Struct):
    found: bool | None = None
    error: msgspec.Raw | None = None
    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)


class _Version(msgspec.Struct):
    number: str


class _Greeting(msgspec.Struct):
    version: _Version


class _OneOfSeveral(msgspec.Struct):
    found: bool = False
    source: msgspec.Raw = msgspec.field(name="_source", default=msgspec.Raw(b"{}"))


class _Several(msgspec.Struct):
    docs: list[_OneOfSeveral]


decode_metas = msgspec.json.Decoder(dict[str, _Mapped]).decode
decode_held = msgspec.json.Decoder(StoredLexicon).decode
decode_snapshot = msgspec.json.Decoder(_Snapshot).decode
decode_responses = msgspec.json.Decoder(_Responses).decode
decode_failed = msgspec.json.Decoder(_Failed).decode
decode_got = msgspec.json.Decoder(_Got).decode
decode_greeting = msgspec.json.Decoder(_Greeting).decode
decode_several = msgspec.json.Decoder(_Several).decode
