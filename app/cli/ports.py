"""Where we listen, when we answer, and the environment that tells a process of ours where the engines are."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.request import urlopen

import rich_click as click

from app.engines import Engines
from app.failures import Failure
from app.settings import Settings, as_environment

# What a killed `up` or `serve` left behind notices within a second, and needs some more to end.
_ORPHANS_SECONDS = 5.0


def with_urls(settings: Settings, engines: Engines) -> dict[str, str]:
    """The environment of a process that shall use these engines."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("AFFINDEX_")}
    return {
        **given,
        **as_environment(settings),
        "AFFINDEX_DATABASE_URL": engines.database_url,
        "AFFINDEX_OPENSEARCH_URL": engines.opensearch_url,
    }


def bindable(host: str, port: int) -> None:
    """Raise a usage error that names the port if nothing of ours could listen there."""
    deadline = time.monotonic() + _ORPHANS_SECONDS
    while True:
        try:
            (family, kind, protocol, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.UsageError(
                    f"cannot listen on {host}, port {port} ({error.strerror}); set AFFINDEX_HOST and AFFINDEX_PORT"
                ) from None
            if time.monotonic() > deadline:
                raise click.UsageError(f"port {port} is taken; set AFFINDEX_PORT to a free one") from None
        time.sleep(0.1)


def url_of(host: str, port: int) -> str:
    """Where a client on this machine finds what listens there."""
    if host in ("0.0.0.0", "::", ""):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def wait_until_ready(url: str, gone: Callable[[], str | None], seconds: float) -> None:
    """Until the API at `url` can answer searches. Raises NotReady: with what `gone` says, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError), urlopen(f"{url}/readyz", timeout=2):
            return
        if said := gone():
            raise NotReady(said)
        if time.monotonic() > deadline:
            raise NotReady(f"the API did not become ready within {seconds:.0f} s")
        time.sleep(0.05)


class NotReady(Failure):
    """A part of us did not come up."""
