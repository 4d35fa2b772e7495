"""Live news of the village for open pages, as server-sent events. A page that reads too slowly
is cut off: it connects again and asks for what it missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

_MOST_EVENTS = 1000
_MOST_BYTES = 4_000_000


class Line:
    """One page's queue, bounded in number and bytes."""

    def __init__(self, cut: Callable[[], None]) -> None:
        self._cut = cut
        self._events: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._ended = False

    def put(self, event: bytes) -> None:
        self._bytes += len(event)
        if len(self._events) >= _MOST_EVENTS or self._bytes > _MOST_BYTES:
            self.end()
            self._cut()
            return
        self._events.append(event)
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._events.clear()
        self._news.set()

    async def events(self, heartbeat: float) -> AsyncIterator[bytes]:
        """Until the line ends; a comment after `heartbeat` seconds without news."""
        while not self._ended:
            try:
                async with asyncio.timeout(heartbeat):
                    await self._news.wait()
            except TimeoutError:
                yield b": nothing new\n\n"
                continue
            self._news.clear()
            while self._events:
                event = self._events.popleft()
                self._bytes -= len(event)
                yield event


class Feed:
    """All open lines."""

    def __init__(self) -> None:
        self._lines: set[Line] = set()

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._lines)

    @contextmanager
    def line(self, cut: Callable[[], None]) -> Iterator[Line]:
        """`cut` is called when the reader is too slow."""
        line = Line(cut)
        self._lines.add(line)
        try:
            yield line
        finally:
            self._lines.discard(line)

    def tell(self, name: str, data: str) -> None:
        """`data` in one line."""
        event = f"event: {name}\ndata: {data}\n\n".encode()
        for line in list(self._lines):
            line.put(event)

    def end(self) -> None:
        for line in list(self._lines):
            line.end()
