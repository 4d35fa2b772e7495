"""Ten years of bulletins with everything that befalls an old PC: every slot once, or reported.

Only those that come seldom live for ten years: what can go wrong does at slots and at sweeps, and
those of every day meet as much of it in ten weeks, with an off time of a day and a half instead of
a month. Ten years of days in one go: `test_ten_years_off_are_settled_in_one_sweep`.
"""

from __future__ import annotations

import asyncio
import random
import re
from calendar import monthrange
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from content.schedule import LAST, Schedule
from db import occurrences
from db.engine import Database
from tests.bot.newsroom import Newsroom, Outcome, newsroom

BEGIN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HERE = timedelta(hours=7)  # ahead of UTC
DAY, DECADE = timedelta(days=1), timedelta(days=3652)
DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
MISSED = re.compile(r"lỡ (?:(\d+) )?kỳ")
LATE = timedelta(hours=4)


@dataclass(frozen=True)
class Kept:
    """A bulletin, and the oracle of its slots: whether a day is one of them, by plain dates."""

    title: str
    schedule: Schedule
    falls_on: Callable[[date], bool]

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        day = (after + HERE).date() - DAY
        while day <= (until + HERE).date():
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - HERE
            slot = midnight + timedelta(hours=self.schedule.hour, minutes=self.schedule.minute)
            if self.falls_on(day) and after < slot <= until:
                yield slot
            day += DAY


def is_last(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


SELDOM = (
    Kept("Tuần", Schedule("weekly", 19, 0, (6,)), lambda day: day.weekday() == 6),
    Kept("Ngày 31", Schedule("monthly", 7, 30, day=31), lambda day: day.day == 31),
    Kept("Cuối tháng", Schedule("monthly", 0, 0, day=LAST), is_last),
    Kept("Nhuận", Schedule("once", 23, 59, on=date(2028, 2, 29)), date(2028, 2, 29).__eq__),
)
OFTEN = (
    Kept("Sáng", Schedule("weekly", 5, 30, (0, 1, 2, 3, 4)), lambda day: day.weekday() < 5),
    Kept("Hằng ngày", Schedule("daily", 17, 0), lambda day: True),
)


@pytest_asyncio.fixture
async def room(laid_url: str) -> AsyncIterator[Newsroom]:
    async with newsroom(laid_url, BEGIN) as room:
        yield room


@pytest.mark.parametrize(
    ("kept", "years", "off", "seed"),
    [pytest.param(SELDOM, 10, 600, 1, id="ten years"), pytest.param(OFTEN, 0.2, 36, 2, id="daily")],
)
async def test_every_slot_is_sent_once_or_reported_as_passed_over(
    room: Newsroom, laid_url: str, kept: tuple[Kept, ...], years: float, off: float, seed: int
) -> None:
    made = {one: (await room.begin(one.schedule, title=one.title)).id for one in kept}
    second = Database.open(laid_url)
    try:
        await Life(room, second, random.Random(seed), off).live(BEGIN + years * 365 * DAY)
    finally:
        await second.close()
    outcomes = await room.outcomes()
    for one, id in made.items():
        await judge(room, one, [outcome for outcome in outcomes if outcome.bulletin_id == id])
    sent = [outcome.version_id for outcome in outcomes if outcome.state == "sent"]
    assert sorted(map(str, sent)) == sorted(map(str, await room.versions()))


@dataclass
class Life:
    """Two processes of an old PC whose clock is not to be trusted."""

    room: Newsroom
    second: Database
    chance: random.Random
    mostly_off: float  # hours, on average

    async def live(self, until: datetime) -> None:
        while self.room.clock.at < until:
            wrong = (self.seconds, self.wrong_day, self.wrong_decade, self.leap_day)
            befalls = (self.on_time, self.off, *wrong)
            await self.chance.choices(befalls, [48, 42, 4, 4, 1, 1])[0]()
        await self.sweep()

    async def sweep(self) -> None:
        """By one process or both, started anew each time: nothing is remembered but in tables."""
        first, second = self.room.scheduler(), self.room.scheduler(self.second)
        started = self.chance.choice([(first,), (second,), (first, second)])
        await asyncio.gather(*(process.sweep() for process in started))
        await self.all_told()

    async def all_told(self) -> None:
        """What this sweep passed over is as many as its notices say, bulletin by bulletin."""
        now = self.room.clock.at
        outcomes = await self.room.outcomes(at=now)
        passed = Counter(one.bulletin_id for one in outcomes if one.state == "skipped")
        told: Counter[int] = Counter()
        for said in await self.room.notices(now):
            if missed := MISSED.search(said.body):
                told[int(said.buttons[0][1].partition(":")[2])] += int(missed[1] or 1)
        assert told == passed

    async def on_time(self) -> None:
        slot = await self.room.database.read(occurrences.next_slot)
        self.room.clock.at = max(slot or self.room.clock.at + DAY, self.room.clock.at)
        self.room.clock.at += timedelta(seconds=self.chance.uniform(0, 30))
        await self.sweep()

    async def off(self) -> None:
        self.room.clock.at += timedelta(hours=self.chance.expovariate(1 / self.mostly_off))
        await self.sweep()

    async def seconds(self) -> None:
        """The clock is set by another one, a little behind."""
        self.room.clock.at -= timedelta(seconds=self.chance.uniform(0, 59))
        await self.sweep()

    async def wrong_day(self) -> None:
        await self._wrong(self.chance.choice([DAY, -DAY]))

    async def wrong_decade(self) -> None:
        await self._wrong(self.chance.choice([DECADE, -DECADE]))

    async def leap_day(self) -> None:
        here = self.room.clock.at
        there = datetime(2028, 2, 29, 17, 0, tzinfo=UTC) + self.chance.random() * DAY / 24
        await self._wrong(there - here)

    async def _wrong(self, by: timedelta) -> None:
        """The clock is set wrong, and some time later right again."""
        self.room.clock.at += by
        await self.sweep()
        self.room.clock.at += timedelta(hours=self.chance.uniform(0, 3))
        await self.sweep()
        self.room.clock.at -= by
        await self.sweep()
        ahead = [one for one in await self.room.outcomes() if one.slot > self.room.clock.at]
        assert {one.state for one in ahead} <= {"sent"}, "passed over by a wrong clock for good"


async def judge(room: Newsroom, kept: Kept, outcomes: list[Outcome]) -> None:
    now = room.clock.at
    found = [outcome.slot for outcome in outcomes]
    expected = list(kept.slots(BEGIN, now))
    assert [slot for slot in found if BEGIN < slot <= now] == expected
    known = set(kept.slots(BEGIN - DECADE - DAY, now + DECADE + DAY))
    assert set(found) <= known
    told = [said for said in await room.notices() if f"“{kept.title}”" in said.body]
    for outcome in outcomes:
        if outcome.state == "sent":
            assert outcome.version_id is not None
            assert timedelta(0) <= outcome.at - outcome.slot < LATE
        else:
            assert (outcome.state, outcome.reason, outcome.version_id) == ("skipped", "late", None)
            assert outcome.at - outcome.slot >= LATE or newer(known, outcome)
            assert any(said.at == outcome.at and covers(said.body, outcome.slot) for said in told)


def newer(known: set[datetime], outcome: Outcome) -> bool:
    """Whether another slot had come, which was sent instead."""
    return any(outcome.slot < slot <= outcome.at for slot in known)


def covers(body: str, slot: datetime) -> bool:
    missed = body.partition("Kỳ tới")[0]
    days = [date(int(year), int(month), int(day)) for day, month, year in DATE.findall(missed)]
    return min(days) <= (slot + HERE).date() <= max(days)
