"""A word about an answer: thanks below it, or what else it may have been and the way to staff."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import questions
from db.questions import USEFUL, WRONG, Kept, NoSuchQuestion
from db.scene import Scene
from handlers.messages import Effect, Outcome, Press, Reply
from handlers.questions import verdicts
from handlers.router import Context
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, press, scene

WORDS = shipped().words("vi")
HELPFUL, AMISS, HAND = "faq.useful:12", "faq.wrong:12", "questions.hand:12"
BUTTONS = (("Lệ phí", "faq.aspect:khai_sinh.le_phi"), ("Hữu ích", HELPFUL), ("Chưa đúng", AMISS))
BACK = "start.menu"


def answered(**more: Any) -> Scene:
    """After an answer."""
    told: dict[str, Any] = {"menu_id": 1, "menu_body": "Đăng ký khai sinh …", "version": 2}
    return scene(buttons=BUTTONS, keep={"entry": "khai_sinh"}, **told | more)


def context(where: Scene, kept: Kept | None = None, *, edits: bool = True) -> Context:
    """`kept`: the question, None for none."""
    stage = Stage(shipped())

    def read(actor: object, number: int) -> Kept:
        if kept is None or kept.id != number:
            raise NoSuchQuestion
        return kept

    stage.answers[questions.read] = read
    return replace(stage.context(where), edits=edits)


def judged(outcome: Outcome, verdict: str) -> Reply:
    """What is said once the verdict is noted."""
    assert isinstance(outcome, Effect)
    assert outcome.verb is questions.judge
    assert outcome.arguments == {"question_id": 12, "verdict": verdict}
    assert outcome.refusals[NoSuchQuestion] == Reply(WORDS("questions.gone"), stay=True)
    return outcome.say(None)


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


async def useful(where: Scene, pressed: Press | None = None, *, edits: bool = True) -> Reply:
    pressed = pressed or press(HELPFUL)
    return judged(await verdicts.useful(pressed, context(where, edits=edits), "12"), USEFUL)


async def test_thanks_stand_below_the_answer_and_the_word_can_be_taken_back() -> None:
    reply = await useful(answered())
    assert reply.in_place
    assert reply.text == f"Đăng ký khai sinh …\n\n{WORDS('questions.thanks')}"
    assert actions(reply) == ["faq.aspect:khai_sinh.le_phi", AMISS]
    assert (reply.keep, reply.step) == ({"entry": "khai_sinh"}, None)


@pytest.mark.parametrize(
    ("where", "pressed", "edits"),
    [
        pytest.param(answered(), None, False, id="no message can be changed"),
        pytest.param(answered(), replace(press(HELPFUL), menu="99"), True, id="an older answer"),
        pytest.param(answered(chat_kind="group"), None, True, id="a group"),
    ],
)
async def test_elsewhere_thanks_are_a_message_and_close_nothing(
    where: Scene, pressed: Press | None, edits: bool
) -> None:
    assert await useful(where, pressed, edits=edits) == Reply(WORDS("questions.thanks"), stay=True)


async def wrong(kept: Kept | None) -> Outcome:
    return await verdicts.wrong(press(AMISS), context(answered(), kept), "12")


async def test_what_was_wrong_offers_the_other_procedures_and_the_staff() -> None:
    text = "mat giay khai sinh"
    reply = judged(await wrong(Kept(12, text, "answer", "khai_sinh", "")), WRONG)
    assert reply.text == WORDS("questions.wrong_others")
    *others, hand, back = actions(reply)
    assert 1 <= len(others) <= 3
    near = shipped().search.find(text).near
    assert others == [f"faq.entry:{one}" for one in near if one != "khai_sinh"][:3]
    assert "faq.entry:khai_sinh" not in others
    assert (hand, back) == (HAND, BACK)
    assert reply.keep == {"question": 12}, "whichever is chosen answers the question"


async def test_beside_what_was_clearly_meant_only_the_nearest_are_offered() -> None:
    text = "lam giay khai sinh can gi"
    assert shipped().search.find(text).decision == "answer"
    reply = judged(await wrong(Kept(12, text, "answer", "khai_sinh", "")), WRONG)
    assert len([one for one in actions(reply) if one.startswith("faq.entry:")]) <= 2


async def test_what_is_far_off_is_not_offered_but_the_staff_are() -> None:
    text = "lam can cuoc bao nhieu tien"
    found = shipped().search.find(text)
    assert len(found.candidates) > 1, "there are others, of which none is meant"
    reply = judged(await wrong(Kept(12, text, "answer", "can_cuoc", "")), WRONG)
    assert (reply.text, actions(reply)) == (WORDS("questions.wrong_none"), [HAND, BACK])


async def test_where_there_is_nothing_else_it_is_asked_anew_or_handed_over() -> None:
    reply = judged(await wrong(Kept(12, "???", "answer", "khai_sinh", "")), WRONG)
    assert (reply.text, actions(reply)) == (WORDS("questions.wrong_none"), [HAND, BACK])


async def test_of_a_question_that_is_gone_nothing_is_noted() -> None:
    assert await wrong(None) == Reply(WORDS("questions.gone"), stay=True)


async def test_none_of_these_is_asked_anew_or_handed_over() -> None:
    reply = await verdicts.none(press("faq.none:12"), context(answered()), "12")
    assert isinstance(reply, Reply)
    assert (reply.text, reply.step, reply.free_text) == (WORDS("questions.none"), "faq.ask", True)
    assert actions(reply) == [HAND, "faq.cancel"]
