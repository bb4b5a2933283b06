"""An OpenSearch that takes its time over searches, and knows when somebody stops waiting for one."""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit


class SlowEngine:
    """Passes on what is asked of an engine, `_search` after `seconds`. A thread of its own; use as a context."""

    def __init__(self, url: str, seconds: float) -> None:
        self._to = urlsplit(url)
        self._seconds = seconds
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self.waiting = 0
        self.left = threading.Event()
        self.url = ""

    def __enter__(self) -> SlowEngine:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection(self._to.hostname, self._to.port)
        try:
            while request := await message(reader):
                if b"/_search" in request.partition(b"\r\n")[0]:
                    self.waiting += 1
                    gone = asyncio.ensure_future(reader.read(1))
                    done, _ = await asyncio.wait({gone}, timeout=self._seconds)
                    if done:
                        self.left.set()
                        return
                    gone.cancel()
                back.write(request)
                writer.write(await message(onward))
                await writer.drain()
        finally:
            back.close()
            writer.close()


async def message(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message with a Content-Length; empty at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    _, found, rest = head.lower().partition(b"content-length: ")
    length = int(rest.partition(b"\r\n")[0]) if found else 0
    return head + (await reader.readexactly(length) if length else b"")
