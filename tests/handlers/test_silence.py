"""In a group that the bot reads along, it says nothing to what is not said to it."""

from __future__ import annotations

from typing import Any

import pytest

from db import groups, invitations, links, questions
from db.scene import Grant
from handlers import dispatcher
from handlers.messages import Attachment, Edit, Location, Message, Outcome, Reply
from tests.handlers.inputs import shipped
from tests.handlers.stage import GROUP, SOMEBODY, Stage, message, scene

DISPATCHER = dispatcher()
ADMIN = (Grant("admin", 2, "1.2."),)
PHOTO = Attachment("ref", "photo")

TALK = [
    ("a greeting", "Chào bà con, mai trời rét đấy ạ"),
    ("a bare number", "2"),
    ("ok", "ok"),
    ("yes", "có"),
    ("no", "không"),
    ("stop", "thôi"),
    ("go on", "gửi đi"),
    ("thanks", "Cảm ơn bác nhiều"),
    ("a code", "7KQM-3XRT"),
    ("a word like a code", "xe 29H2-3456 đỗ chắn ngõ nhà tôi"),
    ("the word to tie", "đăng ký"),
    ("a question", "Mai mấy giờ họp thôn thế bà con?"),
    ("a question we could answer", "Làm giấy khai sinh cần gì?"),
    ("a complaint", "Đèn đường ngõ 3 hỏng cả tuần nay rồi"),
    ("a report's number", "PA-12"),
    ("a report's number and a choice", "PA-12 1"),
    ("a command without its slash", "trợ giúp"),
    ("a label of the menu", "Gửi phản ánh"),
    ("another bot's command", "/hoi@botkhac_bot giấy khai sinh"),
    ("a denunciation", "Tôi tố cáo ông cán bộ nhận hối lộ"),
    ("a language", "English"),
    ("nothing but spaces", "   "),
]


async def heard(incoming: Message | Edit, **more: Any) -> Outcome:
    """By every conversation there is."""
    here = Stage(shipped())
    here.answers[invitations.open_among] = here.answers[links.open_among] = ""
    here.answers |= {groups.open_among: "", questions.lately: [], questions.last: None}
    return await DISPATCHER.dispatch(incoming, here.context(scene(chat_kind="group", **more)))


@pytest.mark.parametrize("text", [case[1] for case in TALK], ids=[case[0] for case in TALK])
@pytest.mark.parametrize("place", [3, None], ids=["tied", "not tied"])
async def test_what_is_not_said_to_the_bot_is_left_in_peace(text: str, place: int | None) -> None:
    for files in ((), (PHOTO,)):
        for grants in ((), ADMIN):
            said = message(text, *files, group=True, addressed=False)
            assert await heard(said, chat_place_id=place, grants=grants) is None


async def test_photos_and_places_of_others_are_none_of_our_business() -> None:
    assert await heard(message("", PHOTO, group=True, addressed=False)) is None
    place = Location(20.5, 106.2)
    assert await heard(message(location=place, group=True, addressed=False)) is None
    assert await heard(Edit(GROUP, SOMEBODY, "7", "Mai họp lúc 8 giờ nhé")) is None


@pytest.mark.parametrize("text", [case[1] for case in TALK], ids=[case[0] for case in TALK])
async def test_said_to_the_bot_the_same_words_are_answered(text: str) -> None:
    """So it is not for want of an answer that it is silent."""
    assert await heard(message(text, group=True)) is not None


@pytest.mark.parametrize("addressed", [True, False])
async def test_whoever_cries_for_help_is_answered_in_any_case(addressed: bool) -> None:
    said = message("Cháy nhà bà con ơi, cứu với", group=True, addressed=addressed)
    outcome = await heard(said)
    assert isinstance(outcome, Reply)
    assert (outcome.urgent, outcome.stay) == (True, True)
    assert "114" in outcome.text
