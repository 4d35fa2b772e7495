"""The week's list: Mondays at eight, once, of one's own places, only if there is something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select
from sqlmodel import Session

from bot import weekly
from bot.composer import Composer
from bot.platforms.sandbox import LIMITS
from bot.weekly import Weekly, slot
from db import people, questions
from db.engine import Database
from db.questions import LIFE, WRONG
from db.tables import Account, FaqDraft, Outbox, Question, QuestionList, table
from handlers.messages import Reply
from handlers.questions import listing
from tests.bot.newsroom import SetClock
from tests.bot.reception import Failing
from tests.db.test_questions import asked
from tests.db.village import Village, acting, build
from tests.handlers.stage import Stage, press, scene
from tests.living import CONTENT
from tests.loop import one_turn

WORDS = CONTENT.words("vi")
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # 10 o'clock in the village
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 8 o'clock
SECOND, HOUR, DAY, WEEK = (timedelta(**{one: 1}) for one in ("seconds", "hours", "days", "weeks"))
account, draft = table(Account), table(FaqDraft)
listed, outbox, question = table(QuestionList), table(Outbox), table(Question)


@dataclass
class Desk:
    """`admins` of the commune (Zalo), of its village (Telegram) and of another (Telegram)."""

    database: Database
    village: Village
    clock: SetClock

    def weekly(self, database: Database | None = None) -> Weekly:
        """As a process starts it."""
        composer = Composer(CONTENT, dict(LIMITS.items()))
        return Weekly(database or self.database, composer, self.clock)

    async def ask(self, *texts: str, **more: Any) -> None:
        for text in texts:
            await self.database.write(asked, self.village, text, at=self.clock.at, **more)

    async def sweep_at(self, at: datetime) -> None:
        self.clock.at = at
        await self.weekly().sweep()

    async def told(self) -> list[tuple[str, str]]:
        """Who was told what, in order."""
        query = (
            select(account.c.name, outbox.c.body)
            .join(account, account.c.chat_id == outbox.c.chat_id)
            .where(outbox.c.origin == "notice")
            .order_by(outbox.c.id)
        )
        rows = await self.database.read(lambda session: session.execute(query).all())
        return [(row.name, row.body) for row in rows]


def _admins(session: Session, village: Village) -> None:
    spots = {"chung": ("xa", "zalo"), "thon": ("ben", "telegram"), "la": ("xa-ben", "telegram")}
    for name, (slug, platform) in spots.items():
        _, _, person = people.meet(
            session,
            bot_id=village.bots[platform],
            platform=platform,
            chat_id=f"private {name}",
            chat_kind="private",
            chat_title="",
            account_id=name,
            name=name,
            now=SUNDAY,
        )
        village.people[name] = person
        people.grant(session, person, "admin", village.spots[slug].id, SUNDAY)


@pytest_asyncio.fixture
async def desk(laid_url: str) -> AsyncIterator[Desk]:
    database = Database.open(laid_url)
    village = await database.write(build)
    await database.write(_admins, village)
    yield Desk(database, village, SetClock(SUNDAY))
    await database.close()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MONDAY - SECOND, MONDAY - WEEK),
        (MONDAY, MONDAY),
        (MONDAY + 6 * DAY, MONDAY),
        (datetime(2026, 11, 22, 17, 30, tzinfo=UTC), MONDAY - WEEK),  # Monday, half past midnight
    ],
)
def test_the_week_begins_on_monday_at_eight_in_the_village(
    now: datetime, expected: datetime
) -> None:
    assert slot(now) == expected


async def test_everyone_is_told_of_their_own_places_once(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", "xin so nha dau", slug="ben")
    await desk.ask("tien dien thang nay", slug="dong")
    await desk.sweep_at(MONDAY - SECOND)
    assert await desk.told() == []
    await desk.sweep_at(MONDAY)
    (chung, common), (thon, own) = await desk.told()
    assert (chung, thon) == ("chung", "thon")
    assert own.splitlines() == [
        WORDS("questions.list", first="22/11", last="23/11"),
        WORDS("questions.line", count=2, text="xin so nha dau", places="Thôn ben"),
        WORDS("questions.list_advice"),
    ]
    assert (
        WORDS("questions.line", count=1, text="tien dien thang nay", places="Thôn dong") in common
    )
    await desk.sweep_at(MONDAY + DAY)
    assert len(await desk.told()) == 2


async def test_what_was_told_is_not_told_again_the_next_week(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    await desk.sweep_at(MONDAY)
    await desk.ask("tien dien thang nay", slug="ben")
    await desk.sweep_at(MONDAY + WEEK)
    bodies = [body for name, body in await desk.told() if name == "thon"]
    assert [("so nha" in body, "tien dien" in body) for body in bodies] == [
        (True, False),
        (False, True),
    ]


async def test_with_nothing_to_tell_nobody_is_told_and_nothing_is_written(desk: Desk) -> None:
    claimed = select(func.count()).select_from(listed)
    await desk.sweep_at(MONDAY)
    assert await desk.database.read(lambda s: s.execute(claimed).scalar_one()) == 0
    await desk.ask("khai sinh can gi", outcome="answer", entry="khai_sinh", slug="ben")
    await desk.sweep_at(MONDAY + WEEK)
    assert await desk.told() == []


async def test_a_restart_or_four_processes_tell_once(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    desk.clock.at = MONDAY
    await asyncio.gather(*(desk.weekly().sweep() for _ in range(4)))
    await desk.sweep_at(MONDAY + HOUR)
    assert [name for name, _ in await desk.told()] == ["chung", "thon"]


async def test_a_missed_monday_is_made_up_for_in_the_daytime_and_loses_nothing(
    desk: Desk,
) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    await desk.sweep_at(MONDAY + 9 * DAY + 16 * HOUR)  # midnight
    assert await desk.told() == []
    await desk.sweep_at(MONDAY + 10 * DAY)
    await desk.ask("tien dien thang nay", slug="ben")
    await desk.sweep_at(MONDAY + 30 * DAY)
    first, second = (body.splitlines() for name, body in await desk.told() if name == "thon")
    assert first[0] == WORDS("questions.list", first="22/11", last="30/11")
    assert "so nha" in first[1]
    assert second[0] == WORDS("questions.list", first="30/11", last="21/12")
    assert "tien dien" in second[1]


async def test_whatever_the_clock_does_each_monday_has_one_list(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    await desk.sweep_at(MONDAY + 2 * WEEK)
    await desk.sweep_at(MONDAY)
    told = await desk.told()
    await desk.sweep_at(MONDAY + 2 * WEEK)
    await desk.sweep_at(MONDAY)
    assert await desk.told() == told
    assert [name for name, _ in told] == ["chung", "thon"] * 2


async def test_a_write_that_fails_is_tried_again(desk: Desk, laid_url: str) -> None:
    database = Failing.open(laid_url)
    assert isinstance(database, Failing)
    await desk.ask("xin so nha o dau", slug="ben")
    desk.clock.at = MONDAY
    one = desk.weekly(database)
    database.failures = 1
    running = asyncio.create_task(one.run())
    while database.failures:
        await one_turn()
    one._wake.set()
    while not await desk.told():
        await one_turn()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await database.close()
    assert [name for name, _ in await desk.told()] == ["chung", "thon"]


async def test_wrong_answers_are_told_as_such_and_no_more_than_ten_groups(desk: Desk) -> None:
    await desk.ask(*(f"viec{n} chuyen{n}" for n in range(12)), slug="ben")
    await desk.ask("khai sinh lai", outcome="answer", entry="khai_sinh", slug="ben")
    await desk.ask("khai sinh lai", outcome="none", slug="ben")

    def judge(session: Session) -> None:
        actor = acting(session, desk.village, "resident")
        questions.judge(session, actor, question_id=13, verdict=WRONG)

    await desk.database.write(judge)
    await desk.sweep_at(MONDAY)
    body = dict(await desk.told())["thon"]
    entry = CONTENT.entry("khai_sinh")
    assert entry is not None
    assert body.splitlines()[1:4] == [
        WORDS("questions.list_page", first=1, last=10, total=13),
        WORDS("questions.line", count=2, text="khai sinh lai", places="Thôn ben"),
        WORDS("questions.line_wrong", title=entry.title["vi"], count=1),
    ]
    assert body.count("•") == 10


async def test_the_rest_is_a_press_away_though_more_was_asked_meanwhile(desk: Desk) -> None:
    texts = [f"viec{n} chuyen{n}" for n in range(13)]
    await desk.ask(*texts, slug="ben")
    await desk.sweep_at(MONDAY)
    assert all("1–10 trong 13" in body for _, body in await desk.told())
    await desk.ask(*(f"moi{n} hon{n}" for n in range(30)), slug="ben")
    offered = select(outbox.c.buttons).join(account, account.c.chat_id == outbox.c.chat_id)
    ((label, action),) = await desk.database.read(
        lambda s: s.execute(offered.where(account.c.name == "thon")).scalar_one()
    )
    assert (label, action.partition(":")[0]) == (WORDS("common.more"), "questions.list")

    actor = await desk.database.read(lambda s: acting(s, desk.village, "thon"))
    where = replace(scene(), actor=replace(actor, now=MONDAY + 3 * DAY))
    context = replace(Stage(CONTENT).context(where), read=desk.database.read)
    reply = await listing.pressed(press(action), context, action.partition(":")[2])
    assert isinstance(reply, Reply)
    assert reply.text.splitlines() == [
        WORDS("questions.list", first="22/11", last="23/11"),
        WORDS("questions.list_page", first=11, last=13, total=13),
        *(WORDS("questions.line", count=1, text=one, places="Thôn ben") for one in texts[10:]),
    ]


async def test_drafts_that_wait_are_told_with_the_way_to_them(desk: Desk) -> None:
    def draft_of(session: Session) -> None:
        values = {"question": "hoi", "answer": "dap", "made_at": SUNDAY}
        by = desk.village.people["thon"]
        place = desk.village.spots["ben"].id
        session.execute(insert(draft).values(by_id=by, place_id=place, **values))

    await desk.ask("khai sinh can gi", outcome="answer", entry="khai_sinh", slug="ben")
    await desk.database.write(draft_of)
    await desk.sweep_at(MONDAY)
    told = dict(await desk.told())
    assert sorted(told) == ["chung", "thon"]
    assert WORDS("questions.list_drafts", count=1) in told["thon"]
    assert "CH-261123 1" in told["chung"], "by its code, where there are no buttons"


async def test_what_is_half_a_year_old_is_forgotten(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    count = select(func.count()).select_from(question)
    for at, left in ((SUNDAY + LIFE - DAY, 1), (SUNDAY + LIFE + WEEK, 0)):
        await desk.sweep_at(at)
        assert await desk.database.read(lambda s: s.execute(count).scalar_one()) == left


async def test_a_clock_a_year_ahead_for_a_moment_forgets_nothing(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    await desk.sweep_at(MONDAY)
    await desk.sweep_at(MONDAY + 52 * WEEK)
    count = select(func.count()).select_from(question)
    assert await desk.database.read(lambda s: s.execute(count).scalar_one()) == 1


async def test_what_must_be_looked_at_again_is_told_though_nothing_was_asked(desk: Desk) -> None:
    await desk.sweep_at(MONDAY + 4 * WEEK)  # an entry holds until the end of the year
    told = await desk.told()
    assert [name for name, _ in told] == ["chung", "thon", "la"]
    assert all(WORDS("questions.list_reviews") in body for _, body in told)


async def test_it_is_due_until_it_is_made(desk: Desk) -> None:
    await desk.ask("xin so nha o dau", slug="ben")
    for at, due in ((MONDAY - SECOND, False), (MONDAY, True), (MONDAY + 15 * HOUR, False)):
        assert await desk.database.read(weekly.pending, at, CONTENT) == due
    await desk.sweep_at(MONDAY)
    assert not await desk.database.read(weekly.pending, MONDAY, CONTENT)


async def test_it_is_due_though_nothing_was_asked_where_an_entry_must_be_looked_at(
    desk: Desk,
) -> None:
    assert not await desk.database.read(weekly.pending, MONDAY, CONTENT)
    late = MONDAY + 4 * WEEK
    assert await desk.database.read(weekly.pending, late, CONTENT)
    await desk.sweep_at(late)
    assert not await desk.database.read(weekly.pending, late, CONTENT)
