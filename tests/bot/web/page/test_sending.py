"""A slow or broken line: what was written is never lost."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.bot.web.page.town import (
    GROUP,
    PIXEL,
    RESIDENT,
    WIDE,
    Open,
    Town,
    delivered,
    messages,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_on_its_way_is_shown_at_once_and_once_only(visit: Open, town: Town) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "POST":
            await go_on.wait()
        await route.continue_()

    await page.route("**/api/messages", hold)
    await write(page, "Đèn hỏng")
    await expect(messages(page)).to_contain_text(["Đèn hỏngđang gửi…"])
    await expect(page.locator("textarea")).to_have_value("")
    go_on.set()
    await delivered(page)
    await expect(messages(page)).to_have_count(1)


async def test_what_failed_stays_also_after_a_reload_and_is_sent_again(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await page.route("**/api/messages", lambda route: route.abort())
    await write(page, "Đèn hỏng")
    await expect(messages(page)).to_contain_text(["Đèn hỏngChưa gửi được"])
    await page.unroute("**/api/messages")
    await page.reload()
    await expect(messages(page)).to_contain_text(["Đèn hỏngChưa gửi được"])
    await page.get_by_role("button", name="Gửi lại").click()
    await expect(messages(page)).to_have_count(1)
    await delivered(page)
    assert await town.texts(RESIDENT, RESIDENT) == ["Đèn hỏng"]


async def test_what_failed_is_taken_back_to_be_changed(visit: Open) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}", WIDE)
    await page.route("**/api/messages", lambda route: route.abort())
    await write(page, "Đèn hỏng")
    await page.locator("textarea").fill("thêm nữa")
    await page.get_by_role("button", name="Sửa lại").click()
    await expect(page.locator("textarea")).to_have_value("Đèn hỏng\nthêm nữa")
    await expect(messages(page)).to_have_count(0)


async def test_a_photo_that_failed_is_sent_again_with_its_bytes(visit: Open, town: Town) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await page.route("**/api/messages", lambda route: route.abort())
    await page.locator("input[type=file]").set_input_files(
        FilePayload(name="đèn.png", mimeType="image/png", buffer=PIXEL)
    )
    await write(page, "")
    await expect(messages(page)).to_contain_text(["đèn.pngChưa gửi được"])
    await page.unroute("**/api/messages")
    await page.get_by_role("button", name="Gửi lại").click()
    await expect(messages(page).get_by_role("img", name="đèn.png")).to_be_visible()
    [entry] = await town.village.messages(RESIDENT, RESIDENT)
    assert [file.size for file in entry.attachments] == [len(PIXEL)]


async def test_what_arrived_although_the_answer_was_lost_is_not_offered_again(
    visit: Open, town: Town
) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/api/messages", lose)
    await write(page, "Đèn hỏng")
    await expect(messages(page)).to_have_count(1)
    await delivered(page)
    await expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)
    assert await town.texts(RESIDENT, RESIDENT) == ["Đèn hỏng"]


async def test_each_chat_keeps_its_own_unsent_words_also_after_a_reload(visit: Open) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    await page.locator("textarea").fill("nháp riêng")
    await page.locator(".chat .back").click()
    await page.locator(f'.chats .row[data-id="{GROUP}"]').click()
    await expect(page.locator("textarea")).to_have_value("")
    await page.locator("textarea").fill("nháp nhóm")
    await page.reload()
    await expect(page.locator("textarea")).to_have_value("nháp nhóm")
    await page.locator(".chat .back").click()
    await page.locator(f'.chats .row[data-id="{RESIDENT}"]').click()
    await expect(page.locator("textarea")).to_have_value("nháp riêng")


async def test_the_same_words_sent_twice_are_two_messages(visit: Open, town: Town) -> None:
    page = await visit(f"{RESIDENT}/{RESIDENT}")
    held: list[Route] = []
    both = asyncio.Event()

    async def hold(route: Route) -> None:
        held.append(route)
        if len(held) == 2:
            both.set()

    await page.route("**/api/messages", hold)
    await write(page, "Dạ")
    await write(page, "Dạ")
    await both.wait()
    await held[0].continue_()
    await delivered(page)
    await expect(messages(page)).to_have_count(2)
    await held[1].abort()
    await expect(messages(page)).to_contain_text(["Dạ", "DạChưa gửi được"])
    assert await town.texts(RESIDENT, RESIDENT) == ["Dạ"]
