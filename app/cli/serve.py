"""`affindex serve`: the API and the dashboard."""

from __future__ import annotations

import os

import rich_click as click

from app.cli.context import Context, say
from app.cli.ports import bindable, url_of, with_urls
from app.serving import server
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
        server.serve("app.serving.asgi:create_app", settings)
