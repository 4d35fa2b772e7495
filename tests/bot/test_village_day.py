"""A day in the village through the HTTP interface: the product's jobs, in both styles."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.living import PNG, Living, living, said

STYLES = ("telegram", "zalo")


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path) as village:
        yield village


@pytest.mark.parametrize("style", STYLES)
async def test_a_question_gets_the_procedure_with_its_source_and_date(
    village: Living, style: str
) -> None:
    resident = await village.person("resident", style)
    answer = said(await village.say(resident, "lam giay khai sinh can gi"))
    assert "Giấy chứng sinh" in answer
    assert "1.001193" in answer
    assert re.search(r"Nguồn: .+ngày \d\d/\d\d/2026", answer)


@pytest.mark.parametrize("style", STYLES)
async def test_small_talk_gets_no_procedure(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    answer = said(await village.say(resident, "hôm nay trời đẹp quá"))
    assert answer
    assert "Mã thủ tục" not in answer


@pytest.mark.parametrize("style", STYLES)
async def test_a_group_is_left_in_peace_unless_the_bot_is_addressed(
    village: Living, style: str
) -> None:
    resident = await village.person("resident", style)
    group = (await village.groups(resident))[0]
    assert await village.say(resident, "lam giay khai sinh can gi", group["id"]) == []
    answer = said(
        await village.say(resident, f"{group['mention']} lam giay khai sinh can gi", group["id"])
    )
    assert "khai sinh" in answer
    assert "Nguồn" in answer


@pytest.mark.parametrize("style", STYLES)
async def test_a_fire_gets_114_at_once(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    assert "114" in said(await village.say(resident, "nhà ông Ba cháy to quá"))


@pytest.mark.parametrize("style", STYLES)
async def test_a_report_in_four_messages_gets_a_code_and_its_answer_reaches_the_resident(
    village: Living, style: str
) -> None:
    await report_and_answer(village, style)


@pytest.mark.parametrize("style", STYLES)
async def test_the_same_on_postgresql(tmp_path: Path, laid_postgresql_url: str, style: str) -> None:
    async with living(tmp_path, laid_postgresql_url) as village:
        await report_and_answer(village, style)


async def report_and_answer(village: Living, style: str) -> None:
    resident = await village.person("resident", style)
    await village.say(resident, "phản ánh")
    await village.press(resident, "Đồng ý")
    await village.say(resident, "Đèn đường hỏng ba hôm nay")
    await village.say(resident, "Đầu ngõ nhà văn hóa")
    await village.say(resident, "", files=(("den.png", "image/png", PNG),))
    receipt = said(await village.press(resident, "Gửi"))
    code = re.search(r"PA-\d+", receipt)
    assert code, receipt
    home = (await village.groups(resident))[0]["place"]
    head = next(
        one["id"]
        for one in await village.get("/api/people")
        if one["role"] == "village_head" and one["place"] == home
    )
    told = await village.heard(head, head)
    assert code[0] in said(told)
    assert "Đèn đường hỏng ba hôm nay" in said(told)
    assert [a["name"] for message in told for a in message["attachments"]] == ["den.png"]
    await village.press(head, "Trả lời")
    await village.say(head, "Chiều nay thợ điện đến thay bóng")
    await village.press(head, "Gửi")
    answers = said(await village.heard(resident, resident))
    assert "Chiều nay thợ điện đến thay bóng" in answers
