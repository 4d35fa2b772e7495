"""A server whose time stands still, and who asks it: by hand, or both libraries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.servers.asker import Asker, asking
from tests.servers.stage import Stage
from tests.servers.telegram import HandClock, TelegramServer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=HandClock(), key=r"#\d+") as server:
        yield server


@pytest_asyncio.fixture
async def ask(server: TelegramServer) -> AsyncIterator[Asker]:
    async with asking(server) as ask:
        yield ask


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with TelegramServer(clock=HandClock()) as server:
        token = server.bot(privacy=False)
        person = server.person("Bà Tư", username="ba_tu")
        person.say(token, "/start")
        group = server.group(members=[token, person], kind="supergroup", forum=True)
        yield Stage(server, token, person, group)


@pytest_asyncio.fixture
async def aiogram_bot(stage: Stage) -> AsyncIterator[Any]:
    import aiogram
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    api = TelegramAPIServer.from_base(stage.server.base_url)
    bot = aiogram.Bot(stage.token, session=AiohttpSession(api=api))
    yield bot
    await bot.session.close()


@pytest_asyncio.fixture
async def ptb_bot(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    from telegram.ext import ExtBot

    base = stage.server.base_url
    bot = ExtBot(stage.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
    async with bot:
        yield bot
