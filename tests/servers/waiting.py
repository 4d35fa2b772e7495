"""Waiting for a state without looking again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Waiting:
    """`look` is called whenever anything happened."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], object], asyncio.Future[None]]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    async def until(self, holds: Callable[[], object], seconds: float) -> None:
        """Raises TimeoutError."""
        if holds():
            return
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (holds, told)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(seconds):
                await told
        finally:
            self._waiting.remove(waiting)

    def look(self) -> None:
        for holds, told in self._waiting:
            if not told.done():
                _tell(holds, told)


def _tell(holds: Callable[[], object], told: asyncio.Future[None]) -> None:
    try:
        reached = holds()
    except Exception as error:  # the condition's own mistake belongs to whoever waits
        told.set_exception(error)
    else:
        if reached:
            told.set_result(None)
