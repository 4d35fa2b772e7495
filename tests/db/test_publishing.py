"""What staff let bulletins tell: of a report they answered, of the days an announcement names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from db import announcements, publishing, tickets
from db.engine import Database
from db.permissions import NotAllowed
from db.publishing import LONGEST, HasName, HasNumber, NotForAll, TooLong
from db.tables import AnnouncementVersion, Ticket, TicketEvent, table
from tests.db.neighbours import appoint, found, move_in
from tests.db.village import BODY, build, released

LAMP = "Đèn đường hỏng"
NOTE = "Đã thay bóng đèn ở đầu ngõ."


def opened(session: Session, actor: Any, place_id: int) -> int:
    return tickets.open_report(
        session,
        actor,
        place_id=place_id,
        what=LAMP,
        address="",
        location=None,
        files=(),
        language="vi",
    ).id


def told(session: Session, number: int) -> str:
    row = table(Ticket).c
    return str(session.execute(select(row.published).where(row.id == number)).scalar_one())


def noted(session: Session, number: int) -> list[tuple[str, str]]:
    row = table(TicketEvent).c
    query = select(row.kind, row.body).where(row.ticket_id == number).order_by(row.id)
    return [tuple(event) for event in session.execute(query)]


async def test_the_newest_note_is_told_and_each_is_on_record(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    number = await database.write(opened, actor, village.upper.id)
    assert await database.read(told, number) == ""
    await database.write(tickets.answer, head, number=number, body="Đã sửa")
    for note in ("Đã thay bóng.", NOTE):
        await database.write(publishing.publish, head, number=number, note=note)
    assert await database.read(told, number) == NOTE
    assert (await database.read(noted, number))[2:] == [
        ("published", "Đã thay bóng."),
        ("published", NOTE),
    ]
    assert (await database.read(tickets.read, actor, number)).answer == "Đã sửa"


async def test_what_is_not_answered_is_not_told(database: Database) -> None:
    village = await database.write(found)
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    number = await database.write(opened, head, village.upper.id)
    for missing in (number, 999):
        with pytest.raises(tickets.NoSuchReport):
            await database.write(publishing.publish, head, number=missing, note=NOTE)


async def test_only_who_may_answer_there_tells_of_it(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    number = await database.write(opened, actor, village.upper.id)
    await database.write(tickets.answer, head, number=number, body="Đã sửa")
    other = await database.write(appoint, village, "Người khác", "village_head", village.lower)
    for stranger in (actor, other):
        with pytest.raises(NotAllowed):
            await database.write(publishing.publish, stranger, number=number, note=NOTE)
    assert await database.read(told, number) == ""


async def test_a_note_is_taken_back_and_that_is_on_record(database: Database) -> None:
    village = await database.write(found)
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    number = await database.write(opened, head, village.upper.id)
    await database.write(tickets.answer, head, number=number, body="Đã sửa")
    for note in (NOTE, ""):
        await database.write(publishing.publish, head, number=number, note=note)
        assert (await database.read(tickets.read, head, number)).published == note
    assert (await database.read(noted, number))[-1] == ("unpublished", "")


@pytest.mark.parametrize(
    ("note", "refusal"),
    [
        pytest.param("a" * (LONGEST + 1), TooLong, id="too long"),
        pytest.param("Đã sửa, gọi 0900 000 001", HasNumber, id="a telephone"),
        pytest.param("Đã sửa cho bac Mít Đo", HasName, id="whose report it was"),
    ],
)
async def test_no_note_gives_somebody_away(
    database: Database, note: str, refusal: type[NotForAll]
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác  Mít Đỏ")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    number = await database.write(opened, actor, village.upper.id)
    await database.write(tickets.answer, head, number=number, body="Đã sửa")
    with pytest.raises(refusal):
        await database.write(publishing.publish, head, number=number, note=note)
    assert await database.read(told, number) == ""


async def test_a_release_keeps_the_days_it_speaks_of(database: Database) -> None:
    village = await database.write(build)
    days = ["2026-11-25", "2026-11-30"]

    def kept(session: Session) -> list[list[str]]:
        row = table(AnnouncementVersion).c
        return list(session.execute(select(row.days).order_by(row.id)).scalars())

    await database.write(released, village)
    ids = village.ids("ben", "dong")
    shown = announcements.digest(BODY, [], ids, ["households"], False)
    await database.write(released, village, days=days, shown=shown)
    assert await database.read(kept) == [[], days]
