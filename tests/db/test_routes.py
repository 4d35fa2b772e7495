"""How what is announced comes to each tied group."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import Session

from db import groups
from db.routes import Route, routes
from db.tables import Account, Chat, Role, table
from tests.db.village import NOW, Village, acting

pytest_plugins = "tests.db.ground_fixtures"

account, chat, role = table(Account), table(Chat), table(Role)

STAFF = frozenset({"telegram"})  # the bots that those who announce in Ben were met by


def found(session: Session) -> dict[str, Route]:
    return {route.title: route for route in routes(session, NOW)}


def by_hand(session: Session, village: Village) -> int:
    return groups.add_by_hand(
        session,
        acting(session, village, "head"),
        place_id=village.spots["ben"].id,
        segment="notice_board",
        title="Bảng tin thôn",
        keeper_id=village.people["head"],
    ).chat_id


def test_each_tied_group_has_the_name_of_its_bot(session: Session, village: Village) -> None:
    before = len(found(session))
    chat_id = village.groups["ben households zalo"]
    session.execute(update(chat).where(chat.c.id == chat_id).values(standing="out"))
    groups.untie(
        session, acting(session, village, "head"), chat_id=village.groups["ben households telegram"]
    )
    told = found(session)
    assert len(told) == before - 1
    assert told["ben households zalo"] == Route(
        "ben households zalo", "Thôn ben", "zalo", "out", False, frozenset(), STAFF
    )
    assert {route.bot for route in told.values()} == {"telegram", "zalo"}


@pytest.mark.parametrize("met", [True, False])
def test_what_is_carried_by_hand_names_the_bots_that_know_its_keeper(
    session: Session, village: Village, met: bool
) -> None:
    by_hand(session, village)
    if not met:
        session.execute(update(account).values(chat_id=None))
    route = found(session)["Bảng tin thôn"]
    assert (route.bot, route.keeper) == ("", True)
    assert route.mailboxes == (frozenset({"telegram"}) if met else frozenset())


def test_without_a_keeper_nobody_is_known(session: Session, village: Village) -> None:
    here = by_hand(session, village)
    session.execute(update(chat).where(chat.c.id == here).values(keeper_id=None))
    route = found(session)["Bảng tin thôn"]
    assert (route.keeper, route.mailboxes, route.reserve) == (False, frozenset(), STAFF)


def test_who_announces_no_more_is_no_reserve(session: Session, village: Village) -> None:
    by_hand(session, village)
    session.execute(update(role).values(ends_at=NOW))
    assert found(session)["Bảng tin thôn"].reserve == frozenset()
