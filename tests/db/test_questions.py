"""Questions are kept without who asked, judged where they were asked, and forgotten in time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlmodel import Session

from db import chats, conversations, groups, people, questions
from db.engine import Database
from db.groups import NoSuchGroup
from db.permissions import NotAllowed
from db.questions import LIFE, USEFUL, WRONG, Asked, Kept, NoSuchQuestion
from db.scene import Actor
from db.tables import Audit, Chat, Question, Role, table
from tests.db.village import NOW, Village, acting, build

DAY, WEEK = timedelta(days=1), timedelta(days=7)
audit, chat = table(Audit), table(Chat)
question, role = table(Question), table(Role)
GROUP = "ben households telegram"


@pytest_asyncio.fixture
async def village(database: Database) -> Village:
    village = await database.write(build)
    await database.write(_lead, village)
    return village


def _lead(session: Session, village: Village) -> None:
    """An admin of the commune, and one of the commune beside it."""
    for name, slug in {"admin": "xa", "neighbour": "xa-ben"}.items():
        _, _, person = people.meet(
            session,
            bot_id=village.bots["telegram"],
            platform="telegram",
            chat_id=f"private {name}",
            chat_kind="private",
            chat_title="",
            account_id=name,
            name=name,
            now=NOW,
        )
        village.people[name] = person
        people.grant(session, person, "admin", village.spots[slug].id, NOW)


def asked(
    session: Session,
    village: Village,
    text: str = "tien dien thang nay",
    outcome: str = "none",
    entry: str = "",
    *,
    at: datetime = NOW,
    slug: str = "",
    group: str = "",
) -> int:
    actor = acting(session, village, "resident", village.groups.get(group, 0), at)
    return questions.keep(
        session,
        actor,
        text=text,
        language="vi",
        outcome=outcome,
        entry=entry,
        place_id=village.spots[slug].id if slug else None,
        in_group=bool(group),
    )


async def kept(database: Database, *columns: str) -> list[tuple[Any, ...]]:
    query = select(*(question.c[name] for name in columns)).order_by(question.c.id)
    return [tuple(row) for row in await database.read(lambda s: s.execute(query).all())]


def elsewhere(session: Session, village: Village) -> Actor:
    """Somebody in another group of the same bot."""
    return acting(session, village, "head", village.groups["dong households telegram"])


async def test_of_a_private_question_nothing_leads_to_who_asked(
    database: Database, village: Village
) -> None:
    await database.write(asked, village, slug="ben")
    ((place, chat_id, text, bot),) = await kept(database, "place_id", "chat_id", "text", "bot_id")
    assert (place, chat_id, text) == (village.spots["ben"].id, None, "tien dien thang nay")
    assert bot == village.bots["telegram"]
    names = {key.column.table.name for key in question.foreign_keys}
    assert names == {"bot", "place", "chat", "ticket"}, "no person, no account, no update"


async def test_a_verdict_can_be_changed_and_counts_once(
    database: Database, village: Village
) -> None:
    number = await database.write(asked, village, outcome="answer", entry="khai_sinh")

    def judge(session: Session, verdict: str) -> Kept:
        actor = acting(session, village, "resident")
        questions.judge(session, actor, question_id=number, verdict=verdict)
        return questions.read(session, actor, number)

    for verdict in (USEFUL, WRONG, WRONG, USEFUL):
        read = await database.write(judge, verdict)
        assert read == Kept(number, "tien dien thang nay", "answer", "khai_sinh", verdict)
    assert await kept(database, "verdict") == [(USEFUL,)]


@pytest.mark.parametrize("case", ["another group", "another bot", "none"])
async def test_what_was_asked_elsewhere_is_not_to_be_judged_read_or_chosen_for(
    database: Database, village: Village, case: str
) -> None:
    number = await database.write(asked, village, outcome="answer", group=GROUP)

    def attempt(session: Session, /, verb: Any, **arguments: str) -> None:
        actor = elsewhere(session, village)
        id = number
        if case == "another bot":
            actor = Actor(1, 1, village.groups[GROUP], village.bots["zalo"], NOW)
        elif case == "none":
            id = number + 1
        if verb is questions.read:
            questions.read(session, actor, id)
        else:
            verb(session, actor, question_id=id, **arguments)

    for verb, arguments in (
        (questions.read, {}),
        (questions.judge, {"verdict": WRONG}),
        (questions.choose, {"entry": "khai_sinh"}),
    ):
        with pytest.raises(NoSuchQuestion):
            await database.write(attempt, verb, **arguments)
    assert await kept(database, "verdict", "entry") == [("", "")]


async def test_what_a_group_was_just_told_is_known_of_that_group_alone(
    database: Database, village: Village
) -> None:
    here, there = village.groups[GROUP], village.groups["dong households telegram"]
    await database.write(asked, village, "khai sinh", "answer", "khai_sinh", group=GROUP)
    await database.write(asked, village, "chon viec", "choices", group=GROUP)
    await database.write(asked, village, "ket hon", "answer", "ket_hon", group=GROUP)

    async def lately(chat_id: int, since: datetime, language: str = "vi") -> list[str]:
        return await database.read(questions.lately, chat_id, "khai_sinh", language, since)

    assert await lately(here, NOW - DAY) == ["khai sinh"]
    assert await lately(here, NOW - DAY, "en") == []
    assert await lately(there, NOW - DAY) == []
    assert await lately(here, NOW) == [], "an age of exactly as much is over"


async def test_what_a_group_was_told_last_is_known_whoever_asked(
    database: Database, village: Village
) -> None:
    here, there = village.groups[GROUP], village.groups["dong households telegram"]
    second = timedelta(seconds=1)

    async def last(chat_id: int, since: datetime = NOW - DAY) -> str | None:
        return await database.read(questions.last, chat_id, since)

    assert await last(here) is None
    await database.write(asked, village, "khai sinh", "answer", "khai_sinh", group=GROUP)
    await database.write(asked, village, "rieng", "answer", "khai_tu")
    assert await last(here) == "khai_sinh"
    await database.write(
        asked, village, "ket hon", "answer", "ket_hon", at=NOW + second, group=GROUP
    )
    for outcome in ("choices", "decline", "feedback", "none"):
        await database.write(asked, village, "khac", outcome, group=GROUP)
    assert await last(here) == "ket_hon"
    assert await last(there) is None
    assert await last(here, NOW) == "ket_hon"
    assert await last(here, NOW + second) is None, "an age of exactly as much is over"
    await database.write(
        asked, village, "ho chieu", "decline", "ho_chieu", at=NOW + second, group=GROUP
    )
    assert await last(here) is None, "the next question is of that other matter"


async def test_what_was_wrong_stays_with_its_question_when_another_is_chosen(
    database: Database, village: Village
) -> None:
    number = await database.write(asked, village, "sai", "answer", "ket_hon", slug="ben")

    def judge(session: Session, verdict: str) -> None:
        actor = acting(session, village, "resident")
        questions.judge(session, actor, question_id=number, verdict=verdict)

    def choose(session: Session) -> None:
        actor = acting(session, village, "resident")
        questions.choose(session, actor, question_id=number, entry="khai_sinh")

    def wanting(session: Session) -> list[Asked]:
        actor = acting(session, village, "admin")
        return questions.wanting(session, actor, NOW - WEEK, NOW + DAY)

    await database.write(judge, WRONG)
    await database.write(choose)
    assert await database.read(wanting) == [Asked("sai", "Thôn ben", WRONG, "ket_hon")]
    await database.write(judge, USEFUL)
    await database.write(choose)
    assert await database.read(wanting) == []
    assert await kept(database, "entry", "verdict") == [("khai_sinh", USEFUL)]


async def test_an_admin_reads_what_found_no_answer_or_a_wrong_one_of_their_places(
    database: Database, village: Village
) -> None:
    def fill(session: Session) -> None:
        asked(session, village, "mot", "none", slug="ben")
        asked(session, village, "hai", "choices")
        asked(session, village, "ba", "decline", group=GROUP, slug="dong")
        asked(session, village, "ho chieu", "decline", "ho_chieu", slug="ben")
        asked(session, village, "den hong", "feedback", slug="ben")
        asked(session, village, "khai sinh", "answer", "khai_sinh", slug="ben")
        asked(session, village, "la", "none", slug="xa-la")
        asked(session, village, "cu", "none", at=NOW - WEEK - timedelta(seconds=1))
        asked(session, village, "moi", "none", at=NOW)
        actor = acting(session, village, "resident")
        wrong = asked(session, village, "sai", "answer", "ket_hon", slug="ben")
        questions.judge(session, actor, question_id=wrong, verdict=WRONG)
        chosen = asked(session, village, "bon", "choices", slug="ben")
        questions.choose(session, actor, question_id=chosen, entry="khai_sinh")

    def wanting(session: Session, name: str) -> list[Asked]:
        actor = acting(session, village, name)
        return questions.wanting(session, actor, NOW - WEEK, NOW + timedelta(seconds=1))

    await database.write(fill)
    assert await database.read(wanting, "admin") == [
        Asked("mot", "Thôn ben", ""),
        Asked("hai", "Xã Mẫu", ""),
        Asked("ba", "Thôn dong", ""),
        Asked("moi", "Xã Mẫu", ""),
        Asked("sai", "Thôn ben", WRONG, "ket_hon"),
    ]
    assert [one.text for one in await database.read(wanting, "neighbour")] == ["la"]
    for name in ("head", "cadre", "approver", "resident"):
        with pytest.raises(NotAllowed):
            await database.read(wanting, name)


async def test_of_very_many_the_newest_are_read(database: Database, village: Village) -> None:
    def fill(session: Session) -> None:
        row = {"bot_id": village.bots["zalo"], "asked_at": NOW, "outcome": "none"}
        many = [{**row, "language": "vi", "text": str(n)} for n in range(2_100)]
        session.execute(insert(question), many)

    await database.write(fill)
    found = await database.read(
        lambda session: questions.wanting(
            session, acting(session, village, "admin"), NOW, NOW + DAY
        )
    )
    assert [one.text for one in found] == [str(n) for n in range(100, 2_100)]


async def test_whoever_reads_questions_is_told_with_the_rights_they_have_now(
    database: Database, village: Village
) -> None:
    def readers(session: Session, now: datetime) -> list[int]:
        return [one.person_id for one in questions.readers(session, now) if one.grants]

    both = [village.people["admin"], village.people["neighbour"]]
    assert await database.read(readers, NOW) == both
    ended = update(role).where(role.c.person_id == both[0]).values(ends_at=NOW + DAY)
    await database.write(lambda session: session.execute(ended).close())
    assert await database.read(readers, NOW) == both
    assert await database.read(readers, NOW + DAY) == both[1:]


async def test_a_list_is_made_once_by_whoever_comes_first_and_the_old_is_forgotten(
    database: Database, village: Village
) -> None:
    slot = NOW
    for text, age in (("xưa", LIFE + DAY), ("giữ", LIFE - DAY), ("mới", DAY)):
        await database.write(asked, village, text, at=NOW - age)
    assert await database.read(questions.owed, slot)
    results = await asyncio.gather(*(database.write(questions.claim, slot, NOW) for _ in range(4)))
    assert sorted(results, key=str) == [NOW - LIFE - DAY, None, None, None]
    assert not await database.read(questions.owed, slot)
    assert await kept(database, "text") == [("giữ",), ("mới",)]
    assert await database.write(questions.claim, slot + WEEK, NOW + WEEK) == slot
    assert await database.write(questions.claim, slot - WEEK, NOW) == NOW - DAY


async def test_nothing_is_owed_where_nothing_was_asked_before(
    database: Database, village: Village
) -> None:
    assert not await database.read(questions.owed, NOW)
    await database.write(asked, village, at=NOW)
    assert not await database.read(questions.owed, NOW)
    assert await database.read(questions.owed, NOW + WEEK)


async def test_only_an_admin_of_the_place_lets_the_bot_answer_unasked(
    database: Database, village: Village
) -> None:
    def switch(session: Session, name: str, on: bool = True) -> bool:
        actor = acting(session, village, name)
        group = questions.let_answer(session, actor, chat_id=village.groups[GROUP], on=on)
        assert group == groups.read(session, acting(session, village, "admin"), group.id)
        return group.answers

    for name in ("resident", "head", "cadre", "approver", "neighbour"):
        with pytest.raises(NotAllowed):
            await database.write(switch, name)
    assert await database.write(switch, "admin")
    assert not await database.write(switch, "admin", on=False)
    noted = select(audit.c.detail).where(audit.c.action == "group.answers").order_by(audit.c.id)
    details = await database.read(lambda session: session.execute(noted).scalars().all())
    assert [one["on"] for one in details] == [True, False]


async def test_what_is_no_tied_group_is_not_switched(database: Database, village: Village) -> None:
    def switch(session: Session) -> None:
        actor = acting(session, village, "admin")
        private = select(chat.c.id).where(chat.c.kind == "private").limit(1)
        chat_id = session.execute(private).scalar_one()
        questions.let_answer(session, actor, chat_id=chat_id, on=True)

    with pytest.raises(NoSuchGroup):
        await database.write(switch)


def answering(session: Session, village: Village) -> int:
    actor = acting(session, village, "admin")
    return questions.let_answer(session, actor, chat_id=village.groups[GROUP], on=True).id


async def switched_on(database: Database, chat_id: int) -> bool:
    query = select(chat.c.answers).where(chat.c.id == chat_id)
    return bool(await database.read(lambda session: session.execute(query).scalar_one()))


async def test_a_handler_learns_of_it_and_untying_ends_it(
    database: Database, village: Village
) -> None:
    def scene(session: Session) -> bool:
        return conversations.load(
            session,
            bot_id=village.bots["telegram"],
            platform="telegram",
            chat_id=f"{GROUP} 1",
            chat_kind="group",
            account_id="resident",
            now=NOW,
        ).answers

    assert not await database.read(scene)
    number = await database.write(answering, village)
    assert await database.read(scene)
    await database.write(
        lambda session: groups.untie(session, acting(session, village, "admin"), chat_id=number)
    )
    assert not await database.read(scene)


async def test_it_ends_where_the_group_is_tied_to_another_place(
    database: Database, village: Village
) -> None:
    def move(session: Session) -> None:
        place = village.spots["xa-la"].id
        asking = acting(session, village, "neighbour")
        code = groups.ask_code(session, asking, place_id=place, segment="households")
        there = acting(session, village, "neighbour", number)
        labels = {one: one for one in groups.SEGMENTS}
        groups.tie(session, there, code=code.code, labels=labels)

    number = await database.write(answering, village)
    await database.write(move)
    assert not await switched_on(database, number)


async def test_a_group_that_gets_another_id_goes_on(database: Database, village: Village) -> None:
    number = await database.write(answering, village)
    bot_id = village.bots["telegram"]

    def met(session: Session) -> int:
        return people.know_chat(session, bot_id, "mới", "group", "Nhóm mới")

    new = await database.write(met)
    assert await database.write(chats.move, bot_id, number, "mới")
    assert await switched_on(database, new)
    assert not await switched_on(database, number)
