"""A browser for all tests of the page, a village for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from bot.platforms.sandbox import Sandbox
from bot.platforms.village import Village
from content.commune import load_commune
from tests.bot.web.page.town import PHONE, Open, Town
from tests.living import Living, living
from tests.patience import PATIENCE

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell("no chromium on this machine; install Debian's package `chromium`")
    expect.set_options(timeout=1000 * PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock: list[Callable[[], datetime]] = []
    village = await Village.open(tmp_path, load_commune(), lambda: clock[0]())
    town = Town(village, Sandbox(village, style="telegram"), Sandbox(village, style="zalo"))
    clock.append(town.now)
    await town.serve()
    yield town
    await town.stop()
    await village.close()


@pytest_asyncio.fixture(loop_scope="session")
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    """With the real bot in it."""
    async with living(tmp_path) as village:
        yield village


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, town: Town) -> AsyncIterator[Open]:
    """Opens the page at `#place`; whatever the page complains of to its console fails the test."""
    complaints: list[str] = []
    contexts = []

    def listen(said: ConsoleMessage) -> None:
        if is_grave(said.text):
            complaints.append(said.text)

    async def visit(place: str = "", size: tuple[int, int] = PHONE) -> Page:
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", listen)
        await page.goto(f"{town.address}#{place}")
        await expect(page.locator(".pane").first.locator(".row").first).to_be_attached()
        return page

    yield visit
    for context in contexts:
        await context.close()
    assert complaints == []


def is_grave(complaint: str) -> bool:
    """Answers that are meant to fail, and a stopped server, are noted there too."""
    return "Failed to load resource" not in complaint and "ERR_" not in complaint
