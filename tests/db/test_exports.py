"""Orders for tables: who may give them, one at a time, and what becomes of their files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from db import audit, exports, media
from db.engine import Database
from db.exports import MAX_ATTEMPTS, MAX_FAILURES, UnderWay
from db.listing import Filters
from db.permissions import NotAllowed
from db.scene import Actor
from db.tables import Audit, Export, Media, Outbox, Role, table
from tests.db.neighbours import NOW, Village, appoint, found, move_in

FILE: dict[str, Any] = {
    "digest": "0" * 64,
    "size": 9,
    "mime": "text/csv",
    "name": "phan-anh.csv",
    "now": NOW,
}


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(found)


@pytest_asyncio.fixture
async def admin(database: Database, village: Village) -> Actor:
    return await database.write(appoint, village, "Ông Bưởi", "admin", village.commune)


async def ordered(database: Database, actor: Actor, kind: str = "csv", **filters: Any) -> int:
    return await database.write(exports.request, actor, kind=kind, filters=Filters(**filters))


def column(session: Session, name: str) -> list[Any]:
    rows = table(Export).c
    return list(session.execute(select(rows[name]).order_by(rows.id)).scalars())


def noted(session: Session) -> list[tuple[Any, ...]]:
    rows = table(Audit).c
    return [tuple(row) for row in session.execute(select(rows.person_id, rows.action, rows.detail))]


async def test_an_order_is_kept_and_noted_in_one(
    database: Database, village: Village, admin: Actor
) -> None:
    number = await ordered(database, admin, since=NOW, place_id=village.upper.id, names=True)
    assert await database.write(exports.begin, number)
    order = await database.read(exports.order, number, NOW)
    assert order.filters == Filters(since=NOW, place_id=village.upper.id, names=True)
    assert (order.kind, order.paths, order.where) == ("csv", (village.commune.path,), "Xã Mơ")
    assert await database.read(exports.wanted, NOW) == [number]
    ((person, action, detail),) = await database.read(noted)
    assert (person, action) == (admin.person_id, "reports.exported")
    assert (detail["names"], detail["place_id"]) == (True, village.upper.id)


async def test_statistics_are_noted_as_such(database: Database, admin: Actor) -> None:
    await ordered(database, admin, "chart")
    ((_, action, _),) = await database.read(noted)
    assert action == "statistics.drawn"


async def test_what_failed_rests_and_the_last_time_is_told(
    database: Database, admin: Actor
) -> None:
    number, later = await ordered(database, admin), NOW + timedelta(minutes=1)
    assert not await database.write(exports.fail, number, later)
    assert await database.read(exports.wanted, NOW) == []
    assert await database.read(exports.unfinished, NOW) == 0
    assert await database.read(exports.wanted, later) == [number]
    gone = [await database.write(exports.fail, number, NOW) for _ in range(MAX_FAILURES - 1)]
    assert gone == [False] * (MAX_FAILURES - 2) + [True]


async def test_many_stops_are_survived_but_not_any_number(database: Database, admin: Actor) -> None:
    number = await ordered(database, admin)
    begun = [await database.write(exports.begin, number) for _ in range(MAX_ATTEMPTS + 1)]
    assert begun == [True] * MAX_ATTEMPTS + [False]


@pytest.mark.parametrize(
    ("role", "kind", "allowed"),
    [
        ("admin", "xlsx", True),
        ("admin", "chart", True),
        ("approver", "chart", True),
        ("approver", "csv", False),
        ("cadre", "chart", False),
        ("village_head", "csv", False),
    ],
)
async def test_only_who_may_see_it_all_may_order_it(
    database: Database, village: Village, role: str, kind: str, allowed: bool
) -> None:
    actor = await database.write(appoint, village, "Cô Mận", role, village.commune)
    if allowed:
        await ordered(database, actor, kind)
        return
    with pytest.raises(NotAllowed):
        await ordered(database, actor, kind)
    assert await database.read(noted) == []


async def test_a_place_beyond_ones_own_is_refused(
    database: Database, village: Village, admin: Actor
) -> None:
    with pytest.raises(NotAllowed):
        await ordered(database, admin, place_id=village.abroad.id)


async def test_nobody_has_two_of_a_kind_under_way(
    database: Database, village: Village, admin: Actor
) -> None:
    first = await ordered(database, admin)
    with pytest.raises(UnderWay):
        await ordered(database, admin)
    await ordered(database, admin, "xlsx")
    other = await database.write(appoint, village, "Cô Mận", "admin", village.commune)
    await ordered(database, other)
    await database.write(exports.end, first, "failed")
    await ordered(database, admin)


async def test_a_guide_is_for_everybody_and_nothing_of_it_is_noted(
    database: Database, village: Village
) -> None:
    resident = await database.write(move_in, village, "Bác Mít")
    number = await database.write(exports.show_guide, resident, entry="nop_online")
    with pytest.raises(UnderWay):
        await database.write(exports.show_guide, resident, entry="khai_sinh")
    order = await database.read(exports.order, number, NOW)
    assert (order.kind, order.entry, order.filters) == ("guide", "nop_online", Filters())
    assert not order.refused
    assert await database.read(noted) == []


async def test_the_same_guide_is_one_file_of_a_bot_once_it_is_kept(
    database: Database, village: Village
) -> None:
    orders = []
    for name in ("Bác Mít", "Cô Mận", "Chị Na"):
        actor = await database.write(move_in, village, name)
        number = await database.write(exports.show_guide, actor, entry="nop_online")
        orders.append(await database.read(exports.order, number, NOW))
    about = FILE | {"mime": "image/png"}
    first, second = [await database.write(exports.announce, one, **about) for one in orders[:2]]
    assert first != second  # nothing is in its place yet
    await database.write(exports.made, orders[0].id, first)
    assert await database.write(exports.announce, orders[2], **about) == first
    other = await database.write(exports.announce, orders[2], **about | {"digest": "1" * 64})
    assert other not in (first, second)


async def test_only_a_guide_is_shown_to_the_outside_and_kept_when_it_is_over(
    database: Database, village: Village, admin: Actor
) -> None:
    resident = await database.write(move_in, village, "Bác Mít")
    await database.write(exports.show_guide, resident, entry="nop_online")
    await database.write(exports.draw_code, admin, entry="nop_online")
    files = {}
    for number in await database.read(exports.wanted, NOW):
        order = await database.read(exports.order, number, NOW)
        about = FILE | {"mime": "image/png", "digest": f"{number:064}"}
        files[order.kind] = await database.write(exports.announce, order, **about)
        assert await database.read(media.released, files[order.kind]) is None
        await database.write(exports.made, number, files[order.kind])
    shown = {kind: await database.read(media.released, files[kind]) for kind in files}
    assert [kind for kind, file in shown.items() if file] == ["guide"]
    assert [(one.media_id, one.kept) for one in await database.read(exports.over)] == [
        (files["guide"], True),
        (files["qr"], False),
    ]


async def test_a_right_lost_meanwhile_leaves_no_place_to_tell_of(
    database: Database, admin: Actor
) -> None:
    number = await ordered(database, admin)
    await database.write(lambda session: session.execute(delete(table(Role))))
    order = await database.read(exports.order, number, NOW)
    assert (order.paths, order.refused) == ((), True)


async def test_a_right_that_has_ended_counts_no_more(database: Database, admin: Actor) -> None:
    number = await ordered(database, admin)
    end = {"ends_at": NOW + timedelta(days=1)}
    await database.write(lambda session: session.execute(update(table(Role)).values(**end)))
    assert (await database.read(exports.order, number, NOW)).paths
    assert not (await database.read(exports.order, number, NOW + timedelta(days=2))).paths


async def test_of_places_one_below_the_other_the_upper_one_counts(
    database: Database, village: Village, admin: Actor
) -> None:
    await database.write(appoint, village, "Ông Bưởi", "admin", village.upper)
    number = await ordered(database, admin)
    order = await database.read(exports.order, number, NOW)
    assert order.paths == (village.commune.path,)


async def made(database: Database, admin: Actor) -> tuple[int, int]:
    """(order, media) of a file that is on its way."""
    number = await ordered(database, admin)
    order = await database.read(exports.order, number, NOW)
    file = await database.write(exports.announce, order, **FILE)
    return number, file


async def test_a_file_is_one_to_remove_until_its_message_is_queued(
    database: Database, admin: Actor
) -> None:
    number, file = await made(database, admin)
    assert [one.id for one in await database.read(media.unwanted, admin.bot_id)] == [file]
    await database.write(exports.made, number, file)
    assert await database.read(media.unwanted, admin.bot_id) == []
    assert await database.read(media.states, [file]) == {file: "kept"}


@pytest.mark.parametrize(
    ("state", "over", "sent"),
    [
        ("queued", False, False),
        ("sending", False, False),
        ("sent", True, True),
        ("uncertain", True, True),
        ("failed", True, False),
        ("cancelled", True, False),
    ],
)
async def test_a_file_is_over_when_its_message_is_settled(
    database: Database, admin: Actor, state: str, over: bool, sent: bool
) -> None:
    number, file = await made(database, admin)
    await database.write(exports.made, number, file)
    await database.write(_carried, admin, file, state)
    found = await database.read(exports.over)
    assert [(one.export_id, one.sent) for one in found] == ([(number, sent)] if over else [])
    assert await database.read(exports.unfinished, NOW) == len(found)


def _carried(session: Session, actor: Actor, media_id: int, state: str) -> None:
    session.execute(
        insert(table(Outbox)).values(
            bot_id=actor.bot_id,
            chat_id=actor.chat_id,
            kind="message",
            origin="notice",
            priority=1,
            body="",
            buttons=[],
            code="",
            media_id=media_id,
            state=state,
            attempts=0,
            doubts=0,
        )
    )


async def test_the_audit_knows_who_and_what_but_for_the_command_line_nobody(
    database: Database, village: Village
) -> None:
    someone = await database.write(move_in, village, "Bác Mít")
    for person in (someone.person_id, None):
        await database.write(
            audit.note, at=NOW, person_id=person, action="tried", detail={"rows": 3}
        )
    expected = [(someone.person_id, "tried", {"rows": 3}), (None, "tried", {"rows": 3})]
    assert await database.read(noted) == expected


async def test_a_file_of_an_export_is_no_file_to_fetch(database: Database, admin: Actor) -> None:
    await made(database, admin)
    await database.write(lambda session: session.execute(update(table(Media)).values(state="kept")))
    assert await database.read(media.due, admin.bot_id, NOW, 9) == []
    assert await database.read(column, "state") == ["wanted"]
