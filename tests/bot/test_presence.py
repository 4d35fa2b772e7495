"""Groups that nobody ties are left after a goodbye; that one is closed is told, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from bot.clock import Clock
from bot.composer import Composer
from bot.platforms.sandbox import LIMITS
from bot.presence import SETTLING, Presence
from db import announcements, bots, chats
from db.chats import PATIENCE
from db.engine import Database
from db.tables import Chat, Outbox, table
from tests.bot.newsroom import SetClock
from tests.bot.reception import Failing
from tests.db.post import announce
from tests.db.village import NOW, Village, build
from tests.living import CONTENT

chat, outbox = table(Chat), table(Outbox)
WORDS = CONTENT.words("vi")
BEN = "ben households telegram"
LEFT = NOW + PATIENCE
STAFF = {"private head", "private cadre", "private approver"}


class Row(NamedTuple):
    chat: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class House:
    database: Failing
    village: Village

    def presence(self, clock: Clock, soon: float = 0.0) -> Presence:
        """As the program starts it."""
        composer = Composer(CONTENT, dict(LIMITS.items()))
        return Presence(self.database, composer, clock, self.village.bots.values(), soon)

    async def met(self, at: datetime = NOW) -> int:
        """A group that nobody has tied."""
        values = {"bot_id": self.village.bots["telegram"], "kind": "group", "external_id": "-1"}
        statement = insert(chat).values(**values, met_at=at).returning(chat.c.id)
        return int(await self.database.write(lambda session: session.execute(statement).scalar()))

    async def closed(self) -> int:
        """A send finds a tied group closed."""
        group = self.village.groups[BEN]
        await self.database.write(chats.close, group, NOW)
        return group

    async def said(self) -> list[Row]:
        query = (
            select(chat.c.external_id, outbox.c.kind, outbox.c.body)
            .join(chat, chat.c.id == outbox.c.chat_id)
            .where(outbox.c.origin == "notice")
            .order_by(outbox.c.id)
        )
        rows = await self.database.read(lambda session: session.execute(query).all())
        return [Row(*row) for row in rows]


@pytest_asyncio.fixture
async def house(laid_url: str) -> AsyncIterator[House]:
    database = Failing.open(laid_url)
    assert isinstance(database, Failing)
    yield House(database, await database.write(build))
    await database.close()


@asynccontextmanager
async def running(presence: Presence) -> AsyncIterator[None]:
    task = asyncio.create_task(presence.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_group_that_nobody_ties_hears_a_goodbye_and_is_left_once(house: House) -> None:
    await house.met()
    clock = SetClock(NOW)
    presence = house.presence(clock)
    clock.at = LEFT - timedelta(seconds=1)
    await presence.sweep()
    assert await house.said() == []
    for clock.at in (LEFT, LEFT + PATIENCE):
        await presence.sweep()
    goodbye = Row("-1", "message", WORDS("groups.goodbye"))
    assert await house.said() == [goodbye, Row("-1", "leave", "")]


async def test_after_a_start_those_who_wrote_meanwhile_are_heard_first(house: House) -> None:
    await house.met()
    clock = SetClock(LEFT)
    presence = house.presence(clock)
    await presence.sweep()
    assert await house.said() == []
    clock.at = LEFT + SETTLING
    await presence.sweep()
    assert [row.kind for row in await house.said()] == ["message", "leave"]


async def test_a_bot_that_does_not_hear_leaves_nobody_until_it_has_heard_for_a_while(
    house: House,
) -> None:
    """Whoever tied the group meanwhile may have written to deaf ears."""
    await house.met()
    clock, telegram = SetClock(NOW), house.village.bots["telegram"]
    presence = house.presence(clock)
    await house.database.write(bots.ail, telegram, "away", NOW)
    for clock.at in (LEFT, LEFT + SETTLING):
        await presence.sweep()
    await house.database.write(bots.recover, telegram)
    again = LEFT + SETTLING
    for clock.at in (again, again + SETTLING - timedelta(seconds=1)):
        await presence.sweep()
        assert await house.said() == []
    clock.at = again + SETTLING
    await presence.sweep()
    assert [row.kind for row in await house.said()] == ["message", "leave"]


async def test_groups_of_a_bot_that_does_not_run_are_left_alone(house: House) -> None:
    await house.met()
    await house.closed()
    clock, zalo = SetClock(NOW), house.village.bots["zalo"]
    presence = Presence(house.database, Composer(CONTENT, dict(LIMITS.items())), clock, [zalo])
    clock.at = LEFT
    await presence.sweep()
    assert await house.said() == []


async def test_a_group_found_closed_is_told_once_to_those_who_tie_groups_there(
    house: House,
) -> None:
    await house.closed()
    presence = house.presence(SetClock(NOW))
    for _ in range(2):
        await presence.sweep()
    said = await house.said()
    assert {row.chat for row in said} == STAFF
    assert [row.body for row in said] == [WORDS("groups.news_lost", group=BEN)] * 3


async def test_it_notices_at_once_that_a_group_is_closed(house: House) -> None:
    queued = listening(house.database)
    async with running(house.presence(SetClock(NOW), soon=60.0)):
        await house.closed()
        await queued.wait()
    assert {row.chat for row in await house.said()} == STAFF


async def test_it_goes_when_the_clock_says_so(house: House) -> None:
    clock = Clock()
    await house.met(clock.now())
    queued = listening(house.database)
    async with running(house.presence(clock)):
        clock.advance(PATIENCE)
        await queued.wait()
    assert [row.kind for row in await house.said()] == ["message", "leave"]


async def test_the_report_of_an_announcement_comes_first(house: House) -> None:
    version, _ = await house.database.write(
        lambda session: announce(session, house.village, urgent=False)
    )
    await house.closed()
    presence = house.presence(SetClock(NOW))
    await presence.sweep()
    assert await house.said() == []
    queued = listening(house.database)
    async with running(presence):
        await house.database.write(announcements.reported, version, NOW)
        await queued.wait()
    assert {row.chat for row in await house.said()} == STAFF


async def test_a_database_that_cannot_save_is_asked_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.closed()
    queued = listening(house.database)
    house.database.failures = 2
    async with running(house.presence(SetClock(NOW))):
        await queued.wait()
    assert {row.chat for row in await house.said()} == STAFF
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def listening(database: Database) -> asyncio.Event:
    """Set once something has been queued."""
    queued = asyncio.Event()
    database.on_commit("outbox", queued.set)
    return queued
