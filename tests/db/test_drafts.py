"""Answers to questions, kept to become entries: by whom, once, and until somebody takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import Session

from db import drafts
from db.engine import Database
from db.permissions import NotAllowed
from db.scene import Actor
from db.tables import Audit, FaqDraft, table
from db.tickets import NoSuchReport
from tests.db.neighbours import NOW, Village, appoint, found, move_in
from tests.db.questioning import ask, hand
from tests.db.reports import answered, reported

HIDDEN = "Con của ••• sinh ở Đài Loan thì khai sinh ở đâu?"
ANSWER = "Chị mang giấy chứng sinh đã dịch\nra trung tâm hành chính công."


class Office(NamedTuple):
    """`number`: a report of the upper village that was a question, answered by the head there."""

    village: Village
    resident: Actor
    head: Actor
    admin: Actor
    number: int


def _open(session: Session) -> Office:
    village = found(session)
    resident = move_in(session, village, "Bác Mít")
    head = appoint(session, village, "Ông Tre", "village_head", village.upper)
    admin = appoint(session, village, "Ông Bưởi", "admin", village.commune)
    number = hand(session, resident, ask(session, village.bot), place_id=village.upper.id).id
    answered(session, head, number, 1, "Em hỏi lại đã")
    answered(session, head, number, 2, ANSWER)
    return Office(village, resident, head, admin, number)


@pytest_asyncio.fixture
async def office(database: Database) -> Office:
    return await database.write(_open)


def _noted(session: Session) -> list[tuple[Any, ...]]:
    rows = table(Audit).c
    query = select(rows.person_id, rows.action, rows.detail).order_by(rows.id)
    return [tuple(row) for row in session.execute(query)]


def _by(session: Session) -> list[int]:
    return list(session.execute(select(table(FaqDraft).c.by_id)).scalars())


async def test_the_newest_answer_is_kept_as_written_and_the_question_without_names(
    database: Database, office: Office
) -> None:
    await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    (draft,) = await database.read(drafts.waiting)
    assert (draft.question, draft.answer) == (HIDDEN, ANSWER)
    assert (draft.entry, draft.place, draft.made_at) == ("khai_sinh", "Thôn Trên", NOW)
    assert await database.read(_by) == [office.head.person_id]
    ((person, action, detail),) = await database.read(_noted)
    assert (person, action) == (office.head.person_id, "draft.kept")
    assert detail == {"draft": draft.id, "ticket": office.number}


async def test_pressed_twice_it_is_kept_once_and_a_better_answer_beside_it(
    database: Database, office: Office
) -> None:
    for _ in range(2):
        await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    assert len(await database.read(drafts.waiting)) == 1
    await database.write(answered, office.admin, office.number, 3, "Câu trả lời rõ hơn")
    await database.write(drafts.keep, office.admin, number=office.number, text=HIDDEN)
    answers = [one.answer for one in await database.read(drafts.waiting)]
    assert answers == [ANSWER, "Câu trả lời rõ hơn"]


async def test_only_who_may_answer_there_keeps_it(database: Database, office: Office) -> None:
    lower = office.village.lower
    stranger = await database.write(appoint, office.village, "Bà Lúa", "village_head", lower)
    for actor in (stranger, office.resident):
        with pytest.raises(NotAllowed):
            await database.write(drafts.keep, actor, number=office.number, text=HIDDEN)
    assert await database.read(drafts.waiting) == []
    assert await database.read(_noted) == []


async def test_neither_a_report_nor_what_is_unanswered_becomes_a_model(
    database: Database, office: Office
) -> None:
    lamp = await database.write(reported, office.resident, office.village.upper.id)
    await database.write(answered, office.head, lamp, 1)
    number = await database.write(ask, office.village.bot)
    upper = office.village.upper.id
    unanswered = await database.write(hand, office.resident, number, place_id=upper)
    for one in (lamp, unanswered.id, 999):
        with pytest.raises(NoSuchReport):
            await database.write(drafts.keep, office.head, number=one, text=HIDDEN)


async def test_admins_see_those_of_their_places(database: Database, office: Office) -> None:
    await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    abroad = await database.write(appoint, office.village, "Bà Xa", "admin", office.village.abroad)
    assert len(await database.read(drafts.of, office.admin)) == 1
    assert await database.read(drafts.count, office.admin) == 1
    assert await database.read(drafts.of, abroad) == []
    assert await database.read(drafts.count, abroad) == 0
    for verb in (drafts.of, drafts.count):
        with pytest.raises(NotAllowed):
            await database.read(verb, office.head)


async def test_once_taken_they_wait_no_more_and_that_is_noted(
    database: Database, office: Office
) -> None:
    await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    (draft,) = await database.read(drafts.waiting)
    later = NOW + timedelta(days=1)
    await database.write(drafts.taken, [draft.id], later)
    await database.write(drafts.taken, [draft.id], later + timedelta(days=1))
    assert await database.read(drafts.waiting) == []
    assert await database.read(drafts.count, office.admin) == 0
    *_, last = await database.read(_noted)
    assert last == (None, "drafts.taken", {"drafts": [draft.id]})
    assert len(await database.read(_noted)) == 2


async def test_taken_before_the_same_answer_is_not_kept_again(
    database: Database, office: Office
) -> None:
    await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    (draft,) = await database.read(drafts.waiting)
    await database.write(drafts.taken, [draft.id], NOW)
    await database.write(drafts.keep, office.head, number=office.number, text=HIDDEN)
    assert await database.read(drafts.waiting) == []


def test_what_people_wrote_is_in_no_repr() -> None:
    assert ANSWER not in repr(drafts.Draft(1, HIDDEN, ANSWER, "", "Thôn Trên", NOW))
