"""Webhook delivery: one event after another, each posted so often as the habit is."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import aiohttp

from tests.servers.zalo.events import Json

if TYPE_CHECKING:
    from tests.servers.zalo.world import Bot, World

HEADER: Final = "X-Bot-Api-Secret-Token"
PATIENCE: Final = 20.0  # seconds for an answer
PAUSE: Final = 0.02  # seconds until the next try


class Hook:
    """Other hosts than this machine are never called: an event for them is lost."""

    def __init__(self, world: World, bot: Bot, url: str, secret: str) -> None:
        self.url = url
        self.set_at = round(world.clock.time() * 1000)
        self.posts = 0
        self.queue: deque[Json] = deque()  # the first is under way
        self._world = world
        self._bot = bot
        self._secret = secret
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def push(self, event: Json) -> None:
        self.queue.append(event)
        self._news.set()

    def end(self) -> None:
        self._task.cancel()

    async def aclose(self) -> None:
        self.end()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as session:
            while True:
                while self.queue:
                    taken = await self._deliver(session, self.queue[0])
                    ears = self._bot.ears
                    (ears.handed if taken else ears.lost).append(self.queue.popleft())
                    self._world.changed()
                self._news.clear()
                await self._news.wait()

    async def _deliver(self, session: aiohttp.ClientSession, event: Json) -> bool:
        for number in range(self._world.habits.tries):
            if number:
                await asyncio.sleep(PAUSE)
            if await self._post(session, event):
                return True
        return False

    async def _post(self, session: aiohttp.ClientSession, event: Json) -> bool:
        if urlsplit(self.url).hostname not in ("127.0.0.1", "localhost"):
            return False
        self.posts += 1
        body = {"ok": True, "result": event} if self._world.habits.wrapped else event
        headers = {HEADER: self._secret, "Content-Type": "application/json"}
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            async with session.post(self.url, data=data, headers=headers) as answer:
                await answer.read()
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False
