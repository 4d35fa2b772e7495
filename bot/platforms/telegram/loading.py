"""A library that is loaded beside the program's work, and again if that fails: a machine that was
short of memory for a moment must not leave the bot deaf or mute until somebody restarts it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from bot.logs import where
from bot.platforms.base import Unreachable

T = TypeVar("T")

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 1.0  # seconds before loading again, doubled …
LONGEST_PAUSE: Final = 30.0  # … up to this


class Loading(Generic[T]):
    """What `load` makes, in a thread. `library`: its name, for the log."""

    def __init__(self, library: str, load: Callable[[], T]) -> None:
        self._library = library
        self._load = load
        self._task: asyncio.Task[T] | None = None
        self._tried = asyncio.Event()

    def begin(self) -> asyncio.Task[T]:
        if self._task is None:
            self._task = asyncio.create_task(self._persist())
        return self._task

    async def at_last(self) -> T:
        """However long it takes."""
        return await asyncio.shield(self.begin())

    async def now(self) -> T:
        """Once it was tried. Raises Unreachable while it cannot be loaded."""
        task = self.begin()
        await self._tried.wait()
        if not task.done():
            raise Unreachable(f"{self._library} is not loaded")
        return task.result()

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _persist(self) -> T:
        pause = 0.0
        while True:
            try:
                return await asyncio.to_thread(self._load)
            except Exception as error:
                if not pause:
                    self._tell(error)
            finally:
                self._tried.set()
            pause = min(LONGEST_PAUSE, pause * 2 or FIRST_PAUSE)
            await asyncio.sleep(pause)

    def _tell(self, error: Exception) -> None:
        log.error(
            "%s cannot be loaded (%s) and is tried again: free some memory, or install it anew",
            self._library,
            where(error),
        )
