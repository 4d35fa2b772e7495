"""A day in the village over Telegram: the product's four jobs, through real HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import select
from sqlmodel import Session

from bot.platforms.telegram.platform import PACE
from db.tables import Outbox, table
from tests.bot.telegraph import COMMUNE, Telegraph, telegraph
from tests.bot.villagers import Villager, announce, files, words
from tests.living import PNG
from tests.servers.telegram import Pace
from tests.servers.telegram.files import Stored
from tests.servers.telegram.speech import Extras

outbox = table(Outbox)


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Telegraph]:
    async with telegraph(tmp_path) as village:
        yield village


def stored(village: Telegraph, file_id: str) -> Stored:
    """What lies behind the id at Telegram."""
    return village.server.files.found(village.server.bots[village.token].id, file_id)


async def report(resident: Villager) -> str:
    """With a place on the map and a photo; its code."""
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await resident.says("Đèn đường hỏng ba hôm nay")
    await resident.says(location=(20.5, 106.25))
    await resident.says(photo=PNG)
    receipt = await resident.presses("Gửi")
    code = re.search(r"PA-\d+", receipt)
    assert code, receipt
    return code[0]


def ledger(session: Session) -> list[str]:
    """What became of each message that was owed to a group."""
    query = select(outbox.c.state).where(outbox.c.delivery_id.is_not(None))
    return list(session.execute(query).scalars())


async def test_a_question_gets_the_procedure_with_its_source_and_date(village: Telegraph) -> None:
    answer = await village.person("Anh Khế").says("lam giay khai sinh can gi")
    assert "Giấy chứng sinh" in answer
    assert re.search(r"Nguồn: .+ngày \d\d/\d\d/2026", answer)
    assert "114" in await village.person("Cô Nhài").says("nhà ông Ba cháy to quá")


async def test_a_report_with_photo_and_place_reaches_the_head_and_its_answer_the_resident(
    village: Telegraph,
) -> None:
    await report_and_answer(village)


async def test_the_same_on_postgresql(tmp_path: Path, laid_postgresql_url: str) -> None:
    async with telegraph(tmp_path, database=laid_postgresql_url) as village:
        await report_and_answer(village)


async def report_and_answer(village: Telegraph) -> None:
    resident, head = village.person("Anh Khế"), village.person("Bà Lúa")
    head.news()
    code = await report(resident)
    told = head.news()
    assert code in words(told[0])
    assert "Đèn đường hỏng ba hôm nay" in words(told[0])
    assert re.search(r"20[.,]5\d* *, *106[.,]25", words(told[0])), words(told[0])
    (photo,) = [id for message in told for id in files(message)]
    assert (stored(village, photo).kind, stored(village, photo).data) == ("photo", PNG)
    resident.news()
    await head.presses("Trả lời")
    await head.says("Chiều nay thợ điện đến thay bóng")
    assert f"Đã gửi trả lời {code}" in await head.presses("Gửi")
    answer = "\n".join(resident.reads())
    assert f"phản ánh {code}" in answer
    assert "Chiều nay thợ điện đến thay bóng" in answer
    head.news()
    await resident.presses("Chưa xong")
    await resident.says("Thay rồi mà tối vẫn không sáng")
    assert "Thay rồi mà tối vẫn không sáng" in "\n".join(head.reads())


async def test_an_announcement_with_a_photo_is_previewed_delivered_followed_and_written_down(
    village: Telegraph,
) -> None:
    head = village.person("Bà Lúa")
    text = "Chiều mai cắt nước, bà con trữ nước dùng."
    preview, told = await announce(head, text, "Hộ dân", "Đảng viên", photo=PNG)
    assert text in preview
    assert "2 nhóm" in preview
    assert "2/2 nhóm" in told
    for title, circle in village.groups.items():
        wanted = title in ("Các hộ dân thôn Gò Sen", "Đảng viên thôn Gò Sen")
        news = circle.news()
        assert [words(one) for one in news if words(one)] == ([text] if wanted else [])
        photos = [stored(village, id).data for one in news for id in files(one)]
        assert photos == ([PNG] if wanted else [])
    assert {edit.chat for edit in village.server.edits} == {head.person.id}
    assert "2/2 nhóm" in village.server.edits[-1].text
    assert await village.app.database.read(ledger) == ["sent"] * 4


async def test_an_approver_speaks_to_the_whole_commune(village: Telegraph) -> None:
    leader, text = village.person("Trần Thị Thử"), "Nước sông lên nhanh, bà con dọn đồ lên cao."
    await leader.says("/thongbao")
    await leader.says(text)
    await leader.presses("Cả xã Sông Trăng")
    for label in ("Tiếp tục", "Hộ dân", "Tiếp tục", "Đánh dấu khẩn"):
        await leader.presses(label)
    assert "4/4 nhóm" in await leader.presses("Gửi ngay")
    reached = {title: circle.reads() for title, circle in village.groups.items()}
    households = [one.title for one in COMMUNE.groups if one.segment == "households"]
    assert reached == {
        title: [f"🔴 KHẨN\n{text}"] if title in households else [] for title in reached
    }


async def test_a_bulletin_goes_out_at_its_time_once_and_only_where_it_should(
    village: Telegraph,
) -> None:
    await village.until(12)
    head = village.person("Bà Lúa")
    await head.says("menu")
    for label in ("Bản tin", "Thêm bản tin", "Bản tin sáng", "Hộ dân", "Tiếp tục"):
        await head.presses(label)
    await head.says("6 giờ sáng hằng ngày")
    await head.says("Bà con nhớ đổ rác trước 6 giờ tối.")
    assert "đã bắt đầu" in await head.presses("Bắt đầu")
    await village.until(6)
    await village.advance(timedelta(hours=2))
    reached = {title: circle.reads() for title, circle in village.groups.items()}
    (issue,) = reached.pop("Các hộ dân thôn Gò Sen")
    assert "📢 Bản tin sáng" in issue
    assert "Bà con nhớ đổ rác" in issue
    assert set(map(len, reached.values())) == {0}


async def test_an_admin_gets_the_reports_as_a_document_in_private(village: Telegraph) -> None:
    code = await report(village.person("Anh Khế"))
    admin = village.person("Nguyễn Văn Mẫu")
    await admin.says("menu")
    for label in ("Quản trị", "Xuất phản ánh", "Tháng này", "Excel", "Tất cả các nơi"):
        await admin.presses(label)
    heard = await admin.press("Xuất, không tên")
    (file,) = [id for message in heard for id in files(message)]
    kept = stored(village, file)
    assert kept.kind == "document"
    assert kept.name.endswith(".xlsx")
    rows = openpyxl.load_workbook(io.BytesIO(kept.data)).worksheets[1]
    assert rows["A2"].value == code


@pytest.mark.parametrize("asked", ["/thongke", "thống kê"])
async def test_a_leader_gets_a_picture_of_the_reports(village: Telegraph, asked: str) -> None:
    await report(village.person("Anh Khế"))
    leader = village.person("Trần Thị Thử")
    leader.news()
    leader.speaks(asked)
    await village.quiet()
    heard = leader.news()
    assert any("1 phản ánh" in words(one) for one in heard)
    (file,) = [id for message in heard for id in files(message)]
    with Image.open(io.BytesIO(stored(village, file).data)) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)
    assert stored(village, file).kind == "photo"


@pytest.mark.parametrize(
    ("extras", "answered"),
    [
        ({"contact": "0900000000"}, "không nhận danh bạ"),
        ({"voice": b"OggS"}, "chưa nghe được tin thoại"),
        ({"video": b"mp4"}, "chưa xem được đoạn phim"),
        ({"sticker": True}, ""),
    ],
)
async def test_what_we_do_not_take_is_answered_politely_and_disturbs_nothing(
    village: Telegraph, extras: Extras, answered: str
) -> None:
    resident, circle = village.person("Anh Khế"), village.group("Các hộ dân thôn Gò Sen")
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    told = await resident.says(**extras)
    assert told
    assert answered in told
    assert await resident.says("", circle, **extras) == ""
    assert "ở chỗ nào" in await resident.says("Đèn đường hỏng ba hôm nay")


async def test_a_report_goes_on_after_a_restart_and_its_buttons_with_it(
    village: Telegraph,
) -> None:
    resident = village.person("Anh Khế")
    await resident.says("phản ánh")
    await village.stop()
    resident.push("Đồng ý")
    await village.start()
    await village.quiet()
    await village.stop()
    resident.speaks("Đèn đường hỏng ba hôm nay")
    resident.speaks("Đầu ngõ")
    resident.speaks(photo=PNG)
    await village.start()
    await village.quiet()
    await village.stop()
    await village.start()
    assert "PA-1" in await resident.presses("Gửi")


async def test_a_head_who_blocked_the_bot_keeps_no_report_from_anybody(village: Telegraph) -> None:
    head, cadre = village.person("Bà Lúa"), village.person("Phạm Thị Nháp")
    head.person.block(village.token)
    await village.quiet()
    code = await report(village.person("Anh Khế"))
    assert code in "\n".join(cadre.reads())
    assert head.shown() == []
    head.person.unblock(village.token)
    assert head.shown() == []
    assert "Đèn đường hỏng ba hôm nay" in await head.says(code)


async def test_everybody_who_writes_at_once_is_answered_once_and_in_order(
    village: Telegraph,
) -> None:
    people = [village.person(f"Người {number}") for number in range(30)]
    asked = ("lam giay khai sinh can gi", "đăng ký kết hôn", "làm căn cước")
    for said in asked:
        for person in people:
            person.speaks(said)
    await village.quiet()
    for person in people:
        heard = person.reads()
        assert len(heard) == len(asked)
        for text, about in zip(heard, ("khai sinh", "kết hôn", "căn cước"), strict=True):
            assert about in text


async def test_every_press_stops_the_button_from_turning(village: Telegraph) -> None:
    head = village.person("Bà Lúa")
    await announce(head, "Chiều mai cắt nước.")
    assert len(village.server.records.answers) == 3


async def test_at_the_real_pace_telegram_never_asks_to_wait(village: Telegraph) -> None:
    leader = village.person("Trần Thị Thử")
    await leader.says("/thongbao")
    await leader.says("Nước sông lên nhanh", photo=PNG)
    await leader.presses("Cả xã Sông Trăng")
    for label in ("Tiếp tục", "Hộ dân", "Đảng viên", "Tiếp tục"):
        await leader.presses(label)
    await village.stop()
    village.pace = PACE
    village.server.set_pace(Pace())
    await village.start()
    assert "8/8 nhóm" in await leader.presses("Gửi ngay")
    assert village.server.records.too_many == 0
