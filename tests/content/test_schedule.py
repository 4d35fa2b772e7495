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
    "sáng nào cũng 6 giờ": Schedule("daily", 6),
    "tối nào cũng gửi 7h": Schedule("daily", 19),
    "sáng thứ hai lúc 5 giờ": Schedule("weekly", 5, 0, (0,)),
    "hàng ngày từ thứ hai đến thứ sáu 8h": Schedule("weekly", 8, 0, WORKDAYS),
    "trưa hằng ngày": Schedule("daily", 11, 30),
    "12 giờ trưa hằng ngày": Schedule("daily", 12),
    "1 giờ trưa hằng ngày": Schedule("daily", 13),
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
    "7 giờ rằm hằng tháng": "lunar",
    "7 giờ mùng 1 âm lịch hằng tháng": "lunar",
    "7 giờ ngày 2/9 hằng năm": "unclear",
    "7 giờ, 2 tuần một lần, thứ hai": "unclear",
    "7 giờ sáng ngày 25": "unclear",
    "5 giờ hằng ngày" + " nhé" * 100: "unclear",
}

TYPED = """
# hours, in figures and in words
5h30 hàng ngày = 5:30 daily
5g30 hàng ngày = 5:30 daily
5:30 hằng ngày = 5:30 daily
5h30p hàng ngày = 5:30 daily
5 giờ 30 phút hàng ngày = 5:30 daily
17h hàng ngày = 17:00 daily
17h00 mỗi ngày = 17:00 daily
6h sáng hàng ngày = 6:00 daily
6h sáng - hàng ngày = 6:00 daily
hàng ngày - 6h sáng = 6:00 daily
hàng ngày 6 sáng = 6:00 daily
hằng ngày, 5 rưỡi sáng = 5:30 daily
6 rưỡi hàng ngày = 6:30 daily
sáu rưỡi tối hàng ngày = 18:30 daily
bảy giờ sáng hàng ngày = 7:00 daily
bay gio sang hang ngay = 7:00 daily
bảy giờ năm hàng ngày = 7:05 daily
bảy giờ không năm hàng ngày = 7:05 daily
bảy giờ năm phút hàng ngày = 7:05 daily
7 giờ 5 phút hàng ngày = 7:05 daily
bảy giờ mười hàng ngày = 7:10 daily
năm giờ hai mươi hàng ngày = 5:20 daily
năm giờ hai mươi lăm sáng hàng ngày = 5:25 daily
5 giờ bốn lăm hàng ngày = 5:45 daily
5 giờ bốn mươi lăm sáng hàng ngày = 5:45 daily
7h ba mươi hàng ngày = 7:30 daily
7 giờ hai tư hàng ngày = 7:24 daily
không giờ hàng ngày = 0:00 daily
muoi sau gio hang ngay = 16:00 daily
mười một giờ hàng ngày = 11:00 daily
mười bảy giờ hàng ngày = 17:00 daily
muoi bay gio hang ngay = 17:00 daily
mười chín giờ ba mươi hàng ngày = 19:30 daily
hai mươi giờ hàng ngày = 20:00 daily
hai mươi ba giờ năm mươi chín hàng ngày = 23:59 daily
5 giờ kém năm hàng ngày = 4:55 daily
7h kém mười lăm hàng ngày = 6:45 daily
7h kém 5 phút hàng ngày = 6:55 daily
1 giờ kém 15 chiều hàng ngày = 12:45 daily
12 giờ kém 15 trưa hàng ngày = 11:45 daily
12 giờ kém 5 đêm thứ 7 = 23:55 sat
chín giờ kém mười tối thứ bảy = 20:50 sat
6 giờ đúng hàng ngày = 6:00 daily
tầm 6h sáng hàng ngày nhé = 6:00 daily
khoảng 6h sáng hàng ngày = 6:00 daily
5h sáng sớm hàng ngày = 5:00 daily
0 giờ rạng sáng thứ 7 = 0:00 sat
0h thứ 7 = 0:00 sat
23h59 thứ 7 = 23:59 sat
nửa đêm hàng ngày = 0:00 daily
# every day
dạ 6h sáng hàng ngày ạ = 6:00 daily
Giờ gửi: 5h30, hàng ngày = 5:30 daily
gửi bản tin vào lúc 6h hàng ngày = 6:00 daily
em gửi giúp lúc 6h mỗi ngày nhé! = 6:00 daily
mỗi ngày một lần lúc 6h = 6:00 daily
6h tất cả các ngày trong tuần = 6:00 daily
6h cả tuần = 6:00 daily
6h mỗi buổi sáng = 6:00 daily
7h mỗi tối = 19:00 daily
6h t2-cn = 6:00 daily
# days of the week
5h30 sang thu 2 toi thu 6 = 5:30 workdays
5h30 sáng từ thứ hai tới thứ sáu = 5:30 workdays
6h t2-t6 = 6:00 workdays
6h t2 - t6 = 6:00 workdays
6h T2–T6 = 6:00 workdays
6h t2 đến t6 = 6:00 workdays
6h t2 cho đến t6 = 6:00 workdays
6h thứ 2-6 = 6:00 workdays
6h hàng ngày từ thứ 2 đến thứ 6 = 6:00 workdays
6h ngày thường = 6:00 workdays
6h các ngày trong tuần = 6:00 workdays
6h ngày thường và thứ 7 = 6:00 mon tue wed thu fri sat
6h t2-t6, cn = 6:00 mon tue wed thu fri sun
6h thứ bảy tới thứ hai = 6:00 mon sat sun
17h T2,T4,T6 = 17:00 mon wed fri
17h t2 t4 t6 = 17:00 mon wed fri
17h t2+t4+t6 = 17:00 mon wed fri
17h t2-4-6 = 17:00 mon wed fri
17h thứ hai, tư, sáu = 17:00 mon wed fri
17h thứ hai tư sáu = 17:00 mon wed fri
17h hai tư sáu = 17:00 mon wed fri
17h hai tu sau = 17:00 mon wed fri
17h 246 = 17:00 mon wed fri
17h 2,4,6 = 17:00 mon wed fri
17 giờ các ngày 2 4 6 = 17:00 mon wed fri
17h các ngày thứ 2, 4, 6 = 17:00 mon wed fri
17h thứ 3,5,7 = 17:00 tue thu sat
17h ba năm bảy = 17:00 tue thu sat
17h thứ hai ba năm = 17:00 mon tue thu
17h hai tư sáu và chủ nhật = 17:00 mon wed fri sun
17h thứ bảy & CN = 17:00 sat sun
7h cuối tuần = 7:00 sat sun
7h tối thứ bảy = 19:00 sat
thứ bảy tối 7h = 19:00 sat
thu bay 7h toi = 19:00 sat
Thứ 2: 6h = 6:00 mon
thứ 2 - 6h sáng = 6:00 mon
thứ hai sáu giờ = 6:00 mon
thứ hai mười giờ = 10:00 mon
thu hai muoi gio = 10:00 mon
thứ hai hai mươi giờ = 20:00 mon
mỗi sáng thứ hai 6h = 6:00 mon
6h mỗi thứ hai = 6:00 mon
6h vào ngày thứ hai = 6:00 mon
6h thứ 2 mỗi tuần một lần = 6:00 mon
7am on weekdays = 7:00 workdays
7am every monday = 7:00 mon
# days of the month
7h đầu tháng = 7:00 day 1
7h cuối tháng = 7:00 day 0
7h ngày cuối tháng = 7:00 day 0
7h ngày 5 hàng tháng = 7:00 day 5
7h hàng tháng ngày 5 = 7:00 day 5
6h mỗi tháng một lần ngày 5 = 6:00 day 5
6h ngày mùng một hàng tháng = 6:00 day 1
6h mồng 3 mỗi tháng = 6:00 day 3
6h ngày mười lăm hàng tháng = 6:00 day 15
6h ngày hai mốt hàng tháng = 6:00 day 21
# one day
7h ngày 2/9 = 7:00 2027-09-02
6h ngày mùng 2/9 = 6:00 2027-09-02
7h ngày hai tháng chín = 7:00 2027-09-02
7h ngày 30 tháng tư = 7:00 2027-04-30
7h ngày 25-11-2026 = 7:00 2026-11-25
7h ngày 25.11.2026 = 7:00 2026-11-25
7h 2026-12-05 = 7:00 2026-12-05
6h sáng mai = 6:00 2026-11-23
6h sáng ngày mốt = 6:00 2026-11-24
thứ 7 tới 7h tối = 19:00 2026-11-28
7 gio toi thu bay toi = 19:00 2026-11-28
# an exception
6h hàng ngày nghỉ chủ nhật = unclear
6h hàng ngày bỏ chủ nhật = unclear
6h hàng ngày chừa chủ nhật = unclear
6h hàng ngày thiếu chủ nhật = unclear
6h hàng ngày loại chủ nhật = unclear
6h hàng ngày ngưng chủ nhật = unclear
6h hàng ngày miễn chủ nhật = unclear
6h hàng ngày k gửi chủ nhật = unclear
6h hàng ngày ko gửi chủ nhật = unclear
6h hàng ngày hông gửi chủ nhật = unclear
6h hàng ngày chẳng gửi chủ nhật = unclear
6h hàng ngày trừ cn = unclear
6h hàng ngày -cn = unclear
6h hàng ngày - cn = unclear
6h hàng ngày, cn = unclear
6h hàng ngày (cn) = unclear
6h hàng ngày [cn nghỉ] = unclear
6h hàng ngày kể cả chủ nhật = unclear
6h cả chủ nhật = unclear
6h gồm cả t7 cn = unclear
t2 đến t6 6h, t7 cn nghỉ = unclear
6h thứ 2 đến chủ nhật, thứ 4 nghỉ = unclear
6h thứ 2 đến chủ nhật, thứ 4 = unclear
6h t2-t6 - t4 = unclear
t2-t6 6h - t4 = unclear
t2-t6 6h -t4 = unclear
6h weekdays excluding wednesday = unclear
6h weekdays but wednesday = unclear
đừng gửi 7h hàng ngày = unclear
chớ gửi 7h hàng ngày = unclear
không gửi 6h hàng ngày = unclear
đã gửi 6h hàng ngày = unclear
# not for ever
7h ngày 5 tháng sau = unclear
7h ngày 5 tháng tới = unclear
7h ngày 5 tháng này = unclear
7h cả tuần sau = unclear
7h hàng ngày tuần sau = unclear
7h cuối tuần sau = unclear
7h trong tuần sau = unclear
7h thứ 2 một lần thôi = unclear
7h thứ hai duy nhất = unclear
# every so often
7h hai tuần một lần thứ 2 = unclear
7h mỗi hai tuần vào thứ 2 = unclear
7h thứ 2 tuần chẵn = unclear
7h ngày 5 ba tháng một lần = unclear
7h ngày 5 tháng lẻ = unclear
6h mỗi ngày hai lần = unclear
6h thứ bảy tuần thứ hai = unclear
7am fortnightly monday = unclear
7am first monday = unclear
7am every other day = unclear
7h từng năm 2/9 = unclear
7h mỗi 2/9 = unclear
# from when to when
6h t2 → t6 = unclear
6h t2 => t6 = unclear
6h t2>t6 = unclear
6h t2..t6 = unclear
6h t2/t6 = unclear
6h t2 sang t6 = unclear
6h thứ hai đến = unclear
6h 2-6 = unclear
6h 25.11 = unclear
6h ngày 5-10 hàng tháng = unclear
6h hàng ngày kể từ thứ 2 = unclear
6h hàng ngày từ thứ 2 = unclear
6h hàng ngày đến thứ 6 = unclear
6h trước ngày 5 hàng tháng = unclear
6h sau ngày 5 hàng tháng = unclear
6h sau chủ nhật = unclear
bay gio muoi sau chu nhat = unclear
thứ hai từ 7h = unclear
thu hai tu 7h = unclear
thứ hai, sau 7h = unclear
thứ hai sau 7h = unclear
# may be read in two ways
bây giờ hàng ngày = unclear
bay gio hang ngay = unclear
7h thu bay toi = unclear
thứ 2, 6 sáng = unclear
sáng sớm = unclear
sáng sớm hàng ngày = no_time
12 giờ kém 15 sáng hàng ngày = hour
0 giờ kém 5 hàng ngày = hour
12h đêm thứ 7 = midnight
12 giờ 30 đêm thứ 7 = midnight
nửa đêm chủ nhật = midnight
nửa đêm ngày 25/11 = midnight
12am saturday = midnight
# by the moon
7h rằm = lunar
7h ngày 5 tháng giêng = lunar
6h mùng 5 âm hàng tháng = lunar
6h mung 5 am hang thang = lunar
6h 24/12 âm = lunar
6h 24/12 am = lunar
6h 1 âl = lunar
"""
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def typed() -> dict[str, Schedule | str]:
    """Each line: what somebody types, and its meaning or why it is refused."""
    lines = [line.split(" = ") for line in TYPED.strip().splitlines() if line[0] != "#"]
    return {text: meaning(said) for text, said in lines}


