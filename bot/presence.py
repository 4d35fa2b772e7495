"""The groups the bot is in: it says goodbye to those that nobody ties, and those who tie groups
hear of one that a send found closed."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from db import chats, outbox
from db.engine import Database, DatabaseError
from handlers.groups.presence import news
from handlers.messages import Notice

log = logging.getLogger(__name__)

EVERY: Final = 600.0  # seconds between looks at the groups
SOON: Final = 3.0  # … where something is left to do: a report is awaited
SETTLING: Final = timedelta(minutes=10)  # after a start: whoever wrote meanwhile is heard first


class Presence:
    """`run` looks after the groups until cancelled. `soon`: seconds until the next look where
    something is left to do."""

    def __init__(
        self, database: Database, composer: Composer, clock: Clock, soon: float = SOON
    ) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._soon = soon
        self._began = clock.now()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        self._database.on_commit("chats", self._wake.set)
        self._clock.on_move(self._wake.set)
        while True:
            try:
                await self.sweep()
                pause = self._soon if await self._database.read(chats.untold) else EVERY
            except DatabaseError as error:
                log.error("the groups wait: %s", error)
                pause = self._soon
            await wait(self._wake, pause)

    async def sweep(self) -> None:
        """Tell what can be told, and leave whom it is time to leave."""
        now = self._clock.now()
        for chat_id in await self._database.read(chats.untold):
            await self._database.write(self._tell, chat_id, now)
        if now - self._began < SETTLING:
            return
        for chat_id in await self._database.read(chats.forsaken, now):
            await self._database.write(self._leave, chat_id, now)

    def _tell(self, session: Session, chat_id: int, now: datetime) -> None:
        change = chats.tell(session, chat_id, now)
        if change is not None:
            words = self._composer.content.words("vi")
            self._composer.notice(session, now, news(words, "lost", change))

    def _leave(self, session: Session, chat_id: int, now: datetime) -> None:
        bot_id = chats.forsake(session, chat_id, now)
        if bot_id is None:
            return
        goodbye = self._composer.content.words("vi")("groups.goodbye")
        self._composer.notice(session, now, Notice(goodbye, chat=chat_id))
        outbox.put_leave(session, bot_id, chat_id, now)
