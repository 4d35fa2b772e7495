"""Death at a chosen moment while the program speaks with a Bot API over real HTTP.

A `Life` is the program from start to end, as in `tests.bot.crashing`, but on Telegram: its moments
also lie before a request leaves, after the server has done what it asks (and nobody has heard so),
and after the answer. The server outlives it, and is the judge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import aiohttp
from sqlmodel import Session

from bot.app import App
from bot.clock import Clock
from bot.composer import Composer
from bot.platforms.base import Outgoing, RawUpdate, Sent, Store
from bot.platforms.telegram.platform import LIMITS, Telegram
from bot.platforms.telegram.wire import Wire
from bot.progress import Follower
from bot.sender import Sender
from db import announcements, outbox
from db.engine import Database
from handlers.messages import Attachment
from tests.bot.crashing import Fate, MortalDatabase
from tests.bot.telegraph import SWIFT
from tests.living import CONTENT
from tests.patience import PATIENCE
from tests.servers.telegram import TelegramServer

BOT: Final = 1  # the only bot of the database
UNHEARD: Final = "done by Telegram, not heard of"


class Doom(Fate):
    """A life ends at its moment of that number (0: never), or at the first of that name."""

    def __init__(self, last: int | str) -> None:
        super().__init__()
        self._name = last
        if isinstance(last, int):
            self.meet(last)

    def moment(self, name: str) -> None:
        if name == self._name and not self.dead.is_set():
            self.moments.append(name)
            self.dead.set()
        super().moment(name)


class Witness(TelegramServer):
    """What it has done is a moment in the life of whoever asked for it."""

    fate: Fate | None = None
    _seen = 0

    def changed(self) -> None:
        done = len(self.records.sent) + len(self.records.edits)
        if done != self._seen and self.fate is not None:
            with suppress(asyncio.CancelledError):  # the server itself lives on
                self.fate.moment(UNHEARD)
        self._seen = done
        super().changed()


class MortalWire(Wire):
    def __init__(self, token: str, *, base_url: str, fate: Fate) -> None:
        super().__init__(token, base_url=base_url)
        self._fate = fate

    async def post(
        self, method: str, data: Mapping[str, Any] | aiohttp.FormData, patience: float
    ) -> tuple[int, bytes]:
        self._fate.moment(f"{method}, before")
        answer = await super().post(method, data, patience)
        self._fate.moment(f"{method}, answered")
        return answer


class MortalTelegram(Telegram):
    """With no limits to how fast it speaks."""

    def __init__(self, token: str, *, base_url: str, fate: Fate) -> None:
        super().__init__(token, base_url=base_url)
        self.limits = replace(LIMITS, pace=SWIFT)
        self._wire = MortalWire(token, base_url=base_url, fate=fate)
        self._fate = fate
        self._in_flight = 0
        self.most_in_flight = 0

    async def receive(self, store: Store) -> None:
        async def stored(updates: Sequence[RawUpdate]) -> None:
            await store(updates)
            if updates:
                self._fate.moment("acknowledge, before")

        await super().receive(stored)

    async def send(self, outgoing: Outgoing) -> Sent:
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            sent = await super().send(outgoing)
            self._fate.moment("send, after")
            return sent
        finally:
            self._in_flight -= 1

    async def fetch(self, file: Attachment, to: Path) -> None:
        self._fate.moment("fetch, before")
        await super().fetch(file, to)
        self._fate.moment("fetch, after")


class Paper(Database):
    """The file, which lives come and go over. It stays open: to compile every statement anew
    would take most of a life."""

    pen: Database | None = None

    def _committed(self, topics: set[str]) -> None:
        super()._committed(topics)
        if self.pen is not None:
            self.pen._committed(topics)


class Pen(MortalDatabase):
    """One life's way to the file. `written` is set after every write."""

    def __init__(self, paper: Paper, fate: Fate) -> None:
        self.url = paper.url
        self.fate = fate
        self.written = asyncio.Event()
        self._listeners = ()
        self._backend = paper._backend
        paper.pen = self

    async def write(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().write(verb, *args, **kwargs)
        finally:
            self.written.set()


@dataclass
class Life:
    """From now until its fate. `busy`: whether something is left to do."""

    database: Pen
    platform: MortalTelegram
    fate: Fate
    busy: Callable[[], Coroutine[Any, Any, bool]]
    running: asyncio.Task[None]

    @classmethod
    def speaking(cls, paper: Paper, server: Witness, token: str, last: int | str) -> Life:
        """Only what speaks: a sender, and who follows announcements."""
        database, platform, fate, clock = _body(paper, server, token, last)
        limits, words = platform.limits, CONTENT.words("vi")
        sender = Sender(BOT, platform, database, clock, Path(), words)
        follower = Follower(database, Composer(CONTENT, {platform.name: limits}), clock, 0.0)

        def left(session: Session) -> bool:
            now = clock.now()
            return bool(outbox.unsettled(session, now) or announcements.unfinished(session, now))

        async def run() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(sender.run())
                tasks.create_task(follower.run())

        async def busy() -> bool:
            return bool(await database.read(left))

        return cls(database, platform, fate, busy, asyncio.create_task(run()))

    @classmethod
    def whole(
        cls, paper: Paper, folder: Path, server: Witness, token: str, last: int | str
    ) -> Life:
        """The whole program."""
        database, platform, fate, clock = _body(paper, server, token, last)
        app = App(database, CONTENT, clock, {BOT: platform}, folder / "media", 0.0)
        updates = server.bots[token].updates

        async def busy() -> bool:
            return bool(updates.pending) or not await app.settled() or bool(updates.pending)

        return cls(database, platform, fate, busy, asyncio.create_task(app.run()))

    async def rests(self) -> bool:
        """Until there is nothing left to do (True), or it has died (False)."""
        resting = asyncio.create_task(self._rest())
        dead = asyncio.create_task(self.fate.dead.wait())
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait({resting, dead, self.running}, return_when=asyncio.FIRST_COMPLETED)
        if self.running.done():
            await self.running
        if not self.fate.dead.is_set():
            await resting
        for task in (resting, dead):
            task.cancel()
        return not self.fate.dead.is_set()

    async def _rest(self) -> None:
        """Nothing ends without a write."""
        while True:
            self.database.written.clear()
            jobs = self.database.jobs
            if not await self.busy() and self.database.jobs == jobs:
                return
            await self.database.written.wait()

    async def end(self) -> None:
        """Everything stops; nothing more is written down."""
        self.fate.dead.set()
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        await self.platform.aclose()


def _body(
    paper: Paper, server: Witness, token: str, last: int | str
) -> tuple[Pen, MortalTelegram, Fate, Clock]:
    fate = Doom(last)
    server.fate = fate
    platform = MortalTelegram(token, base_url=server.base_url, fate=fate)
    return Pen(paper, fate), platform, fate, Clock()
