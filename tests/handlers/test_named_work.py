"""The name of other work, typed where words for others to read are awaited: it is done, or asked
about, and never becomes those words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import media, people, places, tickets
from db.scene import Grant, Scene
from handlers import dispatcher
from handlers.announcements.draft import Draft
from handlers.interjection import INTERRUPTED, restored
from handlers.messages import Reply
from tests.handlers.board import PLAN, WORDS, Board, making
from tests.handlers.desk import CADRE, COMMUNE, PHOTO, TEXT, actions
from tests.handlers.reporting import BEN_DO, GO_SEN, LAMP
from tests.handlers.stage import message, scene

ADMIN = (*CADRE, Grant("admin", COMMUNE.id, COMMUNE.path))
WORK: list[tuple[str, str]] = [
    ("/nhom", "groups.add"),
    ("nhóm", "groups.add"),
    ("NHÓM", "groups.add"),
    ("nhom", "groups.add"),
    (" Nhóm ", "groups.add"),
    ("bản tin", "bulletins.new"),
    ("quản trị", "exports.new"),
    ("phản ánh chờ trả lời", "start.menu"),
    ("Xuất phản ánh", "exports.period:week"),
    ("trợ giúp", "feedback.new"),
]
NAMED = pytest.mark.parametrize("name", [name for name, _ in WORK if not name.startswith("/")])
TALK = pytest.mark.parametrize("text", ["Họp nhóm tối nay", "Nhóm trưởng mời bà con họp"])


def ready(board: Board) -> Board:
    board.stage.answers |= {
        tickets.unanswered: [],
        tickets.usable: lambda files: tuple(files),
        people.consented: True,
        places.villages_of_bot: [BEN_DO, GO_SEN],
    }
    return board


def awaiting(step: str, keep: dict[str, Any]) -> Board:
    """Somebody with every right, where words are awaited."""
    cancel = (("Thôi", f"{step.partition('.')[0]}.cancel"),)
    return ready(Board(ADMIN, step=step, keep=keep, free_text=True, buttons=cancel))


def asked(reply: Reply, board: Board) -> Scene:
    """The question came, and what was before it is kept: that scene."""
    assert reply.text == WORDS("start.unfinished")
    assert board.scene.step == INTERRUPTED
    return restored(board.scene)


@pytest.mark.parametrize(("name", "offers"), WORK)
async def test_instead_of_an_announcement_nobody_has_begun(name: str, offers: str) -> None:
    board = ready(Board(ADMIN))
    await board.say("/thongbao")
    reply = await board.say(name)
    assert offers in actions(reply)
    assert not any(board.keep.values())
    assert not board.scene.step.startswith("announcements.")


@pytest.mark.parametrize(("name", "offers"), WORK)
async def test_instead_of_a_report_nobody_has_begun(name: str, offers: str) -> None:
    board = ready(Board(ADMIN))
    assert (await board.say("/phananh")).step == "feedback.what"
    assert offers in actions(await board.say(name))
    assert not board.scene.step.startswith("feedback.")


@TALK
async def test_inside_longer_words_it_is_text(text: str) -> None:
    board = ready(Board(ADMIN))
    await board.say("/thongbao")
    assert (await board.say(text)).step == "announcements.places"
    assert board.keep["body"] == text
    board = ready(Board(ADMIN))
    await board.say("/phananh")
    await board.say(text)
    assert board.keep["what"] == text


async def test_below_a_photo_it_is_text() -> None:
    board = awaiting("announcements.text", Draft().keep)
    await board.say("nhóm", PHOTO)
    assert (board.keep["body"], board.keep["media"]) == ("nhóm", [40])


@NAMED
@pytest.mark.parametrize("mode", ["add", "rewrite"])
async def test_what_is_written_of_an_announcement_is_not_given_up_unasked(
    name: str, mode: str
) -> None:
    board = awaiting("announcements.text", Draft(TEXT, mode=mode).keep)
    before = asked(await board.say(name), board)
    assert Draft.of(before.keep) == Draft(TEXT, mode=mode)
    await board.press("start.resume")
    assert board.scene.step == "announcements.text"


@pytest.mark.parametrize("step", ["places", "segments", "preview", "doubt"])
async def test_at_no_later_step_either(step: str) -> None:
    draft = Draft(TEXT, places=(3,), segments=("households",))
    if step == "doubt":
        draft = replace(draft, doubt="mang theo ghế", back="announcements.preview")
    board = awaiting(f"announcements.{step}", draft.keep)
    board.scene = replace(board.scene, free_text=False)
    before = asked(await board.say("phản ánh chờ trả lời"), board)
    assert Draft.of(before.keep) == draft


async def test_given_up_for_it_the_photos_go_too() -> None:
    board = awaiting("announcements.text", Draft(media=(7,), mode="add").keep)
    asked(await board.say("phản ánh chờ trả lời"), board)
    board.results[media.discard] = None
    reply = await board.press("start.leave")
    assert reply.text == WORDS("tickets.inbox_empty")
    assert (board.done[-1].verb, board.done[-1].arguments) == (media.discard, {"files": (7,)})


@NAMED
async def test_a_report_with_a_photo_is_not_given_up_unasked(name: str) -> None:
    board = ready(Board(ADMIN))
    await board.say("/phananh")
    await board.say("", PHOTO)
    before = asked(await board.say(name), board)
    assert (before.keep["what"], before.keep["media"]) == ("", [40])


@pytest.mark.parametrize("name", ["phản ánh", "Gửi phản ánh"])
async def test_the_name_of_the_report_itself_asks_on(name: str) -> None:
    board = ready(Board(ADMIN))
    await board.say("/phananh")
    await board.say("", PHOTO)
    assert (await board.say(name)).step == "feedback.what"
    await board.say(LAMP)
    assert (board.keep["what"], board.keep["media"]) == (LAMP, [40])


@NAMED
async def test_it_is_no_line_of_a_bulletin(name: str) -> None:
    board = ready(making("text", replace(PLAN, asked=False, text=""), grants=ADMIN))
    before = asked(await board.say(name), board)
    assert (before.step, before.keep["text"]) == ("bulletins.text", "")


async def test_nor_takes_it_the_place_of_a_line_that_is_doubted() -> None:
    plan = replace(PLAN, asked=False, text="", doubt="họp thôn")
    board = ready(making("doubt", plan, grants=ADMIN))
    before = asked(await board.say("phản ánh chờ trả lời"), board)
    assert (before.step, before.keep["doubt"]) == ("bulletins.doubt", "họp thôn")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_label_of_the_menus_is_the_name_of_work(language: str) -> None:
    board = ready(Board(ADMIN, language=language))
    labels = [button.label for button in (await board.say("/menu")).buttons]
    labels += [button.label for button in (await board.say("/quantri")).buttons]
    assert len(labels) > 10
    for label in labels:
        writing = scene(grants=ADMIN, step="announcements.text", keep=Draft(TEXT).keep)
        context = board.stage.context(replace(writing, free_text=True), language)
        outcome = await dispatcher().dispatch(message(label), context)
        assert isinstance(outcome, Reply)
        assert outcome.step == INTERRUPTED, label
