"""What comes in: kept before it is acknowledged, then handled once, each chat in order."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, TypeAlias, TypeVar

from sqlmodel import Session

from bot.albums import AlbumComing
from bot.answering import Answering
from bot.clock import Clock
from bot.listener import Listener
from bot.platforms.base import RawUpdate
from db import inbox
from db.engine import Database, DatabaseError
from db.inbox import AlreadyDone, Waiting

T = TypeVar("T")
Lane: TypeAlias = deque[tuple[int, Waiting | None]]

log = logging.getLogger(__name__)

SIDE_BY_SIDE: Final = 16  # lanes handled at once
BODIES_IN_MEMORY: Final = 1000  # of updates waiting for their turn; others are read back
FIRST_PAUSE: Final = 0.5  # seconds between tries while the database cannot save, doubled …
LONGEST_PAUSE: Final = 30.0  # … up to this
ALBUM_PAUSE: Final = 0.7  # seconds for the rest of an album to arrive


class Intake:
    """One bot's inbox: `run` receives and handles until cancelled. `metered`: what it receives
    is counted."""

    def __init__(
        self,
        bot_id: int,
        listener: Listener,
        database: Database,
        answering: Answering,
        clock: Clock,
        metered: bool = False,
    ) -> None:
        self._bot_id = bot_id
        self._metered = metered
        self._listener = listener
        self._database = database
        self._answering = answering
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._bodies = 0
        self._entered: set[int] = set()  # inbox ids in the lanes

    async def run(self) -> None:
        """Resume what an earlier stop left, then receive and handle."""
        async with asyncio.TaskGroup() as self._tasks:
            resumed = await self._persist(lambda session, _: inbox.resume(session, self._bot_id))
            for inbox_id in resumed.aside:
                log.error(
                    "update %d set aside: it was in hand at too many stops; look at it by hand",
                    inbox_id,
                )
            for received in resumed.waiting:
                self._enter(received.id, received.lane, None)
            await self._listener.run(self.store)

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        """Keep the updates; once this returns they may be acknowledged."""
        if not updates:
            return
        triples = [(update.key, update.lane, update.body) for update in updates]
        now = self._clock.now()
        kept = await self._persist(
            lambda session, again: inbox.receive(
                session, self._bot_id, triples, now, again, self._metered
            )
        )
        bodies = {update.key: update.body for update in reversed(updates)}  # the first of each
        for row in kept:
            if row.id in self._entered:
                continue
            waiting = None
            if self._bodies < BODIES_IN_MEMORY:
                self._bodies += 1
                waiting = Waiting(row.id, row.key, row.lane, bodies[row.key])
            self._enter(row.id, row.lane, waiting)

    async def _persist(self, verb: Callable[[Session, bool], T]) -> T:
        """The verb's result, however long the database cannot save. The verb is told whether it
        was tried before: that may have been saved after all."""
        again, pause = False, 0.0
        while True:
            try:
                return await self._database.write(verb, again)
            except DatabaseError as error:
                log.error("what comes in waits: %s", error)
                again, pause = True, _longer(pause)
                await asyncio.sleep(pause)

    def _enter(self, inbox_id: int, lane: str, waiting: Waiting | None) -> None:
        queue = self._lanes.get(lane)
        if queue is None:
            queue = self._lanes[lane] = deque()
            self._tasks.create_task(self._work(lane, queue))
        self._entered.add(inbox_id)
        queue.append((inbox_id, waiting))

    async def _work(self, lane: str, queue: Lane) -> None:
        """One lane, in order; it ends when nothing waits. Pauses hold no slot."""
        while queue:
            pause = 0.0
            while (next_pause := await self._try(queue, pause)) is not None:
                pause = next_pause
                await asyncio.sleep(pause)
        del self._lanes[lane]

    async def _try(self, queue: Lane, pause: float) -> float | None:
        """Handle the first update. None: it is settled, and with it what belonged to it; else
        the seconds to wait before trying again."""
        settled = 1
        async with self._slots:
            try:
                update = await self._loaded(*queue[0])
                if update is not None:
                    settled += await self._answering.handle(
                        update, self._following(queue) if pause else None
                    )
            except AlbumComing:
                return ALBUM_PAUSE
            except AlreadyDone:
                pass
            except DatabaseError as error:
                log.error("update %d waits: %s", queue[0][0], error)
                return _longer(pause)
        for _ in range(settled):
            inbox_id, waiting = queue.popleft()
            self._bodies -= waiting is not None
            self._entered.discard(inbox_id)
        return None

    async def _following(self, queue: Lane) -> AsyncIterator[Waiting]:
        for inbox_id, waiting in list(queue)[1:]:
            if (update := await self._loaded(inbox_id, waiting)) is not None:
                yield update

    async def _loaded(self, inbox_id: int, waiting: Waiting | None) -> Waiting | None:
        return waiting or await self._database.read(inbox.load, inbox_id)


def _longer(pause: float) -> float:
    return min(LONGEST_PAUSE, pause * 2 or FIRST_PAUSE)
