"""Who is what, and how a role ends: never that of the last admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session

from db import candidates, invitations, people, places, roles
from db.permissions import NotAllowed
from db.roles import LastAdmin, NoSuchRole, TooLong
from tests.db.inviting import admin, invited, is_now, noted, resident, role
from tests.db.village import LATER, NOW, Village, acting

pytest_plugins = ["tests.db.ground_fixtures"]

TOMORROW = NOW + timedelta(days=1)


def role_of(session: Session, village: Village, name: str, kind: str) -> int:
    found = roles.held(session, admin(session, village))
    person = village.people[name]
    return next(one.id for one in found if (one.person_id, one.role) == (person, kind))


def test_an_admin_sees_the_roles_at_and_below_their_place(
    session: Session, village: Village
) -> None:
    held = roles.held(session, admin(session, village))
    assert [(one.who, one.role, one.place) for one in held] == [
        ("cadre", "cadre", "Xã Mẫu"),
        ("approver", "approver", "Xã Mẫu"),
        ("approver", "admin", "Xã Mẫu"),
        ("head", "village_head", "Thôn ben"),
    ]
    assert {(one.since, one.until) for one in held} == {(NOW, None)}


@pytest.mark.parametrize("name", ["resident", "head", "cadre", "approver"])
def test_nobody_else_sees_them(session: Session, village: Village, name: str) -> None:
    with pytest.raises(NotAllowed):
        roles.held(session, acting(session, village, name))


def test_an_ended_role_gives_no_right_from_that_moment(session: Session, village: Village) -> None:
    role_id = role_of(session, village, "head", "village_head")
    was = roles.end(session, admin(session, village), role_id=role_id)
    assert (was.who, was.place) == ("head", "Thôn ben")
    assert is_now(session, acting(session, village, "head")) == []
    assert [(action, by) for action, by, _ in noted(session)] == [
        ("role.ended", village.people["approver"])
    ]
    with pytest.raises(NoSuchRole):
        roles.end(session, admin(session, village), role_id=role_id)


def test_a_dated_role_ends_by_itself_and_a_date_can_be_taken_off(
    session: Session, village: Village
) -> None:
    role_id, head = role_of(session, village, "head", "village_head"), village.people["head"]
    dated = roles.set_until(session, admin(session, village), role_id=role_id, until=TOMORROW)
    assert dated.until == TOMORROW
    assert people.grants(session, head, TOMORROW - timedelta(seconds=1))
    assert people.grants(session, head, TOMORROW) == ()
    roles.set_until(session, admin(session, village), role_id=role_id, until=None)
    assert people.grants(session, head, TOMORROW)


def test_the_last_admin_can_neither_end_nor_be_dated(session: Session, village: Village) -> None:
    actor, role_id = admin(session, village), role_of(session, village, "approver", "admin")
    with pytest.raises(LastAdmin):
        roles.end(session, actor, role_id=role_id)
    with pytest.raises(LastAdmin):
        roles.set_until(session, actor, role_id=role_id, until=TOMORROW)
    roles.set_until(session, actor, role_id=role_id, until=None)


def test_an_admin_with_an_end_date_does_not_count_as_another(
    session: Session, village: Village
) -> None:
    actor, mine = admin(session, village), role_of(session, village, "approver", "admin")
    people.grant(session, village.people["cadre"], "admin", village.commune.id, NOW)
    theirs = role_of(session, village, "cadre", "admin")
    roles.set_until(session, actor, role_id=theirs, until=TOMORROW)
    with pytest.raises(LastAdmin):
        roles.end(session, actor, role_id=mine)
    roles.set_until(session, actor, role_id=theirs, until=None)
    roles.end(session, actor, role_id=mine)
    assert roles.admins(session, LATER) == 1


def test_a_dated_code_for_an_admin_without_end_date_leaves_an_admin(
    session: Session, village: Village
) -> None:
    who = resident(session, village)
    used = [
        invitations.use(session, who, code=invited(session, village, "admin", "xa", until).code).id
        for until in (None, TOMORROW)
    ]
    people.grant(session, village.people["cadre"], "admin", village.commune.id, NOW)
    candidates.accept(session, admin(session, village), invitation_id=used[0])
    for name in ("approver", "cadre"):
        mine = role_of(session, village, name, "admin")
        roles.set_until(session, admin(session, village), role_id=mine, until=TOMORROW)
    candidates.accept(session, acting(session, village, "cadre"), invitation_id=used[1])
    assert roles.admins(session, TOMORROW) == 1


def test_an_admin_elsewhere_does_not_count_as_another(session: Session, village: Village) -> None:
    actor, mine = admin(session, village), role_of(session, village, "approver", "admin")
    people.grant(session, village.people["stranger"], "admin", village.other_commune.id, NOW)
    with pytest.raises(LastAdmin):
        roles.end(session, actor, role_id=mine)
    province = places.get(session, int(village.commune.path.split(".")[0]))
    people.grant(session, village.people["stranger"], "admin", province.id, NOW)
    roles.end(session, actor, role_id=mine)
    assert roles.admins(session, NOW, village.commune.path) == 1


def test_nobody_gives_a_role_for_longer_than_their_own(session: Session, village: Village) -> None:
    people.grant(session, village.people["cadre"], "admin", village.commune.id, NOW)
    actor, later = admin(session, village), TOMORROW + timedelta(seconds=1)
    waiting = [
        invitations.use(session, resident(session, village), code=code).id
        for code in (invited(session, village, slug=slug).code for slug in ("ben", "dong"))
    ]
    mine, theirs = (role_of(session, village, name, "admin") for name in ("approver", "cadre"))
    session.execute(update(role).where(role.c.id == mine).values(ends_at=TOMORROW))
    for until in (later, None):
        for one in (mine, theirs):
            with pytest.raises(TooLong):
                roles.set_until(session, actor, role_id=one, until=until)
        with pytest.raises(TooLong):
            invited(session, village, until=until)
    with pytest.raises(TooLong):
        candidates.accept(session, actor, invitation_id=waiting[0])
    assert invited(session, village, until=TOMORROW).until == TOMORROW
    candidates.accept(session, acting(session, village, "cadre"), invitation_id=waiting[1])
    roles.end(session, actor, role_id=mine)


def test_roles_elsewhere_are_not_an_admins_to_end(session: Session, village: Village) -> None:
    people.grant(session, village.people["cadre"], "admin", village.commune.id, NOW)
    actor = admin(session, village)
    elsewhere = roles.holds(
        session, village.people["stranger"], "approver", village.other_commune.id, NOW
    )
    assert elsewhere is not None
    with pytest.raises(NotAllowed):
        roles.read(session, actor, elsewhere)
    with pytest.raises(NotAllowed):
        roles.end(session, actor, role_id=elsewhere)
    with pytest.raises(NotAllowed):
        roles.set_until(session, actor, role_id=elsewhere, until=TOMORROW)
