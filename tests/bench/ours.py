"""Loa Làng itself: the whole service over a SQLite that is safe against power cuts (FULL).

`paced` keeps Telegram's limits as in service. The others do not, for what a message costs when
nothing but the machine holds it back: `swift` has no limits at all, in a `flood` everybody is
written to once, as in a broadcast.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session

from bot.app import App, started
from bot.config import BotConfig, Config, load
from bot.platforms.base import Pace
from bot.service import Served, open_service, telegram
from content.commune import DEMO
from content.loader import SHIPPED
from content.loader import load as load_content
from db import outbox, people
from db.outbox import BULK, Draft
from db.tables import Outbox, table
from tests.bench.participant import obey, spent, text, usage

SWIFT: Final = Pace(per_second=1000, burst=30, private_interval=0, group_interval=0)
AHEAD: Final = timedelta(seconds=0.5)  # by which a queue is written before it may leave
VARIABLE: Final = "LOALANG_BENCH"  # of the environment: holds the bot's token
DATA: Final = "du-lieu"  # the folder of its database

_SETTINGS: Final = """
data = "{folder}/{data}"
content = "{folder}/noi-dung"
[web]
port = 0
[telegram]
base_url = "{base_url}"
[[bots]]
name = "thu"
platform = "telegram"
place = "song-trang"
token_env = "{token}"
"""


def settings(folder: Path, base_url: str) -> Path:
    """The settings file of a commune of its own in that folder, with one bot."""
    (folder / "noi-dung").mkdir()
    shutil.copy(DEMO, folder / "noi-dung" / "commune.toml")
    file = folder / "config.toml"
    file.write_text(_SETTINGS.format(folder=folder, data=DATA, base_url=base_url, token=VARIABLE))
    return file


class Ours:
    def __init__(self, app: App) -> None:
        self._app = app
        (self._bot_id,) = app.platforms
        self._known: dict[int, int] = {}  # chats: Telegram's id → ours

    async def meet(self, chats: list[int]) -> None:
        """The chats as somebody's first words would have made them known."""
        if new := set(chats) - self._known.keys():
            await self._app.database.write(self._meet, new)

    async def queue(self, chats: list[int], first: int) -> float:
        """The CPU spent until it was written, half a second before it may leave."""
        await self.meet(chats)
        await self._queue(chats, first, AHEAD)
        return spent()

    async def broadcast(self, chats: list[int], first: int) -> float:
        """When it was queued, monotonic seconds."""
        await self.meet(chats)
        began = time.monotonic()
        await self._queue(chats, first, timedelta(0))
        return began

    async def _queue(self, chats: Sequence[int], first: int, ahead: timedelta) -> None:
        await self._app.database.write(self._put, list(chats), first, ahead)

    def _meet(self, session: Session, chats: set[int]) -> None:
        for chat in chats:
            kind = "private" if chat > 0 else "group"
            self._known[chat] = people.know_chat(session, self._bot_id, str(chat), kind, "")

    def _put(self, session: Session, chats: list[int], first: int, ahead: timedelta) -> None:
        due = self._app.clock.now() + ahead
        draft = partial(Draft, self._bot_id, origin="notice", priority=BULK, due_at=due)
        outbox.put(
            session,
            [draft(self._known[chat], body=text(n)) for n, chat in enumerate(chats, first)],
        )

    async def usage(self) -> dict[str, float]:
        return {**await usage(), "commits": self._app.database.commits}

    async def busy(self) -> bool:
        return not await self._app.settled()

    async def stop(self) -> None:
        """What has not left yet stays here."""
        rows = table(Outbox)
        await self._app.database.write(
            lambda session: session.execute(
                update(rows).where(rows.c.state == "queued").values(state="cancelled")
            )
        )

    async def listen(self) -> None:
        """It does from the beginning."""


async def main(token: str, base_url: str, kind: str) -> None:
    def connect(bot: BotConfig, token: str, config: Config) -> Served:
        platform: Any = telegram(bot, token, config)
        if kind != "paced":
            interval = platform.limits.pace.private_interval if kind == "flood" else 0
            pace = replace(SWIFT, private_interval=interval)
            platform.limits = replace(platform.limits, pace=pace)
        return platform  # type: ignore[no-any-return]

    os.environ[VARIABLE] = token
    with TemporaryDirectory(prefix="loalang-bench-") as folder:
        config = load(settings(Path(folder), base_url))
        content = load_content((SHIPPED, Path(config.content)))
        async with open_service(config, content, connect) as service:
            running = started(service.app)
            us = Ours(service.app)
            await obey(
                {
                    "usage": us.usage,
                    "meet": us.meet,
                    "queue": us.queue,
                    "broadcast": us.broadcast,
                    "listen": us.listen,
                    "stop": us.stop,
                    "busy": us.busy,
                }
            )
            running.cancel()
            await asyncio.wait((running,))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
