"""How a bot goes on hearing, whatever its platform does, and who is told of it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot.clock import Clock
from bot.listener import Listener
from bot.platforms.base import (
    BadToken,
    OutcomeUnknown,
    PlatformError,
    RawUpdate,
    Store,
    Taken,
    TooManyRequests,
    Unreachable,
)
from db import people
from db.engine import Database
from db.tables import Account, Bot, Place, table
from tests.blank import lay
from tests.bot.hamlet import CADRE, HOME, bot_ids, enter, hamlet, outbox_bodies, url
from tests.bot.reception import COMPOSER
from tests.bot.wire import Wire
from tests.patience import PATIENCE

account, bot, place = table(Account), table(Bot), table(Place)
AWAY, REFUSED, TAKEN = Unreachable(), BadToken(), Taken()
UPDATE = RawUpdate("1", "an", b"{}")
Fate: TypeAlias = Exception | list[RawUpdate]


class Weather(Wire):
    """A platform that fails as told: each call of `receive` takes the next of `fates`, an error
    or updates to store; after the last one it waits for more."""

    def __init__(self) -> None:
        super().__init__()
        self.fates: deque[Fate] = deque()
        self.idle, self.more = asyncio.Event(), asyncio.Event()

    async def receive(self, store: Store) -> None:
        while True:
            while self.fates:
                fate = self.fates.popleft()
                if isinstance(fate, Exception):
                    raise fate
                await store(fate)
            self.idle.set()
            self.more.clear()
            await self.more.wait()


@dataclass
class Ear:
    database: Database
    clock: Clock
    weather: Weather
    stored: list[RawUpdate]

    async def hears(self, *fates: Fate) -> None:
        """All of that happens, with five minutes before each new try."""
        self.weather.fates.extend(fates)
        self.weather.idle.clear()
        self.weather.more.set()
        while not self.weather.idle.is_set():
            self.clock.advance(timedelta(minutes=5))
            await asyncio.wait_for(self._moves(len(self.weather.fates)), PATIENCE)

    async def _moves(self, left: int) -> None:
        while len(self.weather.fates) == left and not self.weather.idle.is_set():
            await self.database.read(lambda session: None)

    async def told(self) -> list[str]:
        return await self.database.read(outbox_bodies)

    async def trouble(self) -> str | None:
        return await self.database.read(
            lambda session: session.execute(
                select(bot.c.trouble).where(bot.c.name == "lang-telegram")
            ).scalar_one()
        )


@asynccontextmanager
async def listening(folder: Path, *first: Fate, again: bool = False) -> AsyncIterator[Ear]:
    database = Database.open(lay(url(folder)))
    clock, weather, stored = Clock(), Weather(), list[RawUpdate]()
    weather.fates.extend(first)
    try:
        if not again:
            await enter(database, hamlet(), clock)
            await database.write(_appoint, clock)
        number = (await bot_ids(database))["telegram"]

        async def store(updates: object) -> None:
            assert isinstance(updates, list)
            stored.extend(updates)

        listener = Listener(number, weather, database, COMPOSER, clock)
        running = asyncio.create_task(listener.run(store))
        try:
            ear = Ear(database, clock, weather, stored)
            await ear.hears()
            yield ear
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    finally:
        await database.close()


def _appoint(session: Session, clock: Clock) -> None:
    """The cadre is admin of the whole commune."""
    who = session.execute(
        select(account.c.person_id).where(account.c.external_id == CADRE)
    ).scalar_one()
    where = session.execute(select(place.c.parent_id).where(place.c.slug == HOME)).scalar_one()
    people.grant(session, who, "admin", where, clock.now())


async def test_what_came_before_and_after_every_trouble_is_stored(tmp_path: Path) -> None:
    async with listening(tmp_path) as ear:
        later = RawUpdate("2", "an", b"{}")
        errors = (AWAY, OutcomeUnknown(), TooManyRequests(3), REFUSED, TAKEN)
        await ear.hears([UPDATE], *errors, [later])
        assert ear.stored == [UPDATE, later]
        assert await ear.trouble() is None


@pytest.mark.parametrize(
    ("error", "words"), [(REFUSED, "bots.refused"), (TAKEN, "bots.taken")], ids=["refused", "taken"]
)
async def test_admins_are_told_once_of_what_does_not_mend_itself(
    tmp_path: Path, error: PlatformError, words: str
) -> None:
    async with listening(tmp_path, *[error] * 20) as ear:
        [told] = await ear.told()
        expected = COMPOSER.content.words("vi")(words, bot="lang-telegram", since="…", kept="…")
        assert told.partition("từ ")[0] == expected.partition("từ ")[0]
        await ear.hears([UPDATE])
        assert await ear.trouble() is None
        await ear.hears(error, error)
        assert len(await ear.told()) == 2


@pytest.mark.parametrize("platform", ["telegram", "zalo"])
async def test_admins_are_told_what_their_platform_keeps_of_what_people_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(Weather, "name", platform)
    async with listening(tmp_path, REFUSED) as ear:
        (told,) = await ear.told()
    assert COMPOSER.content.words("vi")(f"bots.kept_{platform}") in told


async def test_of_a_line_that_is_broken_for_a_moment_nobody_is_told(tmp_path: Path) -> None:
    async with listening(tmp_path, AWAY) as ear:
        await ear.hears([UPDATE], AWAY, [], OutcomeUnknown(), [])
        assert await ear.told() == []


async def test_of_a_line_that_stays_broken_admins_are_told_once_with_its_beginning(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path, *[AWAY, OutcomeUnknown()] * 30) as ear:
        assert len(await ear.told()) == 1


async def test_a_new_start_in_the_same_trouble_tells_nobody_again(tmp_path: Path) -> None:
    async with listening(tmp_path, REFUSED, REFUSED):
        pass
    async with listening(tmp_path, REFUSED, REFUSED, again=True) as ear:
        assert len(await ear.told()) == 1


async def test_an_hour_of_trouble_is_two_lines_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        async with listening(tmp_path, *[AWAY] * 100) as ear:
            await ear.hears([UPDATE])
    assert len(caplog.records) == 2
    assert all("bot lang-telegram" in record.getMessage() for record in caplog.records)


async def test_a_mistake_of_a_platform_is_logged_without_its_words_and_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(tmp_path, [UPDATE], *[KeyError("lời bà con")] * 20) as ear:
        later = RawUpdate("2", "an", b"{}")
        assert await ear.trouble() == "away"
        assert len(await ear.told()) == 1
        await ear.hears([later])
        assert ear.stored == [UPDATE, later]
        assert await ear.trouble() is None
    broken, *others = (record.getMessage() for record in caplog.records)
    assert "KeyError at " in broken
    assert "bà con" not in caplog.text
    assert len(others) == 2  # out of reach, and back
