"""Whoever carries by hand says so in words or with a button, and sees what is left."""

from __future__ import annotations

from typing import Any

import pytest

from db import errands, questions, tickets
from db.errands import Errand
from db.permissions import NotAllowed
from db.relay import Done, NoSuchErrand, Stop, Undone
from handlers import dispatcher
from handlers.interjection import OFFERED
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
    answers.answers |= {errands.mine: list(carried), tickets.mine: []}
    desk = Desk(grants, answers=answers, dispatcher=dispatcher(), **more)
    desk.results |= {errands.confirm: (Done((WOMEN,), (), (), 0), carried), questions.keep: 1}
    return desk


SAID = [
    ("đã chuyển", [5]),
    ("ĐÃ CHUYỂN RỒI Ạ!", [5]),
    ("da chuyen", [5]),
    ("Dạ cháu chuyển hết rồi ạ", [5]),
    ("em đã chuyển vào nhóm rồi", [5]),
    ("đã gửi rồi", [5]),
    ("ok chuyển xong 👍", [5]),
    ("đã đọc loa", [6]),
    ("em doc loa roi a", [6]),
    ("đã chuyển lên loa", [6]),
    ("đọc rồi", [6]),
    ("Dán rồi nhé", [7]),
    ("đã dán lên bảng tin", [7]),
    ("đã chuyển và đã dán", [5, 7]),
    ("xong rồi, đọc loa rồi ạ", [6]),
    ("xong", [5, 6, 7]),
    ("Xong rồi ạ", [5, 6, 7]),
    ("xong het roi a", [5, 6, 7]),
    ("hết rồi", [5, 6, 7]),
]


@pytest.mark.parametrize(("words", "settled"), SAID, ids=[case[0] for case in SAID])
async def test_a_word_settles_what_it_is_said_of(words: str, settled: list[int]) -> None:
    desk = keeper(errand(WOMEN, LOUD, BOARD))
    reply = await desk.say(words)
    assert desk.done[0].arguments == {"deliveries": settled}
    assert WORDS("relay.noted") in reply.text


NOT_SAID = [
    *("chưa chuyển", "chưa xong", "xong chưa", "đã chuyển chưa", "đã chuyển đâu", "xong rồi à?"),
    *("không chuyển được", "chuyen chua xong", "mai em chuyển xong", "sắp xong", "xong đâu"),
    *("chuyển rồi mà lỗi", "đã chuyển khẩu", "đã dặn rồi", "đã đọc", "rồi ạ", "ok", "dạ vâng"),
    *("tối em chuyển rồi báo", "hết giờ rồi", "👍", "1"),
]


@pytest.mark.parametrize("words", NOT_SAID)
async def test_no_other_word_settles_anything(words: str) -> None:
    desk = keeper(errand(WOMEN, LOUD, BOARD))
    await desk.say(words)
    assert errands.confirm not in [one.verb for one in desk.done]


async def test_what_was_done_before_is_not_settled_again() -> None:
    desk = keeper(errand(WOMEN._replace(done=True), LOUD))
    await desk.say("xong hết rồi ạ")
    assert desk.done[0].arguments == {"deliveries": [6]}


async def test_one_announcement_in_two_errands_is_settled_at_once() -> None:
    desk = keeper(errand(WOMEN), errand(LOUD))
    await desk.say("xong rồi")
    assert desk.done[0].arguments == {"deliveries": [5, 6]}


async def test_of_several_announcements_the_one_that_the_word_fits_is_settled() -> None:
    desk = keeper(errand(WOMEN), errand(LOUD, version=13))
    await desk.say("đã đọc loa")
    assert desk.done[0].arguments == {"deliveries": [6]}


async def test_a_word_that_fits_nothing_is_asked_about() -> None:
    desk = keeper(errand(LOUD, BOARD))
    reply = await desk.say("đã chuyển")
    assert (reply.text, desk.done) == (WORDS("relay.which_stop"), [])
    assert actions(reply)[:2] == ["relay.done:6", "relay.done:7"]


async def test_of_several_announcements_it_is_asked_which() -> None:
    desk = keeper(errand(WOMEN), errand(LOUD, BOARD, version=13))
    reply = await desk.say("xong rồi ạ")
    assert reply.text.splitlines()[0] == WORDS("relay.which", count=2)
    assert actions(reply)[:2] == ["relay.show:5", "relay.show:6"]
    assert (desk.done, all(len(label) <= LABEL for label in labels(reply))) == ([], True)


async def test_a_resident_who_carries_nothing_is_answered_as_ever() -> None:
    desk = keeper(grants=RESIDENT)
    reply = await desk.say("đã chuyển")
    assert reply.text != WORDS("relay.nothing")
    assert errands.confirm not in [one.verb for one in desk.done]
    assert (await keeper().say("đã chuyển")).text == WORDS("relay.nothing")
    assert (await keeper().say("xong rồi ạ")).text != WORDS("relay.nothing")


async def test_where_words_are_an_answer_they_are_none_of_the_keepers() -> None:
    desk = keeper(errand(), step="announcements.text", free_text=True, keep={"body": ""})
    await desk.say("đã chuyển")
    assert errands.confirm not in [one.verb for one in desk.done]


