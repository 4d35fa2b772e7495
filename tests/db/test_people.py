"""Who people are to us: met once, entitled by place and time, asked for consent with proof."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session

from db import people, places
from db.engine import Database
from db.people import Mailbox
from db.permissions import NotAllowed
from db.scene import Actor, Grant
from db.tables import Account, Consent, Person, Role, table
from tests.db.neighbours import NOW, Village, appoint, chats, entitled, found, move_in

LATER = NOW + timedelta(days=7)


def meet(session: Session, /, village: Village, **changes: str) -> tuple[int, int, int]:
    given = {
        "platform": "sandbox-zalo",
        "chat_id": "c1",
        "chat_kind": "private",
        "chat_title": "",
        "account_id": "u1",
        "name": "Bà Lúa",
        **changes,
    }
    return people.meet(session, bot_id=village.bot, now=NOW, **given)


def end(session: Session, actor: Actor) -> None:
    """The actor's roles end at LATER."""
    role = table(Role)
    session.execute(update(role).where(role.c.person_id == actor.person_id).values(ends_at=LATER))


async def test_meeting_somebody_again_changes_nothing(database: Database) -> None:
    village = await database.write(found)
    first = await database.write(meet, village)
    again = await database.write(meet, village, name="Another Name")
    assert again == first
    assert await database.read(chats) == ["c1"]


async def test_the_same_person_in_a_group_is_one_person_in_two_chats(database: Database) -> None:
    village = await database.write(found)
    private, account, person = await database.write(meet, village)
    group, *same = await database.write(meet, village, chat_id="g1", chat_kind="group")
    assert same == [account, person]
    assert group != private
    assert await database.read(people.mailboxes, (person,)) == [
        Mailbox(private, village.bot, "sandbox-zalo")
    ]


async def test_ids_of_two_platforms_do_not_meet(database: Database) -> None:
    village = await database.write(found)
    _, _, here = await database.write(meet, village)
    _, _, there = await database.write(meet, village, platform="sandbox-telegram")
    assert here != there


async def test_who_was_only_met_in_a_group_has_no_mailbox(database: Database) -> None:
    village = await database.write(found)
    _, _, person = await database.write(meet, village, chat_id="g1", chat_kind="group")
    assert await database.read(people.mailboxes, (person,)) == []


async def test_a_person_with_two_accounts_has_one_mailbox_the_newest(database: Database) -> None:
    village = await database.write(found)
    _, _, person = await database.write(meet, village)

    def join(session: Session) -> int:
        chat, account, _ = meet(session, village, chat_id="c2", account_id="u2")
        accounts = table(Account)
        session.execute(update(accounts).where(accounts.c.id == account).values(person_id=person))
        return chat

    newest = await database.write(join)
    boxes = await database.read(people.mailboxes, (person,))
    assert boxes == [Mailbox(newest, village.bot, "sandbox-zalo")]
    assert await database.read(people.mailbox, newest) == boxes[0]


@pytest.mark.parametrize(
    ("role", "at", "reached"),
    [
        ("village_head", "upper", {"upper"}),
        ("cadre", "lower", {"lower"}),
        ("cadre", "commune", {"commune", "upper", "lower"}),
        ("approver", "commune", {"commune", "upper", "lower"}),
        ("resident", "commune", set()),
        ("no such role", "commune", set()),
    ],
)
async def test_a_right_reaches_its_place_and_everything_below(
    database: Database, role: str, at: str, reached: set[str]
) -> None:
    village = await database.write(found)
    actor = await database.write(appoint, village, "Cán bộ", role, getattr(village, at))
    everywhere = ("commune", "upper", "lower", "abroad")
    can = {name for name in everywhere if actor.can("ticket:answer", getattr(village, name).path)}
    assert can == reached
    assert actor.can("ticket:answer") is bool(reached)


async def test_a_place_is_not_below_another_whose_number_begins_alike() -> None:
    grant = Grant("cadre", 1, "1.")
    actor = Actor(1, 1, 1, 1, NOW, grants=(grant,))
    assert not actor.can("ticket:answer", "12.")
    with pytest.raises(NotAllowed):
        actor.require("ticket:answer", "12.")


