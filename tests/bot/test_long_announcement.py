"""A text of several messages reaches exactly the chosen groups, each part once and in order."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from content.commune import load_commune
from tests.living import Living, living

COMMUNE = load_commune()
PARAGRAPHS = [
    f"Mục {number}. Xóm {number} nhận phần đường số {number}, dài {number * 10} mét. "
    + " ".join(
        f"Tổ {crew} của xóm {number} dọn cỏ, vét rãnh rồi quét vôi gốc cây trước giờ thứ {crew}."
        for crew in range(1, 4)
    )
    + " Xong việc thì báo lại cho trưởng xóm trước trưa."
    for number in range(1, 17)
]
TEXT = "\n\n".join(PARAGRAPHS)
PARTS = {"telegram": 2, "zalo": 3}
AUTHORS = [("telegram", "thu"), ("zalo", "vi-du")]  # both may write to the whole commune
NUMBER = re.compile(r"\((\d)/(\d)\) ")


def words(text: str) -> list[str]:
    return text.split()


async def announced(village: Living, author: str) -> list[dict[str, Any]]:
    """To the households of Gò Sen (Telegram) and Cầu Tre (Zalo); what the preview showed."""
    await village.say(author, "thông báo")
    await village.say(author, TEXT)
    await village.say(author, "Gò Sen và Cầu Tre")
    await village.say(author, "tiếp tục")
    await village.say(author, "hộ dân")
    preview = await village.say(author, "tiếp tục")
    await village.say(author, "gửi ngay")
    return preview


def test_the_text_is_as_long_as_a_real_one() -> None:
    assert 4900 <= len(TEXT) <= 5400
    assert len(PARAGRAPHS) == 16


@pytest.mark.parametrize(("style", "author"), AUTHORS, ids=["telegram", "zalo"])
async def test_it_reaches_exactly_the_chosen_groups_once_and_in_order(
    tmp_path: Path, style: str, author: str
) -> None:
    async with living(tmp_path) as village:
        preview = await announced(village, author)
        heard = {
            group.id: [one["text"] for one in await village.heard(group.members[0], group.id)]
            for group in COMMUNE.groups
        }
    reached = {group for group, texts in heard.items() if texts}
    assert reached == {"tgr-go-sen-ho-dan", "zgr-cau-tre-ho-dan"}
    for group in COMMUNE.groups:
        if group.id in reached:
            _whole(heard[group.id], PARTS[group.style])
    _whole([one["text"] for one in preview[:-1]], 3)


def _whole(texts: list[str], count: int) -> None:
    """The whole text, in so many numbered messages, nothing twice."""
    numbers = [NUMBER.match(text) for text in texts]
    assert [found and found.groups() for found in numbers] == [
        (str(number), str(count)) for number in range(1, count + 1)
    ]
    joined = " ".join(NUMBER.sub("", text, count=1) for text in texts)
    assert words(joined) == words(TEXT)
    assert Counter(re.findall(r"Mục (\d+)\.", joined)) == {str(n): 1 for n in range(1, 17)}
