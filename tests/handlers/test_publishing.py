"""From an answered report to one sentence for everyone, which gives nobody away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import publishing, tickets
from db.permissions import NotAllowed
from db.publishing import LONGEST, HasName, HasNumber, TooLong
from db.tickets import NoSuchReport
from tests.handlers.board import Board
from tests.handlers.desk import actions
from tests.handlers.reporting import BY_HEAD, ELSEWHERE, HEAD, REPORT, WORDS, read

NOTE = "Đã thay bóng đèn ở đầu ngõ."
ANSWERED = replace(REPORT, state="answered", who="Bác Mít")


def staff(report: tickets.Report = ANSWERED, *grants: Any, **more: Any) -> Board:
    board = Board(grants or (HEAD,), **more)
    board.stage.answers[tickets.read] = lambda actor, number: replace(
        read(actor, number), state=report.state, published=report.published
    )
    board.results[publishing.publish] = None
    return board


def at(step: str, note: str = NOTE) -> Board:
    offered: tuple[tuple[str, str], ...] = (("Thôi", "publishing.cancel"),)
    if step == "confirm":
        offered = (("Đăng", "publishing.publish"), ("Viết lại", "publishing.rewrite"), *offered)
    keep = {"number": 12, "note": note}
    free_text = step == "writing"
    return staff(step=f"publishing.{step}", keep=keep, free_text=free_text, buttons=offered)


async def test_once_answered_staff_are_offered_to_tell_it() -> None:
    keep = {"number": 12, "body": "Đã sửa", "media": []}
    board = staff(step="tickets.confirm", keep=keep, buttons=(("Gửi", "tickets.send"),))
    board.results[tickets.answer] = tickets.Answered(REPORT, BY_HEAD)
    assert "tickets.publish:12" in actions(await board.press("tickets.send"))


async def test_one_sentence_is_shown_and_published() -> None:
    board = staff()
    asked = await board.press_elsewhere("tickets.publish:12")
    assert (asked.step, asked.free_text) == ("publishing.writing", True)
    shown = await board.say(f"  {NOTE}\n")
    assert f"“{NOTE}”" in shown.text
    done = await board.press("publishing.publish")
    assert done.text == WORDS("publishing.published")
    assert board.done[0].verb is publishing.publish
    assert board.done[0].arguments == {"number": 12, "note": NOTE}


REFUSED: list[tuple[str, str, str]] = [
    ("telephone", "Đã sửa, gọi 0900000001", "has_number"),
    ("spaced", "Đã sửa, gọi 0900 000 001", "has_number"),
    ("dotted", "Gọi 0900.000.001 khi cần", "has_number"),
    ("bracketed", "Gọi (0900) 000-001 khi cần", "has_number"),
    ("identity", "Thẻ 001 099 000 001 đã cấp", "has_number"),
    ("name", "Đã sửa cho bác mít rồi", "has_name"),
    ("nothing", "  ", "words_please"),
    ("a_figure", "12", "words_please"),
    ("too_long", "a" * (LONGEST + 1), "too_long"),
]


@pytest.mark.parametrize(
    ("text", "key"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
@pytest.mark.parametrize("step", ["writing", "confirm"])
async def test_what_gives_somebody_away_is_declined_kindly(step: str, text: str, key: str) -> None:
    board = at(step)
    reply = await board.say(text)
    assert reply.text == WORDS(f"publishing.{key}", longest=LONGEST)
    assert (reply.step, board.keep["note"]) == ("publishing.writing", NOTE)


@pytest.mark.parametrize(
    "text", ["Đã sửa ngày 25/11/2026 lúc 8:30", "Chi 12.500.000 đồng vá đường"]
)
async def test_dates_and_sums_may_be_told(text: str) -> None:
    assert (await at("writing").say(text)).step == "publishing.confirm"


async def test_a_yes_publishes_and_other_words_take_its_place() -> None:
    board = at("confirm")
    assert "“Đã thông cống.”" in (await board.say("Đã thông cống.")).text
    await board.say("đồng ý")
    assert board.done[0].arguments["note"] == "Đã thông cống."


@pytest.mark.parametrize("step", ["writing", "confirm"])
@pytest.mark.parametrize(("typed", "wish"), [("thong bao", "/thongbao"), ("menu", "/menu")])
async def test_a_command_typed_as_the_sentence_asks_first(step: str, typed: str, wish: str) -> None:
    board = at(step)
    board.scene = replace(board.scene, free_text=True)  # also where a command needs its slash
    reply = await board.say(typed)
    assert reply.text == WORDS("start.unfinished")
    assert (reply.keep["wish"], reply.keep["keep"]["note"]) == (wish, NOTE)


async def test_a_correction_takes_the_place_of_the_sentence() -> None:
    board = at("confirm")
    assert "“Đã thông cống.”" in (await board.say("Sửa lại: Đã thông cống.")).text
    assert (await board.say("sua lai")).text == WORDS("publishing.write_again")
    assert board.keep["note"] == "Đã thông cống."


@pytest.mark.parametrize("said", ["dang", "Đăng đi em"])
async def test_the_wish_to_publish_is_no_sentence_and_a_yes_once_there_is_one(said: str) -> None:
    writing, confirm = at("writing"), at("confirm")
    assert (await writing.say(said)).text == WORDS("publishing.words_please")
    await confirm.say(said)
    assert confirm.done[0].arguments["note"] == NOTE


async def test_it_can_be_written_anew_or_left() -> None:
    board = at("confirm")
    assert (await board.press("publishing.rewrite")).step == "publishing.writing"
    assert board.keep["note"] == NOTE
    assert (await board.press("publishing.cancel")).text == WORDS("publishing.cancelled")
    assert board.done == []


@pytest.mark.parametrize(
    ("report", "grants", "key"),
    [
        (REPORT, (HEAD,), "publishing.not_answered"),
        (ANSWERED, (ELSEWHERE,), "tickets.no_such"),
    ],
    ids=["not_answered", "elsewhere"],
)
async def test_what_may_not_be_told_is_explained(
    report: tickets.Report, grants: tuple[Any, ...], key: str
) -> None:
    reply = await staff(report, *grants).press_elsewhere("tickets.publish:12")
    assert reply.text == WORDS(key, code="PA-12")


@pytest.mark.parametrize(
    "error", [NoSuchReport(), NotAllowed("ticket:answer")], ids=["gone", "lost"]
)
async def test_a_right_lost_at_the_last_moment_publishes_nothing(error: Exception) -> None:
    board = at("confirm")
    board.results[publishing.publish] = error
    reply = await board.press("publishing.publish")
    assert reply.text != WORDS("publishing.published")
    assert actions(reply) == ["start.menu"]


@pytest.mark.parametrize(
    ("error", "key"),
    [(TooLong(), "too_long"), (HasNumber(), "has_number"), (HasName(), "has_name")],
    ids=["too_long", "has_number", "has_name"],
)
async def test_what_the_verb_refuses_is_written_anew(error: Exception, key: str) -> None:
    board = at("confirm")
    board.results[publishing.publish] = error
    reply = await board.press("publishing.publish")
    assert reply.text == WORDS(f"publishing.{key}", longest=LONGEST)
    assert (reply.step, board.keep["note"]) == ("publishing.writing", NOTE)


async def test_what_was_published_can_be_taken_back() -> None:
    board = at("confirm")
    done = await board.press("publishing.publish")
    assert actions(done) == ["tickets.unpublish:12", "start.menu"]
    reply = await board.press("tickets.unpublish:12")
    assert board.done[1].arguments == {"number": 12, "note": ""}
    assert reply.text == WORDS("publishing.withdrawn", code="PA-12")


@pytest.mark.parametrize(
    ("report", "offered"),
    [
        (REPORT, []),
        (ANSWERED, ["tickets.publish:12"]),
        (replace(ANSWERED, published=NOTE), ["tickets.publish:12", "tickets.unpublish:12"]),
    ],
    ids=["open", "answered", "published"],
)
async def test_a_report_shows_staff_what_bulletins_tell_of_it(
    report: tickets.Report, offered: list[str]
) -> None:
    reply = await staff(report).say("PA-12")
    assert actions(reply) == ["tickets.answer:12", *offered, "start.menu"]
    assert (WORDS("publishing.told", note=NOTE) in reply.text) == bool(report.published)


@pytest.mark.parametrize(
    "error", [NoSuchReport(), NotAllowed("ticket:answer")], ids=["gone", "lost"]
)
async def test_who_may_not_take_it_back_is_told(error: Exception) -> None:
    board = staff()
    board.results[publishing.publish] = error
    reply = await board.press_elsewhere("tickets.unpublish:12")
    assert reply.text != WORDS("publishing.withdrawn", code="PA-12")