async def test_a_role_that_has_ended_grants_nothing(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    await database.write(end, actor)
    before = LATER - timedelta(microseconds=1)
    assert (await database.read(entitled, actor, before)).can("ticket:answer")
    assert not (await database.read(entitled, actor, LATER)).can("ticket:answer")
    permission = ("ticket:read",)
    assert await database.read(people.staff, village.upper.id, *permission, before) == (
        actor.person_id,
    )
    assert await database.read(people.staff, village.upper.id, *permission, LATER) == ()


async def test_staff_of_a_place_are_those_there_and_above_each_once(database: Database) -> None:
    village = await database.write(found)
    head = await database.write(appoint, village, "Trưởng thôn", "village_head", village.upper)
    cadre = await database.write(appoint, village, "Cán bộ", "cadre", village.commune)
    await database.write(people.grant, cadre.person_id, "admin", village.commune.id, NOW)
    await database.write(appoint, village, "Thôn khác", "village_head", village.lower)
    await database.write(appoint, village, "Xã khác", "admin", village.abroad)
    await database.write(move_in, village, "Dân")
    staff = await database.read(people.staff, village.upper.id, "ticket:read", NOW)
    assert staff == (head.person_id, cadre.person_id)
    wide = await database.read(people.staff, village.upper.id, "announcement:send_wide", NOW)
    assert wide == (cadre.person_id,)


async def test_a_consent_is_kept_with_its_proof(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Dân")
    await database.write(
        people.agree, actor, purpose="feedback", version="2", language="vi", digest="d" * 64
    )

    def kept(session: Session) -> tuple[object, ...]:
        row = table(Consent).c
        columns = (row.person_id, row.purpose, row.version, row.language, row.digest, row.given_at)
        return tuple(session.execute(select(*columns)).one())

    assert await database.read(kept) == (
        actor.person_id,
        "feedback",
        "2",
        "vi",
        "d" * 64,
        NOW,
    )


@pytest.mark.parametrize(
    ("purpose", "version", "who", "given"),
    [
        ("feedback", "2", 0, True),
        ("feedback", "3", 0, False),
        ("bulletins", "2", 0, False),
        ("feedback", "2", 1, False),
    ],
    ids=["these words", "newer words", "another purpose", "another person"],
)
async def test_a_consent_holds_for_its_words_purpose_and_person(
    database: Database, purpose: str, version: str, who: int, given: bool
) -> None:
    village = await database.write(found)
    actors = [await database.write(move_in, village, name) for name in ("Dân", "Khách")]
    await database.write(
        people.agree, actors[0], purpose="feedback", version="2", language="vi", digest="d"
    )
    person_id = actors[who].person_id
    assert await database.read(people.consented, person_id, purpose, version) is given


async def test_a_withdrawn_consent_counts_no_more(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Dân")
    await database.write(
        people.agree, actor, purpose="feedback", version="2", language="vi", digest="d"
    )

    def withdraw(session: Session) -> None:
        session.execute(update(table(Consent)).values(withdrawn_at=LATER))

    await database.write(withdraw)
    assert not await database.read(people.consented, actor.person_id, "feedback", "2")


async def test_a_person_settles_in_a_village_and_speaks_a_language(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Dân")
    name = await database.write(people.settle_in, actor, place_id=village.lower.id)
    await database.write(people.speak, actor, language="en")

    def lives(session: Session) -> tuple[object, ...]:
        row = table(Person).c
        return tuple(session.execute(select(row.place_id, row.language)).one())

    assert name == "Thôn Dưới"
    assert await database.read(lives) == (village.lower.id, "en")


async def test_nobody_settles_in_a_commune(database: Database) -> None:
    village = await database.write(found)
    actor = await database.write(move_in, village, "Dân")
    with pytest.raises(NoResultFound):
        await database.write(people.settle_in, actor, place_id=village.commune.id)

    def settled(session: Session) -> int:
        row = table(Person).c
        query = select(func.count()).where(row.place_id.is_not(None))
        return int(session.execute(query).scalar_one())

    assert await database.read(settled) == 0


async def test_the_villages_of_a_bot_are_those_of_its_commune(database: Database) -> None:
    village = await database.write(found)
    villages = await database.read(places.villages_of_bot, village.bot)
    assert villages == [village.upper, village.lower]
