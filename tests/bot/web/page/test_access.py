"""Usable by everybody: checked by axe-core, at any zoom, with keys alone."""

from __future__ import annotations

from importlib import resources
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.platforms.village import Upload
from tests.bot.web.page.town import (
    CADRE,
    GROUP,
    HEAD,
    PHONE,
    PIXEL,
    RESIDENT,
    WIDE,
    Open,
    Town,
    delivered,
    messages,
    sticks_out,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 120)).join(" | ")}`)"""


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(VIOLATIONS)
    return found


@pytest.mark.parametrize(
    ("size", "scheme"),
    [pytest.param(PHONE, "light", id="phone"), pytest.param(WIDE, "dark", id="wide, dark")],
)
async def test_axe_finds_nothing_to_mend(
    browser: Browser, town: Town, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    await town.bot_says(CADRE, "Chọn một việc", "Hỏi", "Phản ánh")
    files = [Upload("đèn.png", "image/png", PIXEL), Upload("đơn.pdf", "application/pdf", b"x")]
    await town.village.write(CADRE, CADRE, "Xem https://example.vn", files, (10.5, 105.9))
    await town.village.write(RESIDENT, GROUP, "Chào bà con")
    view: ViewportSize = {"width": size[0], "height": size[1]}
    context = await browser.new_context(viewport=view, color_scheme=scheme, bypass_csp=True)
    page = await context.new_page()
    await page.goto(town.address)
    await expect(page.locator("#jobs .job")).to_have_count(4)
    seen = {"the start": await violations(page)}
    await page.get_by_label("Tìm người").fill("nhap")
    seen["the people"] = await violations(page)
    await page.goto(f"{town.address}#{CADRE}")
    await expect(page.locator(".chats .row").first).to_be_visible()
    seen["the chats"] = await violations(page)
    await page.locator(f'.chats .row[data-id="{CADRE}"]').click()
    await expect(messages(page)).to_have_count(2)
    await page.get_by_role("button", name="Gửi ảnh, tệp, vị trí").click()
    await page.get_by_role("button", name="Vị trí", exact=True).click()
    seen["a conversation"] = await violations(page)
    await page.get_by_role("button", name="Xem ảnh").click()
    seen["a photo"] = await violations(page)
    await page.keyboard.press("Escape")
    await page.locator("#clock .now").click()
    seen["the clock"] = await violations(page)
    await page.goto(f"{town.address}#{HEAD}/{GROUP}&{CADRE}/{CADRE}&{CADRE}/{CADRE}")
    await expect(page.locator(".pane")).to_have_count(3)
    for owner, name in enumerate(("Ông Tre", "Nháp", "Nháp")):
        await expect(page.locator(".owner p").nth(owner)).to_contain_text(name)
    seen["three panes"] = await violations(page)
    assert {state: found for state, found in seen.items() if found} == {}
    await context.close()


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((640, 400), id="1280 at 200 percent"),
        pytest.param((320, 256), id="1280 at 400 percent"),
        pytest.param((320, 568), id="the smallest phone"),
    ],
)
async def test_zoomed_in_nothing_is_cut_off_and_one_can_still_write(
    visit: Open, town: Town, size: tuple[int, int]
) -> None:
    await town.bot_says(CADRE, "Chọn một việc " * 20, "Hỏi thủ tục", "Phản ánh", "Về đầu")
    page = await visit(f"{CADRE}/{CADRE}", size)
    await expect(messages(page)).to_have_count(1)
    assert await sticks_out(page) == 0
    for control in (page.locator("textarea"), page.locator("#language"), page.locator(".send")):
        await control.scroll_into_view_if_needed()
        await expect(control).to_be_in_viewport(ratio=0.9)
    page = await visit("", size)
    assert await sticks_out(page) == 0


async def test_what_fingers_press_is_large_enough(visit: Open, town: Town) -> None:
    await town.bot_says(CADRE, "Chọn một việc", "Hỏi", "Có")
    small = """[...document.querySelectorAll("button, textarea, input, .file")]
        .filter((one) => one.offsetParent && !one.classList.contains("unseen"))
        .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 44 || box.width < 36)
        .map(([html]) => html)"""
    page = await visit(f"{CADRE}/{CADRE}")
    await expect(messages(page)).to_have_count(1)
    assert await page.evaluate(small) == []
    page = await visit("")
    assert await page.evaluate(small) == []


async def test_with_keys_alone_one_comes_from_the_start_to_a_sent_message(
    visit: Open, town: Town
) -> None:
    page = await visit("", WIDE)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Tới cuộc trò chuyện")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Tìm người")).to_be_focused()
    await page.keyboard.type("chi na")
    await page.keyboard.press("Enter")
    await expect(page.locator(".chats h2")).to_have_text("Chị Na")
    await page.locator(".chats .row").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("textarea")).to_be_focused()
    await page.keyboard.type("Xin chào")
    await page.keyboard.press("Enter")
    await delivered(page)
    assert await town.texts(RESIDENT, RESIDENT) == ["Xin chào"]


async def test_what_arrives_in_the_open_chat_is_read_out_and_nothing_else(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{HEAD}/{GROUP}")
    await town.village.write(RESIDENT, GROUP, "Đường ngập rồi")
    await town.village.write(HEAD, HEAD, "việc riêng")
    await expect(page.locator("[aria-live=polite]")).to_have_text("Chị Na: Đường ngập rồi")
