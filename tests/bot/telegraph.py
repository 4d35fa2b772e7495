"""The invented commune on Telegram: the program as `run` serves it, over a Bot API on 127.0.0.1,
spoken to as people do.

    async with telegraph(tmp_path) as village:
        answer = await village.person("Anh Khế").says("lam giay khai sinh can gi")

All its people and groups are on Telegram, known to the first of its bots, and staff have their
roles. `commune=None`: its places alone; nobody is known, and `village.code` makes the first admin.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot import founding, service
from bot.app import App, opened
from bot.clock import Clock
from bot.config import BotConfig, Config, TelegramConfig, WebConfig
from bot.platforms.base import Pace
from bot.platforms.telegram.platform import LIMITS
from bot.service import Served, Service, open_service
from bot.web.listening import listening
from content.commune import DEMO, Commune, load_commune
from db import communes, occurrences
from db.communes import NewGroup, NewPerson, NewPlace, Settlement
from db.engine import Database
from handlers.router import HERE
from tests.blank import lay
from tests.bot.villagers import Circle, Villager, announce, files, words
from tests.living import CONTENT
from tests.patience import PATIENCE
from tests.servers.telegram import Group, TelegramServer
from tests.servers.telegram.chats import Json

__all__ = ["Circle", "Telegraph", "Villager", "announce", "files", "telegraph", "words"]

COMMUNE: Final = load_commune()
SWIFT: Final = Pace(per_second=10_000, burst=10_000, private_interval=0, group_interval=0)
FOLLOW: Final = 0.02  # seconds between edits of a living message


@dataclass(eq=False)
class Telegraph:
    """`tokens` of the bots by name. Stopped and started again, it goes on with its database."""

    server: TelegramServer
    config: Config
    tokens: dict[str, str] = field(repr=False)
    pace: Pace
    people: dict[str, Villager] = field(default_factory=dict, repr=False)
    groups: dict[str, Circle] = field(default_factory=dict, repr=False)
    service: Service | None = None
    _heard: dict[Any, int] = field(default_factory=dict, repr=False)
    _running: AsyncExitStack = field(default_factory=AsyncExitStack, repr=False)
    _at_work: asyncio.Task[None] | None = None
    _written: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    # --- who is there

    @property
    def token(self) -> str:
        return next(iter(self.tokens.values()))

    def person(self, name: str) -> Villager:
        """Of the commune, or somebody new."""
        if name not in self.people:
            self.people[name] = Villager(self, self.server.person(name), self.token)
        return self.people[name]

    def group(self, title: str) -> Circle:
        """Of the commune."""
        return self.groups[title]

    def meet(self, place: Group) -> Circle:
        """A group of the server's."""
        circle = self.groups[place.chat.json["title"]] = Circle(self, place, self.token)
        return circle

    # --- what runs

    async def start(self) -> None:
        self.service = await self._running.enter_async_context(
            open_service(self.config, CONTENT, self._connect)
        )
        if self.service.web:
            port = self.config.web.port
            await self._running.enter_async_context(listening(self.service.web, port, "web.port"))
        app = replace(self.service.app, follow_every=FOLLOW)
        self._listen(app.database)
        self._at_work = asyncio.create_task(app.run())
        self._at_work.add_done_callback(lambda _: self._written.set())

    def _listen(self, database: Database) -> None:
        """Whatever is written wakes who waits for quiet."""
        write = database.write

        async def noted(*given: Any, **named: Any) -> Any:
            try:
                return await write(*given, **named)
            finally:
                self._written.set()

        vars(database)["write"] = noted

    async def stop(self) -> None:
        try:
            if self._at_work:
                self._at_work.cancel()
                with suppress(asyncio.CancelledError):
                    await self._at_work
        finally:
            await self._running.aclose()
            self.service = self._at_work = None

    def _connect(self, bot: BotConfig, token: str, config: Config) -> Served:
        platform = service.telegram(bot, token, config)
        platform.limits = replace(LIMITS, pace=self.pace)
        return platform

    @property
    def app(self) -> App:
        assert self.service, "start the village first"
        return self.service.app

    @property
    def code(self) -> str:
        """Of the first admin, as `run` prints it."""
        assert self.service, "start the village first"
        return self.service.code

    async def quiet(self, seconds: float = PATIENCE) -> None:
        """Until every update is acknowledged and nothing is due or in hand."""
        async with asyncio.timeout(seconds):
            self._written.clear()
            while not await self._still():
                await self._written.wait()
                self._written.clear()

    async def _still(self) -> bool:
        """Only a write can make it so; what is under way will end in one."""
        if self._at_work and self._at_work.done():
            self._at_work.result()
        await self.server.until(self._acknowledged, PATIENCE)
        jobs = self.app.database.jobs
        settled = await self.app.settled()
        return settled and self._acknowledged() and self.app.database.jobs == jobs

    def _acknowledged(self) -> bool:
        bots = [self.server.bots[token] for token in self.tokens.values()]
        return not any(bot.updates.pending for bot in bots if not bot.revoked)

    async def advance(self, by: timedelta) -> None:
        """The clock, halting where a bulletin goes out."""
        await self.quiet()
        while by > timedelta(0):
            slot = await self.app.database.read(occurrences.next_slot)
            left = slot - self.app.clock.now() if slot else by
            step = min(by, left) if left > timedelta(0) else by
            self.app.clock.advance(step)
            by -= step
            await self.quiet()

    async def until(self, hour: int) -> None:
        """To the next such time of day in Vietnam, and a minute past it."""
        now = self.app.clock.now().astimezone(HERE)
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        if then <= now:
            then += timedelta(days=1)
        await self.advance(then - now + timedelta(minutes=1))

    # --- what was heard

    def news(self, chat: object, shown: Sequence[Json]) -> list[Json]:
        found = [one for one in shown if one["message_id"] > self._heard.get(chat, 0)]
        self._heard[chat] = max([0, *(one["message_id"] for one in shown)])
        return found

    def said_by(self, token: str, messages: Any) -> list[Json]:
        number = self.server.bots[token].id
        return [one for one in messages if one.get("from", {}).get("id") == number]


