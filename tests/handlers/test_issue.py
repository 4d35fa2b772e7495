"""What the groups read in an issue: short, dated, and naming nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from content.schedule import Schedule
from db.material import Answered, Material, Note, Told
from db.standings import Definition
from handlers.bulletins.issue import LINE, compose, gist
from tests.handlers.inputs import shipped

MORNING = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # Monday 23/11, 5.30 in Vietnam
ALL = ("day", "announcements", "ahead", "answered", "faq", "text")
DEFINITION = Definition(
    title="Bản tin sáng – Thôn Gò Sen",
    text="",
    sections=ALL,
    schedule=Schedule("daily", 5, 30).data,
    places=(3,),
    segments=("households",),
    late_hours=3,
)
RELEASED = Told(1, date(2026, 11, 21), "Cắt nước để thau bể. Bà con trữ nước dùng.")
AHEAD = Told(2, date(2026, 11, 22), "Tiêm vắc-xin cho trẻ ở trạm y tế.", date(2026, 11, 28))


def said(
    *sections: str, text: str = "", title: str = "", now: datetime = MORNING, **material: Any
) -> str | None:
    definition = replace(DEFINITION, sections=sections or ALL, text=text)
    if title:
        definition = replace(definition, title=title)
    return compose(shipped(), definition, Material(**{"number": 1, **material}), now)


def test_it_begins_with_its_title_and_both_dates() -> None:
    lines = (said("day", "text", text="Đổ rác trước 6 giờ tối.") or "").splitlines()
    assert lines == [
        "📢 Bản tin sáng – Thôn Gò Sen",
        "Thứ Hai, 23/11/2026 (15 tháng 10 năm Bính Ngọ)",
        "",
        "Đổ rác trước 6 giờ tối.",
    ]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (datetime(2026, 2, 16, 17, 30, tzinfo=UTC), "(mùng 1 tháng 1 năm Bính Ngọ)"),
        (datetime(2025, 8, 1, 3, 0, tzinfo=UTC), "(mùng 8 tháng 6 nhuận năm Ất Tỵ)"),
    ],
    ids=["new_year", "leap_month"],
)
def test_the_moon_is_told_as_the_village_reckons_it(day: datetime, told: str) -> None:
    assert told in (said("day", "text", text="Chúc bà con.", now=day) or "")


def test_a_year_without_a_lunar_calendar_has_its_plain_date() -> None:
    day = datetime(2150, 5, 1, 3, 0, tzinfo=UTC)
    lines = (said("day", "text", text="Chào bà con.", now=day) or "").splitlines()
    assert lines[1] == "Thứ Sáu, 01/05/2150"


def test_sections_stand_in_the_order_of_the_definition() -> None:
    found = said(
        "text", "ahead", "announcements", text="Lời.", announcements=(RELEASED,), ahead=(AHEAD,)
    )
    assert found is not None
    parts = ("Lời.", "Thứ Bảy 28/11 (báo ngày 22/11): Tiêm", "21/11: Cắt nước")
    places = [found.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("sections", "material"),
    [
        (("day",), {}),
        (("day", "announcements", "ahead", "answered", "text"), {}),
        (("announcements",), {"ahead": (AHEAD,)}),
        (("day", "announcements"), {"announcements": (replace(RELEASED, body=" "),)}),
    ],
    ids=["day", "all_empty", "not_its_section", "only_a_photo"],
)
def test_with_nothing_to_say_there_is_no_issue(
    sections: tuple[str, ...], material: dict[str, Any]
) -> None:
    assert said(*sections, **material) is None


def test_an_empty_section_leaves_no_heading_behind() -> None:
    found = said("day", "announcements", "ahead", "answered", "text", ahead=(AHEAD,)) or ""
    assert "Thông báo gần đây" not in found
    assert "\n\n\n" not in found
    assert found.endswith("• Thứ Bảy 28/11 (báo ngày 22/11): Tiêm vắc-xin cho trẻ ở trạm y tế.")


def test_what_lies_ahead_begins_with_today_and_tomorrow() -> None:
    today, tomorrow = (
        replace(AHEAD, body="Sáng mai cắt điện.", about=date(2026, 11, day)) for day in (23, 24)
    )
    found = said("ahead", ahead=(today, tomorrow)) or ""
    assert "• HÔM NAY, thứ Hai 23/11 (báo ngày 22/11): Sáng mai cắt điện." in found
    assert "• Ngày mai, thứ Ba 24/11 (báo ngày 22/11): Sáng mai cắt điện." in found


def test_answered_reports_are_counted_by_place_and_told_by_their_notes() -> None:
    counted = (Answered("Thôn Bến Đò", 2), Answered("Thôn Gò Sen", 1))
    notes = (Note("Thôn Gò Sen", "Đã thay bóng đèn đầu ngõ."),)
    found = said("answered", answered=counted, notes=notes) or ""
    assert "Đã trả lời 3 phản ánh (Thôn Bến Đò: 2; Thôn Gò Sen: 1)." in found
    assert "• Thôn Gò Sen: Đã thay bóng đèn đầu ngõ." in found


def test_of_many_places_only_the_sum_is_told() -> None:
    counted = tuple(Answered(f"Thôn {number}", 2) for number in range(30))
    assert "Đã trả lời 60 phản ánh." in (said("answered", answered=counted) or "")


def test_a_procedure_has_its_source_with_date_and_its_owner() -> None:
    found = said("faq") or ""
    assert "Nguồn: " in found
    assert ", ngày " in found
    assert "Phụ trách: " in found
    assert found.endswith("nhắn riêng cho em để hỏi.")


def test_every_procedure_has_its_turn() -> None:
    entries = [entry for entry in shipped().faq if entry.code]
    issues = {said("faq", number=number) or "" for number in range(len(entries))}
    assert len(issues) == len(entries)
    assert all(": - " not in issue for issue in issues)  # a list is told in sentences


def test_what_is_overdue_for_review_is_not_told() -> None:
    late = datetime(2190, 1, 1, tzinfo=UTC)
    assert said("faq", now=late) is None


def test_many_announcements_leave_the_issue_short() -> None:
    many = tuple(
        Told(number, date(2026, 11, 21), f"Việc thứ {number} của thôn " + "rất dài " * 60)
        for number in range(40)
    )
    found = said(
        announcements=many,
        ahead=many,
        answered=tuple(Answered(f"Thôn Có Tên Dài {number}", 3) for number in range(6)),
        notes=tuple(Note("Thôn Gò Sen", "đã sửa " * 22) for _ in range(20)),
    )
    assert found is not None
    assert "… và 39 mục nữa" in found
    assert len(found) <= 1_500


GISTS: list[tuple[str, str, str]] = [
    ("short", "Họp thôn.\nMời bà con.", "Họp thôn. Mời bà con."),
    ("urgent", "🔴 KHẨN\nNước lên, bà con lên đê.", "Nước lên, bà con lên đê."),
    ("heading", "THÔNG BÁO\n" + "Về việc họp thôn tối nay ở nhà văn hóa. " + "Mời " * 60,
     "THÔNG BÁO Về việc họp thôn tối nay ở nhà văn hóa."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in GISTS], ids=[case[0] for case in GISTS]
)
def test_the_gist_is_whole_sentences(body: str, expected: str) -> None:
    assert gist(body, "🔴 KHẨN") == expected


@pytest.mark.parametrize("body", ["a" * 500, "mời bà con " * 50, "x" * 41 + " " + "y" * 400])
def test_the_gist_of_one_long_sentence_is_clipped(body: str) -> None:
    found = gist(body)
    assert found.endswith("…")
    assert len(found) <= LINE + 1


def test_what_people_wrote_is_told_as_it_is() -> None:
    odd = "*không* _đậm_ {title} <b>x</b> [a](b)"
    assert odd in (said("announcements", announcements=(replace(RELEASED, body=odd),)) or "")
    assert odd in (said("text", text=odd) or "")
