"""The groups the bot is in: it says goodbye to those that nobody ties, and those who tie groups
hear of one that a send found closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from db import bots, chats, outbox
from db.engine import Database, DatabaseError
from handlers.groups.presence import news
from handlers.messages import Notice

log = logging.getLogger(__name__)

EVERY: Final = 600.0  # seconds between looks at the groups
SOON: Final = 3.0  # … where something is left to do: a report is awaited
SETTLING: Final = timedelta(minutes=10)  # of hearing: whoever wrote before is heard first


class Presence:
    """`run` looks after the groups of these bots until cancelled. `soon`: seconds until the next
    look where something is left to do."""

    def __init__(
        self,
        database: Database,
        composer: Composer,
        clock: Clock,
        bots: Collection[int],
        soon: float = SOON,
    ) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._soon = soon
        self._bots = tuple(bots)
        self._heard_since = dict.fromkeys(self._bots, clock.now())  # for all we know
        self._wake = asyncio.Event()

    async def run(self) -> None:
        self._database.on_commit("chats", self._wake.set)
        self._clock.on_move(self._wake.set)
        while True:
            try:
                await self.sweep()
                pause = self._soon if await self._left_to_do() else EVERY
            except DatabaseError as error:
                log.error("the groups wait: %s", error)
                pause = self._soon
            await wait(self._wake, pause)

    async def sweep(self) -> None:
        """Tell what can be told, and leave whom it is time to leave."""
        now = self._clock.now()
        for chat_id in await self._left_to_do():
            await self._database.write(self._tell, chat_id, now)
        attentive = await self._attentive(now)
        for chat_id in await self._database.read(chats.forsaken, attentive, now):
            await self._database.write(self._leave, chat_id, now)

    async def _left_to_do(self) -> list[int]:
        return await self._database.read(chats.untold, self._bots)

    async def _attentive(self, now: datetime) -> list[int]:
        """The bots that have heard long enough to know what was said in their groups."""
        hearing = await self._database.read(bots.hearing, self._bots)
        known = self._heard_since
        self._heard_since = {bot_id: known.get(bot_id, now) for bot_id in hearing}
        return [one for one, since in self._heard_since.items() if now - since >= SETTLING]

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
