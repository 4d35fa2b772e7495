"""Which groups there are, what arrived in each, and what went wrong since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, insert
from sqlmodel import Session

from db import groups
from db.engine import Database
from db.group_health import Group
from db.permissions import NotAllowed
from db.tables import Outbox, table
from tests.db.village import NOW, Village, acting, build

outbox = table(Outbox)


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    return await database.write(build)


def seen(session: Session, village: Village, name: str) -> list[Group]:
    return groups.overview(session, acting(session, village, name))


@pytest.mark.parametrize(
    ("name", "places"),
    [
        pytest.param("head", ["Thôn ben"] * 4, id="their own village"),
        pytest.param("cadre", ["Xã Mẫu"] * 4 + ["Thôn ben"] * 4 + ["Thôn dong"] * 4, id="commune"),
        pytest.param("other_head", ["Thôn xa-la"] * 4, id="another commune"),
    ],
)
async def test_whoever_ties_groups_sees_those_at_their_places(
    database: Database, village: Village, name: str, places: list[str]
) -> None:
    assert [one.place for one in await database.read(seen, village, name)] == places


async def test_a_resident_sees_no_groups(database: Database, village: Village) -> None:
    with pytest.raises(NotAllowed):
        await database.read(seen, village, "resident")


def wrote(session: Session, village: Village, *states: tuple[str, str | None]) -> None:
    """Messages to one group, oldest first: their state and error."""
    for number, (state, error) in enumerate(states):
        values = {
            "bot_id": village.bots["zalo"],
            "chat_id": village.groups["ben households zalo"],
            "origin": "announcement",
            "priority": 2,
            "body": "",
            "buttons": [],
            "state": state,
            "error": error,
            "sent_at": NOW + timedelta(minutes=number) if state in ("sent", "relayed") else None,
        }
        session.execute(insert(outbox).values(**values))


SENT = ("sent", None)
HEALTH: list[tuple[str, list[tuple[str, str | None]], int | None, str]] = [
    ("nothing_sent", [], None, ""),
    ("arrived", [SENT, SENT], 1, ""),
    ("failed_later", [SENT, ("failed", "ChatGone")], 0, "ChatGone"),
    ("failed_before", [("failed", "ChatGone"), SENT], 1, ""),
    ("failed_only", [("failed", "Rejected")], None, "Rejected"),
    ("uncertain", [SENT, ("uncertain", "OutcomeUnknown")], 0, "OutcomeUnknown"),
    ("tried_again", [SENT, ("queued", "Unreachable")], 0, "Unreachable"),
    ("not_tried_yet", [SENT, ("queued", None)], 0, ""),
    ("stopped", [SENT, ("cancelled", None)], 0, ""),
    ("carried", [("relayed", None)], 0, ""),
    ("carried_after_a_failure", [("failed", "ChatGone"), ("relayed", None)], 1, ""),
]


@pytest.mark.parametrize(
    ("states", "arrived", "error"),
    [case[1:] for case in HEALTH],
    ids=[case[0] for case in HEALTH],
)
async def test_a_group_shows_what_arrived_and_what_went_wrong_since(
    database: Database, village: Village, states: Any, arrived: int | None, error: str
) -> None:
    await database.write(wrote, village, *states)
    found = {one.title: one for one in await database.read(seen, village, "head")}
    group = found.pop("ben households zalo")
    assert group.arrived == (None if arrived is None else NOW + timedelta(minutes=arrived))
    assert (group.error, group.platform, group.segment) == (error, "zalo", "households")
    assert {(one.arrived, one.error) for one in found.values()} == {(None, "")}


@pytest.mark.parametrize(
    ("states", "handed"),
    [
        pytest.param([("handed", None)], True, id="handed"),
        pytest.param([SENT, ("handed", None)], True, id="handed later"),
        pytest.param([("handed", None), ("relayed", None)], False, id="carried later"),
        pytest.param([SENT], False, id="sent"),
        pytest.param([], False, id="nothing"),
    ],
)
async def test_a_group_shows_whether_something_waits_to_be_carried_there(
    database: Database, village: Village, states: Any, handed: bool
) -> None:
    await database.write(wrote, village, *states)
    found = {one.title: one.handed for one in await database.read(seen, village, "head")}
    assert found.pop("ben households zalo") is handed
    assert set(found.values()) == {False}


async def test_how_other_groups_are_is_not_asked_where_it_is_about_one(
    laid_sqlite_database: Database,
) -> None:
    village = await laid_sqlite_database.write(build)
    chat_id = village.groups["ben households zalo"]

    def statements(session: Session, verb: Any) -> str:
        said: list[str] = []

        def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            said.append(f"{statement} {parameters}")

        connection = session.connection()
        actor = acting(session, village, "head")
        event.listen(connection, "before_cursor_execute", hear)
        verb(session, actor)
        event.remove(connection, "before_cursor_execute", hear)
        return "\n".join(said)

    shown = await laid_sqlite_database.read(
        statements, lambda s, actor: groups.read(s, actor, chat_id)
    )
    assert "outbox.chat_id = ?" in shown
    untied = await laid_sqlite_database.write(
        statements, lambda s, actor: groups.untie(s, actor, chat_id=chat_id)
    )
    assert "UPDATE chat" in untied
    assert "FROM outbox" not in untied
