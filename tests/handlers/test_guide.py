"""A picture that shows how it is done: offered to everybody in private, sent, or told in words."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from content.guides import Guides
from content.loader import Content
from db import exports
from db.exports import UnderWay
from db.scene import Grant
from handlers import faq
from handlers.messages import Button, Effect, Outcome, Reply
from handlers.questions.guide import asked, with_guide
from handlers.router import Context
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message, press, scene

WORDS = shipped().words("vi")
HEAD = (Grant("village_head", 3, "1.2.3."),)


def content() -> Content:
    """Two procedures: one with a picture, one without."""
    with_picture, without = (replace(one, documents=()) for one in shipped().faq[:2])
    made = copy(shipped())
    made.faq = (with_picture, without)
    made.guides = Guides({with_picture.id: Path("guide.png")})
    return made


CONTENT = content()
SHOWN, NONE = CONTENT.faq
TITLE = SHOWN.title["vi"]
BUTTON = Button(WORDS("handing.guide"), f"questions.guide:{SHOWN.id}")
EXPIRED = copy(CONTENT)
EXPIRED.faq = (replace(SHOWN, review_by=date(2026, 11, 21)), NONE)


def context(
    content: Content = CONTENT, *, photos: bool = True, kind: str = "private", **more: Any
) -> Context:
    return replace(Stage(content).context(scene(chat_kind=kind, **more)), photos=photos)


async def pressed(entry: str, where: Context) -> Outcome:
    return await asked(press(f"questions.guide:{entry}"), where, entry)


@pytest.mark.parametrize("grants", [(), HEAD], ids=["a resident", "staff"])
def test_everybody_is_offered_it_before_all_else(grants: tuple[Grant, ...]) -> None:
    answer = Reply("…", (Button("Lệ phí", "a"), Button("Danh sách việc", "b")), keep={"entry": "x"})
    offered = with_guide(answer, SHOWN, context(grants=grants))
    assert offered.buttons == (BUTTON, *answer.buttons)
    assert replace(offered, buttons=answer.buttons) == answer


@pytest.mark.parametrize(
    "where",
    [context(kind="group"), context(photos=False), context(EXPIRED)],
    ids=["in a group", "where no photo can be sent", "when the entry is overdue"],
)
def test_it_is_not_offered(where: Context) -> None:
    assert with_guide(Reply("…"), where.content.faq[0], where) == Reply("…")


def test_a_matter_without_a_picture_offers_none() -> None:
    assert with_guide(Reply("…"), NONE, context()) == Reply("…")


async def test_it_is_on_offer_below_every_answer_about_the_entry() -> None:
    where = context()
    reached = [
        await faq.entry(press("…"), where, SHOWN.id),
        await faq.aspect(press("…"), where, f"{SHOWN.id}.le_phi"),
        await faq.linked(message(f"/start {SHOWN.id}"), where),
    ]
    for answer in reached:
        assert isinstance(answer, Reply)
        assert answer.buttons[0] == BUTTON


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_it_is_ordered_and_the_menu_stays(language: str) -> None:
    where = replace(context(), words=CONTENT.words(language))
    outcome = await pressed(SHOWN.id, where)
    assert isinstance(outcome, Effect)
    assert (outcome.verb, outcome.arguments) == (exports.show_guide, {"entry": SHOWN.id})
    begun, waits = outcome.say(1), outcome.refusals[UnderWay]
    title = SHOWN.title[language]
    assert begun == Reply(where.words("handing.guide_begun", title=title), stay=True)
    assert waits == Reply(where.words("handing.guide_under_way"), stay=True)


@pytest.mark.parametrize(
    ("entry", "where"),
    [(SHOWN.id, context(photos=False)), (SHOWN.id, context(EXPIRED)), (NONE.id, context())],
    ids=["no photo can be sent", "overdue", "an old button of what has no picture any more"],
)
async def test_elsewhere_the_words_are_the_guide(entry: str, where: Context) -> None:
    said = await pressed(entry, where)
    told = await faq.entry(press("…"), where, entry)
    assert isinstance(said, Reply)
    assert isinstance(told, Reply)
    assert said.text == f"{WORDS('handing.guide_in_words')}\n\n{told.text}"


async def test_beside_an_unfinished_report_the_words_take_nothing_away() -> None:
    step: dict[str, Any] = {"step": "tickets.where", "keep": {"text": "Đèn hỏng"}}
    said = await pressed(SHOWN.id, context(photos=False, **step))
    assert isinstance(said, Reply)
    assert (said.stay, said.buttons) == (True, ())


async def test_nothing_comes_into_a_group() -> None:
    said = await pressed(SHOWN.id, context(kind="group"))
    assert said == Reply(WORDS("handing.guide_in_private"), stay=True)


async def test_an_entry_that_is_gone_is_told() -> None:
    said = await pressed("gone", context())
    assert isinstance(said, Reply)
    assert said.text == WORDS("faq.gone")
