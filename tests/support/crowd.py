"""Thousands of API clients in one thread: each request goes over one of a few hundred kept-alive connections, to a
server that runs."""

import asyncio
import json

CONNECTIONS = 200  # to each server
ANSWER_SECONDS_MAX = 30


class Crowd:
    """`urls`: of the servers that run at this moment. For one event loop."""

    def __init__(self, urls):
        self.urls = urls
        self.idle = {}  # kept-alive connections by server
        self.gate = asyncio.Semaphore(2 * CONNECTIONS)
        self.turn = 0

    async def ask(self, method: str, path: str, body=None, headers: dict = None):
        """(status, Retry-After or 0, parsed JSON). Asks another server while one is gone."""
        content = b"" if body is None else json.dumps(body).encode()
        fields = {"Host": "shop", "Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
        request = (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items()) + "\r\n").encode()
        while True:
            urls = self.urls()
            self.turn += 1
            url = urls[self.turn % len(urls)]
            try:
                async with self.gate:
                    return await asyncio.wait_for(self._exchange(url, request + content), ANSWER_SECONDS_MAX)
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)

    async def _exchange(self, url: str, request: bytes):
        idle = self.idle.setdefault(url, [])
        host, port = url.removeprefix("http://").split(":")
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, int(port))
        kept = False
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            content = await reader.readexactly(int(fields.get("content-length", 0)))
            kept = fields.get("connection") != "close"
            return int(head[9:12]), int(fields.get("retry-after", 0)), json.loads(content) if content else None
        finally:
            if kept:
                idle.append((reader, writer))
            else:
                writer.close()
