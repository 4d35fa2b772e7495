"""The page as a whole, driven in a real browser: who, where, when, and what if it breaks.

The village and its HTTP interface are the real ones; the test itself speaks for the bot.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Response, Route, expect

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
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

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
    await page.get_by_role("button", name="Thêm người").click()
    second = page.locator(".pane").nth(1)
    await second.locator(f'.people .row[data-id="{RESIDENT}"]').click()
    await second.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await write(page, "Mai họp thôn", pane=0)
    await expect(messages(page, pane=1)).to_contain_text(["Ông TreMai họp thôn"])
    await write(page, "Vâng ạ", pane=1)
    await expect(messages(page, pane=0).last).to_contain_text("Chị NaVâng ạ")
    await second.get_by_role("button", name="Đóng khung này").click()
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


async def test_on_a_phone_several_people_share_the_screen_by_tabs(visit: Open, town: Town) -> None:
    page = await visit(f"{HEAD}/{GROUP}&{RESIDENT}/{GROUP}")
    tabs = page.get_by_role("navigation", name="Những người đang mở")
    await expect(page.locator(".pane:visible")).to_have_count(1)
    await write(page, "Mai họp thôn", pane=0)
    await expect(tabs.get_by_role("button", name="Chị Na 1 tin chưa đọc")).to_be_visible()
    await tabs.get_by_role("button", name="Chị Na").click()
    await expect(messages(page, pane=1)).to_contain_text(["Ông TreMai họp thôn"])
    await expect(tabs.get_by_role("button", name="Chị Na").first).to_have_text("Chị Na")
    await page.reload()
    await expect(page.locator(".pane").nth(1)).to_be_visible()
    await expect(page.locator(".pane:visible")).to_have_count(1)
    await tabs.get_by_role("button", name="Đóng Chị Na").click()
    await expect(page.locator(".chat h2")).to_be_visible()
    await expect(tabs).to_be_hidden()


async def test_three_people_fit_on_a_desk_and_no_fourth(visit: Open) -> None:
    page = await visit(f"{HEAD}/{GROUP}&{RESIDENT}/{GROUP}&{CADRE}", (1920, 1080))
    await expect(page.locator(".pane:visible")).to_have_count(3)
    await expect(page.get_by_role("region", name="Bạn là Chị Na · Người dân")).to_be_visible()
    await expect(page.get_by_role("button", name="Thêm người")).to_be_hidden()


async def test_esc_goes_back_one_step_and_arrows_move_along_a_list(visit: Open) -> None:
    page = await visit(f"{RESIDENT}/{GROUP}")
    await page.get_by_role("button", name="Gửi ảnh, tệp, vị trí").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Ảnh hoặc tệp")).to_be_hidden()
    await page.keyboard.press("Escape")
    row = page.locator(f'.chats .row[data-id="{GROUP}"]')
    await expect(row).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".chats .row").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", name="Bạn là ai?")).to_be_visible()


async def test_the_clock_of_the_village_is_shown_and_moved(visit: Open, town: Town) -> None:
    page = await visit("", WIDE)
    await page.clock.set_fixed_time(datetime.now(UTC))  # the village's stands still too
    now = page.locator("#now")
    await expect(now).to_have_text("Chủ Nhật 22/11 · 08:00", use_inner_text=True)
    for choice, after in [
        ("+1 giờ", "Chủ Nhật 22/11 · 09:00"),
        ("đến 17:00 hôm nay", "Chủ Nhật 22/11 · 17:00"),
        ("đến 5:30 sáng mai", "Thứ Hai 23/11 · 05:30"),
        ("đến 17:00 hôm nay", "Thứ Hai 23/11 · 17:00"),
        ("+1 ngày", "Thứ Ba 24/11 · 17:00"),
    ]:
        await page.locator("#clock .now").click()
        await page.get_by_role("button", name=choice).click()
        await expect(now).to_have_text(after, use_inner_text=True)
    assert town.ahead == timedelta(days=2, hours=9)
    await page.locator("#clock .now").click()
    await expect(page.get_by_role("button", name="đến 17:00 ngày mai")).to_be_visible()


async def test_a_moving_clock_says_so_and_one_that_goes_no_further_too(visit: Open) -> None:
    page = await visit("")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def refuse(route: Route) -> None:
        if route.request.method == "GET":
            await route.fallback()
            return
        asked.set()
        await go_on.wait()
        await route.fulfill(status=400, json={"error": ""})

    await page.route("**/api/clock", refuse)
    await page.locator("#clock .now").click()
    await page.get_by_role("button", name="+1 ngày").click()
    await asked.wait()
    await expect(page.locator("#now")).to_have_text("Đồng hồ đang chạy…")
    go_on.set()
    await expect(page.locator("#trouble")).to_contain_text("không đi xa hơn được nữa")
    await expect(page.locator("#now")).to_contain_text("08:00")


async def test_the_page_speaks_english_when_asked_and_keeps_what_was_being_written(
    visit: Open,
) -> None:
    page = await visit(f"{RESIDENT}/{GROUP}")
    await page.locator("textarea").fill("đang viết dở")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    await expect(page.locator("textarea")).to_have_value("đang viết dở")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator(".chat .titles p")).to_have_text("Thôn Bến Đò · Households")
    await page.get_by_role("button", name="Tiếng Việt").click()
    await expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_visible()


async def test_a_stopped_program_is_told_calmly_and_what_was_missed_comes_after_it_is_back(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    edited = await town.bot_says(CADRE, "Đang gửi: 1/8")
    await expect(messages(page)).to_have_count(1)
    await town.stop()
    await expect(page.locator("#trouble")).to_contain_text("Đang nối lại")
    await town.telegram.send(OutgoingEdit(CADRE, edited, "Đang gửi: 8/8"))
    await town.bot_says(CADRE, "Đã gửi xong")
    await town.serve()
    await expect(messages(page)).to_contain_text(["Đang gửi: 8/8", "Đã gửi xong"])
    await expect(page.locator("#trouble")).to_be_hidden()


async def test_a_person_and_a_chat_that_do_not_exist_fall_back_to_a_list(visit: Open) -> None:
    page = await visit("nobody/nowhere")
    await expect(page.get_by_role("heading", name="Bạn là ai?")).to_be_visible()
    page = await visit(f"{RESIDENT}/nowhere")
    await expect(page.locator(".chats h2")).to_have_text("Chị Na")


async def test_the_first_load_is_small(browser: Browser, town: Town) -> None:
    page = await browser.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    await page.goto(town.address)
    await expect(page.locator(".people .row").first).to_be_visible()
    await expect(page.locator("#jobs .job")).to_have_count(4)
    finished = [one for one in answers if not one.url.endswith("/api/events")]
    sizes = [await one.request.sizes() for one in finished]
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) <= 100_000
    await page.close()


@pytest.mark.asyncio(loop_scope="function")
async def test_the_page_asks_nothing_of_the_outside_and_makes_no_markup_of_text() -> None:
    files = {path.name: path.read_text("utf-8") for path in sorted(PAGE.iterdir())}
    assert {"index.html", "app.js", "style.css"} <= files.keys()
    for name, text in files.items():
        plain = text.replace("http://www.w3.org/2000/svg", "")
        found = re.findall(r"(?:https?:)?//[a-z]|innerHTML|insertAdjacentHTML|eval\(", plain)
        assert (name, found) == (name, [])
    assert re.findall(r"<script>|<style| style=| on[a-z]+=\"", files["index.html"]) == []


YOUNGER = (
    r":has\(|:is\(|:where\(|\d[dsl]v[hw]\b|(?<!-)(?:inset|aspect-ratio|gap):|accent-color",
    r"\?\?=|\|\|=|&&=|\.at\(|replaceAll|replaceChildren|structuredClone|randomUUID",
    r"showModal|\.inert\b|Object\.hasOwn|findLast|Promise\.any|^await |^\s+#\w+[;(=]|^  static ",
)


@pytest.mark.asyncio(loop_scope="function")
async def test_nothing_younger_than_the_browsers_of_2020_is_used() -> None:
    files = [path for path in sorted(PAGE.iterdir()) if path.suffix in {".css", ".js"}]
    assert len(files) > 10
    for path in files:
        found = re.findall("|".join(YOUNGER), path.read_text("utf-8"), re.MULTILINE)
        assert (path.name, found) == (path.name, [])


@pytest.mark.asyncio(loop_scope="function")
async def test_every_word_of_the_page_has_both_languages() -> None:
    html, english, vietnamese = (
        (PAGE / name).read_text("utf-8") for name in ("index.html", "en.js", "vi.js")
    )
    page = english[english.index("const page") : english.index("export const en")]
    asked = set(re.findall(r'data-say(?:-label|-hint)?="(\w+)"', html))
    assert asked == set(re.findall(r"^  (\w+):", page, re.MULTILINE))
    spoken = re.findall(r"^  (\w+):", english[english.index("export const en") :], re.MULTILINE)
    first = vietnamese.index("export const vi")
    assert re.findall(r"^  (\w+):", vietnamese[first:], re.MULTILINE) == [
        key for key in spoken if key != "page"
    ]
