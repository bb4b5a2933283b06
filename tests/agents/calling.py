"""An agent of a test: the official SDK's client, over HTTP or over a pipe."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from httpx2 import AsyncClient
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.serving import environment_of
from tests.words import Catalogue

_T = TypeVar("_T")
_SECONDS = 60  # for the first answer, on a machine that does much else


@dataclass
class Agent:
    """Calls tools; each call is a connection of its own. `mode` is which of the protocol's two ages it speaks."""

    reached: str | StdioServerParameters
    mode: Any = field(default="auto")
    headers: dict[str, str] = field(default_factory=dict)

    def doing(self, work: Callable[[Client], Awaitable[_T]]) -> _T:
        """The result of some work with a connected client."""

        async def run() -> _T:
            async with AsyncClient(headers=self.headers, timeout=_SECONDS) as http:
                reached: Any = self.reached
                if self.headers:
                    reached = streamable_http_client(str(reached), http_client=http)
                async with Client(reached, mode=self.mode, read_timeout_seconds=_SECONDS) as client:
                    return await work(client)

        return asyncio.run(run())

    def call(self, tool: str, **arguments: Any) -> Any:
        """What a tool answers, checked by the client against the tool's output schema."""

        async def work(client: Client) -> Any:
            await client.list_tools()
            return await client.call_tool(tool, arguments)

        result = self.doing(work)
        assert not result.is_error, result.content
        return result.structured_content

    def refused(self, tool: str, **arguments: Any) -> str:
        """What an agent is told of a call that cannot be."""

        async def work(client: Client) -> Any:
            return await client.call_tool(tool, arguments)

        result = self.doing(work)
        assert result.is_error
        text: str = result.content[0].text
        return text


def by_pipe(catalogue: Catalogue) -> StdioServerParameters:
    """`affindex mcp` over a catalogue, as an agent starts it."""
    environment = environment_of(
        catalogue.settings,
        database_url=catalogue.engines.database_url,
        opensearch_url=catalogue.engines.opensearch_url,
        alias=catalogue.alias,
    )
    return StdioServerParameters(command=sys.executable, args=["-m", "app.cli", "mcp"], env=environment)
