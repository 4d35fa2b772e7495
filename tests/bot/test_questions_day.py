"""Questions that the bot leaves to people: an answer becomes a draft that admins find again; and
the picture of a procedure's page."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from handlers.questions.qr import portal_link
from tests.bot.test_qr import modules
from tests.living import CONTENT, Living, living, said

BIRTH = CONTENT.entry("khai_sinh")
ASKED = "lam giay khai sinh can gi"
ABROAD = "Con của Nguyễn Thị Bưởi sinh ở nước ngoài thì khai sinh ở đâu?"


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path) as village:
        yield village


async def handed_over(village: Living, style: str) -> str:
    """A resident asks, and hands the question over; the receipt."""
    resident = await village.person("resident", style)
    await village.say(resident, ASKED)
    for label in ("Chưa đúng", "Hỏi cán bộ", "Đồng ý"):
        await village.press(resident, label)
    await village.say(resident, ABROAD)
    return said(await village.press(resident, "Gửi cán bộ"))


async def answered(village: Living, code: str) -> None:
    """By the head of the village, and kept as a draft."""
    staff = await village.person("approver", "telegram")
    await village.say(staff, f"trả lời {code}")
    await village.say(staff, "Ra xã, mang giấy chứng sinh đã dịch.")
    await village.press(staff, "Gửi")
    assert "làm bản nháp" in said(await village.press(staff, "Thành câu trả lời mẫu"))


async def file(village: Living, messages: list[dict[str, Any]]) -> bytes:
    ((url,),) = [[file["url"] for file in m["attachments"]] for m in messages if m["attachments"]]
    async with village.client.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


LAMP = "Đèn đường đầu ngõ hỏng cả tuần rồi"


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_the_staff_are_asked_in_the_very_words_from_an_offer(
    village: Living, style: str
) -> None:
    resident = await village.person("resident", style)
    await village.say(resident, LAMP)
    await village.press(resident, "Hỏi cán bộ")
    assert LAMP in said(await village.press(resident, "Đồng ý"))
    assert "PA-1" in said(await village.press(resident, "Gửi cán bộ"))


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_who_sends_no_report_may_ask_the_staff(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    await village.say(resident, LAMP)
    await village.press(resident, "Không")
    await village.press(resident, "Hỏi cán bộ")
    await village.press(resident, "Đồng ý")
    await village.say(resident, LAMP)
    assert "PA-1" in said(await village.press(resident, "Gửi cán bộ"))


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_an_english_question_at_an_offer_is_answered_in_english(
    village: Living, style: str
) -> None:
    resident = await village.person("resident", style)
    await village.say(resident, LAMP)
    answer = said(await village.say(resident, "Where do I register a birth?"))
    assert answer.startswith("Birth registration")


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_an_answer_kept_by_staff_is_found_by_an_admin(village: Living, style: str) -> None:
    receipt = await handed_over(village, style)
    assert "Cán bộ trả lời trong giờ làm việc: " in receipt  # the invented commune has entered them
    assert "PA-1" in receipt
    await answered(village, "PA-1")
    admin = await village.person("admin", "telegram")
    assert "1" in said(await village.say(admin, "/cauhoi"))
    drafts = said(await village.press(admin, "Xem bản nháp"))
    assert "Ra xã, mang giấy chứng sinh đã dịch." in drafts
    assert "sinh ở nước ngoài" in drafts
    assert "Bưởi" not in drafts


async def test_staff_get_the_picture_of_the_page_where_files_can_be_sent(village: Living) -> None:
    staff = await village.person("approver", "telegram")
    await village.say(staff, ASKED)
    heard = await village.press(staff, "Mã QR")
    assert BIRTH is not None
    with Image.open(io.BytesIO(await file(village, heard))) as picture:
        assert modules(picture, portal_link(BIRTH))


async def test_elsewhere_they_get_its_link(village: Living) -> None:
    staff = await village.person("approver", "zalo")
    await village.say(staff, ASKED)
    assert BIRTH is not None
    assert portal_link(BIRTH) in said(await village.press(staff, "Mã QR"))


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_residents_are_not_offered_it(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    heard = await village.say(resident, ASKED)
    offered = [button["label"] for message in heard for button in message["buttons"]]
    assert "Mã QR" not in f"{said(heard)}{offered}"
