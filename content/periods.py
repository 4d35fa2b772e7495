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
FURTHEST: Final = 10  # years that a last day may be ahead
_FAR_AHEAD: Final = timedelta(days=31)  # a day without its year is not later than that
_YEARS: Final = range(2000, 2101)
_DAY: Final = re.compile(
    r"(?<![\d/.])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?)(?![\d/])"
)
_SPAN: Final = re.compile(
    r"\b(?:(thang|quy) (\d{1,2}|i{1,3}|iv)(?:(?:/|-| nam | )(\d{4}))?|nam (\d{4}))(?![\w/]|-\d)"
)
_PART: Final = re.compile(f"(?:{_DAY.pattern})|{_SPAN.pattern}")
_LATELY: Final = re.compile(r"\b(?:(hom) (nay|qua)|(tuan|thang|quy|nam) (nay|qua|truoc|ngoai))\b")
_MONTHS: Final = {"thang": 1, "quy": 3, "nam": 12}  # of a span
_QUARTERS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_BOTH: Final = re.compile(r"(?:tu )?(?:ngay )?# ?(?:den|toi|-|–|to|until)(?: het)?(?: ngay)? ?#")
_SINCE: Final = re.compile(r"(?:tu|since|from)(?: ngay)? #(?: den nay| toi nay)?")
_UNTIL: Final = re.compile(r"(?:den|toi|until)(?: het)?(?: ngay)? #")
_ONE: Final = re.compile(r"(?:ngay )?#")

_LAST_DAY: Final = re.compile(
    r"(?:(?:tu nay |cho |giao )?(?:den|toi) )?(?:het )?(?:ngay )?(?:"
    r"(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<day>\d{1,2})(?: ?[/.-] ?| thang )(?P<month>\d{1,2})"
    r"(?:(?: ?[/.-] ?| nam )(?P<year>\d{4}|\d\d))?"
    r"|(?:cuoi )?nam (?P<whole_year>\d{4})"
    r"|(?P<word>hom nay|mai|cuoi nam(?: nay)?|nam nay))[ .!]*(?:a)?"
)
_PARTS: Final = ("year", "month", "day")


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
    """“từ 1/11 đến 20/11”, “tháng 9 đến tháng 11”, “từ quý 3”, “hôm nay”. Raises PeriodError."""
    written = _LATELY.sub(lambda found: _lately(found, today), fold(text))
    parts = [found[0] for found in _PART.finditer(written)]
    shape = _PART.sub("#", written)
    if len(parts) == 2 and _BOTH.fullmatch(shape):
        last = _part(parts[1], today)
        return Period(_part(parts[0], min(today, last.until or today)).since, last.until)
    if len(parts) == 1 and _SINCE.fullmatch(shape):
        return Period(since=_part(parts[0], today).since)
    if len(parts) == 1 and _UNTIL.fullmatch(shape):
        return Period(until=_part(parts[0], today).until)
    if len(parts) == 1 and _ONE.fullmatch(shape):
        return _part(parts[0], today)
    raise PeriodError("unclear")


def last_day(text: str, today: date) -> date | None:
    """“đến hết 31/12”, “31 tháng 12 năm 2026”, “cuối năm”: from `today` on, at most FURTHEST years
    ahead; without a year the next day of that name. None: no such day."""
    found = _LAST_DAY.fullmatch(fold(text))
    if found is None:
        return None
    if word := found["word"]:
        new_year = date(today.year + 1, 1, 1)
        return new_year - timedelta(days=1) if "nam" in word else today + timedelta(word == "mai")
    year, month, day = (found[f"iso_{name}"] or found[name] for name in _PARTS)
    if found["whole_year"]:
        year, month, day = found["whole_year"], "12", "31"
    years = [int(year) % 2000 + 2000] if year else [today.year, today.year + 1]
    days = [_valid(one, int(month), int(day)) for one in years]
    return next(
        (one for one in days if one and one >= today and one.year - today.year <= FURTHEST), None
    )


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


def _lately(found: re.Match[str], today: date) -> str:
    """“tháng trước” with its number."""
    unit, back = found[1] or found[3], (found[2] or found[4]) != "nay"
    if unit == "hom":
        return f"{today - timedelta(days=back):%d/%m/%Y}"
    if unit == "tuan":
        monday = today - timedelta(days=today.weekday(), weeks=back)
        return f"{monday:%d/%m/%Y} - {monday + timedelta(days=6):%d/%m/%Y}"
    if unit == "nam":
        return f"nam {today.year - back}"
    months = today.year * 12 + today.month - 1 - _MONTHS[unit] * back
    return f"{unit} {months % 12 // _MONTHS[unit] + 1}/{months // 12}"


def _part(written: str, today: date) -> Period:
    found = _SPAN.fullmatch(written)
    if found is not None:
        return _span(found, today)
    one = day(written, today)
    return Period(one, one)


def _span(found: re.Match[str], today: date) -> Period:
    unit, number, of, alone = found.groups("")
    year, months = of or alone, _MONTHS[unit or "nam"]
    count = _QUARTERS.get(number) or int(number or 1)
    years = [int(year)] if year else _nearest(today)
    firsts = [_valid(one, (count - 1) * months + 1, 1) for one in years]
    near = [one for one in firsts if one and (year or one <= today)]
    if not near:
        raise PeriodError("no_such_day")
    after = near[0].month - 1 + months
    return Period(near[0], date(near[0].year + after // 12, after % 12 + 1, 1) - timedelta(days=1))
