"""A group without a bot, a loudspeaker, a notice board: entered, renamed, and taken out again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from db import bots, chats, groups
from db.group_health import Group
from db.groups import Added, CarriedAlready, NoSuchGroup, NotKeeper
from db.permissions import NotAllowed
from db.tables import Audit, Bot, Chat, table
from tests.db.village import Village, acting

pytest_plugins = "tests.db.ground_fixtures"

audit, bot, chat = table(Audit), table(Bot), table(Chat)


def add(session: Session, village: Village, name: str = "head", **more: Any) -> Added:
    """`slug`, `keeper`: by name."""
    slug, keeper = more.pop("slug", "ben"), more.pop("keeper", "head")
    values = {"segment": "households", "title": "Xóm Chài", **more}
    return groups.add_by_hand(
        session,
        acting(session, village, name),
        place_id=village.spots[slug].id,
        keeper_id=village.people[keeper],
        **values,
    )


def shown(session: Session, village: Village, chat_id: int) -> Group:
    return groups.read(session, acting(session, village, "cadre"), chat_id)


@pytest.mark.parametrize("segment", groups.REACHES)
def test_what_is_carried_by_hand_is_a_group_of_the_place(
    session: Session, village: Village, segment: str
) -> None:
    added = add(session, village, segment=segment)
    group = shown(session, village, added.chat_id)
    assert (group.title, group.segment, group.place) == ("Xóm Chài", segment, "Thôn ben")
    assert (group.by_hand, group.keeper, group.keeper_id) == (True, "head", village.people["head"])
    assert (added.place, group.arrived, group.handed) == ("Thôn ben", None, False)


def test_all_that_is_carried_by_hand_has_one_bot_and_ids_that_tell_nothing(
    session: Session, village: Village
) -> None:
    for number in range(3):
        add(session, village, title=f"Xóm {number}")
    rows = session.execute(
        select(chat.c.external_id, chat.c.bot_id)
        .join(bot, bot.c.id == chat.c.bot_id)
        .where(bot.c.platform == bots.HAND)
    ).all()
    assert len({row.external_id for row in rows}) == 3
    assert {row.bot_id for row in rows} == {bots.by_hand(session)}
    assert all(row.external_id.startswith("hand:") for row in rows)
    assert not any("Xóm" in row.external_id for row in rows)


def test_groups_of_a_bots_for_the_same_people_are_named(session: Session, village: Village) -> None:
    assert add(session, village).others == ("ben households telegram", "ben households zalo")
    assert add(session, village, segment="loudspeaker").others == ()
    assert add(session, village, title="Xóm Đình").others[0] == "ben households telegram"


def test_the_same_is_entered_once(session: Session, village: Village) -> None:
    add(session, village)
    with pytest.raises(CarriedAlready):
        add(session, village)
    assert add(session, village, title="Xóm Đình").chat_id
    assert add(session, village, segment="unions").chat_id


@pytest.mark.parametrize(
    ("who", "more", "error"),
    [
        pytest.param("resident", {}, NotAllowed, id="a resident"),
        pytest.param("head", {"slug": "dong"}, NotAllowed, id="elsewhere"),
        pytest.param("head", {"keeper": "resident"}, NotKeeper, id="carried by a resident"),
        pytest.param("head", {"keeper": "stranger"}, NotKeeper, id="carried by a stranger"),
        pytest.param("head", {"segment": "cows"}, ValueError, id="for nobody we know"),
    ],
)
def test_only_who_ties_groups_there_enters_one_and_only_staff_carry(
    session: Session, village: Village, who: str, more: dict[str, Any], error: type[Exception]
) -> None:
    before = session.execute(select(chat.c.id)).all()
    with pytest.raises(error):
        add(session, village, who, **more)
    assert session.execute(select(chat.c.id)).all() == before


def test_what_is_taken_out_is_forgotten_and_may_be_entered_again(
    session: Session, village: Village
) -> None:
    added = add(session, village)
    head = acting(session, village, "cadre")
    was = groups.untie(session, head, chat_id=added.chat_id)
    assert was == ("Xóm Chài", "Thôn ben", True)
    assert groups.loose(session, head) == []
    assert chats.forsaken(session, [bots.by_hand(session)], head.now.replace(year=2030)) == []
    with pytest.raises(NoSuchGroup):
        groups.read(session, head, added.chat_id)
    assert add(session, village).chat_id != added.chat_id


def test_a_group_tied_beside_one_carried_by_hand_tells_of_it(
    session: Session, village: Village
) -> None:
    same = add(session, village)
    add(session, village, title="Loa", segment="loudspeaker")
    add(session, village, title="Đoàn thể", segment="unions")
    head = acting(session, village, "head")
    place = village.spots["ben"].id
    asked = groups.ask_code(session, head, place_id=place, segment="households")
    there = acting(session, village, "resident", _loose(session, village))
    tied = groups.tie(session, there, code=asked.code, labels={"households": "Hộ dân"})
    assert tied.by_hand == ((same.chat_id, "Xóm Chài"),)


def _loose(session: Session, village: Village) -> int:
    values = {"bot_id": village.bots["zalo"], "external_id": "zgr-1", "kind": "group"}
    added = chat.insert().values(**values, title="").returning(chat.c.id)
    return int(session.execute(added).scalar_one())


def test_a_group_is_called_otherwise_by_who_ties_groups_there(
    session: Session, village: Village
) -> None:
    chat_id = add(session, village).chat_id
    head = acting(session, village, "head")
    assert groups.rename(session, head, chat_id=chat_id, title="Xóm Đình") == "Xóm Chài"
    assert shown(session, village, chat_id).title == "Xóm Đình"
    with pytest.raises(NotAllowed):
        groups.rename(session, acting(session, village, "stranger"), chat_id=chat_id, title="x")


def test_the_audit_says_who_entered_and_renamed_what_without_its_name(
    session: Session, village: Village
) -> None:
    chat_id = add(session, village).chat_id
    groups.rename(session, acting(session, village, "head"), chat_id=chat_id, title="Xóm Đình")
    rows = session.execute(select(audit.c.action, audit.c.person_id, audit.c.detail)).all()
    assert [(row.action, row.person_id) for row in rows] == [
        ("group.by_hand", village.people["head"]),
        ("group.renamed", village.people["head"]),
    ]
    assert {row.detail["chat"] for row in rows} == {chat_id}
    assert "Xóm" not in str(rows)