def meaning(said: str) -> Schedule | str:
    clock, _, days = said.partition(" ")
    if not days:
        return said
    hour, minute = map(int, clock.split(":"))
    if days == "daily":
        return Schedule("daily", hour, minute)
    if days.startswith("day "):
        return Schedule("monthly", hour, minute, day=int(days[4:]))
    if days[0].isdigit():
        return Schedule("once", hour, minute, on=date.fromisoformat(days))
    named = WORKDAYS if days == "workdays" else tuple(map(NAMES.index, days.split()))
    return Schedule("weekly", hour, minute, named)


def taken(text: str) -> Schedule | str:
    """What is understood, or the problem."""
    try:
        return understand(text, NOW)
    except ScheduleRefused as refused:
        return refused.problem


@pytest.mark.parametrize(("text", "expected"), typed().items(), ids=typed())
def test_what_villagers_type_is_taken_as_meant_or_not_at_all(
    text: str, expected: Schedule | str
) -> None:
    assert taken(text) == expected


@pytest.mark.parametrize(
    "word", ["trừ", "nghỉ", "không gửi", "đừng", "bỏ", "chỉ", "hoặc", "xyz", "→", "🚫"]
)
def test_no_word_is_passed_over(word: str) -> None:
    understood = [text for text, said in typed().items() if isinstance(said, Schedule)]
    for text in (*UNDERSTOOD, *understood):
        words = text.split()
        for place in range(len(words) + 1):
            more = " ".join((*words[:place], word, *words[place:]))
            assert taken(more) == "unclear", more


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
        assert understand(described(schedule, EN), NOW) == schedule
        assert Schedule.of(schedule.data) == schedule


@pytest.mark.parametrize(
    ("schedule", "vietnamese", "english"),
    [
        (
            Schedule("weekly", 5, 30, WORKDAYS),
            "5 giờ 30 sáng, thứ Hai đến thứ Sáu",
            "5:30 in the morning, Monday to Friday",
        ),
        (Schedule("daily", 0), "0 giờ rạng sáng, hằng ngày", "0:00 in the small hours, every day"),
        (Schedule("weekly", 0, 30, (5,)), "0 giờ 30 rạng sáng, thứ Bảy", None),
        (Schedule("weekly", 23, 30, (5,)), "11 giờ 30 đêm, thứ Bảy", None),
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
