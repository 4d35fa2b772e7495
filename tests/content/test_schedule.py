"""When, in a villager's words: understood, told back, or refused for a reason."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest

from content.folding import fold
from content.loader import load
from content.schedule import LAST, Schedule, ScheduleRefused, described, moment, understand

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # a Sunday, 10 o'clock in Vietnam
VI, EN = load().words("vi"), load().words("en")
WORKDAYS = (0, 1, 2, 3, 4)

UNDERSTOOD = {
    "5 giờ 30 sáng, thứ Hai đến thứ Sáu": Schedule("weekly", 5, 30, WORKDAYS),
    "từ thứ 2 đến thứ 6, lúc 5h30": Schedule("weekly", 5, 30, WORKDAYS),
    "5h30 hàng ngày": Schedule("daily", 5, 30),
    "hằng ngày lúc 5 rưỡi sáng": Schedule("daily", 5, 30),
    "năm giờ rưỡi sáng mỗi ngày": Schedule("daily", 5, 30),
    "5 rưỡi sáng ngày thường": Schedule("weekly", 5, 30, WORKDAYS),
    "6 giờ kém 15 sáng hằng ngày": Schedule("daily", 5, 45),
    "7.30 sáng hằng ngày": Schedule("daily", 7, 30),
    "17:00 thứ 2, 4, 6": Schedule("weekly", 17, 0, (0, 2, 4)),
    "17h thứ 2/4/6": Schedule("weekly", 17, 0, (0, 2, 4)),
    "17 giờ thứ hai, tư và sáu": Schedule("weekly", 17, 0, (0, 2, 4)),
    "17 giờ thứ bảy tới thứ hai": Schedule("weekly", 17, 0, (0, 5, 6)),
    "7h t2-t6": Schedule("weekly", 7, 0, WORKDAYS),
    "7h t7 cn": Schedule("weekly", 7, 0, (5, 6)),
    "6 giờ chiều chủ nhật hằng tuần": Schedule("weekly", 18, 0, (6,)),
    "cuối tuần 7 giờ sáng": Schedule("weekly", 7, 0, (5, 6)),
    "thứ 2 đến chủ nhật 7h": Schedule("daily", 7),
    "mỗi sáng 6 giờ": Schedule("daily", 6),
    "sáng thứ hai lúc 5 giờ": Schedule("weekly", 5, 0, (0,)),
    "hàng ngày từ thứ hai đến thứ sáu 8h": Schedule("weekly", 8, 0, WORKDAYS),
    "trưa hằng ngày": Schedule("daily", 11, 30),
    "12 giờ trưa hằng ngày": Schedule("daily", 12),
    "1 giờ trưa hằng ngày": Schedule("daily", 13),
    "12 giờ đêm thứ Bảy": Schedule("weekly", 0, 0, (5,)),
    "nửa đêm hằng ngày": Schedule("daily", 0),
    "3 giờ hằng ngày": Schedule("daily", 15),
    "03:00 hằng ngày": Schedule("daily", 3),
    "0 giờ hằng ngày": Schedule("daily", 0),
    "ngày 1 hằng tháng lúc 7 giờ": Schedule("monthly", 7, day=1),
    "mùng 5 hàng tháng 8h": Schedule("monthly", 8, day=5),
    "cuối tháng 7h sáng": Schedule("monthly", 7, day=LAST),
    "đầu tháng 7h sáng": Schedule("monthly", 7, day=1),
    "ngày 31 mỗi tháng, 7 giờ tối": Schedule("monthly", 19, day=31),
    "19 giờ ngày 25/11": Schedule("once", 19, on=date(2026, 11, 25)),
    "7 giờ 25/11": Schedule("once", 7, on=date(2026, 11, 25)),
    "20h 25-11-2026": Schedule("once", 20, on=date(2026, 11, 25)),
    "7h ngày 25 tháng 11 năm 2026": Schedule("once", 7, on=date(2026, 11, 25)),
    "7h 1/1": Schedule("once", 7, on=date(2027, 1, 1)),
    "7h 21/11": Schedule("once", 7, on=date(2027, 11, 21)),
    "7 giờ 29/2": Schedule("once", 7, on=date(2028, 2, 29)),
    "8 giờ sáng mai": Schedule("once", 8, on=date(2026, 11, 23)),
    "tối nay 7 giờ": Schedule("once", 19, on=date(2026, 11, 22)),
    "8h ngày kia": Schedule("once", 8, on=date(2026, 11, 24)),
    "7 giờ tối thứ bảy tới": Schedule("once", 19, on=date(2026, 11, 28)),
    "7 giờ tối thứ bảy này": Schedule("once", 19, on=date(2026, 11, 28)),
    "7 giờ thứ Hai tuần sau": Schedule("once", 7, on=date(2026, 11, 23)),
    "7 giờ tối chủ nhật tuần này": Schedule("once", 19, on=date(2026, 11, 22)),
    "7 giờ sáng thứ Hai 23/11": Schedule("once", 7, on=date(2026, 11, 23)),
    "5:30 am monday to friday": Schedule("weekly", 5, 30, WORKDAYS),
    "8pm every day": Schedule("daily", 20),
    "at 7 a.m. on the 1st of every month": Schedule("monthly", 7, day=1),
    "7:30 pm thursdays and sundays": Schedule("weekly", 19, 30, (3, 6)),
}
REFUSED = {
    "5 giờ sáng": "no_days",
    "7 giờ hằng tháng": "no_days",
    "hằng ngày": "no_time",
    "sáng thứ hai": "no_time",
    "25:00 hằng ngày": "hour",
    "5 giờ 75 hằng ngày": "hour",
    "13 giờ sáng hằng ngày": "hour",
    "999 giờ hằng ngày": "hour",
    "5 giờ sáng thứ Tám": "weekday",
    "5 giờ sáng thứ 9": "weekday",
    "7 giờ 31/2": "date",
    "7 giờ 29/2/2027": "date",
    "7 giờ ngày 32 hằng tháng": "date",
    "7 giờ 0/0": "date",
    "7 giờ 1/1/9999": "date",
    "8 giờ sáng nay": "past",
    "7h 22/11/2025": "past",
    "7h 22/11": "past",
    "xin chào": "unclear",
    "": "unclear",
    "hằng ngày 7h ngày 25/11": "unclear",
    "7 giờ sáng thứ Ba 23/11": "unclear",
    "7h ngày 1 và ngày 15 hằng tháng": "unclear",
    "8 giờ chủ nhật cuối tháng": "unclear",
    "8 giờ chủ nhật hằng tháng": "unclear",
    "5h và 17h hằng ngày": "unclear",
    "6 giờ sáng các ngày trừ chủ nhật": "unclear",
    "7 giờ rằm hằng tháng": "unclear",
    "7 giờ mùng 1 âm lịch hằng tháng": "unclear",
    "7 giờ ngày 2/9 hằng năm": "unclear",
    "7 giờ, 2 tuần một lần, thứ hai": "unclear",
    "7 giờ sáng ngày 25": "unclear",
    "5 giờ hằng ngày" + " nhé" * 100: "unclear",
}


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD.items(), ids=UNDERSTOOD)
def test_words_are_understood(text: str, expected: Schedule) -> None:
    assert understand(text, NOW) == expected


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD.items(), ids=UNDERSTOOD)
def test_words_without_marks_mean_the_same(text: str, expected: Schedule) -> None:
    assert understand(fold(text), NOW) == expected
    assert understand(text.upper(), NOW) == expected


@pytest.mark.parametrize(("text", "problem"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_schedule_is_refused_for_its_reason(text: str, problem: str) -> None:
    with pytest.raises(ScheduleRefused) as raised:
        understand(text, NOW)
    assert raised.value.problem == problem


def every_schedule() -> list[Schedule]:
    chance = random.Random(3)
    kinds = [
        Schedule("daily", 0),
        *(Schedule("weekly", 0, 0, (day,)) for day in range(7)),
        *(Schedule("weekly", 0, 0, days) for days in (WORKDAYS, (5, 6), (0, 2, 4), (0, 3, 4, 5))),
        *(Schedule("monthly", 0, day=day) for day in range(32)),
        *(Schedule("once", 0, on=date(2027, month, 28)) for month in range(1, 13)),
    ]
    times = [(hour, minute) for hour in range(24) for minute in (0, 5, 30, 59)]
    return [
        Schedule(one.kind, hour, minute, one.days, one.day, one.on)
        for one in kinds
        for hour, minute in chance.sample(times, 20)
    ] + [Schedule("daily", *time) for time in times]


def test_what_is_told_back_is_understood_as_the_same() -> None:
    for schedule in every_schedule():
        told = described(schedule, VI)
        assert understand(told, NOW) == schedule, told
        assert understand(fold(told), NOW) == schedule, told
        assert Schedule.of(schedule.data) == schedule


@pytest.mark.parametrize(
    ("schedule", "vietnamese", "english"),
    [
        (
            Schedule("weekly", 5, 30, WORKDAYS),
            "5 giờ 30 sáng, thứ Hai đến thứ Sáu",
            "5:30 in the morning, Monday to Friday",
        ),
        (Schedule("daily", 0), "12 giờ đêm, hằng ngày", "12:00 at night, every day"),
        (Schedule("weekly", 18, 5, (5, 6)), "6 giờ 05 chiều, thứ Bảy, Chủ nhật", None),
        (Schedule("monthly", 7), "7 giờ sáng, ngày cuối tháng", None),
        (Schedule("monthly", 12, day=5), "12 giờ trưa, ngày 5 hằng tháng", None),
        (Schedule("once", 19, on=date(2026, 11, 25)), "7 giờ tối, thứ Tư 25/11/2026", None),
    ],
)
def test_a_schedule_is_told_as_a_villager_would(
    schedule: Schedule, vietnamese: str, english: str | None
) -> None:
    assert described(schedule, VI) == vietnamese
    assert english in (None, described(schedule, EN))


def test_a_moment_is_told_in_the_time_of_the_village() -> None:
    at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert moment(at, VI) == "5 giờ 30 sáng, thứ Hai 23/11/2026"


def test_whatever_is_said_is_understood_or_refused() -> None:
    chance = random.Random(11)
    pieces = [*"0123456789/:.-,@ \0\ud800\u202e", *" ".join((*UNDERSTOOD, *REFUSED)).split()]
    for _ in range(3000):
        text = chance.choice(["", " "]).join(chance.choices(pieces, k=chance.randint(1, 9)))
        try:
            schedule = understand(text, NOW)
        except ScheduleRefused:
            continue
        assert understand(described(schedule, VI), NOW) == schedule, text
