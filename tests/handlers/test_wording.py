"""What the head says to us does not become a line that every household reads each morning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from content.schedule import Schedule
from tests.handlers.board import PLAN, STANDING, WEEKDAYS, WORDS, Board, making
from tests.handlers.desk import PHOTO, labels

ASKED = replace(PLAN, asked=False, text="")
SENTENCE = "Bà con nhớ đổ rác trước 6 giờ tối."

RETIMED = {
    "a thoi doi 6h sang thu 2 den thu 6": (6, [0, 1, 2, 3, 4]),
    "6h sáng mỗi ngày": (6, []),
    "đổi sang 7h tối": (19, [0, 1, 2, 3, 4]),
    "thôi đổi lại chủ nhật": (5, [6]),
}


@pytest.mark.parametrize(("text", "times"), RETIMED.items(), ids=list(RETIMED))
async def test_a_time_said_instead_changes_the_time(
    text: str, times: tuple[int, list[int]]
) -> None:
    board = making("text", ASKED)
    reply = await board.say(text)
    assert "Các kỳ tới" in reply.text
    assert (reply.step, board.plan.text) == ("bulletins.text", "")
    assert (board.plan.schedule["hour"], board.plan.schedule["days"]) == times
    running = Board()
    await running.press_elsewhere("bulletins.retext:5")
    assert (await running.say(text)).step == "bulletins.preview"
    assert (running.plan.text, running.plan.schedule["hour"]) == (PLAN.text, times[0])


@pytest.mark.parametrize("text", ["doi gio", "đổi lại giờ", "sửa giờ đi em", "giờ khác"])
async def test_another_time_is_asked_for(text: str) -> None:
    board = making("text", ASKED)
    reply = await board.say(text)
    assert (reply.step, board.plan.text) == ("bulletins.when", "")


@pytest.mark.parametrize("text", ["bo di", "bỏ lời này", "xóa lời đi"])
async def test_the_words_that_stand_are_left_out(text: str) -> None:
    board = Board()
    await board.press_elsewhere("bulletins.retext:5")
    assert (await board.say(text)).step == "bulletins.preview"
    assert board.plan.text == ""


@pytest.mark.parametrize(
    "text", ["bo thu 7", "thoi em oi cho chi hoi", "không gửi thứ 7", "Họp thôn", "dung ghi nua"]
)
async def test_what_may_be_said_to_us_is_asked_about_first(text: str) -> None:
    board = making("text", ASKED)
    reply = await board.say(text)
    assert reply.text == WORDS("bulletins.ask_text", text=text)
    assert labels(reply) == ["Ghi vào", "Không ghi", "Thôi"]
    assert (board.plan.text, board.plan.schedule) == ("", WEEKDAYS)
    again = await board.press("bulletins.drop_doubt")
    assert (again.step, board.plan.doubt) == ("bulletins.text", "")
    await board.say(text)
    assert (await board.say("ghi vào")).step == "bulletins.preview"
    assert (board.plan.text, board.plan.doubt) == (text, "")


async def test_a_no_drops_doubtful_words_and_others_take_their_place() -> None:
    board = making("doubt", replace(ASKED, doubt="họp thôn"))
    assert WORDS("bulletins.not_written") in (await board.say("không ạ")).text
    board = making("doubt", replace(ASKED, doubt="họp thôn"))
    assert (await board.say(SENTENCE)).step == "bulletins.preview"
    assert (board.plan.text, board.plan.doubt) == (SENTENCE, "")
    board = making("doubt", replace(ASKED, doubt="họp thôn"))
    assert (await board.say("tam dung lai di chau")).step == "bulletins.doubt"
    assert (board.plan.text, board.plan.doubt) == ("", "tam dung lai di chau")
    board = making("doubt", replace(ASKED, doubt="họp thôn"))
    assert (await board.say("vâng")).step == "bulletins.preview"
    assert board.plan.text == "họp thôn"


@pytest.mark.parametrize(
    "text", [SENTENCE, "Không đổ rác ra bờ kênh, bà con nhé.", "Tối thứ 7 lúc 7 giờ họp thôn."]
)
async def test_a_sentence_is_taken_as_it_is(text: str) -> None:
    board = making("text", ASKED)
    assert (await board.say(text)).step == "bulletins.preview"
    assert (board.plan.text, board.plan.schedule) == (text, WEEKDAYS)


async def test_words_with_a_photo_are_meant_for_everybody() -> None:
    board = making("text", ASKED)
    await board.say("Họp thôn", PHOTO)
    assert board.plan.text == "Họp thôn"
    assert Schedule.of(board.plan.schedule) == Schedule.of(STANDING.definition.schedule)
