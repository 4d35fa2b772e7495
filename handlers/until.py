"""The last day of a role, as people type it and as they read it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from content.folding import fold
from handlers import reports
from handlers.router import HERE

_FURTHEST: Final = 10  # years ahead
_DAY: Final = re.compile(
    r"(?:(?:tu nay |cho |giao )?(?:den|toi) )?(?:het )?(?:ngay )?(?P<day>\d{1,2})"
    r"(?: ?[/.-] ?| thang )(?P<month>\d{1,2})"
    r"(?:(?: ?[/.-] ?| nam )(?P<year>\d{4}))?[ .!]*(?:a)?"
)


def last_day(text: str, today: date) -> date | None:
    """The day meant, from `today` on; without a year the next one of that name. None: no such
    day, or one too far ahead."""
    found = _DAY.fullmatch(fold(text))
    if found is None:
        return None
    day, month = int(found["day"]), int(found["month"])
    if found["year"]:
        return _within(today, int(found["year"]), month, day)
    this_year = _within(today, today.year, month, day)
    return this_year or _within(today, today.year + 1, month, day)


def _within(today: date, year: int, month: int, day: int) -> date | None:
    try:
        meant = date(year, month, day)
    except ValueError:
        return None
    return meant if today <= meant and meant.year - today.year <= _FURTHEST else None


def after(day: date) -> datetime:
    """The moment at which that day is over in the village."""
    return datetime.combine(day + timedelta(days=1), time(), HERE)


def shown(until: datetime) -> str:
    """The last day, "31/12/2026", of what ends at `until`."""
    return reports.day(until - timedelta(microseconds=1))
