"""Presses that nobody was offered, or that come again: nothing happens twice, no right is gained,
and whoever pressed reads something kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from tests.bot.platforms.telegram.mischief import arrived, loud
from tests.bot.telegraph import Telegraph, Villager, telegraph, words
from tests.servers.telegram.chats import Json
from tests.servers.telegram.records import buttons

TEXT: Final = "Sáng mai cả thôn dọn mương."
GROUP: Final = "Các hộ dân thôn Gò Sen"
GARBAGE: Final = [
    "",
    "x",
    ".",
    "1",
    ".1",
    "1.",
    "0.0",
    "-1.0",
    "1.-1",
    "1.99999",
    "1e3.1",
    "٣.1",
    "9" * 60 + ".1",
    "9" * 18 + ".1",
    "tickets.answer:1.0",
    "' OR 1=1 --.1",
    "\0.1",
    "\ud800.1",
    "🇻🇳" * 8,
    "a" * 64,
    "a" * 62 + ".1",
]


@pytest_asyncio.fixture
async def village(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Telegraph]:
    async with telegraph(tmp_path) as village:
        yield village
        await village.quiet()
        rows = await village.app.database.read(arrived)
        assert {row.state for row in rows} == {"done"}
    assert loud(caplog.records) == []


async def previewed(village: Telegraph) -> tuple[Villager, Json, str]:
    """The head of the village, the preview before them, and what its button to send carries."""
    head = village.person("Bà Lúa")
    await head.says("/thongbao")
    await head.says(TEXT)
    await head.presses("Hộ dân")
    await head.presses("Tiếp tục")
    shown = head.shown()[-1]
    (send,) = [one["callback_data"] for one in buttons(shown) if one["text"] == "Gửi ngay"]
    return head, shown, send


async def pressed(village: Telegraph, who: Villager, on: Json, data: str) -> list[str]:
    """What they read in private after a press made up by them."""
    who.news()
    where = village.groups[on["chat"]["title"]].place if "title" in on["chat"] else who.token
    who.person.forge(where, on["message_id"], data)
    await village.quiet()
    return who.reads()


def kind(said: list[str]) -> bool:
    return bool(said) and not any("lỗi" in one or "Traceback" in one for one in said)


@pytest.mark.parametrize("name", ["Anh Khế", "Ông Tre", "Nguyễn Văn Mẫu"])
async def test_the_menu_of_another_chat_does_nothing(village: Telegraph, name: str) -> None:
    """Be it a resident's, another head's or the admin's."""
    _, _, send = await previewed(village)
    other = village.person(name)
    await other.says("/trogiup")
    assert kind(await pressed(village, other, other.shown()[-1], send))
    assert village.group(GROUP).reads() == []


async def test_numbers_out_of_range_do_nothing(village: Telegraph) -> None:
    head, shown, send = await previewed(village)
    menu = send.partition(".")[0]
    for index in ("9", "99", "9999"):
        assert kind(await pressed(village, head, shown, f"{menu}.{index}"))
    for far in (int(menu) + 1, int(menu) + 1000, 0):
        assert kind(await pressed(village, head, shown, f"{far}.0"))
    assert village.group(GROUP).reads() == []
    await head.presses("Gửi ngay")
    assert village.group(GROUP).reads() == [TEXT]


async def test_garbage_does_nothing_and_ends_nothing(village: Telegraph) -> None:
    head, shown, _ = await previewed(village)
    for data in GARBAGE:
        said = await pressed(village, head, shown, data)
        assert not said or kind(said), data
    assert village.group(GROUP).reads() == []
    await head.presses("Gửi ngay")
    assert village.group(GROUP).reads() == [TEXT]


async def test_twenty_presses_of_one_button_send_once(village: Telegraph) -> None:
    head, shown, send = await previewed(village)
    for _ in range(20):
        head.person.forge(head.token, shown["message_id"], send)
    await village.quiet()
    assert village.group(GROUP).reads() == [TEXT]
    assert kind(head.reads())
    for _ in range(3):
        assert kind(await pressed(village, head, shown, send))
    assert village.group(GROUP).reads() == []


async def test_twenty_presses_of_one_person_make_one_report(village: Telegraph) -> None:
    resident = village.person("Anh Khế")
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await resident.says("Cầu gãy")
    await resident.says("đầu làng")
    await resident.says("không có")
    shown = resident.shown()[-1]
    (send,) = [one["callback_data"] for one in buttons(shown) if one["text"].startswith("Gửi")]
    resident.news()
    for _ in range(20):
        resident.person.forge(resident.token, shown["message_id"], send)
    await village.quiet()
    said = "\n".join(resident.reads())
    assert "PA-1" in said
    assert "PA-2" not in said


async def test_a_press_on_what_was_left_long_ago_does_nothing(village: Telegraph) -> None:
    head, shown, send = await previewed(village)
    await head.says("thôi")
    assert kind(await pressed(village, head, shown, send))
    assert village.group(GROUP).reads() == []


async def test_in_a_group_nobody_presses_with_the_rights_of_another(village: Telegraph) -> None:
    head, _, send = await previewed(village)
    group, resident = village.group(GROUP), village.person("Anh Khế")
    await resident.says("@bot khai sinh cần giấy gì", group)
    answer = group.shown()[-1]
    group.news()
    for data in (send, *GARBAGE):
        resident.person.forge(group.place, answer["message_id"], data)
        head.person.forge(group.place, answer["message_id"], data)
    await village.quiet()
    assert TEXT not in "\n".join(map(words, group.shown()))
    assert not any("lỗi" in one for one in (*group.reads(), *resident.reads()))
    await head.presses("Gửi ngay")
    assert group.reads() == [TEXT]
