"""A commune of its own to serve, with a bot on a platform where nobody writes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from bot.config import BotConfig, Config
from bot.founding import Names, commune_toml
from bot.platforms.base import Limits, Outgoing, RawUpdate, Sent, Store
from bot.platforms.sandbox import LIMITS
from handlers.messages import Attachment, Incoming

CANARY = "7654321:AACanaryCanaryCanaryCanaryCanaryCanary"
BOT = BotConfig("thon", "telegram", "xa-may", "LOALANG_SERVED")


class Quiet:
    """A platform on which nobody writes."""

    name = "telegram"
    limits: Limits = LIMITS["telegram"]
    mention = link = ""

    def __init__(self) -> None:
        self.closed = False
        self.called: list[bytes] = []

    async def receive(self, store: Store) -> None:
        await asyncio.Event().wait()

    async def understand(self, update: RawUpdate) -> Incoming | None:
        return None

    async def send(self, outgoing: Outgoing) -> Sent:
        return Sent()

    async def fetch(self, file: Attachment, to: Path) -> None:
        raise AssertionError

    async def hook(self, request: web.Request) -> web.Response:
        self.called.append(await request.read())
        return web.Response()

    async def aclose(self) -> None:
        self.closed = True


def settings(folder: Path, *villages: str, **more: object) -> Config:
    """A commune of its own, with one bot."""
    content = folder / "content"
    content.mkdir(exist_ok=True)
    names = Names("Xã Mây", villages or ("Thôn Đông",))
    (content / "commune.toml").write_text(commune_toml(names), encoding="utf-8")
    config = Config(data=str(folder / "data"), content=str(content), bots=(BOT,))
    return replace(config, **more)  # type: ignore[arg-type]
