"""Programs of one network's layout under the network that the user names, with the layout's units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.feeds.headings import squeezed
from app.feeds.recognising import Layout
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG

Made = Callable[[Mapping[str, Any], tuple[str, ...]], NetworkProgram]


def is_of(layout: Layout, network: str) -> bool:
    """Whether a layout is the network's, which goes by the layout's name where it was added."""
    named = BY_SLUG.get(network)
    return layout.network == network or (
        named is not None and squeezed(layout.network) in map(squeezed, (named.slug, named.name, *named.other_names))
    )


def _said_by_network(program: NetworkProgram, network: str) -> NetworkProgram:
    return msgspec.structs.replace(
        program, network=network, data_source=f"feed:{network}", epc_unit=program.epc_unit or None
    )


def under(network: str, layout: Layout, made: Made) -> Made:
    """How records are read so that they are the network's: as the layout reads them, and where it is another's, with
    the units which that one's figures have."""
    if layout.network == network:
        return made
    if is_of(layout, network):  # a network that was added: its description says what the figures count
        return lambda raw, path: _said_by_network(made(raw, path), network)
    own = BY_SLUG.get(layout.network)
    source = f"feed:{network}"

    def renamed(raw: Mapping[str, Any], path: tuple[str, ...]) -> NetworkProgram:
        program = made(raw, path)
        units: dict[str, Any] = {}
        if own is None:
            units["epc_window"] = program.epc_window or ""  # not the named network's either
        else:
            units["epc_unit"] = program.epc_unit or ("100 clicks" if own.epc_per == 100 else "click")
            units["epc_window"] = program.epc_window or own.epc_window
            units["popularity_metric"] = program.popularity_metric or own.popularity_metric
            if not own.currency_by_region:
                units["currency"] = program.currency or own.currency
        return msgspec.structs.replace(program, network=network, data_source=source, **units)

    return renamed
