"""What the README says of carrying by hand can be tried in the demo, as it stands there."""

from __future__ import annotations

from pathlib import Path

from bot.demo import settlement_of
from content.commune import load_commune
from tests.living import CONTENT, living, said

WORDS = CONTENT.words("vi")
TEXT = "Chiều nay 5 giờ họp thôn."


async def test_a_newcomer_announces_and_answers_as_the_keeper(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        await village.until(9)
        await village.say("nhap", "/thongbao")
        await village.say("nhap", TEXT)
        for label in ("Thôn Đồng Gió", "Tiếp tục", "Hộ dân", "Loa truyền thanh", "Bảng tin"):
            await village.press("nhap", label)
        preview = said(await village.press("nhap", "Tiếp tục"))
        assert WORDS("announcements.by_hand", groups=2, people=1) in preview
        assert "Nhận tin: Hộ dân, Loa truyền thanh, Bảng tin – 3 nơi" in preview
        await village.press("nhap", WORDS("announcements.send"))
        told = [one["text"] for one in await village.heard("sen", "sen")]
        assert told[0] == TEXT
        assert "Loa truyền thanh thôn Đồng Gió" in told[1]
        assert "Tin cần chuyển" in str(await village.say("sen", "nhóm"))
        await village.press("sen", "Tin cần chuyển")
        assert WORDS("relay.noted") in said(await village.press("sen", WORDS("relay.done_all")))
        report = said(await village.heard("nhap", "nhap"))
        assert WORDS("announcements.report_all_carried", total=3) in report


def test_all_that_is_carried_in_the_demo_is_settled_with_its_keeper() -> None:
    commune = load_commune()
    settled = settlement_of(commune).by_hand
    assert [one.keeper for one in settled] == [one.keeper for one in commune.by_hand] != []
