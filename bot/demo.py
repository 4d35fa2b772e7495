"""The village in the browser: the whole program over an invented commune, on this machine."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from bot import founding
from bot.app import App, opened, started
from bot.clock import FURTHEST, Clock
from bot.config import Config, ConfigError
from bot.exports.maker import UNFINISHED
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from bot.web.listening import listening
from bot.web.sandbox import sandbox_app
from content.commune import Commune, Style, commune_of
from content.loader import Content
from db import bots, communes, groups, lock, occurrences, roles, schema, snapshot, sqlite
from db.communes import Inhabited, NewByHand, NewGroup, NewPerson, NewPlace, Settlement
from db.errors import DatabaseError

BOTS: Final[dict[Style, str]] = {"telegram": "lang-telegram", "zalo": "lang-zalo"}  # their names
PATIENCE: Final = 30.0  # seconds the clock's mover waits for what has fallen due
_NO_ADMIN: Final = (
    "Chưa có quản trị: nhắn mã của “{run} init” cho bot; mất mã thì dừng lại, chạy lại lệnh đó.\n"
    "No admin yet: send the bot the code of “{run} init”; if it is lost, stop and run that again."
)
_OURS: Final = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{8})?|\d+\.part")  # how we name people's files


@dataclass(frozen=True, slots=True)
class Demo:
    app: App
    village: Village
    web: web.Application
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def idle(self, seconds: float) -> bool:
        """Whether nothing was due or in hand within that time."""
        deadline = time.monotonic() + seconds
        while not await self._quiet():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True

    async def advance(self, by: timedelta, moved: Callable[[], None]) -> datetime:
        """Move the clock, halting where a bulletin goes out, so that each is heard at its time.
        `moved` is called in a thread after each step. One move at a time. Raises ValueError."""
        async with self.moving:
            clock, deadline = self.app.clock, time.monotonic() + PATIENCE
            clock.allow(by)
            await self.idle(PATIENCE)  # what was due before goes out before
            while time.monotonic() < deadline:
                slot = await self.app.database.read(occurrences.next_slot)
                step = by if slot is None else min(by, slot - clock.now())
                if step == by or step < timedelta(0):  # it was due before, and will not go out
                    break
                await self._step(step, moved, deadline)
                by -= step
            await self._step(by, moved, deadline)
            return clock.now()

    async def _step(self, by: timedelta, moved: Callable[[], None], deadline: float) -> None:
        self.app.clock.advance(by)
        await asyncio.to_thread(moved)
        await self.idle(max(deadline - time.monotonic(), 1.0))

    async def _quiet(self) -> bool:
        """Upstream first, and nothing written meanwhile: so nothing can slip past unseen."""
        database = self.app.database
        before = database.jobs
        waiting = await self.village.unacknowledged()
        return not waiting and await self.app.settled() and database.jobs == before


@asynccontextmanager
async def open_demo(config: Config, content: Content) -> AsyncIterator[Demo]:
    """Everything but the running. Raises ConfigError, DatabaseError, ContentError."""
    folder, commune = config.folder, commune_of(config.content)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(_make, folder)
        clock = await asyncio.to_thread(kept_clock, folder / "clock")
        database = await stack.enter_async_context(opened(config.url, clock))
        try:
            await database.write(communes.settle, settlement_of(commune), clock.now())
        except Inhabited:
            raise DatabaseError(
                "the database holds another commune, or serves real bots: give the demo a folder "
                "of its own with --data, or forget what it practised there with --fresh"
            ) from None
        village = await Village.open(folder / "village", commune, clock.now)
        stack.push_async_callback(village.close)
        ids = await database.read(bots.named)
        platforms = {ids[name]: Sandbox(village, style=style) for style, name in BOTS.items()}
        app = App(database, content, clock, platforms, folder / "media")
        demo: Demo

        async def advance(seconds: float) -> datetime:
            keep = partial(_keep_clock, folder / "clock", clock)
            return await demo.advance(timedelta(seconds=seconds), keep)

        async def idle(seconds: float) -> bool:
            return await demo.idle(seconds)

        async def ties() -> dict[str, tuple[str, str]]:
            return await database.read(groups.ties)

        async def held() -> dict[str, tuple[str, str]]:
            return await database.read(roles.highest, clock.now())

        served = sandbox_app(
            village,
            list(platforms.values()),
            clock=clock.now,
            idle=idle,
            advance=advance,
            ties=ties,
            roles=held,
        )
        demo = Demo(app, village, served)
        yield demo


def serve(config: Config, content: Content, *, fresh: bool, say: Callable[[str], None]) -> None:
    """Run the demo until it is told to stop; `say` gets its address once it answers."""
    with asyncio.Runner() as runner:
        runner.run(_serve(config, content, fresh=fresh, say=say))


async def _serve(
    config: Config, content: Content, *, fresh: bool, say: Callable[[str], None]
) -> None:
    if fresh:
        await asyncio.to_thread(remove, config)
    async with (
        open_demo(config, content) as demo,
        listening(demo.web, config.web.port, "--port") as port,
    ):
        running = started(demo.app)
        say(f"Loa Làng: http://127.0.0.1:{port}/   (Ctrl+C để dừng / to stop)")
        if not await demo.app.database.read(roles.admins, demo.app.clock.now()):
            say(_NO_ADMIN.format(run=founding.program()))
        with suppress(asyncio.CancelledError):
            await running


def remove(config: Config) -> None:
    """Start afresh: only what Loa Làng made in the data folder goes, nothing else in it.
    Raises DatabaseError while another program uses it, or when its database is not ours."""
    if config.database:
        raise ConfigError(
            "--fresh empties the data folder, and the settings name a database elsewhere: "
            "empty that one yourself, or leave “database” empty"
        )
    if not config.folder.is_dir():
        return
    with lock.hold(config.url):
        if schema.stand(config.url) != "empty":
            _refuse_served(config.url)
        for path in _made(config.folder):
            path.unlink(missing_ok=True)
        shutil.rmtree(config.folder / "media" / UNFINISHED, ignore_errors=True)
        for name in ("village/files", "village", "media"):
            with suppress(OSError):  # not there, or something of somebody else's in it
                (config.folder / name).rmdir()


def _refuse_served(url: str) -> None:
    with snapshot.taken(url) as session:
        if communes.served(session):
            raise DatabaseError(
                "this folder is in service, for real bots, and --fresh would empty it: name "
                "another one with --data"
            )


def _made(folder: Path) -> Iterator[Path]:
    for name in ("loalang.db", "village/village.db"):
        yield from (folder / f"{name}{end}" for end in ("", "-wal", "-shm"))
    if kept_clock(folder / "clock").ahead:
        yield folder / "clock"
    for name in ("village/files", "media"):
        yield from (path for path in (folder / name).glob("*") if _OURS.fullmatch(path.name))


def settlement_of(commune: Commune) -> Settlement:
    """The commune as the bot's own database knows it, with a bot of each style. Raises
    ConfigError."""
    slug = founding.seat(commune)
    return Settlement(
        places=[NewPlace(p.slug, p.name, p.kind, p.parent) for p in commune.places],
        bots=[(name, f"sandbox-{style}", slug) for style, name in BOTS.items()],
        groups=[NewGroup(BOTS[g.style], g.id, g.title, g.place, g.segment) for g in commune.groups],
        people=[
            NewPerson(
                BOTS[p.style],
                f"sandbox-{p.style}",
                p.id,
                p.name,
                p.place,
                "" if p.role == "resident" else p.role,
            )
            for p in commune.people
        ],
        by_hand=[NewByHand(c.title, c.place, c.segment, c.keeper) for c in commune.by_hand],
    )


def _make(folder: Path) -> None:
    """What people write and send is for this user only, also in a folder others may enter."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ours in ("media", "village"):
            (folder / ours).mkdir(mode=0o700, exist_ok=True)
        sqlite.make(folder / "village" / "village.db")
    except OSError as error:
        raise ConfigError(
            f"{folder}: cannot be made ({error.strerror}); choose another with --data"
        ) from None


def kept_clock(path: Path) -> Clock:
    """As far ahead as the demo's clock was before: its time never runs backwards."""
    try:
        ahead = float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        ahead = 0.0
    return Clock(timedelta(seconds=ahead if 0 <= ahead <= FURTHEST.total_seconds() else 0.0))


def _keep_clock(path: Path, clock: Clock) -> None:
    beside = path.with_suffix(".part")
    beside.touch(mode=0o600)
    beside.write_text(str(clock.ahead.total_seconds()))
    beside.replace(path)
