"""Which bots are at work, and how full they are."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from sqlalchemy import insert, update
from sqlmodel import Session

from db import bots, people
from db.tables import Bot, Chat, table
from tests.db.village import NOW, Village

pytest_plugins = "tests.db.ground_fixtures"

bot, chat = table(Bot), table(Chat)

GROUPS = 8  # of each bot of the village


def numbers(session: Session, village: Village) -> dict[str, int]:
    found = bots.at_work(session, [*village.bots.values(), bots.by_hand(session) + 1])
    return {one.name: one.groups for one in found}


def test_a_bot_is_told_with_the_groups_that_it_is_in(session: Session, village: Village) -> None:
    out = update(chat).where(chat.c.id == village.groups["ben households zalo"])
    session.execute(out.values(standing="out"))
    people.know_chat(session, village.bots["zalo"], "loose", "group", "")
    people.know_chat(session, village.bots["telegram"], "somebody", "private", "")
    assert numbers(session, village) == {"telegram": GROUPS, "zalo": GROUPS}


def test_a_bot_in_no_group_yet_counts_too(session: Session, village: Village) -> None:
    values = {"name": "new", "platform": "zalo", "place_id": village.commune.id}
    number = session.execute(insert(bot).values(values).returning(bot.c.id)).scalar_one()
    assert bots.at_work(session, [number]) == [(number, "new", "zalo", 0)]


@pytest.mark.parametrize(
    ("ill", "left"), [(["zalo"], {"telegram"}), (["telegram", "zalo"], {"telegram", "zalo"})]
)
def test_a_bot_that_does_not_hear_is_left_out_while_another_does(
    session: Session, village: Village, ill: Collection[str], left: set[str]
) -> None:
    for name in ill:
        bots.ail(session, village.bots[name], "refused", NOW)
    assert numbers(session, village).keys() == left
