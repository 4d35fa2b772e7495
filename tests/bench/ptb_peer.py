"""python-telegram-bot as it comes: httpx carries it, its own updater hears; `limited`: with the
limiter that comes with it, `lifted`: the same, letting everything pass. Its broadcast is the
`gather` that people write.

https://docs.python-telegram-bot.org/en/stable/telegram.ext.aioratelimiter.html
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from telegram import Update
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, MessageHandler, filters

from tests.bench.participant import Background, few_at_once, measured, obey, text

SWIFT = 10_000  # messages a second: no limit
RETRIES = 5  # of the limiter, whose default of none loses every message that is refused

Ptb = Application[Any, Any, Any, Any, Any, Any]


async def echo(update: Update, _: Any) -> None:
    if update.effective_message:
        await update.effective_message.reply_text(update.effective_message.text or "")


class PtbPeer:
    def __init__(self, application: Ptb) -> None:
        self._application = application
        self._bot = application.bot
        self.sending = Background()

    async def send(self, chats: list[int], first: int) -> Any:
        return await measured(few_at_once(self._bot.send_message, chats, first))

    async def broadcast(self, chats: list[int], first: int) -> float:
        return self.sending.start(self._broadcast(chats, first))

    async def _broadcast(self, chats: list[int], first: int) -> None:
        numbered = enumerate(chats, first)
        await asyncio.gather(
            *(self._bot.send_message(chat, text(number)) for number, chat in numbered),
            return_exceptions=True,
        )

    async def listen(self) -> None:
        self._application.add_handler(MessageHandler(filters.ALL, echo))
        await self._application.start()
        if self._application.updater:
            await self._application.updater.start_polling()


def built(token: str, base_url: str, kind: str) -> Ptb:
    builder: Any = ApplicationBuilder().token(token).base_url(f"{base_url}/bot")
    if kind == "limited":
        builder = builder.rate_limiter(AIORateLimiter(max_retries=RETRIES))
    if kind == "lifted":
        builder = builder.rate_limiter(AIORateLimiter(overall_max_rate=SWIFT))
    made: Ptb = builder.build()
    return made


async def main(token: str, base_url: str, kind: str, *do: str) -> None:
    application = built(token, base_url, kind)
    await application.initialize()
    peer = PtbPeer(application)
    if "listen" in do:
        await peer.listen()
    await obey(
        {
            "send": peer.send,
            "broadcast": peer.broadcast,
            "listen": peer.listen,
            "stop": peer.sending.stop,
            "busy": peer.sending.busy,
        }
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
