"""What no bot can bring is put into people's hands: they get the words ready to be passed on, are
reminded once, and hear when it is not needed any more."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from content.schedule import HERE
from db import errands, people, quota, relay
from db.engine import Database, DatabaseError
from handlers.relay import wording

log = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds between looks at what is late, or stuck with a bot
MORNING, EVENING = 7, 21  # o'clock in the village: between them people are reminded


class Courier:
    """`run` looks after what is carried by hand until cancelled."""

    def __init__(self, database: Database, composer: Composer, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._wake = asyncio.Event()

    async def run(self) -> None:
        self._database.on_commit("relay", self._wake.set)
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
        for version_id in await database.read(errands.recalled):
            await database.write(self._recall, version_id, now)
        for version_id in await database.read(errands.untold):
            await database.write(self._tell, version_id, now)
        for version_id in await database.read(errands.late, now, daytime=daytime(now)):
            await database.write(self._remind, version_id, now)

    def _tell(self, session: Session, version_id: int, now: datetime) -> None:
        composer, words = self._composer, self._composer.content.words("vi")
        for errand in errands.tell(session, version_id, now):
            carried = errand.keeper_id, errand.texts, errand.files
            composer.to_forward(session, now, *carried, urgent=errand.urgent)
            files = self._takes_files(session, errand.keeper_id, now)
            said = wording.request(errand, words, files=files)
            composer.notice(session, now, wording.notice(errand, said))

    def _takes_files(self, session: Session, person_id: int, now: datetime) -> bool:
        """Whether they arrive where this person is written to."""
        limits = self._composer.limits
        boxes = people.mailboxes(session, (person_id,), now)
        return all(limits[box.platform].files for box in boxes if box.platform in limits)

    def _remind(self, session: Session, version_id: int, now: datetime) -> None:
        words = self._composer.content.words("vi")
        for errand in errands.remind(session, version_id, now, daytime=daytime(now)):
            said = wording.reminder(errand, words)
            self._composer.notice(session, now, wording.notice(errand, said))

    def _recall(self, session: Session, version_id: int, now: datetime) -> None:
        words = self._composer.content.words("vi")
        for errand in errands.recall(session, version_id):
            said = wording.recall(errand, words)
            self._composer.notice(session, now, wording.notice(errand, said))


def pending(session: Session, now: datetime) -> int:
    """How many deliveries somebody is to be told of now."""
    return errands.pending(session, now, daytime=daytime(now))


def daytime(now: datetime) -> bool:
    return MORNING <= now.astimezone(HERE).hour < EVENING
