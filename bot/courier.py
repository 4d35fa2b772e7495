"""What no bot can bring is put into people's hands: they get the words ready to be passed on, are
reminded once, and hear when it is not needed any more."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from content.schedule import HERE
from db import errands, people, quota, relay
from db.carriers import Content
from db.engine import Database, DatabaseError
from db.errands import Errand
from db.people import Mailbox
from db.postage import Postage
from handlers.messages import Notice, Reply
from handlers.relay import wording

log = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds between looks at what is late, or stuck with a bot
REQUEST: Final = 2  # messages that asking for it may take, with many stops
MORNING, EVENING = 7, 21  # o'clock in the village: between them people are reminded


class Courier:
    """`run` looks after what is carried by hand until cancelled."""

    def __init__(self, database: Database, composer: Composer, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._wake = asyncio.Event()

    async def run(self) -> None:
        for topic in ("relay", "quota"):
            self._database.on_commit(topic, self._wake.set)
        self._clock.on_move(self._wake.set)
        while True:
            try:
                await self.sweep()
            except DatabaseError as error:
                log.error("what is carried by hand waits: %s", error)
            await wait(self._wake, EVERY)

    async def sweep(self) -> None:
        """Everything that can be told now. What is told is noted in the same transaction."""
        database, now = self._database, self._clock.now()
        for bot_id, plan in self._composer.plans.items():
            stuck = await database.read(quota.stuck, bot_id, plan, now)
            if stuck:
                await database.write(relay.take_over, stuck, now)
        for version_id in await database.read(errands.recalled, now):
            await database.write(self._recall, version_id, now)
        for version_id in await database.read(errands.untold, now):
            await database.write(self._tell, version_id, now)
        if await database.read(errands.stale, now):
            await database.write(errands.forsake, now)
        for version_id in await database.read(errands.late, now, daytime=daytime(now)):
            await database.write(self._remind, version_id, now)

    def _tell(self, session: Session, version_id: int, now: datetime) -> None:
        composer = self._composer
        postage = Postage(session, composer.plans, now)

        def takes(box: Mailbox, content: Content, urgent: bool) -> bool:
            limits = composer.limits.get(box.platform)
            if limits is None:
                return False
            files = sum(file is not None for _, file in content) if limits.files else 0
            texts = composer.pieces(box, [text for text, _ in content if text])
            return postage.take(box.bot_id, len(texts) + files + REQUEST, urgent=urgent)

        for errand in errands.tell(session, version_id, now, takes):
            if errand.box is not None:
                self._ask(session, errand, errand.box, now)

    def _ask(self, session: Session, errand: Errand, box: Mailbox, now: datetime) -> None:
        """The words alone, to be passed on, and then the request."""
        composer, words = self._composer, self._composer.content.words("vi")
        files, carried = composer.limits[box.platform].files, (errand.texts, errand.files)
        composer.to_forward(session, now, box, *carried, urgent=errand.urgent, code=errand.code)
        asked = wording.notice(errand, wording.request(errand, words, files=files))
        there = replace(asked, people=(), chat=box.chat_id)
        composer.notice(session, now, there, urgent=errand.urgent)

    def _remind(self, session: Session, version_id: int, now: datetime) -> None:
        words = self._composer.content.words("vi")
        for errand in errands.remind(session, version_id, now, daytime=daytime(now)):
            self._say(session, errand, wording.reminder(errand, words), now)

    def _recall(self, session: Session, version_id: int, now: datetime) -> None:
        words = self._composer.content.words("vi")
        for errand in errands.recall(session, version_id, now):
            self._say(session, errand, wording.recall(errand, words), now)

    def _say(self, session: Session, errand: Errand, said: Reply, now: datetime) -> None:
        """Where it can be read today; weeks later it would only puzzle."""
        composer, notice = self._composer, wording.notice(errand, said)
        postage = Postage(session, composer.plans, now)
        for box in people.ways(session, (errand.keeper_id,), now).get(errand.keeper_id, ()):
            if postage.take(box.bot_id, 1, urgent=errand.urgent):
                there: Notice = replace(notice, people=(), chat=box.chat_id)
                composer.notice(session, now, there, urgent=errand.urgent)
                return


def pending(session: Session, now: datetime) -> int:
    """How many deliveries somebody is to be told of now."""
    return errands.pending(session, now, daytime=daytime(now))


def daytime(now: datetime) -> bool:
    return MORNING <= now.astimezone(HERE).hour < EVENING
