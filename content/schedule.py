"""When something happens again: once, daily, on days of the week, on a day of the month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from content import hours
from content.recurrence import LAST, Kind, NoSuchDays, take_days
from content.spelling import canonical
from content.words import Words

__all__ = [
    "LAST",
    "Kind",
    "Schedule",
    "ScheduleRefused",
    "described",
    "moment",
    "said_time",
    "understand",
]

HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST: Final = 200  # characters of words that may name a schedule
_LUNAR: Final = re.compile(
    r"\b(?:lunar|ram|al|am lich|thang (?:gieng|chap)|tet)\b"
    r"|(?:\b(?:mung|mong|ngay) |/)\d{1,2} am\b"
)
# What may stand beside a time and days; any other word could turn their meaning around.
_SAYS_NOTHING: Final = re.compile(
    r"[@,]|\b(?:vao|luc|khoang|buoi|gio gui|gui|ban tin|da|em|oi|giup|nhe|nha|a"
    r"|at|on|in|around|the|please)\b"
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day in Vietnam, and the days it falls on. `days`: of a week, Monday 0 to Sunday
    6; `day`: of a month, 1 to 31 or LAST (a month that has no such day is left out); `on`: the
    one day."""

    kind: Kind
    hour: int
    minute: int = 0
    days: tuple[int, ...] = ()
    day: int = LAST
    on: date | None = None

    @property
    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "hour": self.hour,
            "minute": self.minute,
            "days": list(self.days),
            "day": self.day,
            "on": self.on.isoformat() if self.on else None,
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Schedule:
        return cls(
            kind=cast(Kind, data["kind"]),
            hour=data["hour"],
            minute=data["minute"],
            days=tuple(data["days"]),
            day=data["day"],
            on=date.fromisoformat(data["on"]) if data["on"] else None,
        )


class ScheduleRefused(Exception):
    """Words that name no schedule. `problem`: no_time no_days hour weekday date past lunar
    midnight unclear."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"not understood as a schedule ({problem}): ask for it again")
        self.problem = problem


def understand(text: str, now: datetime) -> Schedule:
    """The schedule that Vietnamese (or simple English) words name, with or without diacritics;
    time and days in either order, and no word besides. `now`, aware: a day without a year is the
    next such day. Raises ScheduleRefused."""
    words = canonical(text[: LONGEST + 1])
    here = now.astimezone(HERE)
    if len(text) > LONGEST or _LUNAR.search(words):
        raise ScheduleRefused("unclear" if len(text) > LONGEST else "lunar")
    try:
        said, rest = hours.take(words)
        days, rest = take_days(rest, here.date())
        part, rest = hours.part(rest)
        if _SAYS_NOTHING.sub("", rest).strip():
            raise ScheduleRefused("unclear")
        at = hours.clock(said, part)
    except hours.NoSuchHour:
        raise ScheduleRefused("hour") from None
    except hours.SeveralHours:
        raise ScheduleRefused("unclear") from None
    except NoSuchDays as error:
        raise ScheduleRefused(error.problem) from None
    if at is None and days is None:
        raise ScheduleRefused("unclear")
    if at is None or days is None:
        raise ScheduleRefused("no_time" if at is None else "no_days")
    if said and said.hour == 12 and at.hour == 0 and days.kind != "daily":
        raise ScheduleRefused("midnight")  # most mean the end of that day
    if days.on and datetime.combine(days.on, at, HERE) <= here:
        raise ScheduleRefused("past")
    return Schedule(days.kind, at.hour, at.minute, days.days, days.day, days.on)


def described(schedule: Schedule, words: Words) -> str:
    """In words that `understand` takes back: "5 giờ 30 sáng, thứ Hai đến thứ Sáu"."""
    time = said_time(schedule.hour, schedule.minute, words)
    if schedule.kind == "weekly":
        return words("schedule.on_days", time=time, days=_said_days(schedule.days, words))
    if schedule.kind == "once" and schedule.on is not None:
        weekday = words(f"schedule.day_{schedule.on.weekday()}")
        date = f"{schedule.on:%d/%m/%Y}"
        return words("schedule.once", time=time, weekday=weekday, date=date)
    if schedule.kind == "monthly" and schedule.day != LAST:
        return words("schedule.monthly", time=time, day=schedule.day)
    return words("schedule.daily" if schedule.kind == "daily" else "schedule.last", time=time)


def said_time(hour: int, minute: int, words: Words) -> str:
    """ "5 giờ 30 sáng"."""
    part = words(f"schedule.{_part_of_day(hour)}")
    said = hour % 12 or (12 if hour else 0)
    if minute:
        return words("schedule.time", hour=said, minute=f"{minute:02}", part=part)
    return words("schedule.whole_hour", hour=said, part=part)


def moment(at: datetime, words: Words) -> str:
    """One time, in Vietnam: "5 giờ 30 sáng, thứ Hai 23/11/2026"."""
    here = at.astimezone(HERE)
    return described(Schedule("once", here.hour, here.minute, on=here.date()), words)


def _part_of_day(hour: int) -> str:
    if hour in (0, 23):
        return "night" if hour else "small_hours"
    starts = ((19, "evening"), (13, "afternoon"), (11, "noon"))
    return next((part for start, part in starts if hour >= start), "morning")


def _said_days(days: tuple[int, ...], words: Words) -> str:
    names = [words(f"schedule.day_{day}") for day in days]
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return words("schedule.run", first=names[0], last=names[-1])
    return ", ".join(names)
