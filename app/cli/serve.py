"""`affindex serve`: the API and the dashboard."""

from __future__ import annotations

import os

import rich_click as click
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import MPServer

from app.cli.context import Context, say
from app.cli.ports import bindable, url_of, with_urls
from app.settings import secret_of


@click.command()
@click.pass_obj
def serve(context: Context) -> None:
    """Serve the API and the dashboard."""
    settings = context.settings
    bindable(settings.host, settings.port)
    with context.engines(migrate=False) as engines:
        secret_of(settings)  # made before the processes that share it
        os.environ.update(with_urls(settings, engines))
        say(f"serving on {url_of(settings.host, settings.port)}")
        MPServer(
            "app.asgi:create_app",
            factory=True,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGI,
            workers=settings.workers,
            loop=Loops.uvloop,
            log_access=False,
            log_level=LogLevels.warning,
            websockets=False,
            backlog=1024,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
        ).serve()
