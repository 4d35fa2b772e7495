"""Intake alone, at the end of a wire: nothing goes out, so all it does can be counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering import Answering
from bot.clock import Clock
from bot.composer import Composer
from bot.intake import Intake
from bot.listener import Listener
from bot.platforms.base import RawUpdate
from bot.platforms.sandbox import LIMITS
from db import inbox
from db.engine import Database, DatabaseError
from handlers import dispatcher
from handlers.messages import Incoming, Outcome, Reply
from handlers.router import Context, Dispatcher, OnMessage
from tests.blank import lay
from tests.bot.hamlet import bot_ids, enter, hamlet, inbox_rows, outbox_bodies, url
from tests.bot.wire import Wire
from tests.living import CONTENT
from tests.patience import PATIENCE

WORDS = CONTENT.words("vi")
DENUNCIATION = "Tôi tố cáo ông cán bộ Chàng Quỳnh Vắng Mặt nhận hối lộ của dân."
REPORT = ("phản ánh", WORDS("feedback.agree"), "Đèn hỏng", "Đầu ngõ", WORDS("feedback.no_photo"))
COMPOSER = Composer(CONTENT, {f"sandbox-{style}": limits for style, limits in LIMITS.items()})


class Failing(Database):
    """The next `failures` writes cannot be saved."""

    failures = 0
    unheard = 0  # writes saved of which the news never comes

    async def write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("the database could not save (test): wait")
        result = await super().write(verb, *args, **kwargs)
        if self.unheard:
            self.unheard -= 1
            raise DatabaseError("the connection was lost (test): wait")
        return result


@dataclass
class Reception:
    database: Failing
    wire: Wire

    async def hear(self, *updates: RawUpdate) -> None:
        """Returns once every update is done or set aside."""
        await self.wire.deliver(*updates)
        await self.quiet()

    async def say(self, *texts: str, chat: str = "an") -> None:
        for text in texts:
            await self.hear(self.wire.update(text, chat))

    async def quiet(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.database.read(inbox.waiting):
                pass

    async def states(self) -> list[str]:
        """done or aside, with the class of the error."""
        rows = await self.database.read(inbox_rows)
        return [f"{state} {error or ''}".strip() for _, state, error, _ in rows]

    async def answers(self) -> list[str]:
        return await self.database.read(outbox_bodies)

    async def jobs(self) -> int:
        """Writes saved so far, this call's own among them."""
        await self.database.write(lambda session: None)
        return self.database.jobs


def only(answer: OnMessage) -> Dispatcher:
    """Every message goes to one handler."""
    return Dispatcher([], fallback=answer, stale=_stale, ask_first=_ask_first)


async def _stale(incoming: Incoming, context: Context) -> Outcome:
    raise AssertionError("nothing is pressed in these tests")


def _ask_first(context: Context, wish: str) -> Reply:
    raise AssertionError("nothing is interrupted in these tests")


@asynccontextmanager
async def receiving(
    folder: Path, answer: OnMessage | None = None, wire: Wire | None = None
) -> AsyncIterator[Reception]:
    """`answer`: the only handler; by default all conversations. A folder may be used again."""
    database = Failing.open(lay(url(folder)))
    assert isinstance(database, Failing)
    wire = wire or Wire()
    try:
        await enter(database, hamlet(), Clock())
        asked = only(answer) if answer else dispatcher()
        number = (await bot_ids(database))["telegram"]
        clock = Clock()
        answering = Answering(number, wire, database, asked, COMPOSER, clock)
        listener = Listener(number, wire, database, COMPOSER, clock)
        intake = Intake(number, listener, database, answering, clock)
        running = asyncio.create_task(intake.run())
        try:
            await wire.deliver()  # nothing: but it has begun then
            yield Reception(database, wire)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    finally:
        await database.close()
