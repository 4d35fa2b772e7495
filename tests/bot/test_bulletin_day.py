"""A bulletin's life through the HTTP interface: made in words, watched, sent, skipped, paused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.living import Living, living, said

STYLES = ("telegram", "zalo")
WORDS = "Bà con nhớ đổ rác trước 6 giờ tối."


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    """At noon, whenever the test runs: far from the slots below."""
    async with living(tmp_path) as village:
        await village.until(12)
        yield village


async def begin(village: Living, head: str, when: str, words: str = WORDS) -> str:
    """From the main menu to a morning bulletin; what is said at last."""
    await village.say(head, "menu")
    await village.press(head, "Bản tin")
    await village.press(head, "Thêm bản tin")
    await village.press(head, "Bản tin sáng")
    await village.press(head, "Hộ dân")
    await village.press(head, "Tiếp tục")
    await village.say(head, when)
    await (village.say(head, words) if words else village.press(head, "Không có"))
    return said(await village.press(head, "Bắt đầu"))


async def home(village: Living, head: str) -> str:
    """The group of the households of the head's village."""
    groups = await village.groups(head)
    return str(next(one["id"] for one in groups if one["segment"] == "households"))


async def issues(village: Living, head: str) -> int:
    heard = await village.heard(head, await home(village, head))
    return sum("📢 Bản tin sáng" in one["text"] for one in heard)


@pytest.mark.parametrize("style", STYLES)
async def test_a_bulletin_goes_out_at_its_time_once_and_only_where_it_should(
    village: Living, style: str
) -> None:
    await goes_out_once(village, style)


async def test_the_same_on_postgresql(tmp_path: Path, laid_postgresql_url: str) -> None:
    async with living(tmp_path, laid_postgresql_url) as village:
        await village.until(12)
        await goes_out_once(village, "zalo")


async def goes_out_once(village: Living, style: str) -> None:
    head = await village.person("village_head", style)
    other = await village.person("village_head", style, 1)
    assert "đã bắt đầu" in await begin(village, head, "6 giờ sáng hằng ngày")
    assert await issues(village, head) == 0
    await village.until(6)
    assert await issues(village, head) == 1
    await village.advance(timedelta(hours=2))
    assert await issues(village, head) == 1
    assert await issues(village, other) == 0
    assert WORDS in said(await village.heard(head, await home(village, head)))
    assert "lỡ kỳ" not in said(await village.heard(head, head))


@pytest.mark.parametrize("style", STYLES)
async def test_several_days_in_one_step_bring_every_issue(village: Living, style: str) -> None:
    head = await village.person("village_head", style)
    await begin(village, head, "6 giờ sáng hằng ngày")
    await village.until(6)
    await village.advance(timedelta(days=2))
    assert await issues(village, head) == 3


@pytest.mark.parametrize("style", STYLES)
async def test_one_is_skipped_another_sent_by_hand_and_then_it_rests(
    village: Living, style: str
) -> None:
    head = await village.person("village_head", style)
    await begin(village, head, "6 giờ sáng hằng ngày")
    await village.press(head, "Xem bản tin")
    await village.press(head, "Bỏ kỳ tới")
    await village.until(6)
    assert await issues(village, head) == 0
    await village.say(head, "bản tin")
    shown = said(await village.press(head, "Bản tin sáng"))
    assert "bỏ, như đã hẹn" in shown
    await village.press(head, "Gửi ngay")
    await village.press(head, "Gửi ngay")
    assert await issues(village, head) == 1
    await village.say(head, "bản tin")
    await village.press(head, "Bản tin sáng")
    assert "tạm dừng" in said(await village.press(head, "Tạm dừng"))
    await village.advance(timedelta(days=2))
    assert await issues(village, head) == 1


@pytest.mark.parametrize("style", STYLES)
async def test_with_nothing_to_tell_the_group_is_left_in_peace_and_its_keeper_told(
    village: Living, style: str
) -> None:
    head = await village.person("village_head", style)
    for _ in range(2):
        await village.advance(timedelta(days=365))  # every procedure is overdue for review
    await begin(village, head, "6 giờ sáng hằng ngày", words="")
    await village.until(6)
    assert await issues(village, head) == 0
    assert "không có gì mới" in said(await village.heard(head, head))
