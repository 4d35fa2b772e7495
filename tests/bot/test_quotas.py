"""A bot whose month is limited: when it stops, when it goes on, and who is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session

from bot.answering import Answering
from bot.app import App
from bot.intake import Intake
from bot.listener import Listener
from bot.quotas import told
from content.schedule import moment
from db import quota
from db.quota import Allowance
from db.shortage import Shortage
from db.tables import Outbox, table
from handlers import dispatcher
from tests.bot.hamlet import outbox_states
from tests.bot.meter import START, metered
from tests.bot.reception import Failing
from tests.bot.wire import GARBLED, Wire
from tests.living import CONTENT

rows = table(Outbox)
WORDS = CONTENT.words("vi")
MINUTES = (1, 2, 4, 8, 16)


async def test_a_platform_that_takes_nothing_is_asked_again_after_growing_pauses(
    tmp_path: Path,
) -> None:
    async with metered(tmp_path) as till:
        till.meter.closed = True
        till.send()
        await till.put("một", "hai", "ba")
        await till.quiet()
        tries = till.meter.tries
        for minutes in MINUTES:
            assert till.meter.tries == tries
            await till.later(minutes=minutes, seconds=-5)
            assert till.meter.tries == tries, "too early"
            await till.later(seconds=10)
            await till.tried(tries)
            await till.quiet()
            tries = till.meter.tries
        till.meter.closed = False
        await till.later(hours=1)
        assert sorted(till.meter.arrived) == ["ba", "hai", "một"]
        assert (await till.states()) == ["sent"] * 3


async def test_a_restart_does_not_ask_earlier(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        till.meter.closed = True
        till.send()
        await till.put("một")
        await till.quiet()
        await till.end()
        tries, till.meter.closed = till.meter.tries, False
        till.send()
        await till.put("hai")
        await till.later(seconds=50)
        assert till.meter.tries == tries
        await till.later(seconds=20)
        assert sorted(till.meter.arrived) == ["hai", "một"]


async def test_a_pause_that_cannot_be_kept_is_made_all_the_same(tmp_path: Path) -> None:
    async with metered(tmp_path, kind=Failing) as till:
        assert isinstance(till.database, Failing)
        database = till.database
        till.meter.closed = True
        till.meter.on_refusal = lambda: setattr(database, "failures", 1)
        till.send()
        await till.put("một")
        await till.until(lambda session: till.meter.tries == 1)
        till.meter.closed = False
        await till.later(seconds=65)
        assert till.meter.arrived == ["một"]


async def test_nothing_is_tried_or_written_while_nothing_may_leave(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        await till.use(100)
        till.send()
        await till.put("một")
        await till.quiet()
        await till.put("hai")
        written = till.database.jobs
        for _ in range(50):
            await till.database.read(till.can_send)
        assert till.database.jobs - written <= 1, "it looks when it is woken"
        assert till.meter.tries == 0
        await till.later(days=31)
        assert sorted(till.meter.arrived) == ["hai", "một"]


async def test_what_was_in_hand_at_a_crash_counts(tmp_path: Path) -> None:
    async with metered(tmp_path, 20) as till:
        await till.use(18)
        await till.put("một", "hai")

        def crash(session: Session) -> None:
            session.execute(update(rows).where(rows.c.body == "một").values(state="sending"))

        await till.database.write(crash)
        till.send()
        await till.until(lambda session: not till.can_send(session))
        assert till.meter.arrived == []
        entry = await till.database.read(quota.entry, till.bot_id, till.clock.now())
        assert entry.sent == 19


async def test_what_is_heard_is_counted_once(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        bot, meter, clock = till.bot_id, till.meter, till.clock
        listener = Listener(bot, meter, till.database, till.composer, clock)
        answering = Answering(bot, meter, till.database, dispatcher(), till.composer, clock)
        till.begin(Intake(bot, listener, till.database, answering, clock, metered=True).run())
        update = meter.update(GARBLED)
        await meter.deliver(update, meter.update(GARBLED))
        await meter.deliver(update)
        entry = await till.database.read(quota.entry, bot, clock.now())
        assert (entry.received, entry.sent) == (2, 0)


async def test_admins_hear_once_that_a_month_runs_short(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        await till.appoint()
        till.tell()
        await till.use(79)
        await till.hear(0, 1, answered=False)
        await till.until(lambda session: len(till.notices(session)) == 1)
        assert await till.told() == [
            WORDS(
                "bots.month_most",
                bot="lang-zalo",
                used="80",
                monthly="100",
                kept="5",
                last="10",
                date="01/01",
            )
        ]
        await till.use(9)
        await till.until(lambda session: len(till.notices(session)) == 2)
        assert "89" not in (await till.told())[0]
        assert "89/100" in (await till.told())[1]
        await till.use(9)
        await till.later(hours=1)
        assert len(await till.told()) == 2


async def test_a_reply_that_waited_a_day_for_a_spent_month_is_not_sent_in_the_next(
    tmp_path: Path,
) -> None:
    async with metered(tmp_path) as till:
        await till.put("cũ")
        await till.use(95)
        till.send()
        till.tell()
        await till.later(hours=23)
        await till.put("mới")
        assert await till.states() == ["queued", "queued"]
        till.clock.advance(timedelta(hours=1))
        await till.until(lambda session: "cancelled" in outbox_states(session))
        await till.later(days=31)
        assert till.meter.arrived == ["mới"]


async def test_what_is_refused_for_long_is_told_and_carried_by_hand(tmp_path: Path) -> None:
    async with metered(tmp_path, groups=3) as till:
        await till.appoint()
        till.send()
        till.tell()
        till.meter.closed = True
        made = await till.announce("họp thôn", urgent=True)
        for minutes in MINUTES[:-1]:
            await till.quiet()
            tries = till.meter.tries
            till.clock.advance(timedelta(minutes=minutes))
            await till.tried(tries)
        await till.until(lambda session: len(till.notices(session)) == 1)
        now = till.clock.now()
        until = (await till.database.read(quota.entry, till.bot_id, now)).refused(now)
        assert until is not None
        assert moment(until, WORDS) in (await till.told())[0]
        await till.quiet()
        till.carry()
        await till.until(lambda session: not till.stuck(session))
        progress = await till.progress(made.version_id)
        assert dict(progress.counts) == {"handed": 3}


def test_what_those_who_lead_the_place_read_names_when_and_how_much() -> None:
    for kind in ("most", "spent", "refused"):
        text = told(Shortage(kind, "lang", 1, 2841, 3000, 300, 150, quota.turn(START)), WORDS)
        assert "2.841/3.000" in text
        assert ("0 giờ" if kind == "refused" else "01/01") in text


async def test_what_a_spent_month_holds_back_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        app = App(till.database, CONTENT, till.clock, {till.bot_id: till.meter}, tmp_path)
        await till.put("một")
        assert not await app.settled()
        await till.use(95)
        assert await app.settled()
        await till.announce("tin")
        assert not await app.settled(), "a keeper is to carry it"


async def test_only_limited_bots_have_a_plan(tmp_path: Path) -> None:
    async with metered(tmp_path) as till:
        platforms = {till.bot_id: till.meter, till.bot_id + 7: Wire()}
        app = App(till.database, CONTENT, till.clock, platforms, tmp_path)
        assert app.plans == {till.bot_id: Allowance(100, counts_received=True)}
