"""Somebody in front of the page, with the real bot at the other end."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.living import Living
from tests.patience import PATIENCE


class Seat:
    """One of the people on a page, in the chat that is open."""

    def __init__(self, page: Page, pane: int = 0) -> None:
        self.page = page
        self.pane: Locator = page.locator(".pane").nth(pane)

    async def write(self, text: str) -> None:
        await self.pane.locator("textarea").fill(text)
        await self.send()

    async def send(self) -> None:
        await self.pane.locator("button.send").click()

    async def choose(self, label: str) -> None:
        """Press the button and see that the bot has heard it, as people do before the next press;
        or send the number that stands before the label."""
        newest = self.pane.locator(".message:not(.mine)").last
        await expect(newest).to_contain_text(label)
        button = newest.get_by_role("button", name=label)
        if await button.count():
            before = await newest.inner_text()
            await button.first.click()
            await expect(newest).not_to_have_text(before, use_inner_text=True)
            return
        text = await newest.locator(".text").inner_text()
        number = re.search(rf"^(\d+)\. .*{re.escape(label)}", text, re.MULTILINE)
        await self.write(number[1] if number else label)

    async def reads(self, pattern: str) -> None:
        newest = self.pane.locator(".message:not(.mine)").last
        await expect(newest).to_contain_text(re.compile(pattern, re.DOTALL))


async def sit(browser: Browser, village: Living, size: tuple[int, int], *people: str) -> Page:
    """Each in their private chat, or in the chat given as `person/chat`."""
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(1000 * PATIENCE)
    place = "&".join(one if "/" in one else f"{one}/{one}" for one in people)
    await page.goto(str(village.client.make_url(f"/#{place}")))
    await expect(page.locator(".pane").first.locator("textarea")).to_be_visible()
    return page
