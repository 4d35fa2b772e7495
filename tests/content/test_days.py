"""The days an announcement speaks of, and all that only looks like one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.days import YEAR, days, passing
from content.folding import fold

TODAY = date(2026, 11, 22)  # a Sunday
SPOKEN_OF: list[tuple[str, str]] = [
    ("Họp thôn 25/11 tại nhà văn hóa", "25/11/2026"),
    ("ngày 25/11/2026", "25/11/2026"),
    ("ngày 25/11/26.", "25/11/2026"),
    ("Thu tiền ngày 25 / 11", "25/11/2026"),
    ("Họp 25-11", "25/11/2026"),
    ("hạn nộp: 30-11-2026", "30/11/2026"),
    ("25.11.2026", "25/11/2026"),
    ("họp ngày 25.11", "25/11/2026"),
    ("ngày 25 tháng 11", "25/11/2026"),
    ("25 tháng 11 năm 2026", "25/11/2026"),
    ("hạn chót 30/11", "30/11/2026"),
    ("họp 19h30 ngày 25/11", "25/11/2026"),
    ("6 giờ 30 phút 25/11", "25/11/2026"),
    ("nghỉ ngày 5/1", "05/01/2027"),
    ("từ ngày 1 đến ngày 5/12", "01/12/2026 05/12/2026"),
    ("từ ngày 1 đến hết ngày 5/12", "01/12/2026 05/12/2026"),
    ("tu ngay 28 den 30 thang 11", "28/11/2026 30/11/2026"),
    ("từ 28/11 đến 2/12", "28/11/2026 02/12/2026"),
    ("25/11–30/11", "25/11/2026 30/11/2026"),
    ("ngày 1, 2 và 3/12", "01/12/2026 02/12/2026 03/12/2026"),
    ("Tối nay họp lúc 7 giờ", "22/11/2026"),
    ("Ngày mai mất nước", "23/11/2026"),
    ("sang mai hop thon", "23/11/2026"),
    ("chiều ngày kia", "24/11/2026"),
    ("thứ Bảy này", "28/11/2026"),
    ("thu bay nay", "28/11/2026"),
    ("7 giờ sáng thứ Tư", "25/11/2026"),
    ("chủ nhật này", "22/11/2026"),
    ("chủ nhật tới", "29/11/2026"),
    ("thứ 3 tuần sau", "24/11/2026"),
    ("7 giờ sáng thứ Hai, 23/11", "23/11/2026"),
    ("Trực 24/7 đến hết ngày 25/11", "25/11/2026"),
]
ONLY_ALIKE = (
    "phí 50/100",
    "50.000 đồng",
    "1.5 triệu",
    "2/3 số hộ đồng ý",
    "8/10 hộ",
    "10-12 triệu",
    "356/2025/NĐ-CP",
    "QĐ 12/2026",
    "Quyết định 12/11/QĐ-UBND",
    "Nghị định 12/5",
    "đạt 9/12",
    "0912.345.678",
    "024.38.25.11",
    "trực 24/7",
    "từ 8-10 giờ",
    "8.30",
    "5-7 người",
    "số 12/5 đường làng",
    "nhà số 12/5",
    "31/2",
    "30/13",
    "ngày 31/11",
    "tháng 12/2026",
    "25/11 âm lịch",
    "ngày 15 tháng 10 âm lịch",
    "sáng thứ Bảy hằng tuần",
    "lần thứ hai",
    "lễ mai táng sáng mai táng",
    "từ đầu năm tới nay",
    "ngày một nhiều",
    "6 tháng 10 ngày",
    "",
    "\x00\ud800",
    "họp thôn",
)
OUT_OF_REACH = (
    "20/11 đã sửa xong",
    "ngày 21/11/2026",
    "ngày 1/1/2030",
    "ngày 25 tháng 11 năm 2020",
)


@pytest.mark.parametrize(("text", "expected"), SPOKEN_OF, ids=[text for text, _ in SPOKEN_OF])
def test_a_day_is_known_with_its_marks_and_without(text: str, expected: str) -> None:
    for written in (text, fold(text), text.upper()):
        assert " ".join(f"{day:%d/%m/%Y}" for day in days(written, TODAY)) == expected


@pytest.mark.parametrize("text", ONLY_ALIKE)
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    assert days(text, TODAY) == ()


@pytest.mark.parametrize("text", OUT_OF_REACH)
def test_a_day_that_is_over_or_far_ahead_is_left_out(text: str) -> None:
    assert days(text, TODAY) == ()


PASSING = (
    ("Sáng mai cắt điện", "Sáng mai", "23/11"),
    ("cat dien sang mai", "sang mai", "23/11"),
    ("Họp chiều nay,  mời bà con", "chiều nay", "22/11"),
    ("Họp thứ Bảy này", "thứ Bảy này", "28/11"),
    ("ngày kia thu tiền", "ngày kia", "24/11"),
)


@pytest.mark.parametrize(("text", "said", "day"), PASSING, ids=[case[0] for case in PASSING])
def test_words_that_mean_a_day_only_today_are_shown_as_written(
    text: str, said: str, day: str
) -> None:
    found = passing(text, TODAY)
    assert found is not None
    assert (found[0], f"{found[1]:%d/%m}") == (said, day)


@pytest.mark.parametrize(
    "text",
    [
        *("sáng mai 23/11", "Thứ Hai ngày 23/11", "họp 23/11", "tới nay", ""),
        "Sáng thứ Bảy 28/11 tổng vệ sinh",
        "sang thu 7, ngay 28.11 nguoi dan tap trung",
        "Sáng thứ Bảy ngày 28 tháng 11 tổng vệ sinh",
    ],
)
def test_with_its_date_a_day_stays_clear(text: str) -> None:
    assert passing(text, TODAY) is None


def test_the_29th_of_february_is_the_nearest_one_there_is() -> None:
    assert days("hạn 29/2", date(2027, 12, 1)) == (date(2028, 2, 29),)
    assert days("hạn 29/2", TODAY) == ()


def test_at_the_turn_of_the_year_the_nearest_date_counts() -> None:
    assert days("họp 28/12 và 3/1", date(2026, 12, 30)) == (date(2027, 1, 3),)


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.dates())
def test_whatever_is_written_gives_days_to_come_in_order(text: str, today: date) -> None:
    if date(2, 1, 1) <= today <= date(9990, 1, 1):
        found = days(text, today)
        assert list(found) == sorted(set(found))
        assert all(today <= day <= today + YEAR for day in found)
        meant = passing(text, today)
        assert meant is None or meant[1] >= today


def test_a_weekday_beside_its_date_is_plain() -> None:
    assert passing("Sang chu nhat 29/11, mời bà con", date(2026, 11, 22)) is None


def test_a_date_behind_its_weekday_is_no_share_of_anything() -> None:
    assert days("Sáng thứ Bảy 5/12 tổng vệ sinh", TODAY) == (date(2026, 12, 5),)
    assert days("Sáng thứ Bảy 28/11/2026 người dân họp", TODAY) == (date(2026, 11, 28),)


@pytest.mark.parametrize("share", ["2/3 số hộ", "28/11 âm lịch"])
def test_a_share_behind_a_weekday_stays_one(share: str) -> None:
    text = f"Sáng thứ Bảy, {share} nộp tiền"
    assert days(text, TODAY) == (date(2026, 11, 28),)
    assert passing(text, TODAY) == ("Sáng thứ Bảy", date(2026, 11, 28))