async def test_done_is_said_of_what_is_being_talked_about() -> None:
    desk = keeper(errand(), step="announcements.places", keep={"body": "x"})
    await desk.say("xong rồi")
    assert errands.confirm not in [one.verb for one in desk.done]
    offered = keeper(errand(), step=OFFERED)
    await offered.say("xong rồi")
    assert offered.done[0].verb == errands.confirm


async def test_a_photo_with_such_words_is_something_else() -> None:
    desk = keeper(errand())
    await desk.say("đã chuyển", Attachment("ref", "photo", "anh.jpg"))
    assert errands.confirm not in [one.verb for one in desk.done]


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
    desk.results[errands.confirm] = result, ()
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
    desk.results[errands.confirm] = error
    assert (await desk.press_elsewhere("relay.done:x")).text == WORDS(f"relay.{key}")


async def test_under_the_answer_every_number_stays_what_it_was_and_a_way_back_is_last() -> None:
    desk = keeper(errand(WOMEN._replace(done=True), LOUD))
    reply = await desk.press_elsewhere("relay.done:5")
    assert actions(reply) == ["relay.done:5", "relay.done:6", "relay.done:6", "relay.undo:5"]
    assert labels(reply)[0] == "✓ Hội Phụ nữ thôn Bến"
    alone = keeper(errand(LOUD._replace(done=True)))
    alone.results[errands.confirm] = Done((LOUD,), (), (), 0), [errand(LOUD._replace(done=True))]
    reply = await alone.press_elsewhere("relay.done:6")
    assert labels(reply) == ["✓ Đã đọc loa", WORDS("relay.not_done")]


async def test_a_running_conversation_keeps_its_menu() -> None:
    desk = keeper(errand(), step="announcements.text", free_text=True)
    reply = await desk.press_elsewhere("relay.done:5")
    assert (reply.stay, reply.buttons) == (True, ())


async def test_what_was_said_by_mistake_is_taken_back() -> None:
    desk = keeper(errand())
    desk.results[errands.reopen] = Undone((WOMEN,), (20,)), [errand(WOMEN, LOUD)]
    reply = await desk.press_elsewhere("relay.undo:5,6")
    assert desk.done[0].arguments == {"deliveries": [5, 6]}
    assert reply.text == WORDS("relay.undone", places="“Hội Phụ nữ thôn Bến”")
    assert actions(reply)[:2] == ["relay.done:5", "relay.done:6"]
    (notice,) = reply.notices
    assert (notice.people, "“Hội Phụ nữ thôn Bến”" in notice.text) == ((20,), True)
    desk.results[errands.reopen] = NoSuchErrand()
    assert (await desk.press_elsewhere("relay.undo:5")).text == WORDS("relay.undo_late")


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
    shown = await desk.press("relay.show:6")
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
    said = wording.request(errand(BOARD, WOMEN, LOUD, WOMEN), WORDS, files=True)
    what = WORDS("relay.above")
    assert said.text.splitlines()[:4] == [
        WORDS("relay.ask_group", what=what, count=2),
        *["– Hội Phụ nữ thôn Bến"] * 2,
        WORDS("relay.ask_one_loudspeaker", what=what, place=LOUD.title),
    ]
    assert said.text.splitlines()[-1] == WORDS("relay.then")


@pytest.mark.parametrize("files", [True, False])
def test_where_files_do_not_arrive_nobody_is_asked_to_pass_them_on(files: bool) -> None:
    said = wording.request(errand(files=(40,)), WORDS, files=files)
    what = WORDS("relay.above_all")
    assert WORDS("relay.ask_one_group", what=what, place=WOMEN.title) in said.text
    assert (WORDS("relay.with_files", count=1) in said.text) == files
    assert (WORDS("relay.without_files", count=1) in said.text) != files


def test_of_many_stops_the_open_ones_have_buttons_and_a_reminder_those_of_the_request() -> None:
    stops = [WOMEN._replace(delivery_id=number, done=number < 5) for number in range(9)]
    many = errand(*stops)
    of = [button.action for button in wording.buttons([many], WORDS)]
    assert of == [*(f"relay.done:{number}" for number in range(5, 9)), "relay.done:5,6,7,8"]
    told = wording.reminder(many, WORDS).buttons
    assert [button.action for button in told[:-1]] == [f"relay.done:{n}" for n in range(7)]


def test_names_too_long_for_a_button_keep_both_ends() -> None:
    titles = (HOUSES, HOUSES.replace("Đoài", "Đông"))
    stops = [WOMEN._replace(title=title) for title in titles]
    *each, _ = labels(Reply(buttons=wording.buttons([errand(*stops)], WORDS)))
    assert each[0] != each[1]
    assert all(len(label) <= LABEL and "Các hộ" in label for label in each)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_fixed_labels_fit_on_a_button(language: str) -> None:
    words = stage().content.words(language)
    for key in ("done_group", "done_loudspeaker", "done_notice_board", "done_all", "not_done"):
        assert len(words(f"relay.{key}")) <= LABEL
    (only,) = wording.buttons([errand(LOUD)], words)
    assert only.label == words("relay.done_loudspeaker")
