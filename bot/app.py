"""The running program: one database, one content, and for each bot its way in and its way out."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from bot.answering import Answering
from bot.clock import Clock
from bot.composer import Composer
from bot.courier import Courier
from bot.courier import pending as errands_pending
from bot.exports.maker import Exporter
from bot.intake import Intake
from bot.listener import Listener
from bot.media import Fetcher
from bot.packer import PhotoUrl
from bot.platforms.base import Limits, Platform
from bot.presence import Presence
from bot.progress import Follower
from bot.quotas import Quotas, allowance
from bot.scheduler import Scheduler
from bot.sender import Sender
from bot.weekly import Weekly
from bot.weekly import pending as weekly_pending
from content.loader import Content
from db import announcements, chats, exports, inbox, lock, media, occurrences, outbox, schema
from db.engine import Database
from db.quota import Allowance
from handlers import dispatcher


@dataclass(frozen=True, slots=True)
class App:
    """`platforms` by the id of their bot."""

    database: Database
    content: Content
    clock: Clock
    platforms: Mapping[int, Platform]
    folder: Path  # of the files people send
    follow_every: float = 3.0  # seconds between edits of a living message
    photo_url: PhotoUrl | None = None  # where a platform that takes no files can read a photo

    @property
    def plans(self) -> dict[int, Allowance]:
        """By the ids of the bots whose platform limits their month."""
        plans = {bot_id: allowance(one.limits) for bot_id, one in self.platforms.items()}
        return {bot_id: plan for bot_id, plan in plans.items() if plan}

    async def run(self) -> None:
        """Until cancelled."""
        limits = {platform.name: platform.limits for platform in self.platforms.values()}
        composer = Composer(self.content, limits, self.plans, self._blind(limits))
        await asyncio.to_thread(self.folder.mkdir, 0o700, parents=True, exist_ok=True)
        keeping = asyncio.Lock()
        follower = Follower(self.database, composer, self.clock, self.follow_every)
        exporter = Exporter(self.database, composer, self.clock, self.folder, keeping)
        presence = Presence(
            self.database, composer, self.clock, self.platforms.keys(), self.follow_every
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.to_thread(self._warm))
            tasks.create_task(follower.run())
            tasks.create_task(exporter.run())
            tasks.create_task(presence.run())
            tasks.create_task(Quotas(self.database, composer, self.clock, self.plans).run())
            tasks.create_task(Courier(self.database, composer, self.clock).run())
            tasks.create_task(Scheduler(self.database, composer, self.clock).run())
            tasks.create_task(Weekly(self.database, composer, self.clock).run())
            for bot_id, platform in self.platforms.items():
                for part in self._parts(bot_id, platform, composer, keeping):
                    tasks.create_task(part.run())

    def _blind(self, limits: Mapping[str, Limits]) -> frozenset[str]:
        """Platforms that would read photos at an address, where we have none."""
        told = self.photo_url is not None
        return frozenset(name for name, one in limits.items() if one.photos_by_url and not told)

    def _parts(
        self, bot_id: int, platform: Platform, composer: Composer, keeping: asyncio.Lock
    ) -> Sequence[Intake | Sender | Fetcher]:
        words = self.content.words("vi")
        listener = Listener(bot_id, platform, self.database, composer, self.clock)
        answering = Answering(
            bot_id, platform, self.database, dispatcher(), composer, self.clock, self.platforms
        )
        return (
            Sender(bot_id, platform, self.database, self.clock, self.folder, words, self.photo_url),
            Fetcher(bot_id, platform, self.database, composer, self.clock, self.folder, keeping),
            Intake(bot_id, listener, self.database, answering, self.clock, bot_id in self.plans),
        )

    def _warm(self) -> None:
        """What is built at its first use, built before anyone waits for it."""
        self.content.languages.detect("bao gio")
        self.content.search.recall()

    async def settled(self) -> bool:
        """Whether nothing is due or in hand; rows due later or held do not count."""
        bots, plans = self.platforms.keys(), self.plans
        return not await self.database.read(_waiting, bots, plans, self.clock, self.content)


def _waiting(
    session: Session,
    bots: Collection[int],
    plans: Mapping[int, Allowance],
    clock: Clock,
    content: Content,
) -> int:
    now = clock.now()
    return (
        inbox.waiting(session)
        or media.waiting(session, now)
        or outbox.waiting(session, now, plans)
        or announcements.unfinished(session, now)
        or errands_pending(session, now)
        or len(chats.untold(session, bots))
        or exports.unfinished(session, now)
        or occurrences.pending(session, now)
        or weekly_pending(session, now, content)
    )


def started(app: App) -> asyncio.Task[None]:
    """The program at work; cancelled when the process is told to stop."""
    running = asyncio.create_task(app.run())
    with suppress(NotImplementedError):  # on Windows Ctrl+C works by itself
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, running.cancel)
    return running


@asynccontextmanager
async def opened(url: str, clock: Clock) -> AsyncIterator[Database]:
    """The database at `url`, ours alone, with its tables as this version needs them.
    Raises DatabaseError."""
    async with AsyncExitStack() as stack:
        stack.enter_context(lock.hold(url))
        await asyncio.to_thread(schema.prepare, url, clock.now())
        database = Database.open(url)
        stack.push_async_callback(database.close)
        yield database
