"""The first minute of somebody new: the guide opens who is needed, has the words ready, and
ticks off what really happened."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.bot.web.page.seat import Seat
from tests.bot.web.page.town import PHONE, WIDE
from tests.living import Living
from tests.patience import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def arrive(browser: Browser, village: Living, size: tuple[int, int]) -> Page:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(1000 * PATIENCE)
    await page.goto(str(village.client.make_url("/")))
    await expect(page.locator("#jobs .job")).to_have_count(4)
    return page


async def begin(page: Page, job: str) -> None:
    await page.locator("#jobs").get_by_role("button", name=job).click()


async def say(page: Page, words: str, pane: int) -> None:
    """By the guide's button; then only "Gửi" is left."""
    await page.get_by_role("button", name=f"Điền sẵn: {words}").click()
    line = page.locator(".pane").nth(pane).locator("textarea")
    await expect(line).to_be_focused()
    await expect(line).to_have_value(re.compile(re.escape(words)))
    await page.locator(".pane").nth(pane).locator(".send").click()


async def test_all_four_jobs_are_done_by_following_the_guide(
    browser: Browser, village: Living
) -> None:
    page = await arrive(browser, village, WIDE)
    await begin(page, "Hỏi thủ tục")
    await say(page, "Làm giấy khai sinh", 0)
    await Seat(page).reads("Nguồn:")
    await expect(page.locator("#guide h2")).to_contain_text("1/4")
    await page.get_by_role("button", name="Tiếp: Gửi phản ánh").click()
    await report(page)
    await expect(page.locator("#guide h2")).to_contain_text("2/4")
    await page.get_by_role("button", name="Tiếp: Gửi thông báo").click()
    await say(page, "Thông báo", 0)
    head, group = Seat(page, 0), Seat(page, 1)
    await head.reads("nội dung")
    await say(page, "Sáng mai 7 giờ", 0)
    for choice in ("Hộ dân", "Tiếp tục", "Gửi ngay"):
        await head.choose(choice)
    await group.reads("Sáng mai 7 giờ")
    await expect(page.locator("#guide h2")).to_contain_text("3/4")
    await page.get_by_role("button", name="Tiếp: Hẹn giờ bản tin").click()
    await say(page, "Bản tin", 0)
    for choice in ("Thêm bản tin", "Bản tin sáng", "Hộ dân", "Tiếp tục"):
        await head.choose(choice)
    await head.reads("Gửi vào lúc nào")
    await say(page, "5 giờ 30 sáng hằng ngày", 0)
    for choice in ("Không có", "Bắt đầu"):
        await head.choose(choice)
    await head.reads("đã bắt đầu")
    await page.locator("#jobs").get_by_role("button", name="đến 5:30 sáng").click()
    await group.reads("📢 Bản tin sáng")
    await expect(page.locator("#guide")).to_contain_text("Xong cả bốn việc!")
    await page.close()


async def test_words_asked_for_before_the_chat_has_come_wait_for_it(
    browser: Browser, village: Living
) -> None:
    """On a slow line the ready words are pressed while the chats are still on their way."""
    page = await arrive(browser, village, WIDE)
    asked, let = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await let.wait()
        await route.continue_()

    await page.route("**/api/chats*", hold)
    await begin(page, "Hỏi thủ tục")
    await page.get_by_role("button", name="Điền sẵn: Làm giấy khai sinh").click()
    await asked.wait()
    let.set()
    line = page.locator(".pane textarea")
    await expect(line).to_have_value("Làm giấy khai sinh cần gì?")
    await expect(line).to_be_focused()
    await page.close()


async def report(page: Page) -> None:
    resident, head = Seat(page, 0), Seat(page, 1)
    await say(page, "Tôi muốn phản ánh", 0)
    await resident.choose("Đồng ý")
    await resident.reads("chỗ nào")
    await resident.write("Đầu ngõ 2")
    await resident.choose("Không có ảnh")
    await resident.choose("Gửi")
    await resident.reads(r"PA-\d+")
    await head.choose("Trả lời")
    await head.reads("viết câu trả lời")
    await say(page, "Tối nay thôn cho người", 1)
    await head.choose("Gửi")
    await resident.reads("Tối nay thôn cho người")


async def test_on_a_phone_the_guide_shows_one_move_at_a_time(
    browser: Browser, village: Living
) -> None:
    page = await arrive(browser, village, PHONE)
    await begin(page, "Gửi phản ánh")
    await expect(page.locator("#jobs .moves li:visible")).to_have_count(1)
    await expect(page.locator("#guide")).to_contain_text("Anh Khế nhắn:")
    tabs = page.get_by_role("navigation", name="Những người đang mở")
    await tabs.get_by_role("button", name="Bà Lúa").click()
    await say(page, "Tôi muốn phản ánh", 0)
    await expect(page.locator(".pane").first.locator("textarea")).to_be_visible()
    await page.get_by_role("button", name="Các việc thử").click()
    await expect(page.locator("#jobs .title:visible")).to_have_count(4)
    await page.close()


async def test_the_guide_ticks_what_was_done_without_it_and_stays_closed_when_closed(
    browser: Browser, village: Living
) -> None:
    await village.say(await village.person("resident", "zalo"), "lam giay khai sinh can gi")
    page = await arrive(browser, village, WIDE)
    await expect(page.locator("#jobs .done")).to_have_count(1)
    await page.get_by_role("button", name="Đóng phần hướng dẫn").click()
    await expect(page.locator("#guide")).to_be_hidden()
    await expect(page.get_by_role("button", name="Hãy thử 1/4")).to_be_focused()
    await page.reload()
    await expect(page.locator("#guide-count")).to_have_text("1/4")
    await expect(page.locator("#guide")).to_be_hidden()
    await page.get_by_role("button", name="Hãy thử 1/4").click()
    await expect(page.locator("#guide")).to_be_visible()
    await page.close()
