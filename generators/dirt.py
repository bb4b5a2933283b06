"""The 1 to 2 % of rows that arrive untidy (networks.md 6.2): entities, tags, blanks, half addresses."""

from __future__ import annotations

from html import escape

import msgspec

from generators.merchants import Uniform
from mappings.network_program import NetworkProgram

DIRTY_SHARE = 0.015


def soiled(record: NetworkProgram, uniform: Uniform) -> NetworkProgram:
    """The same program, written the way careless merchants write."""
    name, description, address = record.name or "", record.description or "", record.merchant_url
    kind = int(uniform() * 6)
    if kind == 0:
        return msgspec.structs.replace(record, name=f"{escape(name)}&reg;")
    if kind == 1:
        return msgspec.structs.replace(record, name=f"  {name.replace(' ', '  ')}\t")
    if kind == 2:
        return msgspec.structs.replace(record, description=f"<p>{escape(description)}</p>")
    if kind == 3:
        return msgspec.structs.replace(record, description=description.replace(". ", ".&nbsp;<br/>"))
    if kind == 4:
        return msgspec.structs.replace(record, name=f"{name} – été & más™")
    if address is None:
        return msgspec.structs.replace(record, name=name.upper())
    bare = address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return msgspec.structs.replace(record, merchant_url=f"WWW.{bare.upper()}/?ref=aff")
