from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from content.language import Languages
from db import media, people, tickets
from db.scene import Grant, Scene
from handlers import dispatcher
from handlers.interjection import INTERRUPTED
from handlers.messages import Button, Effect, Incoming, Message, Outcome, Reply
from handlers.router import Context
from handlers.start import again, ask_first
from tests.handlers.inputs import MESSAGES, shipped
from tests.handlers.stage import Stage, message, press, scene

ANSWERS = {"what": "Đèn đường tắt", "where": "", "media": [4, 5]}
WRITING: dict[str, Any] = {
    "step": "feedback.where",
    "keep": ANSWERS,
    "free_text": True,
    "menu_id": 1,
    "menu_body": "Ở đâu ạ?",
    "buttons": (("Thôi", "feedback.cancel"),),
}
RESIDENT = ["faq.ask", "feedback.new", "tickets.mine", "linking.open", "start.language"]
CADRE = ["announcements.new", "bulletins.list", "tickets.inbox", "groups.menu"]


def unknown_report(*_: object) -> None:
    raise tickets.NoSuchReport


def context(scene: Scene, language: str = "vi") -> Context:
    stage = Stage(shipped())
    stage.answers |= {tickets.read: unknown_report, people.consented: False}
    return stage.context(scene, language)


async def heard(incoming: Incoming, scene: Scene, language: str = "vi") -> Outcome:
    return await dispatcher().dispatch(incoming, context(scene, language))


async def said(incoming: Incoming, scene: Scene, language: str = "vi") -> Reply:
    outcome = await heard(incoming, scene, language)
    assert isinstance(outcome, Reply)
    return outcome


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


def interrupted(wish: str = "faq.ask") -> Scene:
    """The scene after a report was interrupted, by an old button of the main menu."""
    asked = ask_first(context(scene(**WRITING)), wish)
    buttons = tuple((button.label, button.action) for button in asked.buttons)
    return scene(
        step=asked.step or "", keep=asked.keep, menu_id=2, buttons=buttons, menu_body=asked.text
    )


@pytest.mark.parametrize("command", ["/start", "/trogiup", "/menu", "/help", "Trợ giúp", "menu"])
async def test_every_way_of_asking_for_help_leads_to_the_main_menu(command: str) -> None:
    reply = await said(message(command), scene())
    assert reply.text == shipped().words("vi")("start.hello")
    assert actions(reply) == RESIDENT


@pytest.mark.parametrize(("language", "says"), [("vi", "trợ lý tự động"), ("en", "automatic")])
def test_the_first_line_says_that_a_machine_speaks(language: str, says: str) -> None:
    words = shipped().words(language)
    for key in ("start.hello", "start.menu", "start.group", "start.automatic"):
        assert says in words(key).splitlines()[0]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        pytest.param("village_head", RESIDENT[:3] + CADRE + RESIDENT[3:], id="village head"),
        pytest.param("admin", [*RESIDENT[:3], *CADRE, "start.admin", *RESIDENT[3:]], id="admin"),
        pytest.param("unknown", RESIDENT, id="a role we do not know"),
    ],
)
async def test_staff_see_what_they_may_do(role: str, offered: list[str]) -> None:
    reply = await said(press("start.menu"), scene(grants=(Grant(role, 2, "1.2."),)))
    assert actions(reply) == offered


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        pytest.param(
            "admin",
            [
                *("exports.new", "exports.statistics", "roles.menu", "groups.menu"),
                *("questions.list", "start.menu"),
            ],
            id="admin",
        ),
        pytest.param(
            "approver", ["exports.statistics", "groups.menu", "start.menu"], id="approver"
        ),
    ],
)
async def test_who_leads_the_commune_has_a_menu_of_the_rarer_work(
    role: str, offered: list[str]
) -> None:
    for asked in (press("start.admin"), message("quản trị"), message("/quantri")):
        reply = await said(asked, scene(grants=(Grant(role, 2, "1.2."),)))
        assert actions(reply) == offered


async def test_the_menu_of_the_rarer_work_is_closed_to_others() -> None:
    reply = await said(press("start.admin"), scene(grants=(Grant("village_head", 3, "1.2.3."),)))
    assert reply.text == shipped().words("vi")("start.not_allowed")


async def test_a_group_gets_a_short_word_and_no_private_menu() -> None:
    reply = await said(message("/start", group=True), scene(chat_kind="group"))
    assert reply == Reply(shipped().words("vi")("start.group"))


@pytest.mark.parametrize(("now", "then"), [("vi", "en"), ("en", "vi")])
async def test_the_language_is_switched_and_answered_in_the_new_one(now: str, then: str) -> None:
    outcome = await heard(press("start.language"), scene(), now)
    assert isinstance(outcome, Effect)
    assert outcome.verb is people.speak
    assert outcome.arguments == {"language": then}
    assert outcome.say(None).text == shipped().words(then)("start.language_set")
    assert actions(outcome.say(None)) == RESIDENT


