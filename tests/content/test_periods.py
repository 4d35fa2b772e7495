"""From when to when, as people write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from content.periods import Period, PeriodError, Problem, day, last_day, last_weeks, named, period

TODAY = date(2026, 11, 22)  # a Sunday


def november(since: int, until: int) -> Period:
    return Period(date(2026, 11, since), date(2026, 11, until))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("từ 1/11 đến 20/11", november(1, 20)),
        ("tu ngay 1/11 den het ngay 20/11", november(1, 20)),
        ("1/11-20/11", november(1, 20)),
        ("1.11.2026 – 20.11.2026", november(1, 20)),
        ("2026-11-01 đến 2026-11-20", november(1, 20)),
        ("1/11 to 30/11", november(1, 30)),
        ("ngày 5/11", november(5, 5)),
        ("từ 1/11", Period(since=date(2026, 11, 1))),
        ("đến 5/11", Period(until=date(2026, 11, 5))),
        ("tháng 10", Period(date(2026, 10, 1), date(2026, 10, 31))),
        ("thang 12", Period(date(2025, 12, 1), date(2025, 12, 31))),
        ("Tháng 2/2024", Period(date(2024, 2, 1), date(2024, 2, 29))),
        ("từ 25/12 đến 5/1", Period(date(2025, 12, 25), date(2026, 1, 5))),
        ("hôm nay", november(22, 22)),
        ("hôm qua", november(21, 21)),
        ("từ 1/11 đến hôm nay", november(1, 22)),
        ("tuần này", november(16, 22)),
        ("tuần trước", november(9, 15)),
        ("tháng trước", Period(date(2026, 10, 1), date(2026, 10, 31))),
        ("tháng 9 đến tháng 11", Period(date(2026, 9, 1), date(2026, 11, 30))),
        ("từ tháng 9 - tháng 10", Period(date(2026, 9, 1), date(2026, 10, 31))),
        ("tháng 11 đến hết tháng 2", Period(date(2025, 11, 1), date(2026, 2, 28))),
        ("tháng 1 đến tháng 3 năm ngoái", Period(date(2025, 1, 1), date(2025, 3, 31))),
        ("quý 3", Period(date(2026, 7, 1), date(2026, 9, 30))),
        ("quý IV/2025", Period(date(2025, 10, 1), date(2025, 12, 31))),
        ("quý trước", Period(date(2026, 7, 1), date(2026, 9, 30))),
        ("từ quý 2 đến nay", Period(since=date(2026, 4, 1))),
        ("năm nay", Period(date(2026, 1, 1), date(2026, 12, 31))),
        ("năm 2025", Period(date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
def test_a_period_is_understood(text: str, meant: Period) -> None:
    assert period(text, TODAY) == meant


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("31/2", "no_such_day"),
        ("từ 31/2 đến 5/3", "no_such_day"),
        ("29/2", "no_such_day"),  # of no year near this one
        ("tháng 13", "no_such_day"),
        ("quý 5", "no_such_day"),
        ("năm 9999", "no_such_day"),
        ("tháng 10/11", "unclear"),
        ("thang", "unclear"),
        ("1/1/9999", "no_such_day"),
        ("20/11 đến 1/11", "backwards"),
        ("hôm nào cũng được", "unclear"),
        ("1/11 đến 5/11 đến 9/11", "unclear"),
        ("", "unclear"),
        ("12/12/12/12", "unclear"),
    ],
)
def test_what_is_no_period_is_said_to_be_so(text: str, problem: Problem) -> None:
    with pytest.raises(PeriodError) as refused:
        period(text, TODAY)
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("week", november(16, 22)),
        ("month", november(1, 22)),
        ("last_month", Period(date(2026, 10, 1), date(2026, 10, 31))),
        ("all", Period()),
    ],
)
def test_the_named_periods_stand_where_today_puts_them(name: str, meant: Period) -> None:
    assert named(name, TODAY) == meant


def test_the_last_weeks_begin_on_a_monday_and_hold_today() -> None:
    assert last_weeks(TODAY) == Period(date(2026, 9, 28), TODAY)


@pytest.mark.parametrize("text", ["2026-11-01", "01/11/2026", " 1/11/2026 "])
def test_a_day_is_written_in_either_way(text: str) -> None:
    assert day(text) == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["1/11", "hôm qua", "2026-13-01", "31/02/2026", "1/11/2026 x"])
def test_without_its_year_or_its_sense_a_day_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        day(text)


def test_a_period_is_of_whole_days_in_vietnam() -> None:
    since, until = november(1, 1).moments(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert since == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert until == datetime(2026, 11, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("31/12", date(2026, 12, 31), id="bare"),
        pytest.param("đến 31/12", date(2026, 12, 31), id="with a word"),
        pytest.param("Đến hết ngày 31.12 ạ", date(2026, 12, 31), id="politely"),
        pytest.param("den het 31-12-2027", date(2027, 12, 31), id="without marks"),
        pytest.param("ngày 31 tháng 12 năm 2026", date(2026, 12, 31), id="written out"),
        pytest.param("22/11", TODAY, id="today"),
        pytest.param("21/11", date(2027, 11, 21), id="next year, if it is over"),
        pytest.param("29/2", None, id="no such day this year or next"),
        pytest.param("29/2/2028", date(2028, 2, 29), id="a leap day"),
        pytest.param("31/2", None, id="never"),
        pytest.param("1/13", None, id="no such month"),
        pytest.param("21/11/2026", None, id="yesterday"),
        pytest.param("1/1/2040", None, id="too far"),
        pytest.param("31/12/9999", None, id="the end of time"),
        pytest.param("31/12/26", date(2026, 12, 31), id="two figures of the year"),
        pytest.param("đến hết 2026-12-31", date(2026, 12, 31), id="year first"),
        pytest.param("hôm nay", TODAY, id="today in words"),
        pytest.param("hết ngày mai", date(2026, 11, 23), id="tomorrow"),
        pytest.param("cuối năm nay ạ", date(2026, 12, 31), id="the year's end"),
        pytest.param("hết năm nay", date(2026, 12, 31), id="this year"),
        pytest.param("hết năm 2027", date(2027, 12, 31), id="a year"),
        pytest.param("đến cuối năm 2027", date(2027, 12, 31), id="the end of a year"),
        pytest.param("năm 2040", None, id="a year too far"),
        pytest.param("tháng sau", None, id="another word"),
        pytest.param("31/12 nhé bác, tôi nghĩ vậy", None, id="among words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_last_day_is_understood_or_not_at_all(text: str, meant: date | None) -> None:
    assert last_day(text, TODAY) == meant
