"""An admin has the reports exported in chat, and looks at them; the bot goes on answering."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pytest_asyncio
from PIL import Image

from tests.living import ROOT, Living, living, said
from tests.patience import PATIENCE

MULTITUDES = [("CSV (chỉ có chữ)", 200_000), ("Excel (có biểu đồ)", 20_000)]  # reports
MOST_MEMORY = 32_000_000  # bytes above idle


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path) as village:
        yield village


async def report(village: Living, style: str, what: str) -> None:
    resident = await village.person("resident", style)
    await village.say(resident, f"/phananh {what}")
    await village.press(resident, "Đồng ý")
    await village.say(resident, "trước cổng nhà văn hóa")
    await village.press(resident, "Không có ảnh")
    assert "PA-" in said(await village.press(resident, "Gửi"))


async def file(village: Living, messages: list[dict[str, Any]]) -> bytes:
    ((url,),) = [[file["url"] for file in m["attachments"]] for m in messages if m["attachments"]]
    async with village.client.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_an_admin_gets_a_workbook_and_no_copy_stays_behind(
    village: Living, tmp_path: Path
) -> None:
    await report(village, "telegram", "=1+1 đèn đường hỏng")
    await report(village, "zalo", "Ổ gà to giữa đường")
    admin = await village.person("admin", "telegram")
    await village.say(admin, "/start")
    await village.press(admin, "Quản trị")
    for label in ("Xuất phản ánh", "Tháng này", "Excel", "Tất cả các nơi"):
        await village.press(admin, label)
    heard = await village.press(admin, "Xuất, không tên")
    book = openpyxl.load_workbook(io.BytesIO(await file(village, heard)))
    overview, rows = book.worksheets
    assert overview["B2"].value == 2
    cells = [[cell.value for cell in line] for line in rows.iter_rows(min_row=2)]
    assert [line[0] for line in cells] == ["PA-1", "PA-2"]
    assert [line[3] for line in cells] == ["Điện – đèn đường", "Đường sá"]
    assert [line[5] for line in cells] == ["=1+1 đèn đường hỏng", "Ổ gà to giữa đường"]
    assert rows["F2"].data_type == "s"
    async with asyncio.timeout(PATIENCE):
        while any(path.is_file() for path in (tmp_path / "media").iterdir()):
            await asyncio.to_thread(lambda: None)


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_a_leader_gets_a_picture_on_either_platform(village: Living, style: str) -> None:
    await report(village, "zalo", "Ổ gà to giữa đường")
    leader = await village.person("approver", style)
    heard = await village.say(leader, "thống kê")
    assert "1 phản ánh, 0 đã trả lời, 1 đang chờ" in said(heard)
    with Image.open(io.BytesIO(await file(village, heard))) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)


@pytest.mark.parametrize(("format", "count"), MULTITUDES, ids=["csv", "xlsx"])
async def test_very_many_reports_take_little_memory_while_the_bot_goes_on_answering(
    tmp_path: Path, format: str, count: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bot.multitude", str(tmp_path), str(count), format),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    took = json.loads(out)
    assert f"{count} phản ánh" in took["said"]
    assert took["answered"]  # asked after it had begun, and answered before the file was there
    assert took["above"] <= MOST_MEMORY
