"""One person on two platforms, in the whole program: rights follow, and nothing is said twice."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from content.loader import load
from db import bots, links, people
from db.scene import Actor
from db.tables import Account, Consent, table
from handlers.messages import Message, Outcome, Reply, effect
from handlers.router import Context
from tests.bot.reception import receiving
from tests.handlers.stage import NOW
from tests.living import Living, living, said

WORDS = load().words("vi")
HEAD, SECOND = "lua", "cuc"  # a village head on Telegram, and her other account, on Zalo
account, consent = table(Account), table(Consent)


async def linked(village: Living, asker: str = HEAD, sayer: str = SECOND) -> None:
    """The head's second account becomes hers."""
    code = re.search(r"\w{4}-\w{4}", said(await village.say(asker, "nối tài khoản")))
    assert code
    await village.say(sayer, code[0])
    await village.press(sayer, WORDS("linking.right"))
    assert WORDS("linking.joined") in said(await village.press(asker, WORDS("linking.right")))


async def count(village: Living, words: str) -> dict[str, int]:
    """In how many messages each account has read these words in private."""
    heard = {one: await village.heard(one, one) for one in (HEAD, SECOND)}
    return {one: sum(words in message["text"] for message in heard[one]) for one in heard}


async def reported(village: Living, what: str, resident: str = "nhai") -> None:
    """Somebody of the head's village reports something, for the first time."""
    for words in ("phản ánh", "Đồng ý", what, "Đầu ngõ nhà văn hóa", "không", "Gửi"):
        await village.say(resident, words)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_right_given_on_telegram_works_on_zalo_and_ends_with_the_link(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("laid_postgresql_url") if kind == "postgresql" else ""
    async with living(tmp_path, url) as village:
        not_allowed = WORDS("announcements.not_allowed")
        assert not_allowed in said(await village.say(SECOND, "thông báo"))
        await linked(village)
        assert not_allowed not in said(await village.say(SECOND, "thông báo"))
        await village.say(SECOND, "thôi")
        await village.say(HEAD, "liên kết")
        await village.press(HEAD, "Gỡ Zalo")
        await village.press(HEAD, WORDS("linking.part_now"))
        assert WORDS("linking.parted_notice") in said(await village.heard(SECOND, SECOND))
        assert not_allowed in said(await village.say(SECOND, "thông báo"))
        assert not_allowed not in said(await village.say(HEAD, "thông báo"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_who_was_talked_into_linking_keeps_the_role_when_they_are_taken_away(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("laid_postgresql_url") if kind == "postgresql" else ""
    async with living(tmp_path, url) as village:
        not_allowed = WORDS("announcements.not_allowed")
        await linked(village, SECOND, HEAD)
        assert "cầm cả hai máy" in said(await village.heard(HEAD, HEAD))
        assert not_allowed not in said(await village.say(SECOND, "thông báo"))
        await village.say(SECOND, "thôi")
        await village.say(SECOND, "liên kết")
        assert "sẽ đi theo nó: Trưởng" in said(await village.press(SECOND, "Gỡ Telegram"))
        await village.press(SECOND, WORDS("linking.part_now"))
        assert "Tài khoản được gỡ giữ vai trò: Trưởng" in said(await village.heard(HEAD, HEAD))
        assert not_allowed in said(await village.say(SECOND, "thông báo"))
        assert not_allowed not in said(await village.say(HEAD, "thông báo"))


async def test_a_notice_comes_once_where_they_last_wrote(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        await linked(village)
        await village.say(SECOND, "trợ giúp")
        await reported(village, "Đèn đường hỏng ba hôm nay")
        assert await count(village, "Đèn đường hỏng") == {HEAD: 0, SECOND: 1}
        await village.say(HEAD, "trợ giúp")
        await reported(village, "Cống tắc nước tràn ra đường", "khe")
        assert await count(village, "Cống tắc") == {HEAD: 1, SECOND: 0}


async def test_it_goes_around_a_bot_in_trouble(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        await linked(village)
        await village.say(SECOND, "trợ giúp")
        database, clock = village.app.database, village.app.clock
        zalo = (await database.read(bots.named))["lang-zalo"]
        await database.write(bots.ail, zalo, "BadToken", clock.now())
        await reported(village, "Đèn đường hỏng ba hôm nay")
        assert await count(village, "Đèn đường hỏng") == {HEAD: 1, SECOND: 0}


async def test_what_an_account_writes_while_it_is_joined_is_the_persons(tmp_path: Path) -> None:
    """It was decided on for a person who is no more: nothing of that is kept, and it is decided
    again."""
    deciding, go_on = asyncio.Event(), asyncio.Event()

    async def answer(message: Message, context: Context) -> Outcome:
        if message.text == "chậm":
            deciding.set()
            await go_on.wait()
        words = {"purpose": message.text, "version": "1", "language": "vi", "digest": "d"}
        return effect(people.agree, **words).then(lambda _: Reply("Đã ghi."))

    async with receiving(tmp_path, answer=answer) as reception:
        await reception.say("một", chat="an")
        await reception.say("hai", chat="binh")
        first, second = [await reception.database.read(known, name) for name in ("an", "binh")]
        await reception.wire.deliver(reception.wire.update("chậm", "binh"))
        await deciding.wait()
        code = await reception.database.write(links.ask, first)
        number = (await reception.database.write(links.say, second, code=code)).id
        await reception.database.write(links.agree, second, link_id=number)
        await reception.database.write(links.join, first, link_id=number)
        go_on.set()
        await reception.quiet()
        assert await reception.states() == ["done", "done", "done IntegrityError"]
        assert await reception.database.read(agreed) == [
            (purpose, first.person_id) for purpose in ("một", "hai", "chậm")
        ]


def known(session: Session, name: str) -> Actor:
    row = session.execute(select(account).where(account.c.external_id == name)).one()
    return Actor(row.person_id, row.id, row.chat_id, 1, NOW)


def agreed(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(select(consent.c.purpose, consent.c.person_id).order_by(consent.c.id))
    return [(purpose, person_id) for purpose, person_id in rows]
