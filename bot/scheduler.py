"""Bulletins on their way: APScheduler's triggers say when, our own table says what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

from content.schedule import LAST, Schedule

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def slots(schedule: Schedule, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next `count` times later than `after`, in UTC; fewer where the schedule ends."""
    return tuple(islice(_times(schedule, after), count))


def _times(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    trigger = _trigger(schedule)
    earliest = after + timedelta(microseconds=1)
    while (slot := trigger.get_next_fire_time(None, earliest)) is not None:
        if slot <= after:  # a single day that has passed is named all the same
            return
        yield slot.astimezone(UTC)
        earliest = slot + timedelta(microseconds=1)


def _trigger(schedule: Schedule) -> BaseTrigger:
    time: dict[str, Any] = {"hour": schedule.hour, "minute": schedule.minute, "timezone": HERE}
    if schedule.kind == "once" and schedule.on is not None:
        at = datetime.combine(schedule.on, datetime.min.time(), HERE)
        return DateTrigger(at.replace(hour=schedule.hour, minute=schedule.minute))
    if schedule.kind == "weekly":
        return CronTrigger(day_of_week=",".join(map(str, schedule.days)), **time)
    if schedule.kind == "monthly":
        return CronTrigger(day="last" if schedule.day == LAST else schedule.day, **time)
    return CronTrigger(**time)
