"""The sender alone, speaking to a village whose platform fails as a test tells it to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session

from bot.clock import Clock
from bot.platforms.base import Outgoing, OutgoingDelete, Pace
from bot.platforms.sandbox import SWIFT, Sandbox
from bot.platforms.village import Village
from bot.sender import Sender
from db import announcements, outbox, people
from db.announcements import Part
from db.engine import Database
from db.outbox import REPLY, Draft
from db.scene import Actor
from db.tables import Account, Chat, Place, table
from tests.blank import lay
from tests.bot.hamlet import (
    HOME,
    LEADER,
    bot_ids,
    enter,
    hamlet,
    outbox_states,
    said,
    url,
)
from tests.living import CONTENT
from tests.loop import one_turn
from tests.patience import PATIENCE

account, chats, place = table(Account), table(Chat), table(Place)


@dataclass
class Weather:
    """What happens to the next messages of a chat, by the chat's id: errors `before` they are
    delivered or `after`; None lets one pass. `gates` hold a chat's messages until opened."""

    before: dict[str, list[Exception | None]] = field(default_factory=lambda: defaultdict(list))
    after: dict[str, list[Exception | None]] = field(default_factory=lambda: defaultdict(list))
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike_before(self, outgoing: Outgoing) -> None:
        assert not isinstance(outgoing, OutgoingDelete)
        if gate := self.gates.get(outgoing.chat):
            self.waiting.set()
            await gate.wait()
        self._strike(self.before[outgoing.chat])

    async def strike_after(self, outgoing: Outgoing) -> None:
        self._strike(self.after[outgoing.chat])

    def _strike(self, errors: list[Exception | None]) -> None:
        if errors and (error := errors.pop(0)):
            raise error


@dataclass
class Outlet:
    """One bot's way out. `people` are private chats, all of Telegram style."""

    database: Database
    village: Village
    clock: Clock
    weather: Weather
    folder: Path
    bot_id: int
    running: asyncio.Task[None]

    async def put(self, chat: str, *texts: str, origin: str = "reply") -> list[int]:
        return await self.database.write(self._put, chat, texts, origin)

    def _put(self, session: Session, chat: str, texts: tuple[str, ...], origin: str) -> list[int]:
        drafts = [
            Draft(self.bot_id, self._chat(session, chat), origin, REPLY, text, self.clock.now())
            for text in texts
        ]
        return outbox.put(session, drafts)

    async def edit(self, message: int, text: str) -> None:
        await self.database.write(outbox.put_edit, message, text, (), self.clock.now())

    async def announce(self, *texts: str, urgent: bool = False) -> None:
        """To every group, one message for each text."""
        await self.database.write(self._announce, texts, urgent)

    def _announce(self, session: Session, texts: tuple[str, ...], urgent: bool) -> None:
        now = self.clock.now()
        author = session.execute(
            select(account.c.person_id).where(account.c.external_id == LEADER)
        ).scalar_one()
        places = [session.execute(select(place.c.id).where(place.c.slug == HOME)).scalar_one()]
        actor = Actor(author, 0, 0, self.bot_id, now, grants=people.grants(session, author, now))
        announcements.release(
            session,
            actor,
            body="thông báo",
            parts={"sandbox-telegram": [Part(text) for text in texts]},
            media=(),
            places=places,
            segments=("residents",),
            urgent=urgent,
            shown=announcements.digest("thông báo", (), places, ("residents",), urgent),
        )

    def _chat(self, session: Session, external_id: str) -> int:
        found = session.execute(select(chats.c.id).where(chats.c.external_id == external_id))
        return int(found.scalar_one())

    async def quiet(self) -> None:
        """Until nothing is due or in hand."""
        await self.until(lambda session: not outbox.unsettled(session, self.clock.now()))

    async def until(self, true: Callable[[Session], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self.database.read(true):
                pass

    async def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        await self.quiet()

    async def texts(self, person: str, chat: str = "") -> list[str]:
        return [entry.text for entry in await said(self.village, person, chat)]

    async def states(self) -> list[str]:
        return list(await self.database.read(outbox_states))

    async def stop(self) -> None:
        """Cancelled again if need be: a time-out of its own may look like a cancellation."""
        while not self.running.done():
            if not self.running.cancelling():
                self.running.cancel()
            await asyncio.wait([self.running], timeout=1)
        with suppress(asyncio.CancelledError):
            await self.running

    async def start(self, pace: Pace = SWIFT) -> None:
        before, after = self.weather.strike_before, self.weather.strike_after
        platform = Sandbox(self.village, style="telegram", pace=pace, before=before, after=after)
        words = CONTENT.words("vi")
        sender = Sender(self.bot_id, platform, self.database, self.clock, self.folder, words)
        self.running = asyncio.create_task(sender.run())


@asynccontextmanager
async def speaking(
    folder: Path, pace: Pace = SWIFT, groups: int = 2, kind: type[Database] = Database
) -> AsyncIterator[Outlet]:
    clock, commune = Clock(), hamlet(residents=6, groups=groups)
    database = kind.open(lay(url(folder)))
    village = await Village.open(folder / "village", commune, clock.now)
    try:
        await enter(database, commune, clock)
        bot_id = (await bot_ids(database))["telegram"]
        nothing = asyncio.create_task(one_turn())
        outlet = Outlet(database, village, clock, Weather(), folder, bot_id, nothing)
        await outlet.start(pace)
        try:
            yield outlet
        finally:
            await outlet.stop()
    finally:
        await village.close()
        await database.close()
