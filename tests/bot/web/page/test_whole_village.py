"""The product's jobs with the real bot, as people do them: through the page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from tests.bot.web.page.town import PHONE, WIDE
from tests.living import PNG, Living, living

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEWS = "Sáng mai cắt nước từ 8 giờ để sửa ống, bà con tích nước dùng tạm."


@pytest_asyncio.fixture(loop_scope="module")
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path) as village:
        yield village


class Seat:
    """Somebody in front of the page, in their chat with the bot."""

    def __init__(self, page: Page, pane: int = 0) -> None:
        self.page = page
        self.pane: Locator = page.locator(".pane").nth(pane)

    async def write(self, text: str) -> None:
        await self.pane.locator("textarea").fill(text)
        await self.send()

    async def send(self) -> None:
        await self.pane.locator("button.send").click()

    async def choose(self, label: str) -> None:
        """Press the button, or send the number that stands before the label."""
        newest = self.pane.locator(".message").last
        await expect(newest).to_contain_text(label)
        button = newest.get_by_role("button", name=label)
        if await button.count():
            await button.first.click()
            return
        text = await newest.locator(".text").inner_text()
        number = re.search(rf"^(\d+)\. .*{re.escape(label)}", text, re.MULTILINE)
        await self.write(number[1] if number else label)

    async def reads(self, pattern: str) -> None:
        await expect(self.pane.locator(".message").last).to_contain_text(re.compile(pattern))


async def sit(browser: Browser, village: Living, size: tuple[int, int], *people: str) -> Page:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(10_000)
    place = "&".join(f"{person}/{person}" for person in people)
    await page.goto(str(village.client.make_url(f"/#{place}")))
    await expect(page.locator(".pane").first.locator("textarea")).to_be_visible()
    return page


async def test_two_people_side_by_side_a_report_and_its_answer(
    browser: Browser, village: Living
) -> None:
    resident = await village.person("resident", "zalo")
    home = (await village.groups(resident))[0]["place"]
    head = next(
        one["id"]
        for one in await village.get("/api/people")
        if one["role"] == "village_head" and one["place"] == home
    )
    page = await sit(browser, village, WIDE, resident, head)
    told, answering = Seat(page, 0), Seat(page, 1)
    await told.write("phản ánh")
    await told.choose("Đồng ý")
    await told.reads("gì|việc")
    await told.write("Nắp cống đầu ngõ bị vỡ")
    await told.reads("ở đâu|Ở đâu|chỗ nào")
    await told.write("Ngõ 2, gần giếng làng")
    photo = FilePayload(name="cong.png", mimeType="image/png", buffer=PNG)
    await told.pane.locator("input[type=file]").set_input_files(photo)
    await expect(told.pane.locator(".files li")).to_have_count(1)
    await told.send()
    await told.choose("Gửi")
    await told.reads(r"PA-\d+")
    await expect(answering.pane.locator(".message", has_text="Nắp cống")).to_be_visible()
    await expect(answering.pane.locator(".message img")).to_be_visible()
    await answering.write("PA-1 1")
    await answering.reads("trả lời")
    await answering.write("Chiều nay tổ thợ thay nắp mới")
    await answering.choose("Gửi")
    await told.reads("Chiều nay tổ thợ thay nắp mới")
    await page.close()


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_a_village_heads_announcement_reaches_just_the_chosen_group(
    browser: Browser, village: Living, style: str
) -> None:
    head = await village.person("village_head", style)
    page = await sit(browser, village, PHONE, head)
    seat = Seat(page)
    await seat.write("thông báo")
    await seat.reads("nội dung")
    await seat.write(NEWS)
    await seat.choose("Hộ dân")
    await seat.choose("Tiếp tục")
    await seat.choose("Gửi ngay")
    await seat.reads("1/1 nhóm")
    reached = []
    for group in await village.groups(head):
        heard = await village.heard(head, group["id"])
        reached += [group["segment"]] * sum(message["text"] == NEWS for message in heard)
    assert reached == ["households"]
    await page.close()
