"""The lunar date, against almanacs and against itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from content.lunar import Lunar, lunar

NEW_YEARS = {
    date(1968, 1, 29): "Mậu Thân",  # a day before China
    date(1985, 1, 21): "Ất Sửu",  # a month before China
    date(2007, 2, 17): "Đinh Hợi",  # a day before China
    date(2024, 2, 10): "Giáp Thìn",
    date(2025, 1, 29): "Ất Tỵ",
    date(2026, 2, 17): "Bính Ngọ",
    date(2027, 2, 6): "Đinh Mùi",
    date(2030, 2, 2): "Canh Tuất",  # a day before China
}


def told(day: date) -> Lunar:
    found = lunar(day)
    assert found is not None
    return found


@pytest.mark.parametrize(("day", "name"), NEW_YEARS.items(), ids=map(str, NEW_YEARS))
def test_the_new_year_falls_where_vietnam_keeps_it(day: date, name: str) -> None:
    found = told(day)
    assert (found.day, found.month, found.leap, found.year_name) == (1, 1, False, name)
    assert told(day - timedelta(days=1)).month == 12


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 25), (15, 8, False)),  # mid-autumn
        (date(2026, 4, 26), (10, 3, False)),  # the Hùng kings
        (date(2025, 6, 25), (1, 6, False)),
        (date(2025, 7, 25), (1, 6, True)),
        (date(2025, 8, 23), (1, 7, False)),
        (date(2023, 3, 22), (1, 2, True)),
        (date(2026, 11, 23), (15, 10, False)),
    ],
    ids=str,
)
def test_days_that_are_known(day: date, expected: tuple[int, int, bool]) -> None:
    found = told(day)
    assert (found.day, found.month, found.leap) == expected


def test_the_days_of_the_sixty_follow_one_another() -> None:
    names = [told(date(2026, 1, 1) + timedelta(days=count)).day_name for count in range(121)]
    assert names[0] == "Ất Hợi"
    assert told(date(2000, 1, 1)).day_name == "Mậu Ngọ"
    assert names[:60] == names[60:120]
    assert len(set(names)) == 60


@pytest.mark.parametrize("first", [date(1901, 1, 1), date(1984, 1, 1), date(2030, 1, 1)], ids=str)
def test_each_day_follows_the_one_before(first: date) -> None:
    before = told(first)
    for count in range(1, 3 * 365):
        found = told(first + timedelta(days=count))
        if found.day != 1:
            assert found == Lunar(
                before.day + 1, before.month, before.leap, before.year_name, found.day_name
            )
        else:
            assert before.day in (29, 30)
            follows = before.month % 12 + 1
            assert (found.month, found.leap) in {(follows, False), (before.month, True)}
        before = found


def test_a_year_beyond_the_tables_has_none() -> None:
    assert lunar(date(1899, 12, 31)) is None
    assert lunar(date(2101, 1, 1)) is None
    assert lunar(date(1900, 1, 1)) is not None
    assert lunar(date(2100, 12, 31)) is not None
