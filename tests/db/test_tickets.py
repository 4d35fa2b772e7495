"""Reports: kept whole, read by their people and staff of their place, answered by staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from db import media, people, tickets
from db.engine import Database
from db.permissions import NotAllowed
from db.scene import Actor
from db.tables import Inbox, Role, Ticket, TicketEvent, table
from tests.db.neighbours import NOW, appoint, entitled, found, move_in

SEEN = [media.Seen("a", "photo", ""), media.Seen("b", "photo", "")]
LAMP = "Đèn đường hỏng"


def report(session: Session, /, actor: Actor, **changes: Any) -> tickets.Opened:
    given = {
        "place_id": None,
        "what": LAMP,
        "address": "trước cổng",
        "location": None,
        "files": (),
        "language": "vi",
        **changes,
    }
    return tickets.open_report(session, actor, **given)


def events(session: Session, number: int) -> list[tuple[str, int, str]]:
    row = table(TicketEvent).c
    query = select(row.kind, row.person_id, row.body).where(row.ticket_id == number)
    return [tuple(event) for event in session.execute(query.order_by(row.id))]


def count(session: Session) -> int:
    return int(session.execute(select(func.count()).select_from(table(Ticket))).scalar_one())


async def test_a_report_is_kept_as_it_was_told(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    files = await database.write(media.want, actor, files=SEEN)
    opened = await database.write(
        report,
        actor,
        place_id=village.upper.id,
        location=(20.5, 106.25),
        files=files[::-1],
        language="en",
    )
    assert await database.read(tickets.read, actor, opened.id) == tickets.Report(
        id=opened.id,
        who="Bác Mít",
        person_id=actor.person_id,
        chat_id=actor.chat_id,
        place="Thôn Trên",
        place_id=village.upper.id,
        place_path=village.upper.path,
        what=LAMP,
        address="trước cổng",
        latitude=20.5,
        longitude=106.25,
        media=files[::-1],
        language="en",
        state="open",
        created_at=NOW,
        answer="",
    )
    assert await database.read(events, opened.id) == [("opened", actor.person_id, "")]


async def test_opening_names_the_staff_who_may_read_it(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    await database.write(appoint, village, "Thôn khác", "village_head", village.lower)
    files = await database.write(media.want, actor, files=SEEN)
    opened = await database.write(report, actor, place_id=village.upper.id, files=files)
    assert opened == tickets.Opened(
        opened.id,
        "Thôn Trên",
        village.upper.id,
        village.upper.path,
        "Bác Mít",
        2,
        staff=(head.person_id, cadre.person_id),
    )


@pytest.mark.parametrize("state", ["refused", "lost"])
async def test_files_of_no_use_do_not_count(database: Database, state: str) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    early, late = await database.write(media.want, actor, files=SEEN)
    await database.write(media.drop, early, state)
    assert await database.read(tickets.usable, (late, early, 999)) == (late,)
    opened = await database.write(report, actor, files=(early, late))
    assert opened.files == 1
    assert (await database.read(tickets.read, actor, opened.id)).media == (late,)
    await database.write(media.drop, late, state)
    assert (await database.read(tickets.read, actor, opened.id)).media == ()


async def test_a_report_without_a_village_goes_to_the_place_of_the_bot(
    database: Database,
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Khách")
    opened = await database.write(report, actor)
    assert opened.place_id == village.commune.id


async def test_one_update_opens_one_report(database: Database) -> None:
    village = await database.write(found)

    def update_came(session: Session) -> int:
        inbox = table(Inbox)
        values = {"bot_id": village.bot, "key": "1", "lane": "c", "body": b"", "state": "received"}
        row = insert(inbox).values(**values, failures=0, crashes=0, received_at=NOW)
        return int(session.execute(row.returning(inbox.c.id)).scalar_one())

    inbox_id = await database.write(update_came)
    actor = await database.write(move_in, village, "Bác Mít", inbox_id)
    await database.write(report, actor)
    with pytest.raises(IntegrityError):
        await database.write(report, actor)
    assert await database.read(count) == 1


async def test_staff_answer_and_the_answer_is_shown(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    opened = await database.write(report, actor, place_id=village.upper.id)
    told = await database.write(tickets.answer, head, number=opened.id, body="Sẽ sửa")
    before = told.report
    assert (before.state, before.answer, before.chat_id) == ("open", "", actor.chat_id)
    assert told.by == tickets.Signature("village_head", "Thôn Trên")
    after = await database.read(tickets.read, actor, opened.id)
    assert (after.state, after.answer) == ("answered", "Sẽ sửa")


async def test_an_answer_names_who_gave_it_and_who_else_may_read_the_report(
    database: Database,
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    await database.write(appoint, village, "Thôn khác", "village_head", village.lower)
    opened = await database.write(report, actor, place_id=village.upper.id)
    told = await database.write(tickets.answer, head, number=opened.id, body="Sẽ sửa")
    assert told.staff == (cadre.person_id,)
    after = await database.read(tickets.read, cadre, opened.id)
    assert (after.answer, after.answerer) == ("Sẽ sửa", "Trưởng thôn")


async def test_its_person_can_say_that_it_is_not_done_and_it_waits_again(
    database: Database,
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    files = await database.write(media.want, actor, files=SEEN[:1])
    opened = await database.write(report, actor, place_id=village.upper.id, files=files)
    await database.write(tickets.answer, head, number=opened.id, body="Đã sửa")
    again = await database.write(
        tickets.reopen, actor, number=opened.id, body="Vẫn tối om", files=SEEN[1:]
    )
    assert again.staff == (head.person_id,)
    (waiting,) = await database.read(tickets.unanswered, head, 5)
    assert (waiting.id, waiting.answer, waiting.again) == (opened.id, "Đã sửa", "Vẫn tối om")
    assert waiting.media == files + again.files
    assert (await database.read(events, opened.id))[-1] == (
        "reopened",
        actor.person_id,
        "Vẫn tối om",
    )


async def test_nobody_else_can_say_that_it_is_not_done(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    opened = await database.write(report, actor, place_id=village.upper.id)
    await database.write(tickets.answer, head, number=opened.id, body="Đã sửa")
    with pytest.raises(tickets.NoSuchReport):
        await database.write(tickets.reopen, head, number=opened.id, body="Chưa", files=())
    assert (await database.read(tickets.read, actor, opened.id)).state == "answered"


async def test_a_further_answer_is_shown_instead_and_the_first_stays_on_record(
    database: Database,
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    opened = await database.write(report, actor, place_id=village.lower.id)
    await database.write(tickets.answer, cadre, number=opened.id, body="Sẽ sửa")
    told = await database.write(tickets.answer, cadre, number=opened.id, body="Đã sửa")
    before = told.report
    assert (before.state, before.answer) == ("answered", "Sẽ sửa")
    assert (await database.read(tickets.mine, actor, 5))[0].answer == "Đã sửa"
    assert await database.read(events, opened.id) == [
        ("opened", actor.person_id, ""),
        ("answered", cadre.person_id, "Sẽ sửa"),
        ("answered", cadre.person_id, "Đã sửa"),
    ]


@pytest.mark.parametrize(
    ("role", "at", "error"),
    [
        ("village_head", "lower", tickets.NoSuchReport),
        ("admin", "abroad", tickets.NoSuchReport),
        ("resident", "upper", tickets.NoSuchReport),
    ],
)
async def test_others_neither_read_nor_answer(
    database: Database, role: str, at: str, error: type[Exception]
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    other = await database.write(appoint, village, "Người khác", role, getattr(village, at))
    opened = await database.write(report, actor, place_id=village.upper.id)
    with pytest.raises(error):
        await database.read(tickets.read, other, opened.id)
    with pytest.raises(NotAllowed):
        await database.write(tickets.answer, other, number=opened.id, body="Không được")
    after = await database.read(tickets.read, actor, opened.id)
    assert (after.state, after.answer) == ("open", "")
    assert await database.read(tickets.unanswered, other, 5) == []


@pytest.mark.parametrize(
    ("roles", "signature"),
    [
        ([("village_head", "upper")], ("village_head", "Thôn Trên")),
        ([("cadre", "commune"), ("village_head", "upper")], ("cadre", "Xã Mơ")),
        ([("village_head", "upper"), ("approver", "abroad")], ("village_head", "Thôn Trên")),
        ([("resident", "upper"), ("village_head", "upper")], ("village_head", "Thôn Trên")),
    ],
    ids=["one role", "the higher one", "a higher one elsewhere", "one that may not answer"],
)
async def test_an_answer_is_signed_in_the_highest_role_that_may_answer_there(
    database: Database, roles: list[tuple[str, str]], signature: tuple[str, str]
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Ông Tre")
    for role, at in roles:
        place = getattr(village, at)
        await database.write(people.grant, actor.person_id, role, place.id, NOW)
    actor = await database.read(entitled, actor, NOW)
    signed = await database.read(tickets.signature, actor, village.upper.path)
    assert signed == tickets.Signature(*signature)
    with pytest.raises(NotAllowed):
        await database.read(tickets.signature, actor, "999.")


async def test_residents_do_not_answer_their_own_reports(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    opened = await database.write(report, actor, place_id=village.upper.id)
    with pytest.raises(NotAllowed):
        await database.write(tickets.answer, actor, number=opened.id, body="Tự trả lời")


async def test_whose_role_has_ended_no_longer_reads_or_answers(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    opened = await database.write(report, actor, place_id=village.upper.id)
    assert await database.read(tickets.unanswered, head, 5)

    def end(session: Session) -> None:
        session.execute(update(table(Role)).values(ends_at=NOW + timedelta(hours=1)))

    await database.write(end)
    former = await database.read(entitled, head, NOW + timedelta(hours=1))
    with pytest.raises(tickets.NoSuchReport):
        await database.read(tickets.read, former, opened.id)
    with pytest.raises(NotAllowed):
        await database.write(tickets.answer, former, number=opened.id, body="Muộn")
    assert await database.read(tickets.unanswered, former, 5) == []


@pytest.mark.parametrize("number", [0, 999, 999_999_999])
async def test_a_number_nobody_has_is_no_report(database: Database, number: int) -> None:
    village = await database.write(found)
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    with pytest.raises(tickets.NoSuchReport):
        await database.read(tickets.read, cadre, number)
    with pytest.raises(tickets.NoSuchReport):
        await database.write(tickets.answer, cadre, number=number, body="Ai đó")


async def test_the_own_reports_come_newest_first(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    other = await database.write(move_in, village, "Chị Na")
    own = [(await database.write(report, actor, what=str(n))).id for n in range(3)]
    await database.write(report, other)
    newest = await database.read(tickets.mine, actor, 2)
    assert [one.id for one in newest] == own[:0:-1]


async def test_the_inbox_holds_the_open_reports_of_the_own_places_oldest_first(
    database: Database,
) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    spots = (village.upper, village.lower, village.upper, village.abroad, village.commune)
    ids = [(await database.write(report, actor, place_id=spot.id)).id for spot in spots]
    await database.write(tickets.answer, head, number=ids[0], body="Xong")
    waiting = await database.read(tickets.unanswered, head, 9)
    assert [one.id for one in waiting] == [ids[2]]
    waiting = await database.read(tickets.unanswered, cadre, 9)
    assert [one.id for one in waiting] == [ids[1], ids[2], ids[4]]
    waiting = await database.read(tickets.unanswered, cadre, 1)
    assert [one.id for one in waiting] == [ids[1]]


async def test_files_of_a_report_given_up_are_not_fetched_any_more(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Bác Mít")
    other = await database.write(move_in, village, "Chị Na")
    mine = await database.write(media.want, actor, files=SEEN)
    theirs = await database.write(media.want, other, files=SEEN[:1])
    await database.write(media.discard, actor, files=(mine[0], *theirs))
    assert await database.read(media.states, (*mine, *theirs)) == {
        mine[0]: "refused",
        mine[1]: "wanted",
        theirs[0]: "wanted",
    }


def test_a_location_needs_both_its_numbers() -> None:
    spot = tickets.Report(1, "", 1, 1, "", 1, "1.", "", "", 20.5, 106.25, (), "vi", "open", NOW)
    assert spot.location == (20.5, 106.25)
    assert replace(spot, latitude=0.0).location == (0.0, 106.25)
    assert replace(spot, longitude=None).location is None
    assert tickets.code(spot.id) == "PA-1"
