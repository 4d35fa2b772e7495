"""A whole month of a bot that may say so much and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlmodel import Session

from db import announcements, people, quota, relay
from db.announcements import Progress
from db.tables import Account, Chat, Delivery, Outbox, Place, Relay, table
from tests.bot.hamlet import HOME
from tests.bot.meter import Till, metered

account, chat, place = table(Account), table(Chat), table(Place)
carries, delivery, rows = table(Relay), table(Delivery), table(Outbox)
GROUPS, DAYS, QUESTIONS = 12, 30, 30
DAY = timedelta(days=1)
ENDED = {"sent", "failed", "uncertain", "handed"}


async def a_day(till: Till, day: int, *announced: tuple[str, bool]) -> list[Progress]:
    """Questions, announcements (words, urgent), and what came of these. At every moment each of
    their deliveries stands somewhere."""
    await till.hear(day * QUESTIONS, QUESTIONS, answered=True)
    made = []
    for words, urgent in announced:
        parts = [f"{words}, phần {part}" for part in range(1, 4 if urgent else 3)]
        made.append((await till.announce(*parts, urgent=urgent)).version_id)

    def done(session: Session) -> bool:
        for version_id in made:
            assert announcements.progress(session, version_id).total == GROUPS
        return over(till, session) and not _untold(session)

    await till.until(done)
    return [await till.progress(version_id) for version_id in made]


def over(till: Till, session: Session) -> bool:
    """Whether nothing waits that the bot can send, and no announcement that it cannot."""
    return not till.stuck(session) and not till.can_send(session)


def unsent(session: Session, bot_id: int) -> list[str]:
    waiting = select(rows.c.body).where(rows.c.bot_id == bot_id, rows.c.state == "queued")
    return list(session.execute(waiting).scalars())


def handed(session: Session) -> list[int]:
    found = select(rows.c.delivery_id).where(rows.c.state == "handed").distinct()
    return list(session.execute(found).scalars())


def first(days: Sequence[Progress | None], state: str) -> int:
    """The first day on which a delivery came to stand there."""
    return next(day for day, one in enumerate(days) if one and one.count(state))


async def test_a_month_is_never_overdrawn_and_everything_is_accounted_for(
    tmp_path: Path, sqlite_url: str
) -> None:
    """Every day thirty questions with their answers and two announcements to twelve groups, the
    second of every other day urgent: more than 3,000 messages, and two in a hundred meet a
    fault. What the bot cannot send is carried by hand; an answer waits a day, no longer."""
    month = metered(tmp_path, 3000, groups=GROUPS, faults=2, database_url=sqlite_url)
    async with month as till:
        await till.database.write(_kept, till)
        till.send()
        till.carry()
        till.tell()
        ordinary: list[Progress | None] = []
        urgent: list[Progress | None] = []
        for day in range(DAYS):
            hasty = bool(day % 2)
            usual, other = await a_day(till, day, (f"tin {day}", False), (f"nữa {day}", hasty))
            ordinary.append(usual)
            urgent.append(other if hasty else None)
            assert {state for one in (usual, other) for state in one.counts} <= ENDED
            till.clock.advance(DAY)

        assert till.meter.over == 0
        entry = await till.database.read(quota.entry, till.bot_id, till.clock.now())
        assert entry.used(till.plan) == till.meter.used == sum(till.meter.counted.values())
        assert entry.sent == len(till.meter.arrived)

        short = first(ordinary, "handed")
        assert all(one and one.count("handed") == GROUPS for one in ordinary[short + 1 :])
        assert any(one and not one.count("handed") for one in urgent[short + 1 :])
        none = first(urgent, "handed")
        assert short < none
        assert entry.left(till.plan).all < 3 * GROUPS

        asked = await till.database.read(_asked, till.bot_id)
        assert asked["sent"] >= 2, "keepers on the same bot are written to"
        assert not asked["queued"], "and nothing of it waits for the next month"
        await till.database.write(_carried, till)
        ends = [one for one in (*ordinary, *urgent) if one]
        for one in ends:
            now = await till.progress(one.version_id)
            assert (now.total, now.count("handed")) == (GROUPS, 0)
            ended = now.count("relayed", "uncertain", "failed")  # an earlier part met a fault
            assert now.count("relayed") <= one.count("handed") <= ended

        await till.until(lambda session: not unsent(session, till.bot_id))  # it is too old
        await till.hear(DAYS * QUESTIONS, QUESTIONS, answered=True)
        assert len(await till.database.read(unsent, till.bot_id)) == QUESTIONS
        till.clock.advance(quota.turn(till.clock.now()) - till.clock.now())
        await till.until(lambda session: over(till, session))
        assert not await till.database.read(unsent, till.bot_id)
        assert till.meter.over == 0


def _kept(session: Session, till: Till) -> None:
    """All groups have a keeper, who is met by this bot alone."""
    keeper = session.execute(
        select(account.c.person_id)
        .join(chat, chat.c.id == account.c.chat_id)
        .where(chat.c.bot_id == till.bot_id)
        .limit(1)
    ).scalar_one()
    home = select(place.c.id).where(place.c.slug == HOME)
    people.grant(
        session, keeper, "village_head", session.execute(home).scalar_one(), till.clock.now()
    )
    session.execute(update(chat).where(chat.c.place_id.is_not(None)).values(keeper_id=keeper))


def _asked(session: Session, bot_id: int) -> Counter[str]:
    """How what keepers were to be told through this bot has ended."""
    found = select(rows.c.state).where(rows.c.bot_id == bot_id, rows.c.code.startswith("CT-"))
    return Counter(session.execute(found).scalars())


def _untold(session: Session) -> int:
    waits = select(rows.c.delivery_id).where(rows.c.state == "handed")
    found = select(func.count()).select_from(carries).where(carries.c.told_at.is_(None))
    return int(session.execute(found.where(carries.c.delivery_id.in_(waits))).scalar_one())


def _carried(session: Session, till: Till) -> None:
    """Whoever may announce there says so of all of it."""
    relay.done(session, till.author(session), deliveries=handed(session))
