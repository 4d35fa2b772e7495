"""What becomes part of an announcement on its way: nothing silently, and nothing is lost."""

from __future__ import annotations

import pytest

from db import media
from handlers.announcements.taking import CONTENT
from tests.handlers.desk import PHOTO, TEXT, WORDS, Desk, actions, at, labels

SHORT = "nho mang theo ghe"
LONG = "Mỗi nhà cử một người mang theo cuốc, xẻng để dọn mương sau buổi họp."
CHOOSING = pytest.mark.parametrize("step", ["places", "segments", "preview"])


async def doubted(step: str, *texts: str) -> Desk:
    desk = at(step)
    for text in texts:
        reply = await desk.say(text)
        assert reply.step == "announcements.doubt"
        assert actions(reply) == ["announcements.take", "announcements.leave_out"]
    return desk


@CHOOSING
async def test_short_words_that_answer_nothing_are_asked_about_and_then_taken(step: str) -> None:
    desk = await doubted(step, SHORT)
    assert (desk.keep["body"], desk.keep["doubt"]) == (TEXT, SHORT)
    reply = await desk.press("announcements.take")
    assert reply.step == f"announcements.{step}"
    assert reply.text.startswith(WORDS("announcements.added"))
    assert (desk.keep["body"], desk.keep["doubt"]) == (f"{TEXT}\n\n{SHORT}", "")


@CHOOSING
async def test_short_words_may_be_left_out(step: str) -> None:
    desk = await doubted(step, SHORT)
    reply = await desk.press("announcements.leave_out")
    assert (reply.step, reply.lead) == (f"announcements.{step}", ())
    assert (desk.keep["body"], desk.keep["doubt"]) == (TEXT, "")


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("them vao di", True),
        ("vâng", True),
        ("gui di", False),
        ("khong", False),
        ("thôi", False),
        ("khong them", False),
    ],
)
async def test_the_question_is_answered_in_words(answer: str, taken: bool) -> None:
    desk = await doubted("preview", SHORT)
    reply = await desk.say(answer)
    assert reply.step == "announcements.preview"
    assert desk.done == []
    assert desk.keep["body"] == (f"{TEXT}\n\n{SHORT}" if taken else TEXT)


async def test_more_words_wait_with_the_first_and_a_choice_waits_for_the_answer() -> None:
    desk = await doubted("segments", SHORT, "di dung gio", "ho dan")
    assert (desk.keep["doubt"], desk.keep["body"]) == (f"{SHORT}\ndi dung gio", TEXT)
    await desk.say("", PHOTO)
    assert desk.keep["body"] == f"{TEXT}\n\n{SHORT}\ndi dung gio"
    assert desk.keep["media"] == [40]


@CHOOSING
@pytest.mark.parametrize("text", [LONG, "Mang theo:\n- ghế"], ids=["long", "two lines"])
async def test_a_long_text_is_content_and_can_be_taken_out_again(step: str, text: str) -> None:
    desk = at(step)
    reply = await desk.say(text)
    assert (reply.step, desk.keep["body"]) == (f"announcements.{step}", f"{TEXT}\n\n{text}")
    assert reply.text.startswith(WORDS("announcements.added"))
    reply = await desk.press("announcements.undo")
    assert (reply.step, desk.keep["body"]) == (f"announcements.{step}", TEXT)
    assert "announcements.undo" not in actions(reply)
    assert len(LONG) >= CONTENT > len(SHORT)


async def test_a_photo_taken_out_again_is_let_go() -> None:
    desk = at("preview", media=[7])
    assert WORDS("announcements.undo") in labels(await desk.say("xem ảnh", PHOTO))
    await desk.say("bỏ phần vừa thêm")
    assert (desk.keep["body"], desk.keep["media"]) == (TEXT, [7])
    assert (desk.done[-1].verb, desk.done[-1].arguments) == (media.discard, {"files": (40,)})


async def test_the_offer_to_take_out_ends_with_the_next_choice() -> None:
    desk = at("segments")
    await desk.say(LONG)
    assert "announcements.undo" not in actions(await desk.say("đảng viên"))
    await desk.say("bỏ phần vừa thêm")
    assert desk.keep["body"] == f"{TEXT}\n\n{LONG}"


@CHOOSING
async def test_a_question_about_a_procedure_is_answered_beside_it(step: str) -> None:
    desk = at(step)
    reply = await desk.say("lam giay khai sinh can gi")
    assert "khai sinh" in "\n".join(reply.lead).lower()
    assert reply.text.startswith(WORDS("announcements.not_added"))
    assert (reply.step, desk.keep["body"]) == (f"announcements.{step}", TEXT)


@pytest.mark.parametrize("text", ["!!!", "?", "12/7"])
async def test_a_sign_alone_is_no_content(text: str) -> None:
    desk = at("preview")
    reply = await desk.say(text)
    assert reply.text.startswith(WORDS("announcements.choose"))
    assert (reply.step, desk.keep["body"]) == ("announcements.preview", TEXT)
