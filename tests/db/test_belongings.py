"""What an account brought goes with it when it is taken away, whoever does so and whenever."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import candidates, invitations, links, roles
from db.candidates import Decided
from db.scene import Actor
from db.tables import Chat, Delivery, Person, Relay, Role, Ticket, table
from tests.db.inviting import admin, invited, is_now
from tests.db.linked import joined, met, now, people_known
from tests.db.village import NOW, Village, released, set_states

pytest_plugins = "tests.db.ground_fixtures"

chat, delivery, person = table(Chat), table(Delivery), table(Person)
relay, role, ticket = table(Relay), table(Role), table(Ticket)
SOON, LATE = NOW + timedelta(days=30), NOW + timedelta(days=60)
BEN = "ben households zalo"


def give(
    session: Session,
    village: Village,
    actor: Actor,
    name: str = "village_head",
    slug: str = "ben",
    until: datetime | None = None,
) -> None:
    person_id, place_id = now(session, actor).person_id, village.spots[slug].id
    roles.give(
        session,
        person_id=person_id,
        name=name,
        place_id=place_id,
        until=until,
        by=None,
        now=NOW,
    )


def head_and_resident(session: Session, village: Village) -> tuple[Actor, Actor]:
    """The resident is known longer."""
    resident = met(session, village, "zalo", "Chị Cúc")
    head = met(session, village, "telegram", "Bà Lúa")
    give(session, village, head)
    return head, resident


def take_away(session: Session, by: Actor, gone: Actor, at: datetime = NOW) -> links.Parted:
    return links.part(session, now(session, by, at), account_id=gone.account_id)


def holds(session: Session, actor: Actor, at: datetime = NOW) -> list[tuple[str, int]]:
    return is_now(session, now(session, actor, at), at)


def ends(session: Session, actor: Actor) -> list[datetime | None]:
    """Of the roles that hold."""
    mine = role.c.person_id == now(session, actor).person_id
    found = session.execute(select(role.c.ends_at).where(mine).order_by(role.c.id)).scalars()
    return [end for end in found if end is None or end > NOW]


@pytest.mark.parametrize("asker", ["head", "resident"])
@pytest.mark.parametrize("presser", ["head", "resident"])
@pytest.mark.parametrize("gone", ["head", "resident"])
def test_whoever_presses_the_role_stays_with_the_account_that_brought_it(
    session: Session, village: Village, asker: str, presser: str, gone: str
) -> None:
    head, resident = head_and_resident(session, village)
    actors = {"head": head, "resident": resident}
    sayer = resident if asker == "head" else head
    joined(session, actors[asker], sayer)
    assert sayer.person_id not in people_known(session)
    assert holds(session, resident) == holds(session, head) != []
    assert links.brought(session, now(session, head), head.account_id) == (
        ("village_head", "Thôn ben"),
    )
    assert links.brought(session, now(session, head), resident.account_id) == ()
    parted = take_away(session, actors[presser], actors[gone])
    assert bool(parted.roles) is (gone == "head")
    assert holds(session, head) == [("village_head", village.spots["ben"].id)]
    assert holds(session, resident) == []


@pytest.mark.parametrize("before", ["nothing", "a role that has ended", "a role"])
def test_a_role_given_since_is_the_first_holders_else_the_oldest_accounts(
    session: Session, village: Village, before: str
) -> None:
    oldest, second = met(session, village, "zalo"), met(session, village, "telegram")
    if before != "nothing":
        give(session, village, second)
    joined(session, oldest, second)
    if before == "a role that has ended":
        mine = role.c.person_id == oldest.person_id
        session.execute(update(role).where(mine).values(ends_at=NOW))
    give(session, village, oldest, "cadre", "xa")
    take_away(session, oldest, second)
    heir, other = (oldest, second) if before == "nothing" else (second, oldest)
    assert ("cadre", village.commune.id) in holds(session, heir)
    assert holds(session, other) == []


def test_a_role_that_has_ended_comes_back_to_nobody(session: Session, village: Village) -> None:
    head, resident = head_and_resident(session, village)
    joined(session, resident, head)
    session.execute(update(role).where(role.c.person_id == resident.person_id).values(ends_at=NOW))
    assert take_away(session, resident, head).roles == ()
    assert holds(session, head) == holds(session, resident) == []


@pytest.mark.parametrize(
    ("heads", "others", "changed", "heads_then", "others_then"),
    [
        pytest.param(None, SOON, (), None, SOON, id="one without end"),
        pytest.param(SOON, None, (), SOON, None, id="the other without end"),
        pytest.param(SOON, SOON, (LATE,), LATE, SOON, id="made longer: the first one's"),
        pytest.param(None, LATE, (SOON,), SOON, SOON, id="made shorter: for both"),
        pytest.param(SOON, None, (LATE,), SOON, LATE, id="shorter, not longer for the first"),
    ],
)
@pytest.mark.parametrize("gone", ["head", "other"])
def test_a_role_that_both_brought_is_two_again_each_until_its_own_day(
    session: Session,
    village: Village,
    heads: datetime | None,
    others: datetime | None,
    changed: tuple[datetime, ...],
    heads_then: datetime | None,
    others_then: datetime | None,
    gone: str,
) -> None:
    head, other = met(session, village, "telegram"), met(session, village, "zalo")
    give(session, village, head, until=heads)
    give(session, village, other, until=others)
    joined(session, head, other)
    assert len(ends(session, head)) == 1
    for until in changed:
        held = role.c.person_id == head.person_id
        session.execute(update(role).where(held).values(ends_at=until))
    assert take_away(session, other, head if gone == "head" else other).roles
    assert (ends(session, head), ends(session, other)) == ([heads_then], [others_then])


def test_a_share_that_is_over_goes_nowhere(session: Session, village: Village) -> None:
    head, other = met(session, village, "telegram"), met(session, village, "zalo")
    give(session, village, head)
    give(session, village, other, until=SOON)
    joined(session, other, head)
    assert take_away(session, head, other, LATE).roles == ()
    assert ends(session, head) == [None]
    assert holds(session, other, LATE) == []


def test_of_three_accounts_each_takes_its_own(session: Session, village: Village) -> None:
    head, resident = head_and_resident(session, village)
    cadre = met(session, village, "zalo")
    give(session, village, cadre, "cadre", "xa")
    give(session, village, cadre, until=SOON)
    joined(session, resident, head)
    joined(session, cadre, now(session, resident))
    take_away(session, resident, head)
    take_away(session, resident, cadre)
    assert holds(session, resident) == []
    assert (holds(session, head), ends(session, head)) == (
        [("village_head", village.spots["ben"].id)],
        [None],
    )
    assert sorted(holds(session, cadre)) == [
        ("cadre", village.commune.id),
        ("village_head", village.spots["ben"].id),
    ]
    assert sorted(end is None for end in ends(session, cadre)) == [False, True]


def test_linked_and_parted_again_and_again_nothing_is_won_or_lost(
    session: Session, village: Village
) -> None:
    head, resident = head_and_resident(session, village)
    for first, second in ((resident, head), (head, resident), (resident, head)):
        joined(session, now(session, first), now(session, second))
        take_away(session, resident, second)
        assert holds(session, head) == [("village_head", village.spots["ben"].id)]
        assert holds(session, resident) == []


def test_what_was_brought_once_counts_no_more_at_the_next_link(
    session: Session, village: Village
) -> None:
    """A former head links with the new one, and is not head again."""
    former, new = head_and_resident(session, village)
    joined(session, new, former)
    take_away(session, new, former)
    ended = role.c.person_id == now(session, former).person_id
    session.execute(update(role).where(ended).values(ends_at=NOW))
    give(session, village, new)
    joined(session, now(session, former), new)
    take_away(session, former, former)
    assert holds(session, former) == []
    assert holds(session, new) == [("village_head", village.spots["ben"].id)]


@pytest.mark.parametrize("gone", ["head", "resident"])
def test_the_groups_that_the_account_kept_and_what_waits_there_go_with_it(
    session: Session, village: Village, gone: str
) -> None:
    head, resident = head_and_resident(session, village)
    here = village.groups[BEN]
    keeps = update(chat).where(chat.c.id == here)
    session.execute(keeps.values(keeper_id=head.person_id))
    joined(session, resident, head)
    released(session, village, ("ben",))
    set_states(session, here, part_1="handed", part_2="handed")
    found = select(delivery.c.id).where(delivery.c.chat_id == here)
    told = {"handed_at": NOW, "told_at": NOW, "keeper_id": resident.person_id}
    session.execute(insert(relay).values(delivery_id=session.scalar(found), **told))
    take_away(session, resident, head if gone == "head" else resident)
    theirs = now(session, head).person_id
    assert session.scalar(select(chat.c.keeper_id).where(chat.c.id == here)) == theirs
    keeper, told_at = session.execute(select(relay.c.keeper_id, relay.c.told_at)).one()
    anew = gone == "head"  # whose person is another now
    assert (keeper, told_at) == (theirs, None if anew else NOW)


@pytest.mark.parametrize("gone", ["head", "resident"])
def test_each_keeps_the_reports_of_its_private_chat_and_goes_by_its_own_name(
    session: Session, village: Village, gone: str
) -> None:
    head, resident = head_and_resident(session, village)
    for actor in (head, resident):
        values = {"person_id": actor.person_id, "chat_id": actor.chat_id, "created_at": NOW}
        words = {"place_id": village.spots["ben"].id, "what": "Đèn hỏng", "media": []}
        session.execute(insert(ticket).values(**values, **words))
    joined(session, resident, head)
    take_away(session, resident, head if gone == "head" else resident)
    found = select(ticket.c.chat_id, person.c.name).join(person, person.c.id == ticket.c.person_id)
    assert {chat_id: name for chat_id, name in session.execute(found)} == {
        head.chat_id: "Bà Lúa",
        resident.chat_id: "Chị Cúc",
    }


def test_who_waits_for_the_word_of_an_admin_is_to_be_invited_again(
    session: Session, village: Village
) -> None:
    """Else the yes meant for the one would make the other a head."""
    resident, candidate = met(session, village, "zalo"), met(session, village, "telegram")
    code = invited(session, village).code
    used = invitations.use(session, candidate, code=code)
    joined(session, resident, candidate)
    take_away(session, resident, candidate)
    with pytest.raises(Decided):
        candidates.accept(session, admin(session, village), invitation_id=used.id)


@pytest.mark.parametrize("gone", ["head", "resident"])
def test_who_gives_roles_hears_of_it_when_one_moves(
    session: Session, village: Village, gone: str
) -> None:
    head, resident = head_and_resident(session, village)
    giver = admin(session, village).person_id
    joined(session, resident, head)
    parted = take_away(session, resident, head if gone == "head" else resident)
    assert parted.who == ("Chị Cúc" if gone == "head" else "Bà Lúa")
    assert parted.admins == ((giver,) if gone == "head" else ())
