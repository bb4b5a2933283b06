"""An OpenSearch that other work starves, in a process of its own: `with starved(url, ...) as its_url`.

It works on so many searches at once; each takes so many times as long as it would, and at least so many seconds; the
others wait for their turn, as they do in the engine's own queue. All else goes through.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.api.slow_engine import message


@contextmanager
def starved(url: str, *, times: float, cores: int, least: float = 0.0) -> Iterator[str]:
    """The address of such an engine before a real one."""
    words = [sys.executable, "-m", "tests.api.starved_engine", url, str(times), str(cores), str(least)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def _serve(url: str, times: float, cores: int, least: float) -> None:
    to = urlsplit(url)
    working = asyncio.Semaphore(cores)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection(to.hostname, to.port)

        async def asked(request: bytes) -> bytes:
            back.write(request)
            return await message(onward)

        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while request := await message(reader):
                if b"search" in request.partition(b"\r\n")[0]:
                    async with working:
                        began = time.monotonic()
                        answer = await asked(request)
                        took = time.monotonic() - began
                        await asyncio.sleep(max(took * (times - 1), least - took))
                else:
                    answer = await asked(request)
                writer.write(answer)
                await writer.drain()
        back.close()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - who started it reads it
    await server.serve_forever()


if __name__ == "__main__":
    read = argparse.ArgumentParser()
    for name, kind in (("url", str), ("times", float), ("cores", int), ("least", float)):
        read.add_argument(name, type=kind)
    given = read.parse_args()
    asyncio.run(_serve(given.url, given.times, given.cores, given.least))
