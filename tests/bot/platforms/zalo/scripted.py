"""Zalo by script: each poll gets the next answer, whatever it is, and waits when there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.base import RawUpdate
from bot.platforms.zalo.platform import Zalo
from tests.patience import PATIENCE
from tests.servers.waiting import Waiting

TOKEN: Final = "7300000001:" + "CANARY-token-of-the-village-bot"
IDLE: Final = b'{"ok":false,"description":"Request timeout","error_code":408}'


@dataclass(eq=False)
class Script:
    """`answers` to polls: status and body. `asked`: every call, its method and its body; `polls`:
    those that were polls."""

    base_url: str
    answers: list[tuple[int, bytes]]
    asked: list[tuple[str, Any]] = field(default_factory=list)
    polls: int = 0
    waiting: Waiting = field(default_factory=Waiting)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, *answers: tuple[int, bytes]) -> None:
        self.answers += answers
        self.news.set()

    async def until(self, holds: Callable[[], object]) -> None:
        await self.waiting.until(holds, PATIENCE)

    async def serve(self, request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        self.asked.append((method, await request.json()))
        self.polls += method == "getUpdates"
        self.waiting.look()
        status, body = 200, yes({"account_name": "bot.thu"})
        if method == "getWebhookInfo":
            status, body = 404, b'{"ok":false,"description":"Not Found"}'
        if method == "getUpdates":
            while not self.answers:
                self.news.clear()
                await self.news.wait()
            status, body = self.answers.pop(0)
        return web.Response(status=status, body=body, content_type="application/json")


def yes(result: Any) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


def no(code: int, description: str = "No") -> bytes:
    return json.dumps({"ok": False, "error_code": code, "description": description}).encode()


@asynccontextmanager
async def script(*answers: tuple[int, bytes]) -> AsyncIterator[Script]:
    told = Script("", list(answers))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", told.serve)
    server = TestServer(application)
    await server.start_server(access_log=None)
    told.base_url = str(server.make_url("")).rstrip("/")
    try:
        yield told
    finally:
        told.say(*[(200, IDLE)] * 5)  # whoever still waits is let go
        await server.close()


@dataclass(eq=False)
class Shelf:
    """A store. `calls`: how often it was told anything, be it nothing."""

    kept: list[RawUpdate] = field(default_factory=list)
    calls: int = 0
    waiting: Waiting = field(default_factory=Waiting)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def store(self, updates: Sequence[RawUpdate]) -> None:
        self.calls += 1
        self.waiting.look()
        await self.open.wait()
        self.kept += updates
        self.waiting.look()

    async def until(self, holds: Callable[[], object]) -> None:
        await self.waiting.until(holds, PATIENCE)


@asynccontextmanager
async def hearing(platform: Zalo, shelf: Shelf) -> AsyncIterator[asyncio.Task[None]]:
    """While the platform receives."""
    task = asyncio.create_task(platform.receive(shelf.store))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
        await platform.aclose()
