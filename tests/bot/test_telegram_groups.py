"""A bot's life in groups over Telegram: from the first admin's code to the first announcement,
put out, muted, promoted, moved, and left in peace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from db.tables import Chat, Outbox, table
from tests.bot.telegraph import Telegraph, telegraph
from tests.bot.villagers import Circle, Villager, announce, words
from tests.living import PNG
from tests.loop import one_turn
from tests.patience import PATIENCE
from tests.servers.telegram.chats import ANONYMOUS
from tests.servers.telegram.speech import Extras

chat, outbox = table(Chat), table(Outbox)

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
HOME = "Các hộ dân thôn Gò Sen"
NEWS = "Chiều mai cắt nước."


async def first_admin(village: Telegraph, said: str = "{code}") -> Villager:
    admin = village.person("Bà Quản")
    assert "Quản trị xã Sông Trăng" in await admin.says(said.format(code=village.code))
    return admin


def name_of(village: Telegraph) -> str:
    return village.server.bots[village.token].username


async def head_of(village: Telegraph, admin: Villager, said: str = "{code}") -> Villager:
    """A village head by an invitation that the admin confirms."""
    await admin.says("vai trò")
    for label in ("Mời người mới", "Trưởng thôn", "Thôn Gò Sen"):
        await admin.presses(label)
    invitation = await admin.presses("Không thời hạn")
    code = CODE.findall(invitation)[0]
    assert f"@{name_of(village)})" in invitation
    assert f"https://t.me/{name_of(village)}?start={code}" in invitation.split()
    head = village.person("Bà Trưởng")
    await head.says(said.format(code=code))
    await admin.presses("Đúng người")
    assert "Từ nay anh/chị là Trưởng thôn Gò Sen" in head.reads()[-1]
    return head


async def code_of(head: Villager) -> str:
    """A code that ties a group to the households of Gò Sen."""
    await head.says("nhóm")
    await head.presses("Thêm nhóm")
    said = await head.presses("Hộ dân")
    code = str(CODE.findall(said)[0])
    assert re.search(rf"(?m)^@\w+ đăng ký {code}$", said)
    return code


def tied(session: Session) -> list[str]:
    query = select(chat.c.external_id).where(chat.c.place_id.is_not(None), chat.c.kind == "group")
    return list(session.execute(query).scalars())


def owed(session: Session) -> list[str]:
    query = select(outbox.c.state).where(outbox.c.delivery_id.is_not(None))
    return list(session.execute(query).scalars())


@pytest.mark.parametrize("said", ["{code}", "/start {code}"])
async def test_from_nothing_to_the_first_announcement(tmp_path: Path, said: str) -> None:
    async with telegraph(tmp_path, commune=None) as village:
        used = village.code
        admin = await first_admin(village, said)
        assert "không đúng" in await village.person("Ông Lạ").says(said.format(code=used))
        head = await head_of(village, admin, said)
        circle = village.meet(village.server.group("Nhóm thôn", [head.person]))
        circle.place.add(village.token, by=head.person)
        await village.quiet()
        (greeting,) = circle.reads()
        assert "Em là Loa Làng" in greeting
        assert "Nhóm này chưa nối với thôn nào" in greeting
        line = f"@{name_of(village)} đăng ký"
        assert f"{line} <mã>" in greeting.splitlines()
        code = await code_of(head)
        assert "từ nay nhận tin của Thôn Gò Sen" in await head.says(f"{line} {code}", circle)
        assert "nối rồi" in await head.says(f"{line} {code}", circle)
        _, told = await announce(head, NEWS)
        assert "1/1 nhóm" in told
        assert circle.reads() == [NEWS]
        await village.stop()
        await village.start()
        assert village.code == ""
        assert "Gò Sen" in await head.says("nhóm")


@pytest.mark.parametrize("privacy", [True, False], ids=["privacy", "no privacy"])
@pytest.mark.parametrize(
    ("said", "ties"),
    [
        ("@bot đăng ký {code}", True),
        ("@bot {code}", True),
        ("dang ky {code} @bot", True),
        ("/dangky {code}", True),
        ("/dangky@bot {code}", True),
        ("/start@bot {code}", True),  # as the link does that also adds the bot
        ("reply: {code}", True),
        ("đăng ký {code}", False),
        ("{code}", False),
    ],
)
async def test_a_code_ties_a_group_when_it_is_said_to_the_bot(
    tmp_path: Path, said: str, ties: bool, privacy: bool
) -> None:
    async with telegraph(tmp_path, privacy=privacy) as village:
        head, circle = village.person("Bà Lúa"), village.group("Tổ phụ nữ Gò Sen – Đồng Gió")
        circle.place.add(head.person, told=False)
        code = await code_of(head)
        extras: Extras = {}
        if said.startswith("reply: "):
            await head.says("/start@bot", circle)
            extras["reply_to"] = circle.shown()[-1]["message_id"]
        name = name_of(village)
        text = said.removeprefix("reply: ").format(code=code).replace("@bot", f"@{name}")
        before = len(await village.app.database.read(tied))
        answer = await head.says(text, circle, **extras)
        assert ("từ nay nhận tin" in answer) is ties, answer
        assert len(await village.app.database.read(tied)) == before + ties


async def test_those_who_tie_a_group_hear_what_becomes_of_the_bot_there(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        head, leader = village.person("Bà Lúa"), village.person("Trần Thị Thử")
        circle = village.meet(village.server.group("Nhóm lớn", [head.person], kind="supergroup"))
        circle.place.add(village.token)
        await village.quiet()
        await head.says(f"@bot đăng ký {await code_of(head)}", circle)
        place, token = circle.place, village.token
        changes: list[tuple[Callable[[], None], str]] = [
            (lambda: place.promote(token), "vừa được làm quản trị"),
            (lambda: place.demote(token), "không còn là quản trị"),
            (lambda: place.mute(token), "bị khóa quyền viết"),
            (lambda: place.unmute(token), "viết được trong nhóm"),
            (lambda: place.remove(token), "không còn trong nhóm"),
            (lambda: place.add(token), "đã vào lại nhóm"),
        ]
        head.news(), leader.news(), circle.news()
        for change, told in changes:
            change()
            await village.quiet()
            (notice,) = head.reads()
            assert told in notice
            assert "Nhóm lớn" in notice
        (hello,) = circle.reads()
        assert "vẫn nhận thông báo như trước" in hello


async def test_the_bot_that_was_put_out_is_missed_by_name(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        head, circle = village.person("Bà Lúa"), village.group(HOME)
        circle.place.remove(village.token)
        await village.quiet()
        assert "không còn trong nhóm" in head.reads()[-1]
        _, told = await announce(head, NEWS)
        assert HOME in told
        assert "0/1" in told
        assert await village.app.database.read(owed) == ["failed"]


async def test_a_group_where_the_bot_may_not_write_is_listed_and_stays_ours(tmp_path: Path) -> None:
    """In a basic group no update tells of it."""
    async with telegraph(tmp_path) as village:
        head, circle = village.person("Bà Lúa"), village.group(HOME)
        circle.place.mute()
        _, told = await announce(head, NEWS)
        assert HOME in told
        circle.place.unmute()
        assert "1/1" in await head.presses("Gửi lại")
        assert circle.reads() == [NEWS]


async def test_a_group_that_moved_unseen_is_the_same_group_whatever_is_heard_first(
    tmp_path: Path,
) -> None:
    async with telegraph(tmp_path) as village:
        head, old = village.person("Bà Lúa"), village.group(HOME)
        await village.stop()
        new = village.meet(old.place.upgrade())
        head.speaks("@bot lam giay khai sinh can gi", new)
        await village.start()
        await village.quiet()
        assert "khai sinh" in "\n".join(new.reads())
        _, told = await announce(head, NEWS)
        assert "1/1" in told
        assert (new.reads(), old.shown()) == ([NEWS], [])
        known = await village.app.database.read(tied)
        assert (str(old.place.id) in known, str(new.place.id) in known) == (False, True)


@pytest.mark.parametrize("told_first", [True, False], ids=["told first", "found by sending"])
async def test_a_group_that_moves_while_an_announcement_goes_out_gets_it_once(
    tmp_path: Path, told_first: bool
) -> None:
    async with telegraph(tmp_path) as village:
        server, head, old = village.server, village.person("Bà Lúa"), village.group(HOME)
        await head.says("/thongbao")
        await head.says(NEWS, photo=PNG)
        for label in ("Hộ dân", "Đảng viên", "Tiếp tục"):
            await head.presses(label)
        sending = server.fault("hang", "sendMessage", chat=old.place.id)
        deaf = server.fault("hang", "getUpdates", times=0)
        head.push("Gửi ngay")
        await server.until(lambda: sending.holding == 1 and deaf.holding == 1)
        new = village.meet(old.place.upgrade())
        if told_first:
            deaf.release()
            async with asyncio.timeout(PATIENCE):
                while str(new.place.id) not in await village.app.database.read(tied):
                    await one_turn()
        sending.release()
        await server.until(lambda: len(new.shown()) == 2)
        deaf.release()
        await village.quiet()
        assert old.shown() == []
        assert [words(one) for one in new.news()] == [NEWS, ""]
        assert "2/2 nhóm" in "\n".join(head.reads())
        assert await village.app.database.read(owed) == ["sent"] * 4
        await announce(head, "Mai có điện lại.")
        assert new.reads() == ["Mai có điện lại."]
        assert "khai sinh" in await head.says("@bot lam giay khai sinh can gi", new)
        known = await village.app.database.read(tied)
        assert (str(old.place.id) in known, str(new.place.id) in known) == (False, True)


async def test_a_topic_of_a_forum_is_tied_as_a_group_of_its_own(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        head = village.person("Bà Lúa")
        place = village.server.group("Diễn đàn thôn", [head.person], forum=True)
        whole = village.meet(place)
        place.add(village.token)
        await village.quiet()
        whole.news()
        topic = Circle(village, place, village.token, place.topic("Tin cho hộ dân"))
        other = Circle(village, place, village.token, place.topic("Chuyện trò"))
        assert "từ nay nhận tin" in await head.says(f"@bot đăng ký {await code_of(head)}", topic)
        assert "2/2 nhóm" in (await announce(head, NEWS))[1]
        assert topic.reads() == [NEWS]
        assert (whole.reads(), other.reads()) == ([], [])
        assert "khai sinh" in await head.says("@bot lam giay khai sinh can gi", other)


async def test_an_anonymous_admin_may_add_the_bot_and_change_what_it_may_do(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        head, place = village.person("Bà Lúa"), village.server.group("Nhóm ẩn", kind="supergroup")
        circle, place.owner = village.meet(place), ANONYMOUS
        place.add(head.person)
        place.add(village.token)
        await village.quiet()
        (greeting,) = circle.reads()
        assert "Em là Loa Làng" in greeting
        await head.says(f"@bot đăng ký {await code_of(head)}", circle)
        head.news()
        place.mute(village.token)
        await village.quiet()
        assert "bị khóa quyền viết" in head.reads()[0]


async def test_a_group_that_nobody_ties_hears_a_goodbye_and_is_left(tmp_path: Path) -> None:
    async with telegraph(tmp_path) as village:
        circle = village.meet(village.server.group("Nhóm lạ"))
        circle.place.add(village.token)
        await village.quiet()
        await village.advance(timedelta(hours=71))
        assert len(circle.reads()) == 1
        bot = village.server.bots[village.token]
        village.app.clock.advance(timedelta(hours=2))
        await village.server.until(lambda: circle.place.chat.standing(bot.id) == "left")
        (goodbye,) = circle.reads()
        assert "xin rời nhóm" in goodbye
        circle.place.add(village.token)
        await village.quiet()
        assert "Em là Loa Làng" in circle.reads()[0]
