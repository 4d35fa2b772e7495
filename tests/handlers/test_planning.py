"""The preview of a bulletin: what may be changed there, who begins it, and why it may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from content.schedule import Schedule
from db import audience, bulletins, material
from db.audience import Audience, NobodyThere
from db.bulletins import Due, NeverFires
from db.permissions import NotAllowed
from db.scene import Grant
from db.standings import NoSuchBulletin
from tests.handlers.board import CADRE, FIRST, PLAN, STANDING, WORDS, Board, making
from tests.handlers.desk import APPROVER, labels


async def test_groups_lost_before_the_preview_are_explained() -> None:
    board = making("text", PLAN)
    board.stage.answers[audience.count] = Audience(0, {}, False)
    reply = await board.press("bulletins.no_text")
    assert reply.step == "bulletins.places"
    assert WORDS("announcements.nobody") in reply.text


@pytest.mark.parametrize(
    ("error", "bulletin", "step"),
    [
        (NotAllowed("announcement:send"), 0, "bulletins.places"),
        (NobodyThere(), 0, "bulletins.places"),
        (NeverFires(), 0, "bulletins.when"),
        (NoSuchBulletin(), 5, None),
        (Due(), 5, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_what_the_verb_refuses_is_said_kindly_and_nothing_is_lost(
    error: Exception, bulletin: int, step: str | None
) -> None:
    board = making("preview", replace(PLAN, bulletin=bulletin))
    board.results[bulletins.change if bulletin else bulletins.make] = error
    reply = await board.press("bulletins.begin")
    assert reply.step == step
    assert reply.text
    if step or reply.stay:
        assert board.plan.text == PLAN.text


async def test_a_yes_at_the_preview_begins_and_anything_else_does_not() -> None:
    board = making("preview")
    reply = await board.say("chưa biết nữa")
    assert (board.done, reply.step, reply.lead) == ([], "bulletins.preview", ())
    assert WORDS("start.choose_first") in reply.text
    await board.say("đồng ý")
    assert board.done[0].verb is bulletins.make


async def test_everything_can_be_changed_at_the_preview() -> None:
    for action, step in [("time", "when"), ("text", "text"), ("places", "segments")]:
        board = making("preview")
        assert (await board.press(f"bulletins.change_{action}")).step == f"bulletins.{step}"
        assert board.plan == PLAN
    several = making("preview", PLAN, CADRE)
    assert (await several.press("bulletins.change_places")).step == "bulletins.places"


async def test_old_words_and_times_can_be_kept() -> None:
    board = making("preview")
    await board.press("bulletins.change_text")
    assert (await board.press("bulletins.keep_text")).step == "bulletins.preview"
    await board.press("bulletins.change_time")
    assert (await board.press("bulletins.keep_time")).step == "bulletins.preview"
    assert board.plan == PLAN
    await board.press("bulletins.change_text")
    await board.press("bulletins.no_text")
    assert board.plan.text == ""


@pytest.mark.parametrize("action", ["retime", "retext"])
async def test_a_bulletin_that_runs_is_changed_the_same_way(action: str) -> None:
    board = Board()
    await board.press_elsewhere(f"bulletins.{action}:5")
    preview = await board.say("6 giờ sáng" if action == "retime" else "Bà con nhớ đổ rác.")
    assert labels(preview)[0] == WORDS("bulletins.save")
    said = await board.press("bulletins.begin")
    assert "đã sửa" in said.text
    changed = board.done[0]
    assert (changed.verb, changed.arguments["bulletin_id"]) == (bulletins.change, 5)
    assert changed.arguments["definition"].title == STANDING.definition.title


@pytest.mark.parametrize(
    ("said", "skips", "told"),
    [
        ("8 giờ tối", [datetime(2026, 11, 23, 13, 0, tzinfo=UTC)], True),
        ("chủ nhật", [], False),
        ("6h sáng mỗi ngày", [datetime(2026, 11, 22, 23, 0, tzinfo=UTC)], True),
    ],
    ids=["another hour", "no such day", "every day"],
)
async def test_a_day_that_was_to_be_skipped_stays_so_at_a_new_time(
    said: str, skips: list[datetime], told: bool
) -> None:
    board = Board()
    board.stage.answers[bulletins.asked] = [FIRST]
    await board.press_elsewhere("bulletins.retime:5")
    preview = await board.say(said)
    assert ("vẫn bỏ, như đã hẹn" in preview.text) == told
    board.results[bulletins.change] = replace(STANDING, skipped_next=told)
    saved = await board.press("bulletins.begin")
    assert list(board.done[0].arguments["skips"]) == skips
    assert ("bỏ kỳ tới (" in saved.text) == told


BEGINNINGS = ["được rồi", "ok", "bat dau di", "luu", "ok luu lai", "chạy luôn đi em"]


@pytest.mark.parametrize("said", BEGINNINGS)
async def test_it_begins_in_other_words(said: str) -> None:
    board = making("preview")
    await board.say(said)
    assert board.done[0].verb is bulletins.make


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("doi gio", "when"),
        ("đổi giờ gửi nhé", "when"),
        ("sua loi di", "text"),
        ("doi thon", "segments"),
    ],
)
async def test_changes_are_asked_for_in_other_words(said: str, step: str) -> None:
    assert (await making("preview").say(said)).step == f"bulletins.{step}"


async def test_a_time_said_at_the_preview_changes_the_time() -> None:
    board = making("preview")
    assert (await board.say("thôi đổi 7h tối")).step == "bulletins.preview"
    assert board.plan.schedule["hour"] == 19


@pytest.mark.parametrize("said", ["toan xa", "cả xã", "tất cả các thôn"])
@pytest.mark.parametrize(("grants", "places"), [(CADRE, (3, 4, 5)), (APPROVER, (2,))])
async def test_everywhere_is_the_commune_or_all_of_its_villages(
    said: str, grants: tuple[Grant, ...], places: tuple[int, ...]
) -> None:
    board = making("places", replace(PLAN, places=()), grants)
    reply = await board.say(said)
    assert (reply.step, board.plan.places) == ("bulletins.places", places)


@pytest.mark.parametrize("said", ["cho ho dan thoi", "tat ca", "hộ dân nhé"])
async def test_kinds_of_groups_are_named_among_other_words(said: str) -> None:
    board = making("segments", replace(PLAN, segments=()))
    await board.say("bẻo")  # asked again, with all that is on offer
    await board.say(said)
    assert board.plan.segments == ("households",)
    assert (await board.say("xong rồi")).step == "bulletins.preview"


async def test_the_whole_commune_is_not_for_the_head_of_one_village() -> None:
    reply = await making("segments").say("toàn xã")
    assert (reply.step, WORDS("announcements.too_wide") in reply.text) == (
        "bulletins.segments",
        True,
    )


@pytest.mark.parametrize(
    ("usual", "schedule", "title"),
    [
        (Schedule("weekly", 19, days=(6,)), Schedule("daily", 19), "Bản tin – Thôn Bến"),
        (Schedule("weekly", 19, days=(6,)), Schedule("weekly", 7, days=(5,)), None),
        (Schedule("weekly", 5, days=(0, 1)), Schedule("daily", 6), None),
        (Schedule("weekly", 5, days=(0, 1)), Schedule("daily", 19), "Bản tin – Thôn Bến"),
    ],
)
async def test_a_template_lends_its_name_only_to_what_it_is_true_of(
    usual: Schedule, schedule: Schedule, title: str | None
) -> None:
    board = making("preview", replace(PLAN, usual=usual.data).at(schedule))
    await board.press("bulletins.begin")
    assert board.done[0].arguments["definition"].title == (title or "Bản tin sáng – Thôn Bến")


async def test_it_can_be_given_up() -> None:
    for bulletin, key in ((0, "cancelled"), (5, "kept")):
        board = making("preview", replace(PLAN, bulletin=bulletin))
        reply = await board.press("bulletins.cancel")
        assert (reply.step, reply.text) == (None, WORDS(f"bulletins.{key}"))


@pytest.mark.parametrize("verb", [audience.count, material.preview], ids=["audience", "issue"])
async def test_a_right_lost_before_the_preview_is_explained(verb: Any) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise NotAllowed("announcement:send")

    board = making("text", PLAN)
    board.stage.answers[verb] = refuse
    reply = await board.press("bulletins.no_text")
    assert reply.step == "bulletins.places"
    assert WORDS("announcements.not_allowed_there") in reply.text


async def test_a_new_one_is_called_by_the_village_it_is_for_at_last() -> None:
    board = making("preview", PLAN, CADRE)
    await board.press("bulletins.change_places")
    for place in (3, 4):  # not Bến, but Đông
        await board.press(f"bulletins.place:{place}")
    await board.press("bulletins.places_done")
    shown = await board.press("bulletins.segments_done")
    await board.press("bulletins.begin")
    title = "Bản tin sáng – Thôn Đông"
    assert "".join(shown.lead).startswith(f"📢 {title}\n")
    assert board.done[0].arguments["definition"].title == title
