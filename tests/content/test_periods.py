"""From when to when, as people write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from content.periods import Period, PeriodError, Problem, day, last_weeks, named, period

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
