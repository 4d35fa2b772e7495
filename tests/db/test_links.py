"""Two accounts become one person's by a code and a yes from both sides, and lose nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, select, update
from sqlmodel import Session, SQLModel

from db import absorbing, conversations, links, people, roles
from db.engine import Database
from db.groups import CodeRefused
from db.links import LIFE, PATIENCE, NotOwn, Oneself, Over, Said, Waiting
from db.scene import Actor
from db.tables import Link, Person, Role, table
from tests.db import linked
from tests.db.inviting import is_now, noted
from tests.db.linked import asked, fill, joined, met, people_known, pointing
from tests.db.village import NOW, Village, acting, build

link, person, role = table(Link), table(Person), table(Role)
SOON = NOW + timedelta(days=30)
LATE = NOW + timedelta(days=60)


async def two(database: Database) -> tuple[Village, Actor, Actor]:
    """Somebody on Telegram, and somebody on Zalo."""
    village = await database.write(build)
    first = await database.write(met, village, "telegram", "Bà Lúa")
    return village, first, await database.write(met, village, "zalo", "Lúa Xã Mẫu")


async def test_everything_that_points_to_the_one_points_to_the_other(database: Database) -> None:
    _, first, second = await two(database)
    for actor in (first, second, second):
        await database.write(fill, actor.person_id)
    mine = await database.read(pointing, first.person_id)
    theirs = await database.read(pointing, second.person_id)
    assert min(mine.values()) >= 1
    assert all(theirs[column] >= 2 for column in mine)
    await database.write(joined, first, second)
    both = {column: mine[column] + theirs[column] for column in mine}
    both["link.person_id"] += 1  # the one that joined them
    both["audit.person_id"] += 1
    assert await database.read(pointing, first.person_id) == both
    assert second.person_id not in await database.read(people_known)


def test_no_table_has_one_row_a_person() -> None:
    """Else two people cannot become one before such rows are folded, as roles are."""
    people_named = set(absorbing.pointing())
    unique = [
        constraint
        for one in SQLModel.metadata.sorted_tables
        for constraint in (*one.constraints, *(index for index in one.indexes if index.unique))
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint | Index)
    ]
    assert len(unique) > 20
    assert [one.name for one in unique if people_named & set(one.columns)] == []


async def test_a_right_given_to_one_account_holds_with_the_other(database: Database) -> None:
    village, first, second = await two(database)
    await database.write(
        people.grant, first.person_id, "village_head", village.spots["ben"].id, NOW
    )
    await database.write(joined, first, second)
    actor = await database.read(linked.now, second)
    assert actor.can("announcement:send", village.spots["ben"].path)
    scene = await database.read(
        conversations.load,
        bot_id=village.bots["zalo"],
        platform="zalo",
        chat_id="anywhere",
        chat_kind="group",
        account_id=await database.read(external, second),
        now=NOW,
    )
    assert scene.actor.grants == actor.grants


def external(session: Session, actor: Actor) -> str:
    found = select(linked.account.c.external_id).where(linked.account.c.id == actor.account_id)
    return str(session.execute(found).scalar_one())


async def test_all_accounts_of_the_other_come_along_even_of_the_same_platform(
    database: Database,
) -> None:
    village, first, second = await two(database)
    old_phone = await database.write(met, village, "telegram")
    await database.write(joined, second, old_phone)
    await database.write(joined, first, await database.read(linked.now, second))
    found = await database.read(links.accounts, first.person_id)
    assert [one.id for one in found] == [actor.account_id for actor in (first, second, old_phone)]


@pytest.mark.parametrize("agreed", [False, True], ids=["code said", "wished for there"])
async def test_a_code_without_a_yes_gives_nothing(database: Database, agreed: bool) -> None:
    village, first, outsider = await two(database)
    await database.write(
        people.grant, first.person_id, "village_head", village.spots["ben"].id, NOW
    )
    code = await database.write(links.ask, first)
    said = await database.write(links.say, outsider, code=code)
    if agreed:
        await database.write(links.agree, outsider, link_id=said.id)
    assert await database.read(is_now, await database.read(linked.now, outsider)) == []
    assert first.person_id != outsider.person_id
    with pytest.raises(Over):
        await database.write(links.join, outsider, link_id=said.id)


async def test_nobody_is_joined_who_only_said_a_code(database: Database) -> None:
    """Somebody may be talked into saying a code: their rights are theirs until they agree."""
    _, first, second = await two(database)
    said = await database.write(links.say, second, code=await database.write(links.ask, first))
    with pytest.raises(Over):
        await database.write(links.join, first, link_id=said.id)
    assert await database.read(links.waiting, first) is None


async def test_only_the_one_who_asked_for_the_code_says_yes(database: Database) -> None:
    village, first, second = await two(database)
    stranger = await database.write(met, village, "telegram")
    number = await database.write(asked, first, second)
    for actor in (stranger, second):
        with pytest.raises(Over):
            await database.write(links.join, actor, link_id=number)
    with pytest.raises(Over):
        await database.write(links.decline, stranger, link_id=number)
    await database.write(links.join, first, link_id=number)


async def test_only_the_account_that_said_the_code_agrees_there(database: Database) -> None:
    village, first, second = await two(database)
    stranger = await database.write(met, village, "zalo")
    said = await database.write(links.say, second, code=await database.write(links.ask, first))
    with pytest.raises(Over):
        await database.write(links.agree, stranger, link_id=said.id)


async def test_what_is_asked_names_the_account_and_what_it_was_said_to(
    database: Database,
) -> None:
    _, first, second = await two(database)
    said = await database.write(links.say, second, code=await database.write(links.ask, first))
    assert (said.who, said.platforms) == ("Bà Lúa", ("telegram",))
    told = await database.write(links.agree, second, link_id=said.id)
    assert (told.person_id, told.account.name, told.account.platform, told.account.chat_id) == (
        first.person_id,
        "Lúa Xã Mẫu",
        "zalo",
        second.chat_id,
    )
    assert await database.read(links.waiting, first) == told
    assert await database.read(links.waiting, second) is None


@pytest.mark.parametrize("holder", ["asker", "sayer"])
async def test_either_side_is_asked_with_the_roles_that_it_would_share(
    database: Database, holder: str
) -> None:
    village, first, second = await two(database)
    person_id = (first if holder == "asker" else second).person_id
    await database.write(people.grant, person_id, "village_head", village.spots["ben"].id, NOW)
    said = await database.write(links.say, second, code=await database.write(links.ask, first))
    told = await database.write(links.agree, second, link_id=said.id)
    titles = (("village_head", "Thôn ben"),)
    assert (told.roles, said.roles) == ((titles, ()) if holder == "asker" else ((), titles))


async def test_a_code_holds_for_ten_minutes_and_until_there_is_a_newer_one(
    database: Database,
) -> None:
    _, first, second = await two(database)
    older = await database.write(links.ask, first)
    code = await database.write(links.ask, first)
    last = NOW + LIFE - timedelta(microseconds=1)
    for gone, moment in ((older, NOW), (code, NOW + LIFE), ("2222-AAAA", NOW)):
        assert await database.read(links.open_among, [gone], moment) == ""
        with pytest.raises(CodeRefused):
            await database.write(links.say, replace(second, now=moment), code=gone)
    spoken = code.lower().replace("-", " ")
    assert await database.read(links.open_among, ["2222-aaaa", spoken], last) == spoken
    await database.write(links.say, replace(second, now=last), code=spoken)


async def test_only_its_digest_is_kept(database: Database) -> None:
    _, first, _ = await two(database)
    code = await database.write(links.ask, first)

    def kept(session: Session) -> list[Any]:
        return list(session.execute(select(link)).one())

    assert code not in await database.read(kept)


async def test_a_code_is_for_one_account(database: Database) -> None:
    village, first, second = await two(database)
    third = await database.write(met, village, "zalo")
    code = await database.write(links.ask, first)
    said = await database.write(links.say, second, code=code)
    assert await database.write(links.say, second, code=code) == said
    with pytest.raises(CodeRefused):
        await database.write(links.say, third, code=code)
    await database.write(links.agree, second, link_id=said.id)
    with pytest.raises(Waiting):
        await database.write(links.say, second, code=code)
    with pytest.raises(CodeRefused):
        await database.write(links.say, third, code=code)
    await database.write(links.join, first, link_id=said.id)
    for actor in (first, second, third):
        with pytest.raises(CodeRefused):
            await database.write(links.say, actor, code=code)


async def test_of_two_who_say_it_at_once_one_is_heard(database: Database) -> None:
    village, first, second = await two(database)
    third = await database.write(met, village, "zalo")
    code = await database.write(links.ask, first)
    answers = await asyncio.gather(
        *(database.write(links.say, actor, code=code) for actor in (second, third)),
        return_exceptions=True,
    )
    assert {type(one) for one in answers} == {Said, CodeRefused}


async def test_ones_own_account_needs_no_code(database: Database) -> None:
    _, first, second = await two(database)
    code = await database.write(links.ask, first)
    with pytest.raises(Oneself):
        await database.write(links.say, first, code=code)
    await database.write(joined, first, second)
    code = await database.write(links.ask, first)
    with pytest.raises(Oneself):
        await database.write(links.say, await database.read(linked.now, second), code=code)


async def test_a_code_that_others_have_seen_is_void(database: Database) -> None:
    _, first, second = await two(database)
    code = await database.write(links.ask, first)
    await database.write(links.spoil, second, code=code)
    for verb in (links.say, links.spoil):
        with pytest.raises(CodeRefused):
            await database.write(verb, second, code=code)


@pytest.mark.parametrize("by", ["first", "second", "second at once"])
async def test_a_no_of_either_side_ends_it(database: Database, by: str) -> None:
    _, first, second = await two(database)
    if by == "second at once":
        code = await database.write(links.ask, first)
        number = (await database.write(links.say, second, code=code)).id
    else:
        number = await database.write(asked, first, second)
    actor = first if by == "first" else second
    account = await database.write(links.decline, actor, link_id=number)
    assert account.id == second.account_id
    for verb, who in ((links.join, first), (links.agree, second), (links.decline, first)):
        with pytest.raises(Over):
            await database.write(verb, who, link_id=number)
    assert await database.read(links.waiting, first) is None


async def test_a_question_waits_for_a_day(database: Database) -> None:
    _, first, second = await two(database)
    number = await database.write(asked, first, second)
    late = replace(first, now=NOW + PATIENCE)
    assert await database.read(links.waiting, late) is None
    with pytest.raises(Over):
        await database.write(links.join, late, link_id=number)
    await database.write(
        links.join, replace(first, now=NOW + PATIENCE - timedelta(seconds=1)), link_id=number
    )


async def test_the_same_yes_counts_once(database: Database) -> None:
    _, first, second = await two(database)
    number = await database.write(asked, first, second)
    await database.write(links.join, first, link_id=number)
    with pytest.raises(Over):
        await database.write(links.join, first, link_id=number)


async def test_what_the_other_had_agreed_to_elsewhere_is_void_once_joined(
    database: Database,
) -> None:
    """Else a third person would get, with the account, the rights of the first."""
    village, first, second = await two(database)
    third = await database.write(met, village, "telegram")
    elsewhere = await database.write(asked, third, second)
    await database.write(joined, first, second)
    with pytest.raises(Over):
        await database.write(links.join, third, link_id=elsewhere)


@pytest.mark.parametrize(
    ("mine", "theirs", "ends"),
    [
        pytest.param(None, SOON, None, id="mine without end"),
        pytest.param(SOON, None, None, id="theirs without end"),
        pytest.param(SOON, LATE, LATE, id="theirs longer"),
        pytest.param(LATE, SOON, LATE, id="mine longer"),
    ],
)
async def test_a_role_that_both_hold_is_one_until_the_later_day(
    database: Database, mine: datetime | None, theirs: datetime | None, ends: datetime | None
) -> None:
    village, first, second = await two(database)
    ben, dong = village.spots["ben"].id, village.spots["dong"].id

    def give(session: Session) -> None:
        for actor, until in ((first, mine), (second, theirs)):
            roles.give(
                session,
                person_id=actor.person_id,
                name="village_head",
                place_id=ben,
                until=until,
                by=None,
                now=NOW,
            )
        people.grant(session, second.person_id, "village_head", dong, NOW)

    def held(session: Session) -> list[tuple[Any, ...]]:
        found = select(role.c.place_id, role.c.ends_at).where(role.c.person_id == first.person_id)
        return [tuple(row) for row in session.execute(found.order_by(role.c.place_id))]

    await database.write(give)
    await database.write(joined, first, second)
    assert await database.read(held) == [(ben, ends), (dong, None)]


@pytest.mark.parametrize(
    ("mine", "theirs", "then"),
    [
        pytest.param("ben", "dong", "ben", id="the first's"),
        pytest.param(None, "dong", "dong", id="the second's, where the first told none"),
        pytest.param(None, None, None, id="none"),
    ],
)
async def test_they_live_where_the_first_said(
    database: Database, mine: str | None, theirs: str | None, then: str | None
) -> None:
    village, first, second = await two(database)

    def lives(session: Session, actor: Actor, where: str | None) -> None:
        place_id = village.spots[where].id if where else None
        language = "en" if where else None
        values = {"place_id": place_id, "language": language}
        session.execute(update(person).where(person.c.id == actor.person_id).values(**values))

    def living(session: Session) -> tuple[Any, ...]:
        found = select(person.c.place_id, person.c.language, person.c.name)
        return tuple(session.execute(found.where(person.c.id == first.person_id)).one())

    await database.write(lives, first, mine)
    await database.write(lives, second, theirs)
    await database.write(joined, first, second)
    place_id = village.spots[then].id if then else None
    assert await database.read(living) == (place_id, "en" if then else None, "Bà Lúa")


async def test_an_account_that_brought_no_role_is_somebody_without_one(database: Database) -> None:
    village = await database.write(build)
    head = await database.read(acting, village, "head")
    second = await database.write(met, village, "zalo")
    account = await database.write(joined, head, second)
    mine = await database.read(links.accounts, head.person_id)
    head = replace(head, account_id=mine[0].id)
    pending = await database.write(links.ask, head)
    parted = await database.write(links.part, head, account_id=account.id)
    assert parted == (account, head.person_id, "head", (), ())
    apart = await database.read(linked.now, second)
    assert apart.person_id != head.person_id
    assert apart.grants == ()
    assert await database.read(is_now, head) == [("village_head", village.spots["ben"].id)]
    assert await database.read(links.open_among, [pending], NOW) == ""
    with pytest.raises(NotOwn):  # the last one
        await database.write(links.part, head, account_id=head.account_id)
    with pytest.raises(NotOwn):  # somebody else's by now
        await database.write(links.part, head, account_id=account.id)


async def test_taken_away_and_linked_again_it_is_the_same_person(database: Database) -> None:
    _, first, second = await two(database)
    for _ in range(2):
        await database.write(joined, first, await database.read(linked.now, second))
        assert (await database.read(linked.now, second)).person_id == first.person_id
        await database.write(links.part, first, account_id=second.account_id)


@pytest.mark.parametrize("holder", ["first", "second"])
async def test_who_gives_roles_is_told_of_an_account_more_that_holds_one(
    database: Database, holder: str
) -> None:
    village, first, second = await two(database)
    actors = {"first": first, "second": second}
    commune, ben = village.spots["xa"].id, village.spots["ben"].id
    admin = village.people["approver"]
    for person_id, role, place_id in (
        (admin, "admin", commune),
        (village.people["stranger"], "admin", village.spots["xa-ben"].id),
        (actors[holder].person_id, "village_head", ben),
        (actors[holder].person_id, "admin", commune),
    ):
        await database.write(people.grant, person_id, role, place_id, NOW)
    number = await database.write(asked, first, second)
    found = await database.write(links.join, first, link_id=number)
    assert (found.account.id, found.who) == (second.account_id, "Bà Lúa")
    assert found.roles == (("village_head", "Thôn ben"), ("admin", "Xã Mẫu"))
    assert found.admins == (admin,)


async def test_of_residents_accounts_nobody_is_told(database: Database) -> None:
    village, first, second = await two(database)
    admin = village.people["approver"]
    await database.write(people.grant, admin, "admin", village.spots["xa"].id, NOW)
    number = await database.write(asked, first, second)
    found = await database.write(links.join, first, link_id=number)
    assert (found.roles, found.admins) == ((), ())


async def test_it_is_noted_who_was_joined_and_parted(database: Database) -> None:
    _, first, second = await two(database)
    await database.write(joined, first, second)
    await database.write(links.part, first, account_id=second.account_id)
    apart = (await database.read(linked.now, second)).person_id
    detail = {"account": second.account_id}
    joining = {**detail, "person": second.person_id, "roles": [], "keeps": []}
    assert await database.read(noted) == [
        ("account.joined", first.person_id, joining),
        ("account.parted", first.person_id, {**detail, "person": apart}),
    ]
