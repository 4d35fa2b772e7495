"""Which days an announcement speaks of, so that a bulletin can tell it again until they are over.

Read as a Vietnamese reader would, with or without marks; when in doubt, no day: fees,
fractions, numbers of decrees and of houses are written much like dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from content.folding import fold, normalize

YEAR: Final = timedelta(days=366)  # further ahead is no appointment

_WEEKDAYS: Final = {
    **{"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4},
    **{"bay": 5, "7": 5},
}

# Before a figure that is no date; after one that is a share, an amount or the moon's.
_NUMBERED: Final = (
    r"(?<!\bso )(?<!\bnha )(?<!\bngo )(?<!\bngach )(?<!\bhem )(?<!\bkiet )(?<!\bdinh )(?<!\bqd )"
    r"(?<!\bnd )(?<!\btt )(?<!\bnq )(?<!\bcv )(?<!\bvan )(?<!\bthong tu )(?<!\bquyet )(?<!\bdat )"
    r"(?<!\bdiem )(?<!\blo )(?<!\bthua )"
)
_COUNTED: Final = (
    r"(?! ?(?:so|tong|ho|nguoi|dan|cu tri|dien tich|khau|phan|gia|trieu|nghin|ngan|ty|dong|kg|ta|"
    r"tan|met|m|km|ha|sao|tuoi|gio|h|phut|lop|diem|tuan|thang|cai|con|bo|lan|%|am lich|al|am|"
    r"\(am|\(al)\b)(?! ?%)"
)
_DAYS_BEFORE: Final = r"(?P<before>(?:\d{1,2} ?(?:-|–|,|va|den|toi) ?(?:het )?(?:ngay )?){0,6})"
_DATE: Final = re.compile(
    rf"{_NUMBERED}(?<![\d/.,:–-])(?P<word>\b(?:ngay|mung|tu|het) )?{_DAYS_BEFORE}"
    r"(?<![\d/.:])(?P<day>\d{1,2})(?:"
    r"(?P<sign>[/.-])(?P<month>\d{1,2})(?:(?P=sign)(?P<year>20\d\d|\d\d))?"
    r"| thang (?P<month_named>\d{1,2})(?:(?: nam |/| - |-)(?P<year_named>20\d\d))?(?! ngay))"
    rf"(?![\d/–-]|[.,]\d){_COUNTED}"
)
_ROUND_THE_CLOCK: Final = re.compile(r"\b24/7\b")
_SPACED: Final = re.compile(r"(?<=\d) ?/ ?(?=\d)")
_DASHED: Final = re.compile(r"(/\d{1,2}) ?[-–] ?(?=\d{1,2}/\d)")
_UNTIL_NOW: Final = re.compile(r"tới nay", re.IGNORECASE)  # folded, it would be tonight
_NEAR: Final = re.compile(
    r"\b(?:(?:hom|ngay|sang|trua|chieu|toi|dem) (?P<mai>mai)(?! tang)"
    r"|(?:ngay|sang|trua|chieu|toi|dem) (?P<kia>kia)"
    r"|(?:trua|chieu|toi|dem) (?P<nay>nay))\b"
)
_WEEKDAY: Final = re.compile(
    r"(?P<part>\b(?:ngay|sang|trua|chieu|toi|dem|vao) )?"
    r"\b(?:(?:thu (?P<day>hai|ba|tu|nam|sau|bay|[2-7]))|(?P<sunday>chu nhat|cn))\b"
    r"(?P<which> (?:nay|toi|tuan nay|tuan toi|tuan sau)\b)?(?! ?(?:hang|moi) tuan)"
)
_BESIDE: Final = re.compile(
    rf"{_WEEKDAY.pattern}(?: ?, ?| )(?:ngay )?(?P<date>\d{{1,2}})(?:[/.-]| thang )"
    r"(?P<month>\d{1,2})(?P<year>(?:[/.-]| nam )20\d\d)?(?![\d/])(?! ?\(?(?:am lich|al|am)\b)"
)
_WEEKLY: Final = re.compile(r"\b(?:hang|moi|cac) (?:tuan|sang|chieu|toi|thu|chu nhat)\b")


def days(text: str, today: date) -> tuple[date, ...]:
    """In order, from `today` to a year ahead. A date without its year is the nearest one: what
    was last week is not meant for next year."""
    folded = _plainly(fold(_UNTIL_NOW.sub(" ", normalize(text))), today)
    found = {*_dates(folded, today), *(day for _, day in _meant(folded, today))}
    return tuple(sorted(day for day in found if today <= day <= today + YEAR))


def passing(text: str, today: date) -> tuple[str, date] | None:
    """The first words for a day that mean it only today ("Sáng mai"), and that day; None where
    its date is written too."""
    text = " ".join(_UNTIL_NOW.sub("-------", normalize(text)).split())
    folded = fold(text)
    dates = {*_dates(_plainly(folded, today), today)}
    meant = _near(folded, today) if dates else _meant(folded, today)  # "Chủ nhật 29/11" is plain
    for match, day in sorted(meant, key=lambda found: found[0].start()):
        if day >= today and day not in dates:
            whole = text if len(text) == len(folded) else folded
            said = whole[match.start() : match.end()].strip()
            return said, day
    return None


def _meant(folded: str, today: date) -> Iterator[tuple[re.Match[str], date]]:
    yield from _near(folded, today)
    yield from _weekdays(folded, today)


def _dates(folded: str, today: date) -> Iterator[date]:
    for match in _DATE.finditer(_told_apart(folded)):
        if not _sure(match):
            continue
        month = int(match["month"] or match["month_named"])
        year = _year(match["year"] or match["year_named"])
        named = [int(day) for day in re.findall(r"\d+", match["before"] if match["word"] else "")]
        for day in (*named, int(match["day"])):
            if one := _nearest(day, month, year, today):
                yield one


def _plainly(folded: str, today: date) -> str:
    """What follows makes no share or amount of a date that its own weekday stands before:
    "thu bay 28/11 tong ve sinh" becomes "ngay 28/11 ; tong ve sinh"."""

    def told(match: re.Match[str]) -> str:
        weekday = 6 if match["sunday"] else _WEEKDAYS[match["day"]]
        year = _year(match["year"][-4:] if match["year"] else None)
        day = _nearest(int(match["date"]), int(match["month"]), year, today)
        if day is None or day.weekday() != weekday:
            return match[0]
        return f"ngay {day:%d/%m/%Y} ; "

    return _BESIDE.sub(told, folded)


def _told_apart(folded: str) -> str:
    """From 25 / 11–30/11 to 25/11 den 30/11; round the clock is no day in July."""
    folded = _ROUND_THE_CLOCK.sub(" ", _SPACED.sub("/", folded))
    return _DASHED.sub(r"\1 den ", folded)


def _sure(match: re.Match[str]) -> bool:
    """8.30 is a time and 1.5 a number, unless a word or a year says that it is a day."""
    return match["sign"] != "." or bool(match["word"] or match["year"])


def _year(written: str | None) -> int | None:
    return int(written) % 2000 + 2000 if written else None


def _nearest(day: int, month: int, year: int | None, today: date) -> date | None:
    """None: there is no such day."""
    years = (year,) if year else (today.year - 1, today.year, today.year + 1)
    dates = [one for one in (_date(one, month, day) for one in years) if one]
    return min(dates, key=lambda one: abs(one - today), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _near(folded: str, today: date) -> Iterator[tuple[re.Match[str], date]]:
    for match in _NEAR.finditer(folded):
        yield match, today + timedelta(days=0 if match["nay"] else 1 if match["mai"] else 2)


def _weekdays(folded: str, today: date) -> Iterator[tuple[re.Match[str], date]]:
    """Only where one day is meant: “the second time” and “every Saturday” are none."""
    if _WEEKLY.search(folded):
        return
    for match in _WEEKDAY.finditer(folded):
        which = (match["which"] or "").strip()
        if not (which or match["part"]):
            continue
        weekday = 6 if match["sunday"] else _WEEKDAYS[match["day"]]
        ahead = (weekday - today.weekday()) % 7
        if which in ("tuan toi", "tuan sau"):
            ahead = 7 - today.weekday() + weekday
        elif which == "toi" and not ahead:
            ahead = 7
        elif which == "tuan nay":
            ahead = weekday - today.weekday()
        yield match, today + timedelta(days=ahead)
