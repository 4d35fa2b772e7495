"""Once a week, those who look after the answers are told what people asked and found no good
answer to; and what was asked long ago is forgotten."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.clock import Clock, wait
from bot.composer import Composer
from bot.courier import daytime
from content.loader import Content
from content.schedule import HERE
from db import drafts, people, questions
from db.engine import Database, DatabaseError
from db.scene import Actor
from handlers.messages import Notice
from handlers.questions import listing

log = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds between looks at the clock
HOUR: Final = 8  # o'clock in the village, on Mondays


class Weekly:
    """`run` makes each week's list when it is due until cancelled; what was missed is made up
    for in the daytime."""

    def __init__(self, database: Database, composer: Composer, clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._clock = clock
        self._wake = asyncio.Event()
        self._done: datetime | None = None

    async def run(self) -> None:
        self._clock.on_move(self._wake.set)
        while True:
            try:
                await self.sweep()
            except DatabaseError as error:
                log.error("the week's list of questions waits: %s", error)
            await wait(self._wake, EVERY)

    async def sweep(self) -> None:
        """Make the list that is due, if there is one."""
        now = self._clock.now()
        if slot(now) != self._done and daytime(now):
            if await self._database.read(_owed, slot(now), self._composer.content):
                await self._database.write(self._tell, now)
            self._done = slot(now)

    def _tell(self, session: Session, now: datetime) -> None:
        since = questions.claim(session, slot(now), now)
        if since is None:
            return
        for reader in questions.readers(session, now):
            self._send(session, reader, since, now)

    def _send(self, session: Session, reader: Actor, since: datetime, now: datetime) -> None:
        until, content = slot(now), self._composer.content
        asked = questions.wanting(session, reader, since, until)
        waiting = drafts.count(session, reader)
        if not (asked or waiting or listing.reviews(content, until)):
            return
        language = people.languages(session, (reader.person_id,))[reader.person_id]
        words = content.words(language)
        shown = listing.listed(asked, since, until, waiting, content, words)
        notice = Notice(
            shown.text,
            people=(reader.person_id,),
            buttons=shown.buttons,
            code=f"CH-{until.astimezone(HERE):%y%m%d}",
        )
        self._composer.notice(session, now, notice)


def slot(now: datetime) -> datetime:
    """The last Monday at HOUR, in UTC."""
    here = now.astimezone(HERE)
    monday = (here - timedelta(days=here.weekday())).replace(
        hour=HOUR, minute=0, second=0, microsecond=0
    )
    return (monday if monday <= here else monday - listing.WEEK).astimezone(UTC)


def pending(session: Session, now: datetime, content: Content) -> bool:
    """Whether a list is to be made now."""
    return daytime(now) and _owed(session, slot(now), content)


def _owed(session: Session, slot: datetime, content: Content) -> bool:
    """An entry that stops answering is told even if nobody asked anything."""
    return questions.owed(session, slot, bool(listing.reviews(content, slot)))
