"""The tools over standard input and output, for an agent that starts us itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from mcp.server.stdio import stdio_server

from app.api.agents.protocol import server
from app.api.application_state import ApplicationState, open_pool
from app.api.probe import Probe
from app.engines import Engines, open_search_async
from app.networks.accounts import accounts
from app.search.engine import SearchEngine
from app.settings import Settings, secret_of


async def serve(engines: Engines, settings: Settings, version: str) -> None:
    """Answer over standard input and output until the input ends. Engines that are away are told call by call."""
    client = open_search_async(engines.opensearch_url, settings)
    engine = SearchEngine(client, settings.index)
    pool = open_pool(engines.database_url)
    await pool.open(wait=False)
    probe = Probe(engine, pool)
    await probe.look()
    looking = asyncio.create_task(probe.run())
    app_state = ApplicationState(engine, pool, probe, secret_of(settings), engines.database_url, accounts(settings))
    answering = server(lambda: app_state, version, started_by_us=True)
    try:
        async with stdio_server() as (read, write):
            await answering.run(read, write, answering.create_initialization_options())
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        await pool.close()
        await client.close()
