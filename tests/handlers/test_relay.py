"""Whoever carries by hand says so in words or with a button, and sees what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import errands, relay
from db.errands import Errand
from db.permissions import NotAllowed
from db.relay import Done, NoSuchErrand, Stop
from handlers import dispatcher
from handlers.messages import Attachment, Reply
from handlers.pages import LABEL
from handlers.relay import wording
from tests.handlers.desk import HEAD, RESIDENT, WORDS, Desk, actions, labels, stage
from tests.handlers.stage import message

WOMEN = Stop(5, "Hội Phụ nữ thôn Bến", "unions")
LOUD = Stop(6, "Loa thôn Bến", "loudspeaker")
BOARD = Stop(7, "Bảng tin thôn Bến", "notice_board")
HOUSES = "Các hộ dân thôn Thượng Lạc xóm Đoài"


def errand(*stops: Stop, version: int = 12, **more: Any) -> Errand:
    values: dict[str, Any] = {
        "version_id": version,
        "keeper_id": 7,
        "urgent": False,
        "body": "Mai họp thôn.",
        "texts": ("Mai họp thôn.",),
        "files": (),
        "stops": stops or (WOMEN,),
        **more,
    }
    return Errand(**values)


def keeper(*carried: Errand, grants: Any = HEAD, **more: Any) -> Desk:
    """Somebody who carries these."""
    answers = stage()
    answers.answers[errands.mine] = lambda actor, version=None: [
        one for one in carried if version in (None, one.version_id)
    ]
    desk = Desk(grants, answers=answers, dispatcher=dispatcher(), **more)
    desk.results[relay.done] = Done((WOMEN,), (), (), 0)
    return desk


SAID = ["Đã chuyển", "chuyển rồi", "da chuyen", "đã chuyển hết rồi ạ", "đã đọc loa", "Dán rồi nhé"]


@pytest.mark.parametrize("words", SAID)
async def test_a_word_settles_everything_of_the_only_announcement(words: str) -> None:
    desk = keeper(errand(WOMEN, LOUD))
    reply = await desk.say(words)
    assert desk.done[0].arguments == {"deliveries": [5, 6]}
    assert (WORDS("relay.noted") in reply.text, reply.stay) == (True, True)


async def test_of_several_announcements_it_is_asked_which() -> None:
    desk = keeper(errand(WOMEN), errand(LOUD, BOARD, version=13))
    reply = await desk.say("đã chuyển")
    assert reply.text.splitlines()[0] == WORDS("relay.which", count=2)
    assert actions(reply)[:2] == ["relay.show:12", "relay.show:13"]
    assert (desk.done, all(len(label) <= LABEL for label in labels(reply))) == ([], True)


async def test_a_resident_who_carries_nothing_is_answered_as_ever() -> None:
    desk = keeper(grants=RESIDENT)
    reply = await desk.say("đã chuyển")
    assert reply.text != WORDS("relay.nothing")
    assert relay.done not in [one.verb for one in desk.done]
    assert (await keeper().say("đã chuyển")).text == WORDS("relay.nothing")


async def test_where_words_are_an_answer_they_are_none_of_the_keepers() -> None:
    desk = keeper(errand(), step="announcements.text", free_text=True, keep={"body": ""})
    await desk.say("đã chuyển")
    assert relay.done not in [one.verb for one in desk.done]


async def test_a_photo_with_such_words_is_something_else() -> None:
    desk = keeper(errand())
    await desk.say("đã chuyển", Attachment("ref", "photo", "anh.jpg"))
    assert relay.done not in [one.verb for one in desk.done]


RESULTS = [
    ("all", Done((WOMEN, LOUD, BOARD), (), (), 0), ["noted", "did_group", "did_loudspeaker"]),
    ("one of several", Done((WOMEN,), (), (), 2), ["noted", "did_group", "left"]),
    ("again", Done((), (WOMEN,), (), 0), ["noted_before"]),
    ("called back", Done((), (), (WOMEN,), 0), ["off"]),
]


@pytest.mark.parametrize(
    ("result", "keys"), [case[1:] for case in RESULTS], ids=[case[0] for case in RESULTS]
)
async def test_the_answer_says_what_was_noted(result: Done, keys: list[str]) -> None:
    desk = keeper()
    desk.results[relay.done] = result
    reply = await desk.press_elsewhere("relay.done:5,6")
    assert desk.done[0].arguments == {"deliveries": [5, 6]}
    values = {"places": "“Hội Phụ nữ thôn Bến”", "count": result.left}
    for key in keys:
        places = "“Loa thôn Bến”" if key == "did_loudspeaker" else values["places"]
        assert WORDS(f"relay.{key}", **{**values, "places": places}) in reply.text


@pytest.mark.parametrize(
    ("error", "key"),
    [(NotAllowed("announcement:send"), "not_yours"), (NoSuchErrand(), "nothing")],
    ids=["not_yours", "gone"],
)
async def test_a_refusal_says_why(error: Exception, key: str) -> None:
    desk = keeper()
    desk.results[relay.done] = error
    assert (await desk.press_elsewhere("relay.done:x")).text == WORDS(f"relay.{key}")


async def test_the_list_shows_the_only_announcement_ready_to_be_passed_on() -> None:
    desk = keeper(errand(WOMEN, BOARD, files=(40,)))
    reply = await desk.say("/chuyentay")
    assert (reply.lead, reply.lead_media) == (("Mai họp thôn.",), (40,))
    assert WORDS("relay.with_files", count=1) in reply.text
    assert actions(reply)[:3] == ["relay.done:5", "relay.done:7", "relay.done:5,7"]


async def test_of_several_each_can_be_shown() -> None:
    desk = keeper(errand(WOMEN), errand(LOUD, version=13, texts=("Mai cắt điện.",)))
    listed = await desk.say("chuyển tay")
    assert listed.text.splitlines()[0] == WORDS("relay.list", count=2)
    shown = await desk.press("relay.show:13")
    assert (shown.lead, actions(shown)[0]) == (("Mai cắt điện.",), "relay.done:6")
    gone = await desk.press_elsewhere("relay.show:99")
    assert gone.text == WORDS("relay.nothing")


async def test_the_list_is_not_read_out_in_a_group() -> None:
    desk = keeper(errand(), chat_kind="group")
    reply = await desk.hear(message("/chuyentay", group=True))
    assert reply.text == WORDS("relay.in_private")


async def test_what_is_unfinished_is_not_pushed_aside_by_the_list() -> None:
    desk = keeper(errand(), step="announcements.places", keep={"body": "x"})
    before = desk.scene
    reply = await desk.press_elsewhere("relay.list")
    assert (reply.stay, reply.buttons, desk.scene) == (True, (), before)


def test_a_request_groups_its_stops_by_what_is_to_be_done() -> None:
    said = wording.request(errand(BOARD, WOMEN, LOUD), WORDS)
    lines = said.text.splitlines()
    asked = [
        WORDS("relay.ask_group", count=1),
        WORDS("relay.ask_loudspeaker"),
        WORDS("relay.ask_notice_board"),
    ]
    assert [line for line in lines if line in asked] == asked
    assert lines[-1] == WORDS("relay.then")


def test_names_too_long_for_a_button_keep_both_ends() -> None:
    titles = (HOUSES, HOUSES.replace("Đoài", "Đông"))
    stops = [WOMEN._replace(title=title) for title in titles]
    *each, _ = labels(Reply(buttons=wording.buttons(errand(*stops), WORDS)))
    assert each[0] != each[1]
    assert all(len(label) <= LABEL and "Các hộ" in label for label in each)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_fixed_labels_fit_on_a_button(language: str) -> None:
    words = stage().content.words(language)
    for key in ("done_group", "done_loudspeaker", "done_notice_board", "done_all"):
        assert len(words(f"relay.{key}")) <= LABEL
    (only,) = wording.buttons(replace(errand(), stops=(LOUD,)), words)
    assert only.label == words("relay.done_loudspeaker")
