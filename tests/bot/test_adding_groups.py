"""A cadre on Telegram adds a group on Zalo: the line to copy there is for the bot that is in it,
and ties it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.bot.zalograph import STAFF, zalograph

CADRE: Final = "Hoàng Văn Giả Sử"
RESIDENT: Final = "Chị Cúc"
GROUP: Final = "Tổ phụ nữ Bến Đò – Cầu Tre"


async def test_the_line_for_zalo_ties_a_group_there_though_asked_for_on_telegram(
    tmp_path: Path,
) -> None:
    async with zalograph(tmp_path, on_telegram=STAFF) as village:
        cadre, square = village.person(CADRE), village.square(GROUP)
        await cadre.says("nhóm")
        for label in ("Thêm nhóm", "Thôn Bến Đò"):
            await cadre.presses(label)
        lines = (await cadre.presses("Đoàn thể")).splitlines()
        bot = village.zalo.bots[square.token].display
        (line,) = {line for line in lines if line.startswith("đăng ký ")}
        assert any(line.startswith("@loalang_xa_bot đăng ký ") for line in lines)
        told = await village.neighbour(RESIDENT).says(f"@{bot} {line}", square)
        assert "từ nay nhận tin của Thôn Bến Đò (Đoàn thể)" in told
        assert cadre.reads()