@asynccontextmanager
async def telegraph(
    folder: Path,
    *,
    server: TelegramServer | None = None,
    bots: Sequence[str] = ("xa",),
    commune: Commune | None = COMMUNE,
    webhook: bool = False,
    database: str = "",
    pace: Pace = SWIFT,
    privacy: bool = True,
) -> AsyncIterator[Telegraph]:
    """A village at work. `bots`: their names in the settings."""
    async with AsyncExitStack() as stack:
        if server is None:
            server = await stack.enter_async_context(TelegramServer(pace=None))
        tokens = {name: server.bot(f"loalang_{name}_bot", privacy=privacy) for name in bots}
        config = settings(folder, server.base_url, tokens, webhook=webhook, database=database)
        village = Telegraph(server, config, tokens, pace)
        if commune:
            await inhabit(village, commune)
        stack.push_async_callback(village.stop)
        await village.start()
        yield village


def settings(
    folder: Path, base_url: str, tokens: dict[str, str], *, webhook: bool, database: str
) -> Config:
    """As an installation of one's own has them, with its content and the tokens in files."""
    own = folder / "noi-dung"
    own.mkdir(exist_ok=True)
    (own / DEMO.name).write_bytes(DEMO.read_bytes())
    bots = []
    for name, token in tokens.items():
        kept = folder / f"{name}.token"
        kept.touch(mode=0o600)
        kept.write_text(token)
        seat = founding.seat(COMMUNE)
        bots.append(BotConfig(name, "telegram", seat, token_file=str(kept), webhook=webhook))
    port = free_port() if webhook else 0
    return Config(
        data=str(folder / "du-lieu"),
        database=database,
        content=str(own),
        web=WebConfig(port, f"http://127.0.0.1:{port}" if webhook else ""),
        telegram=TelegramConfig(base_url),
        bots=tuple(bots),
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def inhabit(village: Telegraph, commune: Commune) -> None:
    """The commune's people and groups, on the server and in the database."""
    by_id = {}
    for one in commune.people:
        by_id[one.id] = village.person(one.name)
        by_id[one.id].shown()  # their chat with the bot has begun
    for group in commune.groups:
        members = [by_id[id].person for id in group.members]
        village.meet(village.server.group(group.title, [*members, village.token], told=False))
    village.config.folder.mkdir(mode=0o700, exist_ok=True)
    lay(village.config.url)
    async with opened(village.config.url, Clock()) as database:
        await database.write(communes.settle, _settlement(village, commune), Clock().now())


def _settlement(village: Telegraph, commune: Commune) -> Settlement:
    first, seat = village.config.bots[0].name, founding.seat(commune)
    return Settlement(
        places=[NewPlace(p.slug, p.name, p.kind, p.parent) for p in commune.places],
        bots=[(first, "telegram", seat)],
        groups=[
            NewGroup(first, str(village.group(g.title).place.id), g.title, g.place, g.segment)
            for g in commune.groups
        ],
        people=[
            NewPerson(
                first,
                "telegram",
                str(village.person(p.name).person.id),
                p.name,
                p.place,
                "" if p.role == "resident" else p.role,
            )
            for p in commune.people
        ],
    )
