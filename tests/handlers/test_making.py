"""Making a bulletin in words, by somebody who has never seen one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from content.schedule import LAST, Schedule
from db import audience, bulletins
from db.audience import Offer
from db.bulletins import NeverFires
from db.material import Material
from handlers.bulletins.plan import Plan
from handlers.bulletins.wording import LONGEST
from tests.handlers.board import (
    CADRE,
    FIRST,
    HEAD,
    MORNING,
    PLAN,
    WEEKDAYS,
    WORDS,
    Board,
    making,
)
from tests.handlers.desk import DONG, PHOTO, RESIDENT, actions, labels

UNTIMED = replace(PLAN, schedule={}, usual=WEEKDAYS, asked=False, text="")
MONTHLY = Schedule("monthly", 7, day=31)


async def test_a_village_head_makes_one_with_few_words() -> None:
    board = Board()
    templates = await board.press_elsewhere("bulletins.new")
    assert labels(templates)[:3] == ["Bản tin sáng", "Bản tin tuần", "Lời nhắc"]
    assert "5 giờ 30 sáng" in templates.text
    segments = await board.say("bản tin sáng")
    assert segments.step == "bulletins.segments"
    await board.press("bulletins.segment:households")
    when = await board.press("bulletins.segments_done")
    assert (when.step, when.free_text) == ("bulletins.when", True)
    own = await board.say("6 giờ sáng chủ nhật")
    assert "6 giờ sáng, Chủ nhật" in own.text
    assert "Chủ nhật 29/11, 6 giờ sáng" in own.text
    preview = await board.say("Bà con nhớ đổ rác.")
    assert "Bà con nhớ đổ rác." in "".join(preview.lead)
    assert "Kỳ đầu: Chủ nhật 29/11, 6 giờ sáng" in preview.text
    begun = await board.press("bulletins.begin")
    assert begun.step is None
    made = board.done[-1]
    assert made.verb is bulletins.make
    definition = made.arguments["definition"]
    assert (definition.title, definition.text) == ("Bản tin sáng – Thôn Bến", "Bà con nhớ đổ rác.")
    assert (definition.places, definition.segments) == ((3,), ("households",))
    assert made.arguments["next_at"] == datetime(2026, 11, 28, 23, 0, tzinfo=UTC)


async def test_the_preview_is_exactly_what_the_groups_would_see() -> None:
    board = making("text", UNTIMED.at(Schedule.of(WEEKDAYS)))
    reply = await board.press("bulletins.no_text")
    body = "".join(reply.lead)
    assert body.startswith("📢 Bản tin sáng – Thôn Bến\nChủ nhật, 22/11/2026 (14 tháng 10")
    assert body.endswith("• 21/11: Cắt nước để thau bể.")
    assert "2 nhóm" in reply.text
    assert WORDS("bulletins.preview", begin="Bắt đầu") in reply.text


async def test_with_nothing_to_tell_the_preview_says_so() -> None:
    board = making("text", UNTIMED.at(Schedule.of(WEEKDAYS)), material=Material(1))
    reply = await board.press("bulletins.no_text")
    assert reply.lead == ()
    assert WORDS("bulletins.preview_empty") in reply.text
    assert "bulletins.begin" in actions(reply)


async def test_the_usual_time_is_one_press_away() -> None:
    board = making("when", UNTIMED)
    reply = await board.press("bulletins.usual")
    assert reply.step == "bulletins.text"
    assert "Thứ Hai 23/11, 5 giờ 30 sáng" in reply.text
    assert "Thứ Tư 25/11, 5 giờ 30 sáng" in reply.text


REFUSED: list[tuple[str, str]] = [
    ("7 giờ sáng 31/2", "date"),
    ("25:00 hằng ngày", "hour"),
    ("7 giờ sáng thứ Tám", "weekday"),
    ("7 giờ sáng ngày 1/1/2020", "past"),
    ("thứ Hai đến thứ Sáu", "no_time"),
    ("5 giờ 30 sáng", "no_days"),
    ("7 giờ sáng ngày rằm", "lunar"),
    ("12 giờ đêm thứ Bảy", "midnight"),
    ("xin chào", "unclear"),
    ("", "unclear"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED, ids=[text for text, _ in REFUSED])
async def test_a_time_that_is_not_understood_is_asked_again_with_an_example(
    text: str, problem: str
) -> None:
    board = making("when", UNTIMED)
    reply = await board.say(text)
    assert WORDS(f"bulletins.refused_{problem}") in reply.text
    assert (reply.step, reply.free_text) == ("bulletins.when", True)
    assert board.plan == replace(UNTIMED, half=text if problem.startswith("no_") else "")


async def test_every_problem_of_a_schedule_has_its_words() -> None:
    documented: tuple[str, ...] = ("no_time", "no_days", "hour", "weekday", "date", "past")
    documented += ("lunar", "midnight", "unclear")
    assert all(f"bulletins.refused_{problem}" in WORDS for problem in documented)


@pytest.mark.parametrize(
    "said", [("thứ Hai đến thứ Sáu", "5 giờ 30 sáng"), ("5h30 sáng", "thứ hai đến thứ sáu")]
)
async def test_time_and_days_may_come_one_after_the_other(said: tuple[str, str]) -> None:
    board = making("when", UNTIMED)
    await board.say(said[0])
    reply = await board.say(said[1])
    assert reply.step == "bulletins.text"
    assert board.plan.schedule == WEEKDAYS


@pytest.mark.parametrize(
    ("text", "hour", "days"),
    [("6 giờ sáng", 6, [0, 1, 2, 3, 4]), ("chủ nhật", 5, [6]), ("7h tối thứ 7", 19, [5])],
)
async def test_when_the_time_is_changed_what_is_not_said_stays(
    text: str, hour: int, days: list[int]
) -> None:
    board = making("when", replace(PLAN, asked=True))
    reply = await board.say(text)
    assert reply.step == "bulletins.preview"
    assert (board.plan.schedule["hour"], board.plan.schedule["days"]) == (hour, days)


async def test_a_day_that_some_months_lack_is_said_and_the_last_day_offered() -> None:
    board = making("when", UNTIMED)
    reply = await board.say("7 giờ sáng ngày 31 hằng tháng")
    assert (reply.step, "31" in reply.text) == ("bulletins.short", True)
    last = await board.press("bulletins.last_day")
    assert last.step == "bulletins.text"
    assert board.plan.schedule["day"] == LAST
    assert "Thứ Hai 30/11, 7 giờ sáng" in last.text
    kept = making("short", UNTIMED.at(MONTHLY))
    assert (await kept.press("bulletins.keep_day")).step == "bulletins.text"
    assert kept.plan.schedule["day"] == 31


async def test_a_schedule_that_never_fires_is_said_when_it_is_made() -> None:
    once = Schedule("once", 7, on=date(2026, 11, 21))
    board = making("when", replace(UNTIMED, usual=once.data))
    reply = await board.press("bulletins.usual")
    assert (reply.step, board.plan.schedule) == ("bulletins.when", {})
    assert "không còn kỳ nào" in reply.text
    late = making("preview", PLAN.at(once))
    late.results[bulletins.make] = NeverFires()
    assert (await late.press("bulletins.begin")).step == "bulletins.when"
    assert late.done[0].arguments["next_at"] is None


async def test_a_reminder_needs_its_words() -> None:
    board = Board()
    await board.press_elsewhere("bulletins.new")
    await board.press("bulletins.template:nhac-viec")
    await board.press("bulletins.segment:households")
    await board.press("bulletins.segments_done")
    reply = await board.press("bulletins.usual")
    assert WORDS("bulletins.text_needed") in reply.text
    assert "bulletins.no_text" not in actions(reply)
    assert (await board.say("không")).step == "bulletins.text"
    await board.say("Hôm nay thu tiền nước ạ.")
    await board.press("bulletins.change_text")
    assert (await board.say("thôi không")).step == "bulletins.preview"
    assert board.plan.text == "Hôm nay thu tiền nước ạ."


@pytest.mark.parametrize(
    "said",
    [
        "không",
        "không có ạ",
        "không cần",
        "k co",
        "k can dau em",
        "thoi khong",
        "khong ghi gi",
        "bo loi di",
        "thôi em",
    ],
)
async def test_no_words_of_ones_own_may_be_said_in_words(said: str) -> None:
    board = making("text", UNTIMED.at(Schedule.of(WEEKDAYS)))
    assert (await board.say(said)).step == "bulletins.preview"
    assert board.plan.text == ""


async def test_too_many_words_are_not_taken_and_the_old_ones_stay() -> None:
    board = making("text", replace(PLAN, asked=False))
    reply = await board.say("a" * (LONGEST + 1))
    assert WORDS("bulletins.too_long", longest=LONGEST) in reply.text
    assert board.plan.text == PLAN.text


async def test_a_photo_is_declined_politely_and_its_words_are_taken() -> None:
    board = making("text", UNTIMED.at(Schedule.of(WEEKDAYS)))
    assert WORDS("bulletins.words_please") in (await board.say("", PHOTO)).text
    reply = await board.say("Đổ rác.", PHOTO)
    assert WORDS("bulletins.no_files") in reply.text
    assert board.plan.text == "Đổ rác."


async def test_several_places_are_asked_for_as_for_an_announcement() -> None:
    board = Board(CADRE)
    await board.press_elsewhere("bulletins.new")
    reply = await board.press(f"bulletins.template:{MORNING}")
    assert reply.step == "bulletins.places"
    assert WORDS("announcements.places") in reply.text
    chosen = await board.press("bulletins.place:3")
    assert chosen.in_place
    await board.say("đông")
    assert board.keep["places"] == [3, DONG.id]
    await board.say("1")
    assert board.keep["places"] == [DONG.id]
    assert (await board.say("tiếp tục")).step == "bulletins.segments"


async def test_nothing_chosen_is_asked_again() -> None:
    places = making("places", replace(PLAN, places=()), CADRE)
    reply = await places.press("bulletins.places_done")
    assert WORDS("announcements.choose_place") in reply.text
    segments = making("segments", replace(PLAN, segments=()))
    reply = await segments.press("bulletins.segments_done")
    assert WORDS("announcements.choose_segment") in reply.text


@pytest.mark.parametrize(
    ("offer", "key"),
    [(Offer({"households": 2}, True), "too_wide"), (Offer({}, False), "nobody")],
    ids=["too_wide", "nobody"],
)
async def test_who_cannot_be_written_to_is_explained(offer: Offer, key: str) -> None:
    board = making("places", PLAN, CADRE)
    board.stage.answers[audience.offer] = offer
    reply = await board.press("bulletins.places_done")
    assert reply.step == "bulletins.places"
    assert WORDS(f"announcements.{key}") in reply.text


@pytest.mark.parametrize(
    ("grants", "more", "key"),
    [
        (RESIDENT, {}, "bulletins.not_allowed"),
        (HEAD, {"chat_kind": "group"}, "bulletins.in_private"),
    ],
    ids=["resident", "group"],
)
async def test_who_may_not_make_one_is_told(grants: Any, more: dict[str, Any], key: str) -> None:
    board = Board(grants, **more)
    reply = await board.press_elsewhere("bulletins.new")
    assert reply.text == WORDS(key)


@pytest.mark.parametrize("step", ["places", "segments", "when", "short", "text", "preview"])
async def test_an_interruption_asks_first_and_one_can_go_on(step: str) -> None:
    plan = PLAN.at(MONTHLY) if step == "short" else PLAN
    board = making(step, plan, CADRE)
    asked = await board.press_elsewhere("announcements.new")
    assert "start.resume" in actions(asked)
    back = await board.press("start.resume")
    assert back.step == f"bulletins.{step}"
    assert board.plan == plan


def test_a_plan_comes_back_from_its_conversation_as_it_was() -> None:
    for plan in (Plan(), PLAN, UNTIMED, PLAN.at(MONTHLY)):
        assert Plan.of(plan.keep) == plan


def test_the_first_slot_of_these_tests_is_what_the_schedule_says() -> None:
    from bot.scheduler import slots

    assert slots(Schedule.of(WEEKDAYS), datetime(2026, 11, 22, tzinfo=UTC), 1) == (FIRST,)
