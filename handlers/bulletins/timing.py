"""The times of a bulletin: understood from words, told in words, and those passed over."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from content.phrases import wholly
from content.schedule import Schedule, ScheduleRefused, described, said_time, understand
from content.words import Words
from db import bulletins
from handlers.bulletins.issue import weekday
from handlers.bulletins.plan import Plan
from handlers.people import listed
from handlers.router import HERE, Context

NEXT: Final = 3  # times told in advance
HALVES: Final = ("no_time", "no_days")  # problems of words that name a schedule by half
_TURNS: Final = 8  # words that come before a time


def meant(text: str, plan: Plan, now: datetime) -> Schedule:
    """The schedule a text names; what it leaves out is as it was said before. Raises
    ScheduleRefused."""
    try:
        return understand(text, now)
    except ScheduleRefused as refused:
        if refused.problem not in HALVES:
            raise
        if plan.half:
            with suppress(ScheduleRefused):
                return understand(f"{text}, {plan.half}", now)
        if not plan.schedule:
            raise
        known, days = Schedule.of(plan.schedule), refused.problem == "no_time"
    if days:
        return understand(f"{known.hour:02}:{known.minute:02}, {text}", now)
    at = understand(f"{text}, daily", now)
    return replace(known, hour=at.hour, minute=at.minute)


def retimed(text: str, plan: Plan, context: Context) -> Schedule | None:
    """The schedule that is all a text says, but for words before it that change one's mind."""
    turning = listed(context, "people.small_words") + listed(context, "bulletins.time_words")
    said = text.split()
    for count in range(min(len(said), _TURNS)):
        if not count or wholly(" ".join(said[:count]), turning):
            with suppress(ScheduleRefused):
                return meant(" ".join(said[count:]), plan, context.actor.now)
    return None


def understood(context: Context, schedule: Schedule) -> str:
    """What the words were taken for, and the times that come of it."""
    words, times = context.words, times_ahead(context, schedule)
    told = "\n".join(f"• {time}" for time in times)
    return words("bulletins.understood", when=described(schedule, words), times=told)


async def skips(context: Context, plan: Plan) -> tuple[datetime, ...]:
    """The slots of its schedule on days that are to be passed over, as asked."""
    now, found = context.actor.now, list[datetime]()
    asked = await context.read(bulletins.asked, plan.bulletin, now) if plan.bulletin else []
    for slot in asked:
        day = slot.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
        before = max(now, day.astimezone(UTC) - timedelta(microseconds=1))
        times = context.slots(Schedule.of(plan.schedule), before, 1)
        found += [one for one in times if one.astimezone(HERE).date() == day.date()]
    return tuple(found)


def moment(words: Words, at: datetime) -> str:
    """Thứ Hai 23/11, 5 giờ 30 sáng."""
    here = at.astimezone(HERE)
    time = said_time(here.hour, here.minute, words)
    return words("bulletins.moment", day=weekday(words, here.date()), time=time)


def times_ahead(context: Context, schedule: Schedule) -> tuple[str, ...]:
    """The next times, in words."""
    times = context.slots(schedule, context.actor.now, NEXT)
    return tuple(moment(context.words, time) for time in times)


def days_ahead(context: Context, schedule: Schedule) -> tuple[str, ...]:
    """Their days alone."""
    times = context.slots(schedule, context.actor.now, NEXT)
    return tuple(weekday(context.words, time.astimezone(HERE).date()) for time in times)
