"""The days that words name: every day, of a week, of a month, or one day.

Where words name days in several ways these must agree: "thứ Hai 23/11" is one day, if a Monday.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from content.folding import fold

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


# Without their marks these are like other words: tối, sau, một.
_MARKED: Final[Mapping[str, str]] = {"tới": "den", "sáu": "6", "mốt": "kia"}
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
_SHORT: Final = r"(?:hai|ba|tu|nam|sau|bay|[2-7])\b(?! ?/)"
_TO: Final = r" ?(?:-|\bden\b|\btoi\b|\bto\b) ?"
_AND: Final = r"(?: ?, ?(?:va )?| va | and )"
_WEEK: Final = re.compile(
    rf"{_DAY}(?:{_TO}(?:{_DAY}|{_SHORT})|{_AND}(?:{_DAY}|{_SHORT})| (?:{_DAY}|[2-7]\b(?! ?/)))*"
    r"(?: (?P<which>(?:tuan )?(?:nay|sau|den|toi))\b)?"
)
_STEP: Final = re.compile(rf"(?P<to>{_TO})?(?P<day>{_DAY}|{_SHORT})")
_GLUED: Final = re.compile(r"^(?:thu|t)(?=\d|hai|ba|tu|nam|sau|bay)")
_NO_WEEKDAY: Final = re.compile(r"\bthu ?(?:[0189]|\d\d+|mot|tam|chin|muoi)\b|\bt[0189]\b")
_SLASHED: Final = re.compile(r"(?<=\bthu )[2-7](?:/[2-7])+(?![\d/])")
_DATE: Final = re.compile(
    r"(?<![\w/.-])(?:(?P<iso>\d{4})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)|"
    r"(?:(?:ngay|mung|mong|hom) )?(?P<day>\d{1,2}) ?(?:[/.-]|thang) ?(?P<month>\d{1,2})"
    r"(?: ?(?:[/.-]|nam) ?(?P<year>\d{4}|\d\d))?)(?![\w/-])"
)
_PART: Final = r"sang|trua|chieu|toi|dem"
_RELATIVE: Final = (
    (re.compile(rf"\b(?:ngay )?hom nay\b|\btoday\b|\b(?P<part>{_PART}) nay\b"), 0),
    (re.compile(r"\b(?:ngay )?mai\b|\btomorrow\b"), 1),
    (re.compile(r"\b(?:ngay )?kia\b"), 2),
)
_LAST: Final = re.compile(
    r"\b(?:ngay )?cuoi (?:cung )?(?:cua )?(?:(?:hang|moi) )?thang\b"
    r"|\blast day of (?:the|each|every) month\b"
)
_FIRST: Final = re.compile(r"\b(?:ngay )?dau (?:(?:hang|moi) )?thang\b")
_NUMBER: Final = re.compile(
    r"\b(?:ngay|mung|mong|day) (?P<day>\d{1,3})\b(?! ?/)|\b(?P<nth>\d{1,2})(?:st|nd|rd|th)\b"
)
_MONTHLY: Final = re.compile(r"\b(?:cua )?(?:(?:hang|moi|cac) )?thang\b|\bmonth(?:ly)?\b")
_DAILY: Final = re.compile(
    r"\b(?:(?:hang|moi|tung) ngay|tat ca cac ngay|ngay nao cung)\b(?: trong tuan\b)?"
    r"|\b(?:ca|suot) tuan\b|\bdaily\b|\bevery ?day\b"
    rf"|\b(?:hang|moi|every) (?P<part>{_PART}|morning|evening)\b"
)
_WORKDAYS: Final = re.compile(
    r"\b(?:cac )?ngay (?:thuong|lam viec|trong tuan)\b|\btrong tuan\b|\bweekdays?\b"
)
_WEEKEND: Final = re.compile(r"\bcuoi (?:(?:hang|moi) )?tuan\b|\bweekends?\b")
_WEEKLY: Final = re.compile(r"\b(?:hang|moi) tuan\b|\bweekly\b|\bevery week\b")


def canonical(text: str) -> str:
    """Folded; words apart that only their marks tell apart; without signs that say nothing."""
    text = unicodedata.normalize("NFC", text).lower()
    text = fold(re.sub(r"\w+", lambda found: _MARKED.get(found[0], found[0]), text))
    text = re.sub(r"\b([ap])\.m\.?", r"\1m", re.sub(r"[–—−~]", "-", text))
    text = re.sub(r"[;&+]", ",", re.sub(r"[^\w/.:,;&+\- ]|_|\.(?!\d)", " ", text))
    return " ".join(_SLASHED.sub(lambda found: found[0].replace("/", ","), text).split())


def take_days(text: str, today: date) -> tuple[Days | None, str]:
    """The days in a canonical text, and what else it says. `today`: in Vietnam. Raises
    NoSuchDays."""
    if _NO_WEEKDAY.search(text):
        raise NoSuchDays("weekday")
    rest = _Rest(text)
    weekdays, single = _of_week(rest, today)
    once = [*single, *_dates(rest, today), *_relative(rest, today)]
    months = _of_month(rest)
    daily = bool(rest.take(_DAILY))
    weekdays |= {0, 1, 2, 3, 4} if rest.take(_WORKDAYS) else set()
    weekdays |= {5, 6} if rest.take(_WEEKEND) else set()
    recurs = bool(rest.take(_WEEKLY)) or daily
    if rest.take(_MONTHLY) and not months and (once or weekdays or recurs):
        raise NoSuchDays("unclear")
    return _agreed(set(once), months, weekdays, daily, recurs), rest.text


class _Rest:
    """What has not been understood yet."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Every match, taken out but for its `part` of the day."""
        found = list(pattern.finditer(self.text))
        self.text = pattern.sub(lambda match: f" {match.groupdict().get('part') or ''} ", self.text)
        self.text = " ".join(self.text.split())
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
    """Days of the week; and the one day, where it is said of which week."""
    days: set[int] = set()
    single: list[date] = []
    for found in rest.take(_WEEK):
        named = _named(found[0].removesuffix(f" {found['which']}"))
        if which := found["which"]:
            if len(named) > 1:
                raise NoSuchDays("unclear")
            single.append(_in_week(min(named), which, today))
        else:
            days |= named
    return days, single


def _named(text: str) -> set[int]:
    days: list[int] = []
    for step in _STEP.finditer(text):
        word = step["day"].split()[-1]
        day = _NAMED[word if word in _NAMED else _GLUED.sub("", word).removesuffix("s")]
        if step["to"] and days:
            days.extend(_run(days[-1], day))
        days.append(day)
    return set(days)


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
        month = int(found["iso_month"] or found["month"])
        year = found["iso"] or found["year"]
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
