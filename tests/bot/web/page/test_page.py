"""The page as a whole, driven in a real browser: who, where, when, and what if it breaks.

The village and its HTTP interface are the real ones; the test itself speaks for the bot.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.platforms.base import OutgoingEdit
from tests.bot.web.page.town import (
    CADRE,
    GROUP,
    HEAD,
    PHONE,
    RESIDENT,
    WIDE,
    Open,
    Town,
    messages,
    sticks_out,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = Path(__file__).parents[4] / "bot" / "web" / "page"
NARROW_AND_WIDE = pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])


async def test_a_person_is_found_without_accents_and_sees_their_chats_private_first(
    visit: Open,
) -> None:
    page = await visit()
    await page.get_by_label("Tìm người").fill("chi na ben do")
    await expect(page.locator(".people .row:visible")).to_have_count(1)
    await page.locator(".people .row:visible").click()
    await expect(page.locator(".chats h2")).to_have_text("Chị Na")
    rows = page.locator(".chats .row")
    await expect(rows.first).to_contain_text("Trò chuyện riêng")
    await expect(rows.nth(1)).to_contain_text("Thôn Bến Đò · Hộ dân")


async def test_a_search_that_finds_nobody_says_so(visit: Open) -> None:
    page = await visit()
    await page.get_by_label("Tìm người").fill("xyzxyz")
    await expect(page.get_by_text("Không thấy ai như vậy")).to_be_visible()


async def test_two_people_side_by_side_see_each_other_write_in_their_group(visit: Open) -> None:
    page = await visit(f"{HEAD}/{GROUP}", WIDE)
    await page.get_by_role("button", name="+ Thêm người").click()
    second = page.locator(".pane").nth(1)
    await second.locator(f'.people .row[data-id="{RESIDENT}"]').click()
    await second.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await write(page, "Mai họp thôn", pane=0)
    await expect(messages(page, pane=1)).to_contain_text(["Ông TreMai họp thôn"])
    await write(page, "Vâng ạ", pane=1)
    await expect(messages(page, pane=0).last).to_contain_text("Chị NaVâng ạ")
    await second.get_by_role("button", name="Đóng khung này").locator("visible=true").click()
    await expect(page.locator(".pane")).to_have_count(1)
    await expect(messages(page)).to_have_count(2)


async def test_on_a_phone_one_view_is_shown_and_both_ways_back_agree(visit: Open) -> None:
    page = await visit(RESIDENT)
    await page.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await expect(page.locator(".view:visible")).to_have_count(1)
    await expect(page.locator(".chat h2")).to_have_text("Các hộ dân thôn Bến Đò")
    await page.go_back()
    await expect(page.locator(".chats .row").first).to_be_visible()
    await page.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await page.locator(".chat .back").click()
    await expect(page.locator(".chats .row").first).to_be_visible()
    await page.locator(".chats .back").click()
    await expect(page.get_by_role("heading", name="Bạn là ai?")).to_be_visible()


@NARROW_AND_WIDE
async def test_a_reload_keeps_the_place(visit: Open, size: tuple[int, int]) -> None:
    page = await visit("", size)
    await page.locator(f'.people .row[data-id="{HEAD}"]').click()
    await page.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await page.reload()
    await expect(page.locator(".chat h2")).to_have_text("Các hộ dân thôn Bến Đò")
    await expect(page.locator(".chat h2")).to_be_visible()


async def test_the_clock_of_the_village_is_shown_and_moved(visit: Open, town: Town) -> None:
    page = await visit()
    await expect(page.locator("#now")).to_have_text("22/11 08:00")
    await page.get_by_role("button", name="thêm 1 ngày").click()
    await expect(page.locator("#now")).to_have_text("23/11 08:00")
    await page.get_by_role("button", name="thêm 1 giờ").click()
    await expect(page.locator("#now")).to_have_text("23/11 09:00")
    assert town.ahead == timedelta(days=1, hours=1)


@pytest.mark.parametrize(
    ("suggestion", "about", "words"),
    [
        pytest.param("hỏi", "Người dân", "lam giay khai sinh can gi", id="a question"),
        pytest.param("báo đèn", "Người dân", re.compile("đèn đường"), id="a report"),
        pytest.param("làm cán bộ", "Cán bộ", "/thongbao", id="an announcement"),
    ],
)
async def test_a_suggestion_leads_to_the_bot_with_the_words_ready(
    visit: Open, suggestion: str, about: str, words: str | re.Pattern[str]
) -> None:
    page = await visit("", WIDE)
    await page.locator("#tips").get_by_role("button", name=suggestion).click()
    await expect(page.locator("textarea")).to_have_value(words)
    await expect(page.locator("textarea")).to_be_focused()
    await expect(page.locator(".chats .head")).to_contain_text(about)
    await expect(page.locator(".chat .titles p")).to_contain_text("Trò chuyện riêng")


async def test_the_suggestions_stay_closed_after_a_reload(visit: Open) -> None:
    page = await visit()
    await page.get_by_role("button", name="Đóng gợi ý").click()
    await page.reload()
    await expect(page.locator(".people .row").first).to_be_visible()
    await expect(page.locator("#tips")).to_be_hidden()


async def test_a_stopped_program_is_named_and_what_was_missed_comes_after_it_is_back(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    edited = await town.bot_says(CADRE, "Đang gửi: 1/8")
    await expect(messages(page)).to_have_count(1)
    await town.stop()
    await expect(page.locator("#trouble")).to_contain_text("Kiểm tra cửa sổ dòng lệnh")
    await write(page, "chưa gửi được")
    await expect(page.locator(".chat .error")).to_contain_text("Mất kết nối")
    await town.telegram.send(OutgoingEdit(CADRE, edited, "Đang gửi: 8/8"))
    await town.bot_says(CADRE, "Đã gửi xong")
    await town.serve()
    await expect(messages(page)).to_contain_text(["Đang gửi: 8/8", "Đã gửi xong"], timeout=20_000)
    await expect(page.locator("#trouble")).to_be_hidden()
    await expect(page.locator(".chat .error")).to_be_hidden()
    await expect(page.locator("textarea")).to_have_value("chưa gửi được")


async def test_a_person_and_a_chat_that_do_not_exist_fall_back_to_a_list(visit: Open) -> None:
    page = await visit("nobody/nowhere")
    await expect(page.get_by_role("heading", name="Bạn là ai?")).to_be_visible()
    page = await visit(f"{RESIDENT}/nowhere")
    await expect(page.locator(".chats h2")).to_have_text("Chị Na")


@NARROW_AND_WIDE
async def test_every_control_has_a_name_and_nothing_sticks_out(
    visit: Open, town: Town, size: tuple[int, int]
) -> None:
    await town.bot_says(CADRE, "Chọn một việc", "Hỏi", "Phản ánh")
    page = await visit(f"{CADRE}/{CADRE}", size)
    await expect(messages(page)).to_have_count(1)
    unnamed = """[...document.querySelectorAll("button, input, textarea")].filter((control) =>
        !(control.getAttribute("aria-label") || control.textContent
          || (control.labels[0] && control.labels[0].textContent)).trim()).length"""
    assert await page.evaluate(unnamed) == 0
    assert await sticks_out(page) == 0


@pytest.mark.asyncio(loop_scope="function")
async def test_the_page_is_small_and_asks_nothing_of_the_outside() -> None:
    files = {path.name: path.read_text("utf-8") for path in sorted(PAGE.iterdir())}
    assert {"index.html", "app.js", "style.css"} <= files.keys()
    assert sum(len(text.encode()) for text in files.values()) <= 60_000
    for name, text in files.items():
        plain = text.replace("http://www.w3.org/2000/svg", "")
        found = re.findall(r"(?:https?:)?//[a-z]|innerHTML|insertAdjacentHTML|eval\(", plain)
        assert (name, found) == (name, [])
    assert re.findall(r"<script>|<style| style=| on[a-z]+=\"", files["index.html"]) == []
