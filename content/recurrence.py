"""The days that words name: every day, of a week, of a month, or one day.

Where words name days in several ways these must agree: "thứ Hai 23/11" is one day, if a Monday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from content.spelling import NAMES

Kind: TypeAlias = Literal["once", "daily", "weekly", "monthly"]

LAST: Final = 0  # as a day of the month: its last
_FURTHEST: Final = 10  # years ahead that somebody may mean


class NoSuchDays(Exception):
    """`problem`: weekday, date, or unclear."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the words name no days ({problem}): ask for them again")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Days:
    """`days`: of a week, Monday 0; `day`: of a month, or LAST; `on`: the one day."""

    kind: Kind
    days: tuple[int, ...] = ()
    day: int = LAST
    on: date | None = None


_ENGLISH: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED: Final[Mapping[str, int]] = {
    **{name: day for day, name in enumerate(("hai", "ba", "tu", "nam", "sau", "bay"))},
    **{str(day + 2): day for day in range(6)},
    **{name: day for day, name in enumerate(_ENGLISH)},
    "cn": 6,
    "nhat": 6,
}
_DAY: Final = (
    r"(?:\bthu ?(?:hai|ba|tu|nam|sau|bay|[2-7])\b|\bt[2-7]\b|\bcn\b|\bchua? nhat\b"
    rf"|\b(?:{'|'.join(_ENGLISH)})s?\b)"
)
# Alone, "tu" and "sau" may also be từ and sau.
_SHORT: Final = rf"\b(?:hai|ba|nam|bay|[2-7])\b(?! ?(?:[/.:]|gio\b|h\b|(?:{NAMES})\b))"
_TO: Final = r"(?: ?- ?| (?:(?:cho )?(?:den|upto|toi)|to|through) )"
_AND: Final = r"(?: ?, ?(?:va )?| va | and | )"
_WORKDAYS: Final = r"\bngay (?:thuong|lam viec|trong tuan)\b|\btrong tuan\b|\bweekdays?\b"
_WEEKEND: Final = r"\bcuoi (?:(?:hang|moi) )?tuan\b|\bweekends?\b"
_ITEM: Final = (
    rf"(?:(?:(?:\btu |\bfrom )(?={_DAY}{_TO}))?{_DAY}(?:{_TO}(?:{_DAY}|{_SHORT}))?"
    rf"|{_WORKDAYS}|{_WEEKEND})"
)
_WEEK: Final = re.compile(
    r"(?:\b(?:vao|trong|cac|moi|hang|nhung|every|each|on) )*(?:\bngay (?!thuong|lam|trong))?"
    rf"(?P<items>{_ITEM}(?:{_AND}(?:{_ITEM}|{_SHORT}(?:{_TO}{_SHORT})?))*)"
    r"(?: (?P<which>tuan (?:nay|sau|upto|toi)|nay|sau(?! @)|upto|toi)\b)?"
)
_STEP: Final = re.compile(
    rf"(?P<work>{_WORKDAYS})|(?P<weekend>{_WEEKEND})"
    rf"|(?P<day>{_DAY}|{_SHORT})(?:{_TO}(?P<last>{_DAY}|{_SHORT}))?"
)
_GLUED: Final = re.compile(r"^(?:thu|t)(?=\d|hai|ba|tu|nam|sau|bay)")
_NO_WEEKDAY: Final = re.compile(r"\bthu ?(?:[0189]|\d\d+|mot|tam|chin|muoi)\b|\bt[0189]\b")
_DATE: Final = re.compile(
    r"(?<![\w/.-])(?:(?P<iso>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)"
    r"|(?:(?:ngay|hom) )?(?:(?:mung|mong) )?(?P<day>\d{1,2})(?:"
    r" ?(?:/|thang) ?(?P<month>\d{1,2})(?: ?(?:/|nam) ?(?P<year>\d{4}|\d\d))?"
    r"|(?P<sign>[.-])(?P<signed_month>\d{1,2})(?P=sign)(?P<signed_year>\d{4}|\d\d)))(?![\w/-])"
)
_RELATIVE: Final = (
    (re.compile(rf"\b(?:ngay )?hom nay\b|\btoday\b|\b(?P<part>{NAMES}) nay\b"), 0),
    (re.compile(r"\b(?:ngay )?mai\b|\btomorrow\b"), 1),
    (re.compile(r"\b(?:ngay )?kia\b"), 2),
)
_PART: Final = re.compile(rf"\b(?:{NAMES})\b")
_ONCE_EACH: Final = r"(?: (?:mot|0?1) lan\b)?"
_LAST: Final = re.compile(
    r"\b(?:ngay )?cuoi (?:cung )?(?:cua )?(?:(?:hang|moi) )?thang\b"
    r"|\blast day of (?:the|each|every) month\b"
)
_FIRST: Final = re.compile(r"\b(?:ngay )?dau (?:(?:hang|moi) )?thang\b")
_NUMBER: Final = re.compile(
    r"\b(?:ngay|(?:ngay )?(?:mung|mong)|day) (?P<day>\d{1,3})\b(?! ?[/-])"
    r"|\b(?P<nth>\d{1,2})(?:st|nd|rd|th)\b"
)
_MONTHLY: Final = re.compile(
    rf"\b(?:cua )?(?:hang|moi|cac) thang\b{_ONCE_EACH}"
    r"|\bof (?:the|each|every) month\b|\bevery month\b|\bmonthly\b"
)
_DAILY: Final = re.compile(
    rf"\b(?:(?:hang|moi|tung) ngay|tat ca cac ngay|ngay nao cung)\b{_ONCE_EACH}(?: trong tuan\b)?"
    r"|\b(?:ca|suot) tuan\b|\bdaily\b|\bevery ?day\b"
)
_EACH_PART: Final = re.compile(
    rf"\b(?:(?:hang|moi|cac|every) (?:buoi )?|(?=(?:{NAMES}) nao cung\b))(?P<part>{NAMES})\b"
    r"(?: nao cung\b)?"
)
_WEEKLY: Final = re.compile(
    rf"\b(?:hang|moi) tuan\b{_ONCE_EACH}|\btuan (?:mot|1) lan\b|\bweekly\b|\bevery week\b"
)


