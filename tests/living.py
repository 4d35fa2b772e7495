"""The whole program over the invented commune, spoken to over HTTP as a script would."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot import config
from bot.app import App
from bot.config import Config
from bot.demo import Demo, open_demo
from content.loader import load
from handlers.router import HERE
from tests.blank import lay
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CONTENT = load()


def settings(folder: Path, database: str = "") -> Config:
    shipped = config.load(ROOT / "config.toml")
    return replace(shipped, data=str(folder), database=database)


@dataclass
class Living:
    """`client` speaks the village's HTTP interface."""

    demo: Demo
    client: TestClient[Any, Any]

    @property
    def app(self) -> App:
        return self.demo.app

    async def get(self, path: str, **query: str) -> Any:
        async with self.client.get(path, params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def person(self, role: str, style: str, number: int = 0) -> str:
        """The id of somebody of that role whose private chat is of that style."""
        found = []
        for one in await self.get("/api/people"):
            if one["role"] == role:
                chats = await self.get("/api/chats", person=one["id"])
                if any(c["kind"] == "private" and c["style"] == style for c in chats):
                    found.append(one["id"])
        return str(found[number])

    async def groups(self, person: str) -> list[dict[str, Any]]:
        chats = await self.get("/api/chats", person=person)
        return [chat for chat in chats if chat["kind"] == "group"]

    async def say(
        self,
        person: str,
        text: str,
        chat: str = "",
        files: tuple[tuple[str, str, bytes], ...] = (),
        **more: Any,
    ) -> list[dict[str, Any]]:
        """Write, wait until all is quiet; what the bot said there since."""
        chat = chat or person
        body = {
            "person": person,
            "chat": chat,
            "text": text,
            "attachments": [
                {"name": name, "type": type, "data": base64.b64encode(data).decode()}
                for name, type, data in files
            ],
            **more,
        }
        async with self.client.post("/api/messages", json=body) as answer:
            assert answer.status == 200, await answer.text()
            sent = await answer.json()
        await self.quiet()
        return await self.heard(person, chat, after=sent["id"])

    async def press(self, person: str, label: str, chat: str = "") -> list[dict[str, Any]]:
        """Press the newest button whose label contains `label`; where there are none, type it."""
        chat = chat or person
        messages = await self.get("/api/messages", person=person, chat=chat)
        for message in reversed(messages):
            for button in message["buttons"]:
                if label in button["label"]:
                    return await self._press(person, chat, message["id"], button["action"])
        numbered = [
            line.partition(". ")
            for line in messages[-1]["text"].splitlines()
            if label in line and line.partition(". ")[0].isdigit()
        ]
        return await self.say(person, numbered[0][0] if numbered else label, chat)

    async def _press(
        self, person: str, chat: str, message: str, action: str
    ) -> list[dict[str, Any]]:
        before = await self.get("/api/messages", person=person, chat=chat)
        body = {"person": person, "chat": chat, "message": message, "action": action}
        async with self.client.post("/api/presses", json=body) as answer:
            assert answer.status == 200, await answer.text()
        await self.quiet()
        return await self.heard(person, chat, after=before[-1]["id"])

    async def heard(self, person: str, chat: str, after: str = "") -> list[dict[str, Any]]:
        query = {"person": person, "chat": chat} | ({"after": after} if after else {})
        return [m for m in await self.get("/api/messages", **query) if m["from_bot"]]

    async def advance(self, by: timedelta) -> None:
        body = {"advance": by.total_seconds()}
        async with self.client.post("/api/clock", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def until(self, hour: int) -> None:
        """To the next such time of day in Vietnam, and a minute past it."""
        now = datetime.fromisoformat((await self.get("/api/clock"))["now"]).astimezone(HERE)
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        if then <= now:
            then += timedelta(days=1)
        await self.advance(then - now + timedelta(minutes=1))

    async def quiet(self, seconds: float = PATIENCE) -> None:
        await self.get("/api/idle", timeout=str(seconds))


@asynccontextmanager
async def living(folder: Path, database: str = "") -> AsyncIterator[Living]:
    async with inhabited(settings(folder, database)) as village:
        yield village


@asynccontextmanager
async def inhabited(config: Config) -> AsyncIterator[Living]:
    """The commune that the settings name."""
    lay(config.url)
    async with open_demo(config, CONTENT) as demo:
        demo = replace(demo, app=replace(demo.app, follow_every=0.02))
        async with TestClient(TestServer(demo.web)) as client:
            running = asyncio.create_task(demo.app.run())
            try:
                yield Living(demo, client)
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running


def said(messages: list[dict[str, Any]]) -> str:
    return "\n".join(message["text"] for message in messages)