@pytest.mark.parametrize(
    ("text", "then"),
    [("tiếng việt", "vi"), ("tieng viet", "vi"), ("English", "en"), ("tiếng Anh", "en")],
)
@pytest.mark.parametrize("now", ["vi", "en"])
async def test_the_name_of_a_language_typed_is_a_wish_for_it(
    text: str, then: str, now: str
) -> None:
    outcome = await heard(message(text), scene(), now)
    assert isinstance(outcome, Effect)
    assert outcome.arguments == {"language": then}
    assert outcome.say(None).text == shipped().words(then)("start.language_set")


async def test_the_language_is_switched_beside_a_report() -> None:
    outcome = await heard(press("start.language"), scene(**{**WRITING, "menu_id": 7}))
    assert isinstance(outcome, Effect)
    assert outcome.say(None).stay
    assert outcome.say(None).buttons == ()


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(press("start.menu"), id="main menu"),
        pytest.param(press("faq.ask"), id="question"),
        pytest.param(message("/start"), id="start"),
        pytest.param(message("/Menu"), id="menu typed"),
        pytest.param(message("/hoi làm khai sinh cần gì"), id="question at once"),
    ],
)
async def test_nothing_new_pushes_a_report_aside_without_asking(incoming: Incoming) -> None:
    reply = await said(incoming, scene(**{**WRITING, "menu_id": 7}))
    assert reply.step == INTERRUPTED
    assert reply.keep["keep"] == ANSWERS
    assert actions(reply) == ["start.resume", "start.leave"]


async def test_going_on_brings_back_the_step_its_answers_and_its_menu() -> None:
    reply = await said(replace(press("start.resume"), menu="2"), interrupted())
    assert (reply.step, reply.keep, reply.free_text) == ("feedback.where", ANSWERS, True)
    assert reply.text.endswith("Ở đâu ạ?")
    assert reply.buttons == (Button("Thôi", "feedback.cancel"),)


async def test_giving_up_does_what_was_wished_for() -> None:
    outcome = await heard(replace(press("start.leave"), menu="2"), interrupted())
    assert isinstance(outcome, Effect)
    assert (outcome.verb, outcome.arguments) == (media.discard, {"files": (4, 5)})
    reply = outcome.say(None)
    assert (reply.step, dict(reply.keep)) == ("faq.ask", {})


async def test_a_long_report_wished_for_meanwhile_is_told_in_full() -> None:
    text = "Đèn đường hỏng. " * 40
    outcome = await heard(replace(press("start.leave"), menu="2"), interrupted(f"/phananh {text}"))
    assert isinstance(outcome, Effect)
    assert outcome.say(None).keep["what"] == text.strip()


async def test_another_wish_meanwhile_keeps_the_first_answers() -> None:
    reply = await said(message("/start"), interrupted())
    assert reply.keep["keep"] == ANSWERS
    assert reply.keep["wish"] == "/start"


@given(incoming=MESSAGES)
async def test_whatever_is_said_instead_of_choosing_keeps_the_answers(incoming: Message) -> None:
    outcome = await heard(incoming, interrupted())
    assert isinstance(outcome, Reply)
    assert outcome.stay or outcome.keep["keep"] == ANSWERS
    assert outcome.stay or actions(outcome)[0] == "start.resume"


@pytest.mark.parametrize(
    ("body", "prompt"),
    [
        pytest.param("Ở đâu ạ?", "Ở đâu ạ?", id="buttons"),
        pytest.param("Ở đâu ạ?\n\n1. Thôi\nGõ một số", "Ở đâu ạ?", id="numbered"),
        pytest.param("Một.\n\nHai?\n\n(Hoặc nhắn: Thôi)", "Một.\n\nHai?", id="by words"),
        pytest.param("", "", id="no words"),
    ],
)
def test_a_menu_offered_again_is_not_listed_twice(body: str, prompt: str) -> None:
    reply = again(context(scene(**{**WRITING, "menu_body": body})), "Mời.")
    assert (*reply.lead, reply.text) == (("Mời.", prompt) if prompt else ("Mời.",))


@pytest.mark.parametrize(
    ("where", "offered", "step"),
    [
        pytest.param(WRITING, ["feedback.cancel"], "feedback.where", id="in a report"),
        pytest.param({**WRITING, "buttons": ()}, [], None, id="in a report without a menu"),
        pytest.param({}, ["start.menu"], None, id="idle"),
        pytest.param({"chat_kind": "group"}, [], None, id="in a group"),
    ],
)
async def test_a_press_on_a_menu_that_is_gone_changes_nothing_and_leads_on(
    where: dict[str, Any], offered: list[str], step: str | None
) -> None:
    reply = await said(press("feedback.send"), scene(**{**where, "menu_id": 7}))
    assert shipped().words("vi")("start.stale") == (*reply.lead, reply.text)[0]
    assert actions(reply) == offered
    assert (reply.step == step and reply.keep == ANSWERS) if step else reply.stay


def test_a_label_typed_keeps_the_language_it_was_read_in() -> None:
    """A person who reads English types English labels, and one who reads Vietnamese its own."""
    languages = Languages()
    for language in ("vi", "en"):
        assert languages.detect(shipped().words(language)("start.report"), language) == language
