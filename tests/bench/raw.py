"""aiohttp and nothing else: what a request costs at least."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiohttp import ClientSession

from tests.bench.participant import few_at_once, measured, obey


async def main(token: str, base_url: str) -> None:
    url = f"{base_url}/bot{token}/sendMessage"
    async with ClientSession() as session:

        async def one(chat: int, words: str) -> None:
            async with session.post(url, data={"chat_id": chat, "text": words}) as answer:
                if not (await answer.json())["ok"]:
                    raise RuntimeError("refused; look at the server's limits")

        async def send(chats: list[int], first: int) -> Any:
            return await measured(few_at_once(one, chats, first))

        await obey({"send": send})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
