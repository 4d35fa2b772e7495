"""How a report reads: dates of Vietnam, short quotes, places that exist."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from db import media, tickets
from handlers.messages import Attachment, Effect, Location, Reply
from handlers.tickets import reports
from tests.handlers.stage import Stage, message, scene

STAGE = Stage()
WORDS = STAGE.content.words("vi")
LAMP = tickets.Report(
    id=12,
    who="Bà Lúa",
    person_id=7,
    chat_id=9,
    place="Thôn Bến Đò",
    place_id=2,
    place_path="1.2.",
    what="Đèn đường hỏng\ncả tuần",
    address="trước cổng",
    latitude=20.5,
    longitude=106.25,
    media=(40, 41),
    language="vi",
    state="open",
    created_at=datetime(2026, 11, 21, 18, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 21, 16, 59, tzinfo=UTC), "21/11/2026"),
        (datetime(2026, 11, 21, 17, 0, tzinfo=UTC), "22/11/2026"),
        (datetime(2026, 12, 31, 17, 0), "01/01/2027"),  # noqa: DTZ001
    ],
    ids=["before midnight", "midnight", "without a zone"],
)
def test_a_day_begins_when_it_does_in_vietnam(moment: datetime, shown: str) -> None:
    assert reports.day(moment) == shown


@pytest.mark.parametrize(
    ("text", "length", "quoted"),
    [
        ("ngắn", 10, "ngắn"),
        ("hai\n dòng", 10, "hai dòng"),
        ("mười một ký tự", 10, "mười một…"),
        ("", 10, ""),
        ("a" * 100_000, 80, "a" * 79 + "…"),
    ],
    ids=["short", "lines", "long", "empty", "huge"],
)
def test_a_quote_is_one_short_line(text: str, length: int, quoted: str) -> None:
    assert reports.quote(text, length) == quoted


@pytest.mark.parametrize(
    ("location", "known"),
    [
        (Location(-90.0, 180.0), (-90.0, 180.0)),
        (Location(90.1, 0.0), None),
        (Location(0.0, math.inf), None),
        (Location(math.nan, math.nan), None),
        (None, None),
    ],
    ids=["edge", "above the pole", "nowhere", "no number", "none"],
)
def test_only_places_on_earth_are_kept(
    location: Location | None, known: tuple[float, float] | None
) -> None:
    assert reports.on_earth(location) == known


def test_staff_see_who_reported_and_everything_that_came_with_it() -> None:
    assert reports.full(WORDS, LAMP, staff=True).split("\n") == [
        WORDS("tickets.heading", code="PA-12", date="22/11/2026", state="chờ trả lời"),
        WORDS("tickets.place", place="Thôn Bến Đò"),
        WORDS("tickets.who", who="Bà Lúa"),
        WORDS("tickets.where", where="trước cổng"),
        WORDS("tickets.location", point="20.50000, 106.25000"),
        WORDS("tickets.files", count=2),
        "",
        "Đèn đường hỏng",
        "cả tuần",
    ]


def test_a_resident_sees_the_answer_and_only_what_was_given() -> None:
    bare = replace(LAMP, address="", latitude=None, media=(), state="answered", answer="Đã sửa")
    assert reports.full(WORDS, bare, staff=False).split("\n") == [
        WORDS("tickets.heading", code="PA-12", date="22/11/2026", state="đã trả lời"),
        WORDS("tickets.place", place="Thôn Bến Đò"),
        "",
        "Đèn đường hỏng",
        "cả tuần",
        "",
        WORDS("tickets.answered", answer="Đã sửa"),
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("trước cổng nhà văn hóa", True),
        ("có trẻ con ngã hôm qua", True),
        ("gần nhà bà Khai, đầu ngõ", True),
        ("ông Ba lấn chiếm đất làm sổ đỏ", True),
        ("làm giấy khai sinh chậm quá, cán bộ hẹn mãi", True),
        ("0912 345 678", True),
        ("làm giấy khai sinh cần gì", False),
        ("lam giay khai sinh can gi", False),
        ("Khai sinh?", False),
        ("đăng ký kết hôn", False),
        ("nhà ông Ba cháy to quá", False),
        ("0", False),
        ("99", False),
        ("1.", False),
        ("👍", False),
    ],
)
async def test_what_is_no_part_of_a_report_is_told_apart(text: str, part: bool) -> None:
    assert (await reports.apart(text, STAGE.context(scene())) == "") is part


async def test_where_words_are_awaited_a_figure_may_be_the_answer() -> None:
    assert await reports.apart("12", STAGE.context(scene(free_text=True))) == ""


async def test_a_question_apart_gets_its_answer_and_hears_that_it_is_not_noted() -> None:
    context = STAGE.context(scene())
    answer = await reports.asked("làm giấy khai sinh cần gì", context)
    assert answer is not None
    assert "Giấy chứng sinh" in answer.text
    said = await reports.apart("làm giấy khai sinh cần gì", context)
    assert said == f"{answer.text}\n\n{WORDS('feedback.not_noted')}"


def test_files_are_noted_before_anything_is_said_of_them() -> None:
    outcome = reports.noted(
        message("", Attachment("ref", "photo", "den.jpg")), lambda ids: Reply(str(ids))
    )
    assert isinstance(outcome, Effect)
    assert outcome.verb is media.want
    assert outcome.arguments == {"files": [media.Seen("ref", "photo", "den.jpg")]}
    assert outcome.say((40,)) == Reply("(40,)")


def test_without_files_there_is_no_effect() -> None:
    assert reports.noted(message("words"), lambda ids: Reply(str(ids))) == Reply("()")