def take_days(text: str, today: date) -> tuple[Days | None, str]:
    """The days in a canonical text, and what else it says, with @ for what was taken. `today`: in
    Vietnam. Raises NoSuchDays."""
    if _NO_WEEKDAY.search(text):
        raise NoSuchDays("weekday")
    rest = _Rest(text)
    daily, each_part = bool(rest.take(_DAILY)), bool(rest.take(_EACH_PART))
    weekdays, single = _of_week(rest, today)
    if daily and 0 < len(weekdays) < 3:  # "hằng ngày, chủ nhật": but? too? only?
        raise NoSuchDays("unclear")
    once = [*single, *_dates(rest, today), *_relative(rest, today)]
    months = _of_month(rest)
    daily = daily or each_part
    recurs = bool(rest.take(_WEEKLY)) or daily
    if rest.take(_MONTHLY) and not months and (once or weekdays or recurs):
        raise NoSuchDays("unclear")
    return _agreed(set(once), months, weekdays, daily, recurs), rest.text


class _Rest:
    """What has not been understood yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Every match, replaced by @; its `part` of the day stays."""
        found = list(pattern.finditer(self.text))
        text = pattern.sub(lambda match: f" @ {match.groupdict().get('part') or ''} ", self.text)
        self.text = " ".join(text.split())
        return found


def _agreed(
    once: set[date], months: set[int], weekdays: set[int], daily: bool, recurs: bool
) -> Days | None:
    """One way to name days, or ways that agree."""
    if len(once) + len(months) > 1 or (once and recurs) or (months and (weekdays or recurs)):
        raise NoSuchDays("unclear")
    if once:
        (on,) = once
        if weekdays and weekdays != {on.weekday()}:
            raise NoSuchDays("unclear")
        return Days("once", on=on)
    if months:
        return Days("monthly", day=months.pop())
    if weekdays and len(weekdays) < 7:
        return Days("weekly", days=tuple(sorted(weekdays)))
    return Days("daily") if weekdays or daily else None


def _of_week(rest: _Rest, today: date) -> tuple[set[int], list[date]]:
    """Days of the week, named in one place; or the one day, where it is said of which week."""
    groups = rest.take(_WEEK)
    if not groups:
        return set(), []
    days, which = _named(groups[0]["items"]), groups[0]["which"]
    # Without marks, "thu bay toi" is the coming Saturday or Saturday evening.
    doubtful = which == "toi" and not _PART.search(rest.text)
    if len(groups) > 1 or doubtful or (which and len(days) > 1):
        raise NoSuchDays("unclear")
    return (set(), [_in_week(min(days), which, today)]) if which else (days, [])


def _named(text: str) -> set[int]:
    days: set[int] = set()
    for step in _STEP.finditer(text):
        named = _step(step)
        if days & named and days != named:  # "thứ 2 đến thứ 6, thứ 4": but? only?
            raise NoSuchDays("unclear")
        days |= named
    return days


def _step(step: re.Match[str]) -> set[int]:
    if step["work"] or step["weekend"]:
        return {0, 1, 2, 3, 4} if step["work"] else {5, 6}
    day = _weekday(step["day"])
    last = _weekday(step["last"] or step["day"])
    return {day, *_run(day, last), last}


def _weekday(name: str) -> int:
    word = name.split()[-1]
    return _NAMED[word if word in _NAMED else _GLUED.sub("", word).removesuffix("s")]


def _run(first: int, last: int) -> Iterator[int]:
    """The days between, over the end of the week if need be."""
    return ((first + count) % 7 for count in range(1, (last - first) % 7))


def _in_week(day: int, which: str, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    if which == "tuan nay":
        return monday + timedelta(days=day)
    if "sau" in which or which.startswith("tuan"):
        return monday + timedelta(days=7 + day)
    ahead = (day - today.weekday()) % 7
    return today + timedelta(days=ahead or (0 if which == "nay" else 7))


def _dates(rest: _Rest, today: date) -> Iterator[date]:
    for found in rest.take(_DATE):
        day = int(found["iso_day"] or found["day"])
        month = int(found["iso_month"] or found["month"] or found["signed_month"])
        year = found["iso"] or found["year"] or found["signed_year"]
        yield _date(day, month, int(f"20{year}"[-4:]) if year else None, today)


def _date(day: int, month: int, year: int | None, today: date) -> date:
    """Without a year, the next such day: of 29/2, in the next leap year."""
    years = [year] if year else range(today.year, today.year + _FURTHEST)
    for tried in years:
        try:
            found = date(tried, month, day)
        except ValueError:
            continue
        if year and tried > today.year + _FURTHEST:
            break
        if year or found >= today:
            return found
    raise NoSuchDays("date")


def _relative(rest: _Rest, today: date) -> Iterator[date]:
    for pattern, ahead in _RELATIVE:
        if rest.take(pattern):
            yield today + timedelta(days=ahead)


def _of_month(rest: _Rest) -> set[int]:
    days = {LAST} if rest.take(_LAST) else set()
    if rest.take(_FIRST):
        days.add(1)
    for found in rest.take(_NUMBER) if _MONTHLY.search(rest.text) else ():
        day = int(found["day"] or found["nth"])
        if not 1 <= day <= 31:
            raise NoSuchDays("date")
        days.add(day)
    return days
