"""A network between the shop's servers and their database that breaks when told to: a TCP proxy on loopback."""

import asyncio
import threading

CHUNK_BYTES_MAX = 65536
START_SECONDS_MAX = 10
COMMIT = b"commit\0"  # the name of the statement, in PostgreSQL's protocol; "COMMIT" where statements have no names


class Proxy:
    """`with Proxy(port) as network: network.port`. Its methods may be called from any thread and have taken effect
    when they return.

    cut(): connections are reset and new ones refused. black_hole(): nothing arrives and nobody is told; what was
    sent meanwhile arrives after heal(), as with retransmissions. delay(): each chunk takes so long.

    `instead`: (text, other text of the same length), put in its place on its way to the server: a statement
    without one of its safeguards. `replaced` counts."""

    def __init__(self, port: int, instead: tuple = None):
        assert instead is None or len(instead[0]) == len(instead[1])
        self.instead = instead
        self.replaced = 0
        self.server_port = port
        self.port = 0
        self.commits_cut = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._writers = set()
        self._tasks = set()
        self._refusing = False
        self._delay = 0.0
        self._commits_to_cut = 0
        self._passing = None
        self._listener = None

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_):
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=START_SECONDS_MAX)

    def cut(self):
        self._do(self._cut())

    def black_hole(self):
        self._do(self._set(passing=False))

    def delay(self, seconds: float):
        self._do(self._set(delay=seconds))

    def heal(self):
        self._do(self._set(refusing=False, passing=True, delay=0.0, commits_to_cut=0))

    def cut_at_commits(self, count: int):
        """The next `count` connections that send a COMMIT are cut at it: of every two one commits and its answer
        is lost, the other's COMMIT never arrives. Who sent it can't tell which."""
        self._do(self._set(commits_to_cut=count))

    # --- on the loop's thread ---------------------------------------------------------------------------

    def _do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=START_SECONDS_MAX)

    async def _listen(self):
        self._passing = asyncio.Event()
        self._passing.set()
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self):
        self._listener.close()
        for task in list(self._tasks):
            task.cancel()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _cut(self):
        self._refusing = True
        for writer in list(self._writers):
            writer.transport.abort()

    async def _set(self, refusing=None, passing=None, delay=None, commits_to_cut=None):
        if refusing is not None:
            self._refusing = refusing
        if delay is not None:
            self._delay = delay
        if commits_to_cut is not None:
            self._commits_to_cut = commits_to_cut
        if passing is True:
            self._passing.set()
        elif passing is False:
            self._passing.clear()

    async def _connected(self, client_reader, client):
        if self._refusing:
            client.transport.abort()
            return
        try:
            server_reader, server = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            client.transport.abort()
            return
        self._writers |= {client, server}
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await asyncio.gather(self._carry(client_reader, server, client), self._carry(server_reader, client, None))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers -= {client, server}
            client.transport.abort()
            server.close()  # not a reset: what was sent to the server is read by it first

    async def _carry(self, reader, to, sender):
        """`sender`: the client's side, where the bytes come from it."""
        while data := await reader.read(CHUNK_BYTES_MAX):
            if self._delay > 0:
                await asyncio.sleep(self._delay)
            await self._passing.wait()
            if sender is not None and self.instead and self.instead[0] in data:
                self.replaced += data.count(self.instead[0])
                data = data.replace(*self.instead)
            if sender is not None and self._commits_to_cut > 0 and COMMIT in data.lower():
                self._commits_to_cut -= 1
                self.commits_cut += 1
                if self.commits_cut % 2:
                    to.write(data)
                    await to.drain()
                to.close()
                sender.transport.abort()
                return
            to.write(data)
            await to.drain()
        await self._passing.wait()
        to.close()
