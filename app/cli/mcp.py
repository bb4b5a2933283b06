"""`affindex mcp`: the catalogue as tools of an agent."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

import rich_click as click

from app.cli.context import Context


@click.command()
@click.pass_obj
def mcp(context: Context) -> None:
    """Answer an agent over standard input and output (Model Context Protocol).

    Agents start this by themselves; docs/agents.md says how. It uses the engines that `affindex up` runs.
    """
    from app.api.agents.pipe import serve  # with the SDK, which takes as long to load as all the rest

    with context.engines(migrate=False) as engines:
        asyncio.run(serve(engines, context.settings, version("affindex")))
