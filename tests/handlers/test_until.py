"""The last day of a role, as people type it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from handlers.until import after, last_day, shown

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
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
        pytest.param("mai", None, id="a word"),
        pytest.param("31/12 nhé bác, tôi nghĩ vậy", None, id="among words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_day_is_understood_or_not_at_all(text: str, day: date | None) -> None:
    assert last_day(text, TODAY) == day


def test_the_day_is_over_at_midnight_in_the_village_and_shown_as_its_last() -> None:
    until = after(date(2026, 12, 31))
    assert until.astimezone(UTC) == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert shown(until) == "31/12/2026"
