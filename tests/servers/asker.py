"""The Bot API by hand, for what clients hide: status codes, raw bodies, broken answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.servers.telegram import HandClock, TelegramServer


class Asker:
    """Calls of one bot. `status` is that of the last answer."""

    def __init__(self, server: TelegramServer, token: str, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.token = token
        self.session = session
        self.status = 0

    async def __call__(self, method: str, **params: Any) -> Any:
        """The whole answer. What is no string goes as JSON, as both libraries send it."""
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in params.items()
        }
        url = f"{self.server.base_url}/bot{self.token}/{method}"
        async with self.session.post(url, data=fields) as answer:
            self.status = answer.status
            return await answer.json(content_type=None)

    async def refusal(self, method: str, **params: Any) -> str:
        """What it is refused with."""
        answer = await self(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def updates(self, offset: int = 0, **params: Any) -> list[Any]:
        answer = await self("getUpdates", offset=offset, **params)
        assert answer["ok"], answer
        result: list[Any] = answer["result"]
        return result


def clock(server: TelegramServer) -> HandClock:
    assert isinstance(server.clock, HandClock)
    return server.clock


@asynccontextmanager
async def asking(server: TelegramServer, token: str = "") -> AsyncIterator[Asker]:
    async with aiohttp.ClientSession() as session:
        yield Asker(server, token or server.bot(), session)
