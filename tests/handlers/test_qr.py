"""The QR code of a procedure's page: offered to staff, ordered, or its link where nothing goes."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from content.faq import Document
from content.loader import Content
from db import exports
from db.exports import UnderWay
from db.scene import Grant
from handlers.messages import Button, Effect, Outcome, Reply
from handlers.questions.qr import PORTAL, asked, portal_link, qr_button, with_qr
from handlers.router import Context
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, press, scene

LINK = f"{PORTAL}00000000-0000-0000-0000-000000000001"
WORDS = shipped().words("vi")
HEAD = (Grant("village_head", 3, "1.2.3."),)
DOCUMENTS = (
    Document("Tờ khai", "https://example.org/to-khai"),
    Document("Thủ tục", LINK),
    Document("Thủ tục khác", f"{LINK}2"),
)


def content() -> Content:
    """Two procedures: one with pages on the portal, one without any."""
    with_page, without = shipped().faq[:2]
    made = copy(shipped())
    made.faq = (replace(with_page, documents=DOCUMENTS), replace(without, documents=()))
    return made


CONTENT = content()
PAGE, NONE = CONTENT.faq
TITLE = PAGE.title["vi"]


def context(
    grants: tuple[Grant, ...] = HEAD, *, files: bool = True, kind: str = "private"
) -> Context:
    stage = Stage(CONTENT)
    return replace(stage.context(scene(grants=grants, chat_kind=kind)), files=files)


async def pressed(entry: str, where: Context) -> Outcome:
    return await asked(press(f"questions.qr:{entry}"), where, entry)


def test_staff_are_offered_the_code_of_the_first_page_on_the_portal() -> None:
    assert portal_link(PAGE) == LINK
    button = qr_button(PAGE, context())
    assert button is not None
    assert (button.label, button.action) == (WORDS("handing.qr"), f"questions.qr:{PAGE.id}")


def test_it_stands_before_the_way_back_and_changes_nothing_else() -> None:
    answer = Reply("…", (Button("Lệ phí", "a"), Button("Danh sách việc", "b")), keep={"entry": "x"})
    offered = with_qr(answer, PAGE, context())
    assert [button.action for button in offered.buttons] == ["a", f"questions.qr:{PAGE.id}", "b"]
    assert replace(offered, buttons=answer.buttons) == answer
    assert with_qr(answer, PAGE, context(())) == answer


@pytest.mark.parametrize(
    "where", [context(()), context(kind="group")], ids=["a resident", "in a group"]
)
def test_nobody_else_is(where: Context) -> None:
    assert qr_button(PAGE, where) is None


def test_a_procedure_without_such_a_page_has_no_code() -> None:
    assert qr_button(NONE, context()) is None


async def test_it_is_ordered_and_comes_in_a_message_of_its_own() -> None:
    outcome = await pressed(PAGE.id, context())
    assert isinstance(outcome, Effect)
    assert (outcome.verb, outcome.arguments) == (exports.draw_code, {"entry": PAGE.id})
    assert outcome.say(1).text == WORDS("handing.qr_begun")
    assert outcome.refusals[UnderWay].text == WORDS("handing.qr_under_way")


async def test_where_no_file_can_be_sent_the_link_is_the_answer() -> None:
    said = await pressed(PAGE.id, context(files=False))
    assert isinstance(said, Reply)
    assert said.text == WORDS("handing.qr_link", title=TITLE, link=LINK)


@pytest.mark.parametrize("entry", [NONE.id, "gone"])
async def test_an_old_button_of_what_has_no_page_any_more_says_so(entry: str) -> None:
    said = await pressed(entry, context())
    assert isinstance(said, Reply)
    assert said.text == WORDS("handing.qr_gone")


async def test_who_is_no_staff_any_more_is_told_so() -> None:
    said = await pressed(PAGE.id, context(()))
    assert isinstance(said, Reply)
    assert said.text == WORDS("start.not_allowed")
