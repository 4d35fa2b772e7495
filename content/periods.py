"""From when to when: days and periods as people name them, with or without marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Literal, TypeAlias

from content.folding import fold

Problem: TypeAlias = Literal["unclear", "no_such_day", "backwards"]

NAMES: Final = ("week", "month", "last_month", "all")
WEEKS: Final = 8  # that statistics tell of
_FAR_AHEAD: Final = timedelta(days=31)  # a day without its year is not later than that
_YEARS: Final = range(2000, 2101)
_DAY: Final = re.compile(
    r"(?<![\d/.])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?)(?![\d/])"
)
_MONTH: Final = re.compile(r"thang (\d{1,2})(?:(?:/|-| nam | )(\d{4}))?")
_BOTH: Final = re.compile(r"(?:tu )?(?:ngay )?# ?(?:den|toi|-|–|to|until)(?: het)?(?: ngay)? ?#")
_SINCE: Final = re.compile(r"(?:tu|since|from)(?: ngay)? #(?: den nay| toi nay)?")
_UNTIL: Final = re.compile(r"(?:den|toi|until)(?: het)?(?: ngay)? #")
_ONE: Final = re.compile(r"(?:ngay )?#")


class PeriodError(ValueError):
    """`problem` says what is wrong with what was written."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it; None: open on that side."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise PeriodError("backwards")

    def moments(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """The first moment, and the first one after it."""
        after = self.until + timedelta(days=1) if self.until else None
        return (
            datetime.combine(self.since, time(), zone) if self.since else None,
            datetime.combine(after, time(), zone) if after else None,
        )


def named(name: str, today: date) -> Period:
    """One of NAMES, as it stands on that day."""
    if name == "week":
        return Period(today - timedelta(days=today.weekday()), today)
    first = today.replace(day=1)
    if name == "month":
        return Period(first, today)
    if name == "last_month":
        last = first - timedelta(days=1)
        return Period(last.replace(day=1), last)
    return Period()


def last_weeks(today: date) -> Period:
    """The last WEEKS weeks, the one of today included."""
    return Period(today - timedelta(days=today.weekday(), weeks=WEEKS - 1), today)


def day(text: str, today: date | None = None) -> date:
    """`2026-11-01` or `01/11/2026`; with `today` also `1/11`, the nearest. Raises PeriodError."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise PeriodError("unclear")
    return _date(found, today)


def period(text: str, today: date) -> Period:
    """“từ 1/11 đến 20/11”, “tháng 10”, “từ 1/11”, a single day. Raises PeriodError."""
    folded = " ".join(fold(text).split())
    if (whole := _MONTH.fullmatch(folded)) is not None:
        return _month(whole, today)
    days = [_date(found, today) for found in _DAY.finditer(folded)]
    shape = _DAY.sub("#", folded)
    if len(days) == 2 and _BOTH.fullmatch(shape):
        return Period(days[0], days[1])
    if len(days) == 1 and _SINCE.fullmatch(shape):
        return Period(since=days[0])
    if len(days) == 1 and _UNTIL.fullmatch(shape):
        return Period(until=days[0])
    if len(days) == 1 and _ONE.fullmatch(shape):
        return Period(days[0], days[0])
    raise PeriodError("unclear")


def _date(found: re.Match[str], today: date | None) -> date:
    year, month, day, other_day, other_month, other_year = found.groups()
    day, month, year = (day or other_day, month or other_month, year or other_year)
    if year is None and today is None:
        raise PeriodError("unclear")
    years = [int(year)] if year else _nearest(today or date.min)
    dates = [_valid(one, int(month), int(day)) for one in years]
    near = [one for one in dates if one and (year or not today or one - today <= _FAR_AHEAD)]
    if not near:
        raise PeriodError("no_such_day")
    return near[0]


def _nearest(today: date) -> list[int]:
    return [today.year + 1, today.year, today.year - 1]


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _month(found: re.Match[str], today: date) -> Period:
    month = int(found[1])
    years = [int(found[2])] if found[2] else _nearest(today)
    firsts = [_valid(year, month, 1) for year in years]
    near = [one for one in firsts if one and (found[2] or one <= today)]
    if not near:
        raise PeriodError("no_such_day")
    after = (near[0] + timedelta(days=31)).replace(day=1)
    return Period(near[0], after - timedelta(days=1))
