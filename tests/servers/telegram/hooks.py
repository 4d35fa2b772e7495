"""Webhook delivery: each update is posted until it is answered 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from tests.servers.telegram.chats import Bot
from tests.servers.telegram.updates import Pending

if TYPE_CHECKING:
    from tests.servers.telegram.world import World

PATIENCE = 60.0  # seconds for an answer, as the real server's
FIRST_PAUSE = 0.02  # seconds until the first retry; the real server's is 1
LONGEST_PAUSE = 1.0


class Hook:
    """At most `connections` posts at once; one alone keeps the order. Other hosts than this
    machine are never called: an update for them stays pending."""

    def __init__(self, world: World, bot: Bot, url: str, secret: str, connections: int) -> None:
        self.url = url
        self.connections = connections
        self.last_error = ""
        self.last_error_at = 0
        self.posts = 0
        self._world = world
        self._bot = bot
        self._headers: Mapping[str, str] = {"Content-Type": "application/json"} | (
            {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        )
        self._news = asyncio.Event()
        self._under_way: dict[Pending, asyncio.Task[None]] = {}
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        self._news.set()

    def end(self) -> None:
        self._task.cancel()

    async def aclose(self) -> None:
        self.end()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        if urlsplit(self.url).hostname not in ("127.0.0.1", "localhost"):
            self._failed("Connection refused")
            return
        connector = aiohttp.TCPConnector(limit=self.connections)
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            try:
                while True:
                    self._start(session)
                    await self._news.wait()
                    self._news.clear()
            finally:
                tasks = list(self._under_way.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, session: aiohttp.ClientSession) -> None:
        for pending in self._bot.updates.pending:
            if len(self._under_way) >= self.connections:
                return
            if pending not in self._under_way:
                task = asyncio.create_task(self._deliver(session, pending))
                self._under_way[pending] = task

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> None:
        pause = FIRST_PAUSE
        while not await self._post(session, pending):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self._bot.updates.confirm(pending)
        del self._under_way[pending]
        self.wake()
        self._world.changed()

    async def _post(self, session: aiohttp.ClientSession, pending: Pending) -> bool:
        self.posts += 1
        pending.handed += 1
        self._bot.updates.handed_out.append(pending.id)
        self._world.changed()
        body = pending.body.encode("utf-8", "surrogatepass")
        try:
            async with session.post(self.url, data=body, headers=self._headers) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return True
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(
                "Read timeout expired"
                if isinstance(error, TimeoutError)
                else "Connection refused"
                if isinstance(error, aiohttp.ClientConnectorError)
                else "Connection reset by peer"
            )
        return False

    def _failed(self, words: str) -> None:
        self.last_error = words
        self.last_error_at = int(self._world.clock.time())
        self._world.changed()
