"""The real program in a process of its own, spoken to over HTTP, and killed by its own id."""

from __future__ import annotations

import asyncio
import base64
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.platforms.entry import BOT, Attached, Entry
from bot.platforms.village import Upload
from tests.living import ROOT
from tests.patience import PATIENCE

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Gone(Exception):
    """Nobody knows what became of a call: the program has been killed."""


@dataclass
class Program:
    """`fatal` is the number of calls at whose beginning the program is killed (None: never)."""

    process: Process
    client: ClientSession
    fatal: int | None = None

    @classmethod
    async def start(cls, folder: Path) -> Program:
        command = [sys.executable, "-m", "bot.cli", "demo", "--port", "0", "--data", str(folder)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=PIPE, stderr=DEVNULL
        )
        assert process.stdout
        async with asyncio.timeout(PATIENCE):
            address = _ADDRESS.search((await process.stdout.readline()).decode())
        assert address, "the program did not start"
        return cls(process, ClientSession(address[0], timeout=ClientTimeout(PATIENCE + 5)))

    async def kill(self) -> None:
        if self.fatal != 0 and self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.client.close()

    async def quiet(self) -> None:
        """Raises Gone; or ClientError when something is stuck."""
        await self._call("GET", "/api/idle", params={"timeout": f"{PATIENCE}"})

    async def people(self, role: str) -> list[dict[str, str]]:
        return [one for one in await self._call("GET", "/api/people") if one["role"] == role]

    async def chats(self, person: str) -> list[dict[str, str]]:
        chats: list[dict[str, str]] = await self._call(
            "GET", "/api/chats", params={"person": person}
        )
        return chats

    async def messages(self, person: str, chat: str | None = None, after: int = 0) -> list[Entry]:
        query = {"person": person, "after": str(after)} | ({"chat": chat} if chat else {})
        return [_entry(one) for one in await self._call("GET", "/api/messages", params=query)]

    async def write(self, person: str, chat: str, text: str, uploads: Sequence[Upload] = ()) -> str:
        files = [
            {"name": one.name, "type": one.type, "data": base64.b64encode(one.data).decode()}
            for one in uploads
        ]
        body = {"person": person, "chat": chat, "text": text, "attachments": files}
        return str((await self._call("POST", "/api/messages", json=body))["id"])

    async def press(self, person: str, chat: str, message: str, callback: str) -> None:
        body = {"person": person, "chat": chat, "message": message, "action": callback}
        await self._call("POST", "/api/presses", json=body)

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        call = asyncio.create_task(self._answer(method, path, **more))
        if self.fatal is not None:
            self.fatal -= 1
            if self.fatal == 0:
                self.process.kill()
        try:
            return await call
        except (ClientError, ConnectionError):
            if self.fatal is None or self.fatal > 0:
                raise
            raise Gone from None

    async def _answer(self, method: str, path: str, **more: Any) -> Any:
        async with self.client.request(method, path, **more) as answer:
            answer.raise_for_status()
            return await answer.json()


def _entry(message: dict[str, Any]) -> Entry:
    return Entry(
        chat=message["chat"],
        sender=BOT if message["from_bot"] else message["sender"],
        text=message["text"],
        id=message["id"],
        buttons=tuple((button["label"], button["action"]) for button in message["buttons"]),
        attachments=tuple(
            Attached("", one["name"], one["type"], one["size"]) for one in message["attachments"]
        ),
    )
