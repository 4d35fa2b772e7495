"""A code for a role counts once, for a week, in private, and only with the word of an admin."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import candidates, groups, invitations, people, roles
from db.candidates import Decided
from db.groups import CodeRefused, Tied
from db.invitations import (
    AdminThere,
    ForGroup,
    HasRole,
    InviterGone,
    NotThere,
    Oneself,
    Over,
    Spoiled,
    Waiting,
)
from db.permissions import NotAllowed
from db.scene import Actor
from db.tables import Invitation, table
from tests.db.inviting import admin, invited, is_now, later, noted, resident, role
from tests.db.village import LATER, NOW, Village, acting, tied_group

pytest_plugins = ["tests.db.ground_fixtures"]

invitation = table(Invitation)
WEEK = timedelta(days=7)
LABELS = {segment: segment for segment in groups.SEGMENTS}


def open_now(session: Session, code: str, now: datetime) -> bool:
    return bool(invitations.open_among(session, [code], now))


def test_only_the_digest_of_a_code_is_kept(session: Session, village: Village) -> None:
    made = invited(session, village)
    kept = session.execute(select(invitation)).mappings().one()
    assert made.code not in str(dict(kept))
    assert (made.place, made.role, made.expires_at) == ("Thôn ben", "village_head", NOW + WEEK)


def test_a_code_makes_a_candidate_and_the_word_of_the_admin_makes_the_role(
    session: Session, village: Village
) -> None:
    made, who = invited(session, village), resident(session, village)
    used = invitations.use(session, who, code=made.code.lower().replace("-", ""))
    assert (used.inviter, used.grant) == (village.people["approver"], None)
    assert (used.who, used.platform) == ("resident", "telegram")
    assert is_now(session, who) == []
    asked = candidates.waiting(session, admin(session, village))
    assert [(one.id, one.who) for one in asked] == [(used.id, "resident")]
    given = candidates.accept(session, admin(session, village), invitation_id=used.id)
    assert (given.person_id, given.place) == (who.person_id, "Thôn ben")
    assert is_now(session, who) == [("village_head", village.spots["ben"].id)]
    assert candidates.waiting(session, admin(session, village)) == []


def test_the_audit_says_who_gave_what_to_whom(session: Session, village: Village) -> None:
    used = invitations.use(
        session, resident(session, village), code=invited(session, village, until=NOW + WEEK).code
    )
    candidates.accept(session, admin(session, village), invitation_id=used.id)
    *others, note = noted(session)
    assert [(action, by) for action, by, _ in others] == [
        ("invitation.made", village.people["approver"]),
        ("invitation.used", village.people["resident"]),
    ]
    assert note == (
        "role.granted",
        village.people["approver"],
        {
            "person": village.people["resident"],
            "role": "village_head",
            "place": village.spots["ben"].id,
            "until": (NOW + WEEK).isoformat(),
        },
    )


def test_the_wrong_person_gets_nothing_and_the_code_is_void(
    session: Session, village: Village
) -> None:
    made, who = invited(session, village), resident(session, village)
    used = invitations.use(session, who, code=made.code)
    candidates.refuse(session, admin(session, village), invitation_id=used.id)
    assert is_now(session, who) == []
    assert noted(session)[-1][0] == "role.refused"
    for someone in (who, acting(session, village, "head")):
        with pytest.raises(CodeRefused):
            invitations.use(session, someone, code=made.code)
    with pytest.raises(Decided):
        candidates.accept(session, admin(session, village), invitation_id=used.id)


def test_used_twice_only_its_own_user_hears_more_than_that_it_is_none(
    session: Session, village: Village
) -> None:
    made, who = invited(session, village), resident(session, village)
    used = invitations.use(session, who, code=made.code)
    with pytest.raises(Waiting):
        invitations.use(session, who, code=made.code)
    with pytest.raises(CodeRefused):
        invitations.use(session, acting(session, village, "head"), code=made.code)
    candidates.accept(session, admin(session, village), invitation_id=used.id)
    with pytest.raises(HasRole):
        invitations.use(session, who, code=made.code)
    session.execute(update(role).where(role.c.person_id == who.person_id).values(ends_at=NOW))
    with pytest.raises(CodeRefused):
        invitations.use(session, who, code=made.code)


@pytest.mark.parametrize(
    ("after", "holds"),
    [
        pytest.param(WEEK - timedelta(seconds=1), True, id="in the last second"),
        pytest.param(WEEK, False, id="after a week"),
    ],
)
def test_a_code_holds_for_a_week(
    session: Session, village: Village, after: timedelta, holds: bool
) -> None:
    made = invited(session, village)
    who = later(resident(session, village), NOW + after)
    assert open_now(session, made.code, who.now) == holds
    if holds:
        assert invitations.use(session, who, code=made.code).role == "village_head"
    else:
        with pytest.raises(CodeRefused):
            invitations.use(session, who, code=made.code)


def test_a_code_that_nobody_made_is_refused(session: Session, village: Village) -> None:
    assert not open_now(session, "2222-AAAA", NOW)
    with pytest.raises(CodeRefused):
        invitations.use(session, resident(session, village), code="2222-AAAA")


def test_nobody_gives_a_role_to_themselves(session: Session, village: Village) -> None:
    made = invited(session, village)
    with pytest.raises(Oneself):
        invitations.use(session, admin(session, village), code=made.code)
    cadre = village.people["cadre"]
    used = invitations.use(session, acting(session, village, "cadre"), code=made.code)
    people.grant(session, cadre, "admin", village.commune.id, NOW)
    with pytest.raises(Oneself):
        candidates.accept(session, acting(session, village, "cadre"), invitation_id=used.id)
    candidates.accept(session, admin(session, village), invitation_id=used.id)


def test_whoever_has_the_role_keeps_the_code_for_another(
    session: Session, village: Village
) -> None:
    made, head = invited(session, village), acting(session, village, "head")
    with pytest.raises(HasRole):
        invitations.use(session, head, code=made.code)
    assert open_now(session, made.code, NOW)


def test_a_code_is_void_once_its_author_may_not_give_roles_any_more(
    session: Session, village: Village
) -> None:
    made = invited(session, village)
    session.execute(update(role).where(role.c.name == "admin").values(ends_at=NOW))
    with pytest.raises(InviterGone):
        invitations.use(session, later(resident(session, village), LATER), code=made.code)


def test_a_word_needs_the_right_as_it_is_then(session: Session, village: Village) -> None:
    used = invitations.use(session, resident(session, village), code=invited(session, village).code)
    for name in ("approver", "stranger", "head"):
        session.execute(update(role).where(role.c.name == "admin").values(ends_at=NOW))
        with pytest.raises(NotAllowed):
            candidates.accept(session, acting(session, village, name), invitation_id=used.id)


def test_a_role_that_would_have_ended_is_not_given(session: Session, village: Village) -> None:
    until = NOW + timedelta(days=1)
    first, second = (invited(session, village, until=until) for _ in range(2))
    who = resident(session, village)
    used = invitations.use(session, who, code=first.code)
    with pytest.raises(Decided):
        candidates.accept(session, later(admin(session, village), until), invitation_id=used.id)
    with pytest.raises(Over):
        invitations.use(session, later(who, until), code=second.code)


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        pytest.param((NOW + WEEK, None), None, id="at last without end"),
        pytest.param((None, NOW + WEEK), None, id="at first without end"),
        pytest.param((NOW + WEEK, NOW + 2 * WEEK), NOW + 2 * WEEK, id="longer"),
        pytest.param((NOW + 2 * WEEK, NOW + WEEK), NOW + 2 * WEEK, id="shorter"),
    ],
)
def test_two_codes_for_one_role_make_one_role_which_is_never_shortened(
    session: Session, village: Village, ends: tuple[datetime | None, ...], kept: datetime | None
) -> None:
    who = resident(session, village)
    used = [
        invitations.use(session, who, code=invited(session, village, until=until).code).id
        for until in ends
    ]
    given = [candidates.accept(session, admin(session, village), invitation_id=one) for one in used]
    held = [one for one in roles.held(session, admin(session, village)) if one.who == "resident"]
    assert [one.until for one in held] == [given[-1].until] == [kept]


def test_a_code_is_found_among_others_at_once(session: Session, village: Village) -> None:
    made = invited(session, village).code
    codes = [f"2222-AA{first}{second}" for first in "ABCDEFGH" for second in "23456789"]
    assert invitations.open_among(session, [*codes, made], NOW) == made
    assert invitations.open_among(session, codes, NOW) == ""
    assert invitations.open_among(session, [], NOW) == ""


WRONG_PLACES = [
    ("a_head_of_a_commune", "village_head", "xa", NotThere),
    ("an_approver_of_a_village", "approver", "ben", NotThere),
    ("an_unknown_role", "king", "xa", NotThere),
    ("another_commune", "approver", "xa-ben", NotAllowed),
    ("a_village_elsewhere", "village_head", "xa-la", NotAllowed),
]


@pytest.mark.parametrize(
    ("name", "slug", "error"),
    [case[1:] for case in WRONG_PLACES],
    ids=[case[0] for case in WRONG_PLACES],
)
def test_roles_are_given_where_they_belong_and_at_or_below_ones_own_place(
    session: Session, village: Village, name: str, slug: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        invited(session, village, name, slug)


@pytest.mark.parametrize("name", ["resident", "head", "cadre", "approver"])
def test_only_an_admin_invites(session: Session, village: Village, name: str) -> None:
    actor, place = acting(session, village, name), village.spots["ben"].id
    with pytest.raises(NotAllowed):
        invitations.invite(session, actor, place_id=place, role="village_head", until=None)


def test_the_first_admins_code_needs_no_word(session: Session, village: Village) -> None:
    made = invitations.first(session, "xa", NOW)
    who = resident(session, village)
    used = invitations.use(session, who, code=made.code)
    assert used.grant is not None
    assert used.grant.path == village.commune.path
    assert is_now(session, who) == [("admin", village.commune.id)]
    assert (noted(session)[0][:2], noted(session)[-1][:2]) == (
        ("invitation.made", None),
        ("role.granted", None),
    )


def test_a_fresh_code_for_the_first_admin_voids_the_earlier_one(
    session: Session, village: Village
) -> None:
    old, new = (invitations.first(session, "xa", NOW) for _ in range(2))
    with pytest.raises(CodeRefused):
        invitations.use(session, resident(session, village), code=old.code)
    assert invitations.use(session, resident(session, village), code=new.code).grant
    actions = [(action, by) for action, by, _ in noted(session)]
    assert [by for action, by in actions if action == "invitation.voided"] == [None]


def test_an_admin_of_another_commune_is_none_here(session: Session, village: Village) -> None:
    there = invitations.first(session, "xa-ben", NOW)
    people.grant(session, village.people["stranger"], "admin", village.other_commune.id, NOW)
    made = invitations.first(session, "xa", NOW)
    assert made.place == "Xã Mẫu"
    with pytest.raises(AdminThere):
        invitations.first(session, "xa-ben", NOW)
    assert open_now(session, there.code, NOW)


def test_where_there_is_an_admin_the_command_line_makes_none(
    session: Session, village: Village
) -> None:
    admin(session, village)
    with pytest.raises(AdminThere):
        invitations.first(session, "xa", NOW)
    assert roles.admins(session, NOW) == 1


def test_said_in_a_group_an_invitation_is_void_and_its_author_known(
    session: Session, village: Village
) -> None:
    made, who = invited(session, village), resident(session, village)
    spoiled = invitations.said_in_group(session, who, code=made.code, labels=LABELS)
    assert spoiled == Spoiled("village_head", "Thôn ben", village.people["approver"])
    assert not open_now(session, made.code, NOW)
    assert noted(session)[-1][:2] == ("invitation.voided", who.person_id)
    for again in (invitations.use, _in_group):
        with pytest.raises(CodeRefused):
            again(session, who, code=made.code)
    assert candidates.waiting(session, admin(session, village)) == []


def test_a_code_not_used_yet_is_listed_and_can_be_made_void(
    session: Session, village: Village
) -> None:
    made, used, who = invited(session, village), invited(session, village), admin(session, village)
    invitations.use(session, resident(session, village), code=used.code)
    (one,) = invitations.unused(session, who)
    assert (one.role, one.place, one.expires_at) == ("village_head", "Thôn ben", NOW + WEEK)
    assert invitations.unused(session, later(who, NOW + WEEK)) == []
    assert invitations.void(session, who, invitation_id=one.id) == one
    assert noted(session)[-1][:2] == ("invitation.voided", who.person_id)
    assert invitations.unused(session, who) == []
    assert not open_now(session, made.code, NOW)
    with pytest.raises(CodeRefused):
        invitations.void(session, who, invitation_id=one.id)
    assert [one.inviter for one in candidates.waiting(session, who)] == [who.person_id]


def test_only_who_gives_roles_makes_a_code_void(session: Session, village: Village) -> None:
    invited(session, village)
    somebody = resident(session, village)
    assert invitations.unused(session, somebody) == []
    with pytest.raises(NotAllowed):
        invitations.void(session, somebody, invitation_id=1)


def _in_group(session: Session, actor: Actor, *, code: str) -> object:
    return invitations.said_in_group(session, actor, code=code, labels=LABELS)


def test_a_code_for_a_group_ties_it_there_and_is_no_invitation(
    session: Session, village: Village
) -> None:
    head = acting(session, village, "head")
    ben = village.spots["ben"].id
    code = groups.ask_code(session, head, place_id=ben, segment="unions").code
    with pytest.raises(ForGroup):
        invitations.use(session, head, code=code)
    chat = tied_group(session, village, "dong", "unions", "zalo")
    there = acting(session, village, "resident", chat)
    tied = invitations.said_in_group(session, there, code=code, labels=LABELS)
    assert isinstance(tied, Tied)
    with pytest.raises(CodeRefused):
        invitations.use(session, head, code=code)


def test_somebody_met_for_the_first_time_may_use_a_code(session: Session, village: Village) -> None:
    chat, account, person = people.meet(
        session,
        bot_id=village.bots["zalo"],
        platform="zalo",
        chat_id="private new",
        chat_kind="private",
        chat_title="",
        account_id="new",
        name="",
        now=NOW,
    )
    stranger = Actor(person, account, chat, village.bots["zalo"], NOW)
    used = invitations.use(session, stranger, code=invited(session, village).code)
    assert (used.who, used.platform) == ("", "zalo")
