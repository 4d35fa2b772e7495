"""The platform by hand, for what clients hide: status codes, raw bodies, broken answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.servers.zalo import ZaloServer


class Asker:
    """Calls of one bot. `status` is that of the last answer."""

    def __init__(self, server: ZaloServer, token: str, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.token = token
        self.session = session
        self.status = 0

    async def __call__(self, method: str, **params: Any) -> Any:
        """The whole answer."""
        url = f"{self.server.base_url}/bot{self.token}/{method}"
        async with self.session.post(url, json=params) as answer:
            self.status = answer.status
            return await answer.json(content_type=None)

    async def refusal(self, method: str, **params: Any) -> tuple[int, int]:
        """The HTTP status and the code it is refused with, 0 for none."""
        answer = await self(method, **params)
        assert answer["ok"] is False, answer
        assert answer["description"]
        return self.status, answer.get("error_code", 0)

    async def update(self, **params: Any) -> Any:
        """What one poll hears, None for nothing."""
        answer = await self("getUpdates", **params)
        if answer["ok"]:
            return answer["result"]
        assert answer["error_code"] == 408, answer
        return None

    def say(self, chat: str, text: str, **more: Any) -> Any:
        return self("sendMessage", chat_id=chat, text=text, **more)


@asynccontextmanager
async def asking(server: ZaloServer, token: str = "") -> AsyncIterator[Asker]:
    async with aiohttp.ClientSession() as session:
        yield Asker(server, token or server.bot(), session)
