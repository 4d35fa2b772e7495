"""An announcement to twelve groups, three with bots and nine carried by people, over the whole
program: every delivery is accounted for, whoever answers and whoever does not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest_asyncio
from sqlalchemy import delete, insert, select
from sqlmodel import Session

from db import announcements, bots
from db.announcements import Progress
from db.ledger import PATIENCE
from db.tables import Account, Chat, Place, table
from tests.living import CONTENT, PNG, Living, living, said

account, chat, place = table(Account), table(Chat), table(Place)
WORDS: Final = CONTENT.words("vi")
TEXT: Final = "Sáng mai tiêm phòng dại cho chó ở nhà văn hóa, bà con nhớ đưa chó tới."
AUTHOR: Final = "nhap"
KEEPERS: Final = {"go-sen": "lua", "cau-tre": "da", "dong-gio": "sen"}
LUA, DA, SEN = KEEPERS.values()
BY_HAND: Final = {"residents": "Xóm", "loudspeaker": "Loa", "notice_board": "Bảng tin"}


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Living]:
    """In each of three villages the committee has a bot, and three stops have a keeper."""
    async with living(tmp_path) as village:
        await village.app.database.write(_stops)
        await village.until(9)
        yield village


def _stops(session: Session) -> None:
    """Instead of those of the demo."""
    session.execute(delete(chat).where(chat.c.bot_id == bots.by_hand(session)))
    people = dict(session.execute(select(account.c.external_id, account.c.person_id)).all())
    rows = session.execute(select(place.c.slug, place.c.id, place.c.name))
    for slug, place_id, name in [row for row in rows if row.slug in KEEPERS]:
        for segment, title in BY_HAND.items():
            values = {
                "bot_id": bots.by_hand(session),
                "external_id": f"hand:{slug} {segment}",
                "kind": "group",
                "title": f"{title} {name}",
                "place_id": place_id,
                "segment": segment,
                "keeper_id": people[KEEPERS[slug]],
            }
            session.execute(insert(chat).values(**values))


async def announce(village: Living, *files: tuple[str, str, bytes]) -> list[dict[str, Any]]:
    await village.say(AUTHOR, "/thongbao")
    await village.say(AUTHOR, TEXT, files=files)
    for label in ("Thôn Gò Sen", "Thôn Cầu Tre", "Thôn Đồng Gió", "Tiếp tục"):
        await village.press(AUTHOR, label)
    for segment in ("party_committee", *BY_HAND):
        await village.press(AUTHOR, WORDS(f"segments.{segment}"))
    preview = await village.press(AUTHOR, "Tiếp tục")
    await village.press(AUTHOR, WORDS("announcements.send"))
    return preview


async def ledger(village: Living) -> Progress:
    return await village.app.database.read(announcements.progress, 1)


async def private(village: Living, person: str) -> list[dict[str, Any]]:
    return await village.heard(person, person)


async def code_of(village: Living, keeper: str) -> str:
    """What the newest errand of somebody without buttons is called."""
    told = "\n".join(message["text"] for message in await private(village, keeper))
    return str(re.findall(r"CT-\d+", told)[-1])


async def test_nine_of_twelve_go_by_hand_and_every_delivery_is_accounted_for(
    village: Living,
) -> None:
    preview = await announce(village)
    assert WORDS("announcements.by_hand", groups=9, people=3) in said(preview)
    assert dict((await ledger(village)).counts) == {"sent": 3, "handed": 9}
    status = said(await private(village, AUTHOR))
    assert WORDS("announcements.status_handed", reached=3, total=12, handed=9) in status
    for keeper in KEEPERS.values():
        texts = [message["text"] for message in await private(village, keeper)]
        assert texts.count(TEXT) == 1

    assert WORDS("relay.noted") in said(await village.press(LUA, WORDS("relay.done_all")))
    code = await code_of(village, DA)
    assert WORDS("relay.left", count=2) in said(await village.say(DA, f"{code} 1"))
    assert WORDS("relay.left", count=1) in said(await village.say(DA, "2"))
    assert "em ghi lại là chưa xong" in said(await village.say(DA, "5"))
    assert WORDS("relay.noted") in said(await village.say(DA, "xong het roi a"))
    assert dict((await ledger(village)).counts) == {"sent": 3, "relayed": 6, "handed": 3}

    before = len(await private(village, SEN))
    await village.advance(timedelta(hours=4))
    (reminder,) = (await private(village, SEN))[before:]
    assert WORDS("relay.remind_then") in reminder["text"]
    await village.advance(PATIENCE)
    assert len(await private(village, SEN)) == before + 1
    report = (await private(village, AUTHOR))[-1]["text"]
    assert WORDS("announcements.report", reached=9, total=12) in report
    assert WORDS("announcements.not_reached_handed", count=3) in report
    assert all(f"– {title} Thôn Đồng Gió" in report for title in BY_HAND.values())

    assert WORDS("relay.noted") in said(await village.say(SEN, "Dạ em xong rồi ạ"))
    assert dict((await ledger(village)).counts) == {"sent": 3, "relayed": 9}


async def test_the_author_hears_at_once_when_the_last_is_carried(village: Living) -> None:
    await announce(village)
    for keeper in KEEPERS.values():
        await village.say(keeper, "xong rồi")
    report = (await private(village, AUTHOR))[-1]["text"]
    assert report == WORDS("announcements.report_all_carried", total=12)
    before = {keeper: len(await private(village, keeper)) for keeper in KEEPERS.values()}
    await village.advance(timedelta(hours=5))
    assert {keeper: len(await private(village, keeper)) for keeper in before} == before


async def test_a_photo_comes_with_the_words_and_again_when_asked_for(village: Living) -> None:
    await announce(village, ("anh.png", "image/png", PNG))
    found = await private(village, LUA)
    assert [len(message["attachments"]) for message in found] == [0, 1, 0]
    again = await village.say(LUA, "chuyển tay")
    assert [message["text"] for message in again].count(TEXT) == 1
    assert sum(len(message["attachments"]) for message in again) == 1
    assert WORDS("relay.noted") in said(await village.press(LUA, WORDS("relay.done_all")))
    assert said(await village.say(LUA, "/chuyentay")) == WORDS("relay.nothing")


async def test_a_stop_reaches_keepers_who_have_not_carried_it(village: Living) -> None:
    await announce(village)
    await village.press(LUA, WORDS("relay.done_all"))
    await village.press(AUTHOR, WORDS("announcements.stop"))
    counts = dict((await ledger(village)).counts)
    assert counts == {"sent": 3, "relayed": 3, "cancelled": 6}
    assert WORDS("relay.recall_then") in (await private(village, DA))[-1]["text"]
    assert WORDS("relay.noted") in (await private(village, LUA))[-1]["text"]
    assert "không cần đưa" in said(await village.say(DA, f"{await code_of(village, DA)} 1"))
