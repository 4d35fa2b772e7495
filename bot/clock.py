"""The time, passed in: real in service, movable in the demo and in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

FURTHEST: Final = timedelta(days=36525)  # a hundred years ahead of the machine's clock


class Clock:
    """`now()` is aware UTC. `advance` moves it forward and wakes whoever waits for a time."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self._ahead = ahead
        self._moved: list[Callable[[], None]] = []

    @property
    def ahead(self) -> timedelta:
        """How far this clock runs ahead of the machine's."""
        return self._ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def allow(self, by: timedelta) -> None:
        """Raises ValueError when `by` is negative, or leads too far."""
        if by < timedelta(0):
            raise ValueError("the clock only moves forward; advance it by 0 or more")
        if self._ahead + by > FURTHEST:
            raise ValueError("the clock is far enough ahead; start afresh with --fresh")

    def advance(self, by: timedelta) -> None:
        """Raises ValueError as `allow`."""
        self.allow(by)
        self._ahead += by
        for callback in self._moved:
            callback()

    def on_move(self, callback: Callable[[], None]) -> None:
        self._moved.append(callback)


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Until the event is set (True), or the seconds have passed; the event is cleared."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    woken = event.is_set()
    event.clear()
    return woken
