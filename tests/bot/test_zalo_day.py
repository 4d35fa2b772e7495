"""A day in the village over Zalo, and with the staff on Telegram: the product's four jobs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import Session

from db.tables import Outbox, table
from tests.bot.neighbours import PHOTO, Neighbour, Square, announce, as_read
from tests.bot.villagers import Villager
from tests.bot.zalograph import PATIENT, STAFF, Zalograph, zalograph
from tests.living import PNG
from tests.servers.zalo import Habits, Plan

RESIDENT: Final = "Chị Cúc"
HEAD: Final = "Ông Tre"
LEADER: Final = "Lê Văn Ví Dụ"
HOUSEHOLDS: Final = "Các hộ dân thôn Bến Đò"
PARTY: Final = "Đảng viên thôn Bến Đò"
DOCUMENTED: Final = Habits(
    errors_as_status=True,
    idle_status=200,
    zero_code=True,
    lists=True,
    photo_key="photo",
    wrapped=True,
    shows_display=True,
    grace=PATIENT.grace,
)

outbox = table(Outbox)


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Zalograph]:
    async with zalograph(tmp_path) as village:
        yield village


@pytest_asyncio.fixture(params=["zalo", "mixed"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Zalograph]:
    """All on Zalo; then the staff on Telegram."""
    on_telegram = STAFF if request.param == "mixed" else ()
    async with zalograph(tmp_path, on_telegram=on_telegram) as village:
        yield village


def ledger(session: Session) -> list[str]:
    """What became of each message that was owed to a group."""
    query = select(outbox.c.state).where(outbox.c.delivery_id.is_not(None))
    return list(session.execute(query).scalars())


async def report(resident: Neighbour) -> str:
    """With a photo; its code."""
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await resident.says("Đèn đường hỏng ba hôm nay")
    await resident.says("Đầu ngõ nhà văn hóa")
    await resident.says(photo=PNG)
    receipt = await resident.presses("Gửi")
    code = re.search(r"PA-\d+", receipt)
    assert code, receipt
    return code[0]


async def report_and_answer(village: Zalograph) -> None:
    resident, head = village.neighbour(RESIDENT), village.anybody(HEAD)
    head.reads()
    code = await report(resident)
    told = "\n".join(head.reads())
    assert code in told
    assert "Đèn đường hỏng ba hôm nay" in told
    resident.news()
    await head.presses("Trả lời")
    await head.says("Chiều nay thợ điện đến thay bóng")
    assert f"Đã gửi trả lời {code}" in await head.presses("Gửi")
    answer = "\n".join(resident.reads())
    assert f"phản ánh {code}" in answer
    assert "Chiều nay thợ điện đến thay bóng" in answer
    assert village.zalo.lost == 0


# --- the four jobs


async def test_a_question_gets_the_procedure_with_its_source_and_date(either: Zalograph) -> None:
    answer = await either.neighbour(RESIDENT).says("lam giay khai sinh can gi")
    assert "Giấy chứng sinh" in answer
    assert re.search(r"Nguồn: .+ngày \d\d/\d\d/2026", answer)
    assert "114" in await either.neighbour("Anh Bưởi").says("nhà ông Ba cháy to quá")


async def test_a_report_with_a_photo_reaches_the_head_and_its_answer_the_resident(
    either: Zalograph,
) -> None:
    await report_and_answer(either)


async def test_the_same_on_postgresql(tmp_path: Path, laid_postgresql_url: str) -> None:
    async with zalograph(tmp_path, database=laid_postgresql_url) as village:
        await report_and_answer(village)


async def test_an_announcement_with_a_photo_is_read_by_its_groups_and_by_no_other(
    either: Zalograph,
) -> None:
    text = "Chiều mai cắt nước, bà con trữ nước dùng."
    told = await announced(either.anybody(HEAD), text, photo=PNG)
    assert "2/2 nhóm" in told
    for title, square in either.squares.items():
        news = square.news()
        wanted = title in (HOUSEHOLDS, PARTY)
        assert [sent.text for sent in news if sent.text] == ([text] if wanted else [])
        assert [sent.photo for sent in news if sent.photo] == ([PNG] if wanted else [])
    assert await either.app.database.read(ledger) == ["sent"] * 4
    assert len(set(either.zalo.records.fetched)) == 1


async def announced(head: Neighbour | Villager, text: str, **extras: Any) -> str:
    """To the households and the party members of the village; what the head is told then."""
    await head.says("/thongbao")
    await head.says(text, **extras)
    for label in ("Hộ dân", "Đảng viên", "Tiếp tục"):
        await head.presses(label)
    return await head.presses("Gửi ngay")


async def test_an_approver_speaks_to_the_whole_commune_through_all_bots(
    either: Zalograph,
) -> None:
    leader, text = either.anybody(LEADER), "Nước sông lên nhanh, bà con dọn đồ lên cao."
    await leader.says("/thongbao")
    await leader.says(text)
    await leader.presses("Cả xã Sông Trăng")
    for label in ("Tiếp tục", "Hộ dân", "Tiếp tục", "Đánh dấu khẩn"):
        await leader.presses(label)
    assert "4/4 nhóm" in await leader.presses("Gửi ngay")
    reached = {title: square.reads() for title, square in either.squares.items()}
    assert reached == {
        title: [f"🔴 KHẨN\n{text}"] if title.startswith("Các hộ dân") else [] for title in reached
    }
    groups = {square.place.id for square in either.squares.values()}
    assert len({sent.bot for sent in either.zalo.sent if sent.chat in groups}) > 1


async def test_a_bulletin_goes_out_at_its_time_once_and_only_where_it_should(
    either: Zalograph,
) -> None:
    await either.until(12)
    head = either.anybody(HEAD)
    await head.says("menu")
    for label in ("Bản tin", "Thêm bản tin", "Bản tin sáng", "Hộ dân", "Tiếp tục"):
        await head.presses(label)
    await head.says("6 giờ sáng hằng ngày")
    await head.says("Bà con nhớ đổ rác trước 6 giờ tối.")
    assert "đã bắt đầu" in await head.presses("Bắt đầu")
    await either.until(6)
    await either.advance(timedelta(hours=2))
    reached = {title: square.reads() for title, square in either.squares.items()}
    (issue,) = reached.pop(HOUSEHOLDS)
    assert "📢 Bản tin sáng" in issue
    assert "Bà con nhớ đổ rác" in issue
    assert set(map(len, reached.values())) == {0}


# --- as documented, and as seen


@pytest.mark.parametrize("webhook", [False, True])
async def test_all_goes_as_well_with_a_zalo_as_it_is_documented(
    tmp_path: Path, webhook: bool
) -> None:
    async with zalograph(tmp_path, habits=DOCUMENTED, webhook=webhook) as village:
        await report_and_answer(village)
        _, told = await announce(village.neighbour(HEAD), "Mai họp thôn lúc 7 giờ tối.")
        assert "tới đủ 1/1 nhóm" in told


async def test_webhooks_bring_flat_events_too(tmp_path: Path) -> None:
    async with zalograph(tmp_path, webhook=True) as village:
        await report_and_answer(village)


# --- groups


@pytest_asyncio.fixture
async def square(village: Zalograph) -> Square:
    return village.square(HOUSEHOLDS)


async def test_in_a_group_the_bot_answers_who_mentions_it_or_answers_it(
    village: Zalograph, square: Square
) -> None:
    resident = village.neighbour(RESIDENT)
    assert await resident.says("lam giay khai sinh can gi", square) == ""
    assert "khai sinh" in await resident.says("@bot lam giay khai sinh can gi", square)
    (*_, last) = square.shown()
    assert "kết hôn" in await resident.says(
        "đăng ký kết hôn cần gì", square, reply_to=last.message_id
    )
    assert village.zalo.lost == 0


async def test_the_photo_of_a_report_is_kept_and_not_shown_to_the_outside(
    village: Zalograph,
) -> None:
    head = village.neighbour(HEAD)
    await report(village.neighbour(RESIDENT))
    assert as_read(head.news()[-1]) == PHOTO
    assert village.zalo.records.fetched == []
    kept = [path.read_bytes() for path in village.app.folder.iterdir() if path.is_file()]
    assert PNG in kept


# --- what else may come


@pytest.mark.parametrize(
    ("extras", "answered"),
    [
        ({"voice": b"aac"}, "chưa nghe được tin thoại"),
        ({"sticker": True}, ""),
        ({"file": True}, ""),
    ],
)
async def test_what_we_do_not_take_is_answered_politely_and_disturbs_nothing(
    village: Zalograph, extras: Any, answered: str
) -> None:
    resident = village.neighbour(RESIDENT)
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    told = await resident.says(**extras)
    assert told
    assert answered in told
    assert "ở chỗ nào" in await resident.says("Đèn đường hỏng ba hôm nay")


async def test_an_event_without_any_message_disturbs_nobody(village: Zalograph) -> None:
    resident = village.neighbour(RESIDENT)
    village.zalo.habits = Habits(bare=True, grace=PATIENT.grace)
    assert await resident.says(file=True) == ""
    assert "khai sinh" in await resident.says("lam giay khai sinh can gi")


async def test_a_report_goes_on_after_a_restart(village: Zalograph) -> None:
    resident = village.neighbour(RESIDENT)
    await resident.says("phản ánh")
    await resident.presses("Đồng ý")
    await village.stop()
    resident.speaks("câu này không ai nghe")
    await village.start()
    assert "ở chỗ nào" in await resident.says("Đèn đường hỏng ba hôm nay")
    assert village.zalo.lost == 1


async def test_everybody_who_writes_at_once_is_answered_once_and_in_order(
    tmp_path: Path,
) -> None:
    asked = ("lam giay khai sinh can gi", "đăng ký kết hôn", "làm căn cước")
    async with zalograph(tmp_path, plan=Plan()) as village:
        people = [village.neighbour(f"Người {number}") for number in range(30)]
        for said in asked:
            for person in people:
                person.speaks(said)
        await village.quiet()
        for person in people:
            heard = person.reads()
            assert len(heard) == len(asked)
            for text, about in zip(heard, ("khai sinh", "kết hôn", "căn cước"), strict=True):
                assert about in text
        assert village.zalo.lost == 0


async def test_a_head_who_blocked_the_bot_keeps_no_report_from_anybody(village: Zalograph) -> None:
    village.neighbour(HEAD).person.block(village.zalo_token)
    code = await report(village.neighbour(RESIDENT))
    assert code in "\n".join(village.neighbour("Hoàng Văn Giả Sử").reads())
    assert village.neighbour(HEAD).shown() == []


async def test_who_was_not_answered_in_a_used_up_month_is_answered_in_the_next(
    tmp_path: Path,
) -> None:
    habits = Habits(counts_received=True, grace=PATIENT.grace)
    async with zalograph(tmp_path, habits=habits, plan=Plan(monthly=40)) as village:
        await village.app.content.search.ready()
        people = [village.neighbour(f"Người {number}") for number in range(25)]
        for person in people:
            person.speaks("lam giay khai sinh can gi")
        bot = village.zalo.bots[village.zalo_token]
        await village.zalo.until(lambda: bot.spent.total() == 38)  # the rest is for urgent ones
        village.zalo.clock.ahead = timedelta(days=31).total_seconds()
        village.app.clock.advance(timedelta(days=31))
        await village.quiet()
        assert [len(person.reads()) for person in people] == [1] * len(people)
        assert village.zalo.records.too_many == 0
