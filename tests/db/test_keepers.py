"""Who may carry by hand, and what becomes of what waits when another keeper is named."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import groups, keepers, people
from db.groups import NoSuchGroup, NotKeeper
from db.keepers import Appointed
from db.permissions import NotAllowed
from db.tables import Account, Audit, Chat, Delivery, Outbox, Relay, Role, table
from tests.db.village import LATER, NOW, Village, acting, released, set_states

pytest_plugins = "tests.db.ground_fixtures"

account, audit, chat = table(Account), table(Audit), table(Chat)
delivery, outbox, relay, role = table(Delivery), table(Outbox), table(Relay), table(Role)
BEN = "ben households zalo"


def by_hand(session: Session, village: Village, keeper: str = "head") -> int:
    return groups.add_by_hand(
        session,
        acting(session, village, "head"),
        place_id=village.spots["ben"].id,
        segment="households",
        title="Xóm Chài",
        keeper_id=village.people[keeper],
    ).chat_id


def appoint(
    session: Session, village: Village, chat_id: int, keeper: str | None, by: str = "cadre"
) -> Appointed:
    actor = acting(session, village, by)
    keeper_id = village.people[keeper] if keeper else None
    return keepers.appoint(session, actor, chat_id=chat_id, keeper_id=keeper_id)


def test_who_announces_at_the_place_may_carry_the_nearest_first(
    session: Session, village: Village
) -> None:
    actor = acting(session, village, "cadre")
    found = keepers.possible(session, actor, village.spots["ben"].id)
    assert [(one.who, one.role, one.place) for one in found] == [
        ("head", "village_head", "Thôn ben"),
        ("cadre", "cadre", "Xã Mẫu"),
        ("approver", "approver", "Xã Mẫu"),
    ]
    with pytest.raises(NotAllowed):
        keepers.possible(session, actor, village.spots["xa-la"].id)


def test_somebody_with_two_roles_is_named_once_by_the_nearer(
    session: Session, village: Village
) -> None:
    people.grant(session, village.people["head"], "cadre", village.commune.id, NOW)
    actor = acting(session, village, "head")
    found = keepers.possible(session, actor, village.spots["ben"].id)
    assert [(one.who, one.role) for one in found].count(("head", "village_head")) == 1
    assert len(found) == 3


@pytest.mark.parametrize("change", ["role over", "no private chat"])
def test_who_is_no_staff_or_was_never_met_in_private_is_not_offered(
    session: Session, village: Village, change: str
) -> None:
    if change == "role over":
        of_head = role.c.person_id == village.people["head"]
        session.execute(update(role).where(of_head).values(ends_at=NOW))
    else:
        of_head = account.c.person_id == village.people["head"]
        session.execute(update(account).where(of_head).values(chat_id=None))
    actor = acting(session, village, "cadre")
    found = keepers.possible(session, actor, village.spots["ben"].id)
    assert [one.who for one in found] == ["cadre", "approver"]


def test_a_group_gets_another_keeper_and_a_bots_group_may_have_one_too(
    session: Session, village: Village
) -> None:
    here = by_hand(session, village)
    done = appoint(session, village, here, "approver")
    assert done == Appointed("Xóm Chài", True, village.people["head"])
    assert appoint(session, village, village.groups[BEN], "head") == (BEN, False, None)
    assert appoint(session, village, village.groups[BEN], None).was == village.people["head"]
    kept = select(chat.c.id, chat.c.keeper_id).where(chat.c.id.in_((here, village.groups[BEN])))
    assert {id: keeper for id, keeper in session.execute(kept)} == {
        here: village.people["approver"],
        village.groups[BEN]: None,
    }


@pytest.mark.parametrize(
    ("keeper", "by", "error"),
    [
        pytest.param(None, "cadre", NotKeeper, id="nobody"),
        pytest.param("resident", "cadre", NotKeeper, id="a resident"),
        pytest.param("stranger", "cadre", NotKeeper, id="of another commune"),
        pytest.param("cadre", "resident", NotAllowed, id="by a resident"),
        pytest.param("cadre", "stranger", NotAllowed, id="by a stranger"),
    ],
)
def test_a_keeper_is_one_of_the_staff_named_by_who_ties_groups_there(
    session: Session, village: Village, keeper: str | None, by: str, error: type[Exception]
) -> None:
    here = by_hand(session, village)
    with pytest.raises(error):
        appoint(session, village, here, keeper, by)
    assert (
        session.scalar(select(chat.c.keeper_id).where(chat.c.id == here))
        == (village.people["head"])
    )


def test_a_group_that_is_gone_gets_no_keeper(session: Session, village: Village) -> None:
    here = by_hand(session, village)
    groups.untie(session, acting(session, village, "head"), chat_id=here)
    with pytest.raises(NoSuchGroup):
        appoint(session, village, here, "cadre")


def told(session: Session, village: Village, chat_id: int, state: str) -> None:
    """An announcement to the group that its keeper was told of."""
    released(session, village, ("ben",))
    set_states(session, chat_id, part_1=state, part_2=state)
    found = session.execute(select(delivery.c.id).where(delivery.c.chat_id == chat_id)).scalar_one()
    values: dict[str, Any] = {"handed_at": NOW, "told_at": NOW, "reminded_at": LATER}
    session.execute(
        insert(relay).values(delivery_id=found, keeper_id=village.people["head"], **values)
    )


@pytest.mark.parametrize(
    ("state", "new", "again"),
    [
        pytest.param("handed", "cadre", True, id="what waits"),
        pytest.param("relayed", "cadre", False, id="what was carried"),
        pytest.param("cancelled", "cadre", False, id="what was stopped"),
        pytest.param("handed", "head", False, id="the same keeper"),
    ],
)
def test_what_waits_is_told_to_the_new_keeper(
    session: Session, village: Village, state: str, new: str, again: bool
) -> None:
    chat_id = village.groups[BEN]
    appoint(session, village, chat_id, "head")
    told(session, village, chat_id, state)
    appoint(session, village, chat_id, new)
    row = session.execute(select(relay)).one()
    if again:
        assert (row.keeper_id, row.told_at, row.reminded_at) == (village.people[new], None, None)
    else:
        assert (row.keeper_id, row.told_at, row.reminded_at) == (village.people["head"], NOW, LATER)


def test_a_group_that_moves_leaves_its_keeper(session: Session, village: Village) -> None:
    chat_id = village.groups[BEN]
    appoint(session, village, chat_id, "head")
    for slug, keeper in (("ben", village.people["head"]), ("dong", None)):
        cadre = acting(session, village, "cadre")
        asked = groups.ask_code(
            session, cadre, place_id=village.spots[slug].id, segment="households"
        )
        there = acting(session, village, "resident", chat_id)
        groups.tie(session, there, code=asked.code, labels={"households": "Hộ dân"})
        assert session.scalar(select(chat.c.keeper_id).where(chat.c.id == chat_id)) == keeper


def test_the_audit_says_who_named_which_keeper(session: Session, village: Village) -> None:
    here = by_hand(session, village)
    appoint(session, village, here, "cadre")
    row = session.execute(select(audit).where(audit.c.action == "group.keeper")).one()
    assert row.person_id == village.people["cadre"]
    assert row.detail == {
        "chat": here,
        "keeper": village.people["cadre"],
        "was": village.people["head"],
    }
