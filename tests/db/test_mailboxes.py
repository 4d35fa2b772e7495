"""A person with several accounts is written to in one private chat: where words arrive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlmodel import Session

from db import conversations, people
from db.engine import Database
from db.people import Mailbox
from db.scene import Actor
from db.tables import Bot, Chat, Conversation, Quota, table
from tests.db.linked import joined, met
from tests.db.post import statements
from tests.db.village import NOW, Village, build

bot, chat = table(Bot), table(Chat)
conversation, quota = table(Conversation), table(Quota)
LATER = NOW + timedelta(hours=1)


class Home:
    """Somebody with an account on Telegram (the older one) and one on Zalo."""

    def __init__(self, village: Village, telegram: Actor, zalo: Actor) -> None:
        self.village = village
        self.actors = {"telegram": telegram, "zalo": zalo}
        self.person_id = telegram.person_id

    def box(self, platform: str) -> Mailbox:
        return Mailbox(self.actors[platform].chat_id, self.village.bots[platform], platform)

    def spoke(self, session: Session, platform: str, moment: datetime) -> None:
        actor = self.actors[platform]
        here = (conversation.c.chat_id == actor.chat_id,)
        session.execute(delete(conversation).where(*here))
        conversations.offer(session, actor.chat_id, actor.account_id, 1, moment)

    def happens(self, session: Session, what: str, platform: str) -> None:
        """Something that keeps words from arriving there."""
        actor = self.actors[platform]
        if what == "trouble":
            values = {"trouble": "BadToken", "trouble_since": NOW}
            session.execute(update(bot).where(bot.c.id == actor.bot_id).values(**values))
        elif what == "out":
            out = update(chat).where(chat.c.id == actor.chat_id).values(standing="out")
            session.execute(out)
        else:
            refused = {"refusals": 7, "refused_until": LATER}
            values = refused if what == "refused" else {"refused_told": True}
            month = "2026-10" if what == "spent before" else "2026-11"
            line = {"bot_id": actor.bot_id, "month": month, "received": 0, "sent": 3000}
            session.execute(insert(quota).values(**line, **values))


async def home(database: Database) -> Home:
    village = await database.write(build)
    telegram = await database.write(met, village, "telegram")
    zalo = await database.write(met, village, "zalo")
    await database.write(joined, telegram, zalo)
    return Home(village, telegram, zalo)


async def boxes(database: Database, here: Home, now: datetime | None = NOW) -> list[Mailbox]:
    return await database.read(people.mailboxes, (here.person_id,), now)


@pytest.mark.parametrize("newest", ["telegram", "zalo"])
async def test_it_is_the_one_they_were_last_talked_with_in(database: Database, newest: str) -> None:
    here = await home(database)
    for platform in here.actors:
        await database.write(here.spoke, platform, LATER if platform == newest else NOW)
    assert await boxes(database, here) == [here.box(newest)]


@pytest.mark.parametrize("spoken", ["telegram", "zalo"])
async def test_one_they_talked_in_goes_before_one_they_did_not(
    database: Database, spoken: str
) -> None:
    here = await home(database)
    await database.write(here.spoke, spoken, NOW)
    assert await boxes(database, here) == [here.box(spoken)]


@pytest.mark.parametrize("what", ["trouble", "out", "refused", "spent"])
@pytest.mark.parametrize("newest", ["telegram", "zalo"])
async def test_where_words_do_not_arrive_the_other_is_taken(
    database: Database, newest: str, what: str
) -> None:
    here = await home(database)
    (other,) = {"telegram", "zalo"} - {newest}
    await database.write(here.spoke, other, NOW)
    await database.write(here.spoke, newest, LATER)
    await database.write(here.happens, what, newest)
    assert await boxes(database, here) == [here.box(other)]


@pytest.mark.parametrize(
    ("on_telegram", "on_zalo", "taken"),
    [
        pytest.param("refused", "out", "telegram", id="it will take words again, some day"),
        pytest.param("out", "trouble", "zalo", id="it may be mended"),
        pytest.param("trouble", "refused", "zalo", id="the newer of two as bad"),
    ],
)
async def test_as_a_last_resort_any_is_better_than_none(
    database: Database, on_telegram: str, on_zalo: str, taken: str
) -> None:
    here = await home(database)
    await database.write(here.happens, on_telegram, "telegram")
    await database.write(here.happens, on_zalo, "zalo")
    assert await boxes(database, here) == [here.box(taken)]


@pytest.mark.parametrize(
    "now", [pytest.param(LATER, id="the pause is over"), pytest.param(None, id="no time named")]
)
async def test_a_refusal_counts_while_it_lasts(database: Database, now: datetime | None) -> None:
    here = await home(database)
    await database.write(here.spoke, "zalo", NOW)
    await database.write(here.happens, "refused", "zalo")
    assert await boxes(database, here, now) == [here.box("zalo")]


async def test_a_month_that_was_spent_does_not_count_in_the_next(database: Database) -> None:
    here = await home(database)
    await database.write(here.spoke, "zalo", NOW)
    await database.write(here.happens, "spent before", "zalo")
    assert await boxes(database, here) == [here.box("zalo")]


async def test_everybody_has_one_and_it_costs_one_question(database: Database) -> None:
    here = await home(database)
    everybody = (*here.village.people.values(), here.person_id)

    def asked(session: Session) -> tuple[int, Any]:
        with statements(session) as sent:
            found = people.mailboxes(session, everybody, NOW)
        return len(sent), found

    cost, found = await database.read(asked)
    assert cost == 1
    assert len(found) == len(everybody)
    assert len({box.chat_id for box in found}) == len(everybody)
