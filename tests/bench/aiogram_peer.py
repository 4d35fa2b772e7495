"""aiogram as its documentation uses it: its own client, its own poller, and for a broadcast the
loop of its example, which sends one after another and sleeps in between.

https://docs.aiogram.dev/en/latest/dispatcher/long_polling.html
https://github.com/aiogram/aiogram/blob/dev-2.x/examples/broadcast_example.py
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiogram.types import Message

from tests.bench.participant import Background, few_at_once, measured, obey, text

PAUSE = 0.05  # seconds between messages, "20 messages per second (Limit: 30 messages per second)"


class Aiogram:
    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._sending = Background()
        self._hearing = Background()
        self._dispatcher = Dispatcher()
        self._dispatcher.message.register(self._echo)

    async def send(self, chats: list[int], first: int) -> Any:
        return await measured(few_at_once(self._bot.send_message, chats, first))

    async def broadcast(self, chats: list[int], first: int) -> float:
        return self._sending.start(self._broadcast(chats, first))

    async def _broadcast(self, chats: list[int], first: int) -> None:
        for number, chat in enumerate(chats, first):
            await self._patiently(chat, text(number))
            await asyncio.sleep(PAUSE)

    async def _patiently(self, chat: int, words: str) -> None:
        while True:
            try:
                await self._bot.send_message(chat, words)
                return
            except TelegramRetryAfter as refused:
                await asyncio.sleep(refused.retry_after)

    async def listen(self) -> None:
        self._hearing.start(self._dispatcher.start_polling(self._bot, handle_signals=False))

    async def _echo(self, message: Message) -> None:
        await message.answer(message.text or "")

    async def stop(self) -> None:
        await self._sending.stop()


async def main(token: str, base_url: str, *do: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(base_url))
    async with Bot(token, session=session) as bot:
        peer = Aiogram(bot)
        if "listen" in do:
            await peer.listen()
        await obey(
            {
                "send": peer.send,
                "broadcast": peer.broadcast,
                "listen": peer.listen,
                "stop": peer.stop,
                "busy": peer._sending.busy,
            }
        )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
