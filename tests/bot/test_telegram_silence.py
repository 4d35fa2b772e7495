"""What the bot hears in groups over Telegram, with privacy mode and without, and what it leaves
in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db.tables import Chat, Inbox, Question, table
from tests.bot.telegraph import telegraph, words
from tests.living import CONTENT, PNG

WORDS = CONTENT.words("vi")
chat, inbox, question = table(Chat), table(Inbox), table(Question)

HOME = "Các hộ dân thôn Gò Sen"

TALK = [
    "Chào bà con, mai trời rét đấy ạ",
    "2",
    "ok",
    "có",
    "không",
    "thôi",
    "gửi đi",
    "Cảm ơn bác nhiều",
    "xe 29H2-3456 đỗ chắn ngõ nhà tôi",
    "đăng ký",
    "Mai mấy giờ họp thôn thế bà con?",
    "Làm giấy khai sinh cần gì?",
    "Đèn đường ngõ 3 hỏng cả tuần nay rồi",
    "PA-12",
    "trợ giúp",
    "Gửi phản ánh",
    "@ai_do_khac làm giấy khai sinh cần gì?",
    "/hoi@botkhac_bot giấy khai sinh",
    "English",
    "thông báo",
]


def bodies(session: Session) -> list[bytes]:
    return list(session.execute(select(inbox.c.body)).scalars())


@pytest.mark.parametrize("privacy", [True, False], ids=["privacy", "no privacy"])
async def test_what_is_said_to_the_bot_in_a_group_is_answered_there(
    tmp_path: Path, privacy: bool
) -> None:
    async with telegraph(tmp_path, privacy=privacy) as village:
        resident, circle = village.person("Anh Khế"), village.group(HOME)
        for said, told in (
            ("@bot lam giay khai sinh can gi", "khai sinh"),
            ("/hoi lam can cuoc can gi", "căn cước"),
            ("/hoi@bot khai tu can giay to gi", "khai tử"),
            ("bot ơi @bot đăng ký tạm trú cần gì", "tạm trú"),
        ):
            assert told in await resident.says(said, circle)
        again = await resident.says("@bot lam can cuoc can gi", circle)
        assert again == WORDS("questions.just_told")
        number = circle.shown()[-1]["message_id"]
        assert "kết hôn" in await resident.says("đăng ký kết hôn", circle, reply_to=number)
        assert resident.news() == []


async def test_as_an_admin_the_bot_whispers_that_it_has_just_told(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        resident, circle = village.person("Anh Khế"), village.group(HOME)
        asked, just_told = "@bot lam can cuoc can gi", WORDS("questions.just_told")
        circle.place.promote(village.token)
        await village.quiet()
        assert "căn cước" in await resident.says(asked, circle)
        assert await resident.says(asked, circle) == ""
        assert [words(one) for one in resident.person.received(circle.place)][-1] == just_told
        assert all(words(one) != just_told for one in circle.shown())
        circle.place.chat.members[village.server.bots[village.token].id].status = "member"
        assert await resident.says(asked, circle) == just_told
        sent = [one.text for one in village.server.sent_to(circle.place)]
        assert sent.count(just_told) == 2


@pytest.mark.parametrize("privacy", [True, False], ids=["privacy", "no privacy"])
async def test_what_people_say_to_each_other_is_left_in_peace_and_not_kept(
    tmp_path: Path, privacy: bool
) -> None:
    async with telegraph(tmp_path, privacy=privacy) as village:
        resident, circle = village.person("Anh Khế"), village.group(HOME)
        await resident.says("phản ánh")
        for text in TALK:
            resident.speaks(text, circle)
        resident.speaks("Nhà ai mất chó không?", circle, photo=PNG)
        other = village.person("Cô Nhài").speaks("Ai đi chợ không?", circle)
        resident.speaks("Tôi đi", circle, reply_to=other["message_id"])
        await village.quiet()
        assert circle.shown() == []
        assert resident.news() == []
        heard = village.server.bots[village.token].updates.acknowledged
        assert len(heard) == (1 if privacy else 1 + len(TALK) + 3)
        assert not any(await village.app.database.read(bodies))
        assert "114" in await resident.says("@bot nhà ông Ba cháy to quá", circle)
        assert ("114" in await resident.says("nhà ông Ba cháy to quá", circle)) is not privacy
        assert "việc gì cần phản ánh" in await resident.presses("Đồng ý")


async def test_where_it_is_wanted_a_clear_question_is_answered_unasked_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path, privacy=False) as village:
        circle, resident = village.group(HOME), village.person("Anh Khế")
        on = update(chat).where(chat.c.kind == "group").values(answers=True)
        await village.app.database.write(lambda session: session.execute(on).close())
        for text in TALK:
            resident.speaks(text, circle)
        resident.speaks("Làm căn cước cần gì?", circle, photo=PNG)
        await village.quiet()
        (answer,) = circle.shown()
        assert answer["text"].startswith("Đăng ký khai sinh")
        name = village.server.bots[village.token].username
        assert answer["text"].endswith(f"https://t.me/{name}?start=khai_sinh")
        kept = await village.app.database.read(
            lambda session: session.execute(select(question.c.text)).scalars().all()
        )
        assert kept == ["lam giay khai sinh can gi?"]
        whole = await resident.says("/start khai_sinh")
        assert WORDS("faq.le_phi") in whole


async def test_whoever_is_no_person_is_not_heard(tmp_path: Path) -> None:
    async with telegraph(tmp_path, privacy=False) as village:
        circle = village.group(HOME)
        channel = village.server.group("Kênh xã", kind="channel")
        asked = "lam giay khai sinh can gi"
        name = f"@{village.server.bots[village.token].username}"
        circle.place.say_as_admin(f"{name} {asked}")
        circle.place.say_as_admin("nhà ông Ba cháy to quá")
        circle.place.say_as_channel(channel, f"/hoi {asked}")
        circle.place.linked_post(channel, f"{name} {asked}")
        village.person("Anh Khế").speaks(f"{name} {asked}", circle, forward=channel.json)
        await village.quiet()
        assert len(village.server.bots[village.token].updates.acknowledged) == 5
        assert circle.shown() == []


async def test_in_a_channel_the_bot_is_nobody(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        channel = village.server.group("Kênh xã", [village.token], kind="channel")
        channel.post("@loalang_xa_bot lam giay khai sinh can gi")
        assert "khai sinh" in await village.person("Anh Khế").says("lam giay khai sinh can gi")
        assert village.server.sent_to(channel) == []
