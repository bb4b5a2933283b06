"""Ports that are free, and the environment that tells a process of ours where the engines are."""

from __future__ import annotations

import os
import socket

from app.engines import Engines
from app.settings import Settings, as_environment


def with_urls(settings: Settings, engines: Engines) -> dict[str, str]:
    """The environment of a process that shall use these engines."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("AFFINDEX_")}
    return {
        **given,
        **as_environment(settings),
        "AFFINDEX_DATABASE_URL": engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
    }


def port_taken(host: str, port: int) -> bool:
    """Whether somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
