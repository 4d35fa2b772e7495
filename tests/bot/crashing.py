"""Death at a chosen moment, in one process, and what the village can tell afterwards.

A `Life` is the whole program from start to end. At its last moment everything of it stops:
whatever it still asks of database or platform never happens, so no clean-up writes anything
down. The village outlives it, and is the only judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web
from sqlmodel import Session

from bot.app import App
from bot.clock import Clock
from bot.demo import Demo
from bot.platforms.base import Outgoing, RawUpdate, Store
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from content.commune import Style
from db.engine import Database
from handlers.messages import Attachment
from tests.bot.hamlet import bot_ids, url
from tests.living import CONTENT
from tests.patience import PATIENCE


class Fate:
    """Counts the moments of a life, which ends `left` moments after `meet` (0: never)."""

    def __init__(self) -> None:
        self.moments: list[str] = []
        self._last = 0
        self.dead = asyncio.Event()

    def meet(self, left: int) -> None:
        self._last = len(self.moments) + left if left else 0

    def moment(self, name: str) -> None:
        """Raises CancelledError from the last moment on: it ends a task without a trace."""
        if not self.dead.is_set():
            self.moments.append(name)
            if len(self.moments) == self._last:
                self.dead.set()
        if self.dead.is_set():
            self._die()

    def _die(self) -> NoReturn:
        raise asyncio.CancelledError

    async def before(self, _: Outgoing) -> None:
        self.moment("send, before")

    async def after(self, _: Outgoing) -> None:
        self.moment("send, after")


class Stopped(Exception):
    """A verb that waited for its turn when the program ended."""


class MortalDatabase(Database):
    """A verb is written as a whole, or not at all."""

    fate: Fate

    async def write(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def unless_dead(session: Session) -> Any:
            if self.fate.dead.is_set():
                raise Stopped
            return verb(session, *args, **kwargs)

        name = verb.__name__.strip("_")
        self.fate.moment(f"{name}, before")
        try:
            result = await super().write(unless_dead)
        except Stopped:
            raise asyncio.CancelledError from None
        self.fate.moment(f"{name}, after")
        return result

    async def read(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.fate.dead.is_set():
            raise asyncio.CancelledError
        return await super().read(verb, *args, **kwargs)


class MortalSandbox(Sandbox):
    def __init__(self, village: Village, style: Style, fate: Fate) -> None:
        super().__init__(village, style=style, before=fate.before, after=fate.after)
        self._fate = fate

    async def receive(self, store: Store) -> None:
        async def stored(updates: Sequence[RawUpdate]) -> None:
            await store(updates)
            self._fate.moment("acknowledge, before")

        await super().receive(stored)

    async def fetch(self, file: Attachment, to: Path) -> None:
        self._fate.moment("fetch, before")
        await super().fetch(file, to)
        self._fate.moment("fetch, after")


@dataclass
class Life:
    """The program over the files in `folder`, from now until its fate."""

    app: App
    village: Village
    fate: Fate
    running: asyncio.Task[None]

    @classmethod
    async def begin(cls, folder: Path, village: Village) -> Life:
        fate = Fate()
        database = MortalDatabase.open(url(folder))
        assert isinstance(database, MortalDatabase)
        database.fate = fate
        platforms = {
            number: MortalSandbox(village, style, fate)
            for style, number in (await bot_ids(database)).items()
        }
        app = App(database, CONTENT, Clock(), platforms, folder / "media", follow_every=0.0)
        return cls(app, village, fate, asyncio.create_task(app.run()))

    async def rests(self) -> bool:
        """Until it has come to rest (True) or has died (False)."""
        demo = Demo(self.app, self.village, web.Application())
        idle = asyncio.create_task(demo.idle(PATIENCE))
        dead = asyncio.create_task(self.fate.dead.wait())
        await asyncio.wait({idle, dead, self.running}, return_when=asyncio.FIRST_COMPLETED)
        if self.running.done():
            await self.running
        if not self.fate.dead.is_set():
            assert await idle, "something is stuck"
        for task in (idle, dead):
            task.cancel()
        return not self.fate.dead.is_set()

    async def end(self) -> None:
        """Everything stops; nothing more is written down."""
        self.fate.dead.set()
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        await self.app.database.close()
