"""A question handed over is a report from then on, and knows which."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from db import handover, media, tickets
from db.engine import Database
from db.handover import Asked
from db.tables import Inbox, Question, table
from tests.db.neighbours import NOW, appoint, found, move_in
from tests.db.questioning import MASKED, WHOLE, ask, hand


def _report_of(session: Session, number: int) -> int | None:
    rows = table(Question).c
    report = session.execute(select(rows.ticket_id).where(rows.id == number)).scalar_one()
    return None if report is None else int(report)


def _update(session: Session, bot_id: int) -> int:
    values = {"bot_id": bot_id, "key": "1", "lane": "1", "body": b"", "received_at": NOW}
    row = insert(table(Inbox)).values(**values).returning(table(Inbox).c.id)
    return int(session.execute(row).scalar_one())


async def test_a_question_goes_to_the_staff_of_its_persons_village(database: Database) -> None:
    village = await database.write(found)
    mit = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Ông Tre", "village_head", village.upper)
    cadre = await database.write(appoint, village, "Cô Mận", "cadre", village.commune)
    await database.write(appoint, village, "Bà Lúa", "village_head", village.lower)
    number = await database.write(ask, village.bot)
    assert await database.read(handover.asked, mit, number) == Asked(MASKED, None)

    files = await database.write(media.want, mit, files=[media.Seen("a", "photo", "")])
    place = village.upper.id
    opened = await database.write(hand, mit, number, place_id=place, files=files, language="en")

    assert sorted(opened.staff) == sorted([head.person_id, cadre.person_id])
    report = await database.read(tickets.read, head, opened.id)
    assert (report.what, report.category) == (WHOLE, "question")
    assert (report.media, report.language, report.state) == (files, "en", "open")
    assert await database.read(_report_of, number) == opened.id
    assert [one.id for one in await database.read(tickets.unanswered, cadre, 9)] == [opened.id]


async def test_without_a_village_it_goes_to_the_place_the_bot_serves(database: Database) -> None:
    village = await database.write(found)
    mit = await database.write(move_in, village, "Bác Mít")
    number = await database.write(ask, village.bot)
    opened = await database.write(hand, mit, number, location=(20.5, 106.25))
    report = await database.read(tickets.read, mit, opened.id)
    assert (report.place, report.location) == ("Xã Mơ", (20.5, 106.25))


async def test_only_who_handed_it_over_is_told_its_code(database: Database) -> None:
    village = await database.write(found)
    mit = await database.write(move_in, village, "Bác Mít")
    other = await database.write(move_in, village, "Anh Khế")
    number = await database.write(ask, village.bot)
    opened = await database.write(hand, mit, number)
    assert await database.read(handover.asked, mit, number) == Asked(MASKED, opened.id)
    assert await database.read(handover.asked, other, number) == Asked(MASKED, None)


@pytest.mark.parametrize("where", ["another bot's", "a group's", "nobody's"])
async def test_what_was_asked_elsewhere_is_neither_shown_nor_marked(
    database: Database, where: str
) -> None:
    village = await database.write(found)
    mit = await database.write(move_in, village, "Bác Mít")
    number = await database.write(
        ask, village.bot, chat_id=mit.chat_id if where == "a group's" else None
    )
    if where == "another bot's":
        mit = replace(mit, bot_id=mit.bot_id + 1)
    asked_for = number + 7 if where == "nobody's" else number
    assert await database.read(handover.asked, mit, asked_for) is None
    await database.write(hand, mit, asked_for, place_id=village.commune.id)
    assert await database.read(_report_of, number) is None


async def test_one_update_hands_a_question_over_once_or_not_at_all(database: Database) -> None:
    village = await database.write(found)
    update = await database.write(_update, village.bot)
    mit = await database.write(move_in, village, "Bác Mít", update)
    first, second = [await database.write(ask, village.bot) for _ in range(2)]
    await database.write(hand, mit, first)
    with pytest.raises(IntegrityError):
        await database.write(hand, mit, second)
    assert await database.read(_report_of, second) is None
