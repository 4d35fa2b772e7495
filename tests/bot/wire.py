"""A platform at the end of a wire, for tests of what comes in: they hand it updates, and it
notes when each is acknowledged. It sends nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bot.platforms.base import Limits, NotUnderstood, Outgoing, RawUpdate, Sent, Store
from bot.platforms.sandbox import LIMITS
from handlers.messages import Attachment, Chat, Incoming, Message, Press, Sender

GARBLED = "garbled"  # a text that cannot be understood
BREAKING = "breaking"  # a text upon which `understand` itself breaks


class Wire:
    """`on_acknowledge(key)` is called as soon as an update counts as safe."""

    name = "sandbox-telegram"
    limits: Limits = LIMITS["telegram"]
    mention = link = ""

    def __init__(self, on_acknowledge: Callable[[str], None] = lambda _: None) -> None:
        self.acknowledged: list[str] = []
        self._on_acknowledge = on_acknowledge
        self._keys = (str(number) for number in count(1))
        self._arrivals: asyncio.Queue[tuple[list[RawUpdate], asyncio.Event]] = asyncio.Queue()

    def update(
        self, text: str, chat: str = "an", kind: str = "private", press: str = ""
    ) -> RawUpdate:
        """Someone of the chat's name writes, or presses the button `menu.index`."""
        body = {"chat": chat, "kind": kind, "text": text, "press": press}
        return RawUpdate(next(self._keys), chat, json.dumps(body).encode())

    async def deliver(self, *updates: RawUpdate) -> None:
        """Returns once they are acknowledged."""
        safe = asyncio.Event()
        self._arrivals.put_nowait((list(updates), safe))
        await safe.wait()

    async def receive(self, store: Store) -> None:
        while True:
            updates, safe = await self._arrivals.get()
            await store(updates)
            for update in updates:
                self._on_acknowledge(update.key)
                self.acknowledged.append(update.key)
            safe.set()

    async def understand(self, update: RawUpdate) -> Incoming | None:
        body = json.loads(update.body)
        if body["text"] == GARBLED:
            raise NotUnderstood("text has the wrong shape")
        if body["text"] == BREAKING:
            raise ZeroDivisionError(body["text"])
        chat = Chat(body["chat"], body["kind"])
        sender = Sender(body["chat"], f"Tên {body['chat']}")
        if body["press"]:
            menu, index = body["press"].split(".")
            return Press(chat, sender, menu, int(index))
        return Message(chat, sender, body["text"], addressed=body["kind"] == "private")

    async def send(self, outgoing: Outgoing) -> Sent:
        raise AssertionError("nothing is sent in these tests")

    async def fetch(self, file: Attachment, to: Path) -> None:
        raise AssertionError("nothing is fetched in these tests")

    async def aclose(self) -> None: ...
