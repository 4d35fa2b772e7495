"""Reading, writing and pressing in one chat, in a real browser."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import FilePayload, Route, expect

from bot.platforms.base import OutgoingDelete, OutgoingEdit
from bot.platforms.village import Upload
from tests.bot.web.page.town import (
    CADRE,
    GROUP,
    HEAD,
    PIXEL,
    RESIDENT,
    WIDE,
    Open,
    Town,
    delivered,
    messages,
    sticks_out,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<img src=x onerror=alert(1)><b>đậm</b>", id="html"),
        pytest.param("**đậm** _nghiêng_ [a](b) `c`", id="markdown"),
        pytest.param("dòng một\n   dòng hai", id="two lines"),
        pytest.param("javascript:alert(1) data:text/html,x", id="addresses that are no links"),
        pytest.param("x" * 3000, id="one long word"),
    ],
)
async def test_what_is_written_is_stored_and_shown_to_the_letter(
    visit: Open, town: Town, text: str
) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await write(page, text)
    shown = messages(page).locator(".text")
    await expect(shown).to_have_count(1)
    assert await shown.evaluate("element => element.textContent") == text
    assert await shown.evaluate("element => element.children.length") == 0
    await delivered(page)
    assert await town.texts(RESIDENT, RESIDENT) == [text]
    await expect(page.locator("textarea")).to_have_value("")
    assert await sticks_out(page) == 0


async def test_only_web_addresses_become_links(visit: Open) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await write(page, "xem (https://example.vn/a?b=1&c=2). rồi ftp://example.vn")
    link = messages(page).locator("a")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", "https://example.vn/a?b=1&c=2")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))


async def test_enter_sends_and_shift_enter_makes_a_new_line(visit: Open, town: Town) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}", WIDE)
    await page.locator("textarea").press_sequentially("một")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("hai")
    await page.keyboard.press("Enter")
    await delivered(page)
    assert await town.texts(RESIDENT, RESIDENT) == ["một\nhai"]


async def test_a_message_arrives_live_and_is_marked_unread_until_its_chat_is_opened(
    visit: Open, town: Town
) -> None:
    page = await visit(HEAD)
    await town.village.write(RESIDENT, GROUP, "Đường vào xóm ngập rồi")
    row = page.locator(f'.chats .row[data-id="{GROUP}"]')
    await expect(row.locator(".badge")).to_have_text("1")
    await expect(row.locator(".preview")).to_have_text("Chị Na: Đường vào xóm ngập rồi")
    await row.click()
    await expect(messages(page)).to_contain_text(["Đường vào xóm ngập rồi"])
    await page.locator(".chat .back").click()
    await expect(row).to_be_focused()
    await expect(row.locator(".badge")).to_have_count(0)


async def test_what_arrives_while_its_chat_is_still_being_asked_for_is_kept(
    visit: Open, town: Town
) -> None:
    page = await visit(CADRE)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch()
        asked.set()
        await go_on.wait()
        await route.fulfill(response=response)

    await page.route("**/api/messages?*", hold)
    await page.locator(f'.chats .row[data-id="{CADRE}"]').click()
    await asked.wait()
    await town.bot_says(CADRE, "một")
    await expect(messages(page)).to_have_count(1)
    async with page.expect_response("**/api/messages?*"):
        go_on.set()
    await town.bot_says(CADRE, "hai")
    await expect(messages(page).locator(".text")).to_have_text(["một", "hai"])


async def test_a_button_is_pressed_and_the_bot_hears_it(visit: Open, town: Town) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    message = await town.bot_says(CADRE, "Gửi chứ?", "Gửi", "Thôi")
    for label in ("Thôi", "Gửi"):
        await messages(page).get_by_role("button", name=label).click()
        await expect(messages(page).locator(".buttons[aria-busy]")).to_have_count(0)
    heard = [update.body for update in await town.village.waiting("telegram")]
    assert len(heard) == 2
    assert b'"7.1"' in heard[0]
    assert b'"7.0"' in heard[1]
    assert message.encode() in heard[1]


async def test_a_press_on_a_menu_that_is_gone_says_what_to_do(visit: Open, town: Town) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    await town.bot_says(CADRE, "Gửi chứ?", "Gửi")
    await page.route("**/api/presses", lambda route: route.fulfill(status=409, json={"error": ""}))
    await messages(page).get_by_role("button", name="Gửi").click()
    await expect(page.locator(".chat .error")).to_contain_text("Lựa chọn này đã đóng.")


async def test_an_edit_and_a_deletion_appear_where_the_message_stands(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    first = await town.bot_says(CADRE, "Đang gửi: 1/8", "Dừng")
    await town.bot_says(CADRE, "Tin sau")
    await messages(page).get_by_role("button", name="Dừng").focus()
    await town.telegram.send(OutgoingEdit(CADRE, first, "Đang gửi: 5/8", (("Dừng", "8.0"),)))
    await expect(messages(page).nth(0)).to_contain_text("Đang gửi: 5/8đã sửa")
    await expect(messages(page).get_by_role("button", name="Dừng")).to_be_focused()
    await town.telegram.send(OutgoingDelete(CADRE, first))
    await expect(messages(page).nth(0)).to_contain_text("Tin nhắn đã thu hồi")
    await expect(messages(page).nth(0)).not_to_contain_text("Đang gửi")
    await expect(messages(page).get_by_role("button")).to_have_count(0)
    await expect(messages(page)).to_have_count(2)


async def test_a_photo_is_attached_and_shown(visit: Open, town: Town) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="đèn hỏng.png", mimeType="image/png", buffer=PIXEL)
    )
    await expect(page.get_by_role("list", name="Tệp sẽ gửi")).to_contain_text("đèn hỏng.png")
    await write(page, "Đèn đây ạ")
    photo = messages(page).get_by_role("img", name="đèn hỏng.png")
    await expect(photo).to_be_visible()
    await expect(photo).to_have_js_property("naturalWidth", 1)
    [entry] = await town.village.messages(RESIDENT, RESIDENT)
    assert [file.size for file in entry.attachments] == [len(PIXEL)]
    await expect(page.locator(".files li")).to_have_count(0)


async def test_a_photo_is_seen_whole_and_put_away_again(visit: Open, town: Town) -> None:
    await town.village.write(RESIDENT, GROUP, "", [Upload("cống vỡ.png", "image/png", PIXEL)])
    page = await visit(f"{HEAD}/{GROUP}")
    small = page.get_by_role("button", name="Xem ảnh cống vỡ.png")
    await small.click()
    whole = page.get_by_role("dialog", name="Ảnh")
    await expect(whole.get_by_role("img", name="cống vỡ.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(whole).to_be_hidden()
    await expect(small).to_be_focused()
    await expect(page.locator(".chat h2")).to_be_visible()


async def test_a_file_shows_its_name_and_size(visit: Open, town: Town) -> None:
    await town.village.write(
        RESIDENT, RESIDENT, "", [Upload("đơn.pdf", "application/pdf", bytes(2400))]
    )
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    link = messages(page).get_by_role("link", name="đơn.pdf 2 kB")
    await expect(link).to_have_attribute("rel", "noopener")


async def test_a_place_is_offered_and_a_wrong_one_is_refused_with_an_example(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await page.get_by_role("button", name="Gửi ảnh, tệp, vị trí").click()
    await page.get_by_role("button", name="Vị trí", exact=True).click()
    await expect(page.get_by_text("Đã điền sẵn một điểm ở Thôn Bến Đò")).to_be_visible()
    await page.get_by_label("Vĩ độ").fill("910")
    await page.get_by_role("button", name="Gửi vị trí").click()
    await expect(page.locator(".chat .error")).to_contain_text("ví dụ 10.2541")
    await page.get_by_label("Vĩ độ").fill("10,5")
    await page.get_by_label("Kinh độ").fill("105.9")
    await page.get_by_role("button", name="Gửi vị trí").click()
    await expect(messages(page).locator(".spot")).to_have_text("Vị trí 10.5, 105.9")
    await delivered(page)
    [entry] = await town.village.messages(RESIDENT, RESIDENT)
    assert entry.location == (10.5, 105.9)


async def test_a_very_long_text_is_folded_until_it_is_asked_for(visit: Open, town: Town) -> None:
    await town.village.write(RESIDENT, RESIDENT, "bà con ơi " * 400)
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    text = messages(page).locator(".text")
    before = await text.evaluate("element => element.clientHeight")
    await page.get_by_role("button", name="Xem hết").click()
    await expect(page.get_by_role("button", name="Xem hết")).to_have_count(0)
    assert await text.evaluate("element => element.clientHeight") > before


async def test_while_a_press_is_under_way_a_second_one_does_nothing(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{CADRE}/{CADRE}")
    await town.bot_says(CADRE, "Gửi chứ?", "Gửi", "Thôi")
    asked, go_on, count = asyncio.Event(), asyncio.Event(), 0

    async def hold(route: Route) -> None:
        nonlocal count
        count += 1
        asked.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/api/presses", hold)
    await messages(page).get_by_role("button", name="Gửi").click()
    await asked.wait()
    await expect(messages(page).locator(".buttons")).to_have_attribute("aria-busy", "true")
    await messages(page).get_by_role("button", name="Thôi").click()
    go_on.set()
    await expect(messages(page).locator(".buttons[aria-busy]")).to_have_count(0)
    assert count == 1


async def test_a_group_cut_off_says_so_and_is_mended(visit: Open, town: Town) -> None:
    page = await visit(f"{HEAD}/{GROUP}")
    await page.get_by_role("button", name="Thử cho nhóm này mất mạng").click()
    await expect(page.get_by_text("Nhóm này đang mất mạng")).to_be_visible()
    assert town.village.is_cut(GROUP)
    await page.get_by_role("button", name="Nối lại").click()
    await expect(page.get_by_text("Nhóm này đang mất mạng")).to_be_hidden()
    assert not town.village.is_cut(GROUP)


async def test_a_tap_calls_the_bot_by_its_name_in_a_group(visit: Open) -> None:
    page = await visit(f"{HEAD}/{GROUP}")
    await page.locator("textarea").fill("cho hỏi")
    await page.get_by_role("button", name="Gọi bot").click()
    await page.get_by_role("button", name="Gọi bot").click()
    await expect(page.locator("textarea")).to_have_value("@Bot Loa Làng cho hỏi")


async def test_the_list_of_chats_shows_what_the_bot_said_last(visit: Open, town: Town) -> None:
    await town.bot_says(CADRE, "Chào anh/chị")
    page = await visit(CADRE)
    preview = page.locator(f'.chats .row[data-id="{CADRE}"] .preview')
    await expect(preview).to_have_text("Loa Làng: Chào anh/chị")
