"""What the imitations have in common: a socket on 127.0.0.1, its connections, what goes wrong on
them, and whoever waits for a state."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self

from tests.patience import PATIENCE
from tests.servers.clock import Clock
from tests.servers.faults import Fault, FaultKind
from tests.servers.waiting import Waiting
from tests.servers.web import Connection

HOST: Final = "127.0.0.1"


class Loopback:
    """`accepted`: connections ever made. `down`: nobody listens."""

    clock: Clock

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections: set[Connection] = set()
        self.accepted = 0
        self.faults: list[Fault] = []
        self.concurrent = 0
        self.most_concurrent = 0
        self.down = False
        self._listening: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._waiting = Waiting()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for fault in self.faults:
            fault.cancelled = True
        await self._end_hooks()
        await self.outage()
        if self._reserved is not None:
            self._reserved.close()

    async def _end_hooks(self) -> None:
        """Nobody is called any more."""

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(
            lambda: Connection(self), HOST, self.port, backlog=512
        )
        self.port = self._listening.sockets[0].getsockname()[1]
        self.down = False

    async def outage(self) -> None:
        """Nobody listens, and all connections are cut. The port stays ours."""
        if self._listening is None:
            return
        self._listening.close()
        self._listening = None
        self.down = True
        for connection in list(self.connections):
            connection.reset()
        await asyncio.sleep(0)
        self._reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind((HOST, self.port))

    async def recover(self) -> None:
        """Listens again on the same port."""
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None
        await self.listen()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside everything else, at most as long as the server."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close_idle(self) -> None:
        """As a server does with connections that were kept too long."""
        for connection in list(self.connections):
            if connection.idle:
                connection.close()

    # --- what goes wrong

    def fault(self, kind: FaultKind, method: str = "", **script: Any) -> Fault:
        """See `Fault`. Returned to be released, cancelled or looked at."""
        fault = Fault(kind, method, **script)
        self.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        for fault in self.faults:
            fault.release()
        self.faults.clear()

    def welcomes(self) -> bool:
        """A fault that refuses everything does so before anything is read."""
        self.accepted += 1
        for fault in self.faults:
            if fault.kind == "refuse" and fault.general and fault.strikes("", 0):
                return False
        return True

    # --- what is waited for

    async def until(self, holds: Callable[[], object], timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Returns as soon as `holds()`; looked at whenever anything happened here."""
        try:
            await self._waiting.until(holds, timeout)
        except TimeoutError:
            raise TimeoutError(
                f"waited {timeout:g} s in vain; look at what the server has: {self.state()}"
            ) from None

    def changed(self) -> None:
        """Something happened that a test may be waiting for."""
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._waiting.look)

    def state(self) -> dict[str, Any]:
        """Counts only: no text, no token."""
        return {}

    # --- calls

    def date(self) -> int:
        return int(self.clock.time())

    def handle(
        self, connection: Connection, verb: bytes, target: bytes, content_type: str, body: bytes
    ) -> None:
        """Answer one request, at once or later."""
        raise NotImplementedError
