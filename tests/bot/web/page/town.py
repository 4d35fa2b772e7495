"""The village the page is tried on, with its real HTTP interface, and what a test does there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from aiohttp import web
from playwright.async_api import Locator, Page, expect

from bot.platforms.base import OutgoingMessage
from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from bot.web.sandbox import sandbox_app

PHONE = (360, 740)
WIDE = (1280, 800)

# People and groups of the invented commune: a cadre on Telegram; a village head and a
# resident on Zalo, both in the group of households.
CADRE, HEAD, RESIDENT, GROUP = "nhap", "tre", "na", "zgr-ben-do-ho-dan"
# One red pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)

Open: TypeAlias = Callable[..., Awaitable[Page]]


@dataclass
class Town:
    """A village that can be served, stopped and served again at the same address."""

    village: Village
    telegram: Sandbox
    zalo: Sandbox
    ahead: timedelta = timedelta()
    port: int = 0
    runners: list[web.AppRunner] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 1, 0, tzinfo=UTC) + self.ahead

    async def advance(self, seconds: float) -> datetime:
        self.ahead += timedelta(seconds=seconds)
        return self.now()

    async def idle(self, seconds: float) -> bool:
        return seconds >= 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self) -> None:
        app = sandbox_app(
            self.village,
            (self.telegram, self.zalo),
            clock=self.now,
            idle=self.idle,
            advance=self.advance,
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self.port or int(runner.addresses[0][1])
        self.runners.append(runner)

    async def stop(self) -> None:
        while self.runners:
            await self.runners.pop().cleanup()

    async def bot_says(self, chat: str, text: str, *labels: str) -> str:
        """In a Telegram-style chat; button n carries `7.n`. The message's id."""
        buttons = tuple((label, f"7.{number}") for number, label in enumerate(labels))
        return (await self.telegram.send(OutgoingMessage(chat, text, buttons))).ids[0]

    async def texts(self, person: str, chat: str) -> list[str]:
        return [entry.text for entry in await self.village.messages(person, chat)]


def messages(page: Page, pane: int = 0) -> Locator:
    return page.locator(".pane").nth(pane).locator(".log .message")


async def delivered(page: Page, count: int = 1) -> None:
    """Waits until the village has confirmed that many; the page shows them before."""
    await expect(messages(page).locator(".about time")).to_have_count(count)


async def sticks_out(page: Page) -> int:
    """How many boxes have content wider than they are."""
    wider = """[document.documentElement, ...document.querySelectorAll(".scroll")]
        .filter((box) => box.scrollWidth > box.clientWidth).length"""
    return int(await page.evaluate(wider))


async def write(page: Page, text: str, pane: int = 0) -> None:
    await page.locator(".pane").nth(pane).locator("textarea").fill(text)
    await page.locator(".pane").nth(pane).locator(".send").click()
