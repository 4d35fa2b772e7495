from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import media, people, places, tickets
from db.scene import Grant, Scene
from handlers import dispatcher, faq, routers, start, warnings
from handlers.messages import Edit, Effect, Incoming, Message, Outcome, Reply
from handlers.router import Context, Dispatcher, Router
from tests.handlers.inputs import shipped
from tests.handlers.stage import PRIVATE, SOMEBODY, Stage, message, press, scene

FIRE = "nhà ông Ba cháy to quá"
BRIBE = "tôi muốn tố cáo trưởng thôn ăn chặn tiền"
REPORT: dict[str, Any] = {
    "step": "feedback.what",
    "keep": {"media": [4]},
    "free_text": True,
    "menu_id": 1,
}
CADRE = (Grant("cadre", 2, "1.2."),)


def interrupted(step: str, keep: dict[str, Any]) -> dict[str, Any]:
    """A scene in which it is asked whether to give up `keep`."""
    context = Stage(shipped()).context(scene(step=step, keep=keep))
    asked = start.ask_first(context, "/menu")
    return {"step": asked.step, "keep": asked.keep}


async def heard(incoming: Incoming, scene: Scene, language: str = "vi") -> Outcome:
    stage = Stage(shipped())
    stage.answers = {
        people.consented: True,
        places.villages_of_bot: [],
        tickets.usable: lambda files: tuple(files),
    }
    return await dispatcher().dispatch(incoming, stage.context(scene, language))


async def said(incoming: Incoming, scene: Scene, language: str = "vi") -> Reply:
    outcome = await heard(incoming, scene, language)
    assert isinstance(outcome, Reply)
    return outcome


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param(FIRE, "114", id="fire"),
        pytest.param("nha ong ba chay to qua", "114", id="fire, without marks"),
        pytest.param("có người đuối nước ngoài sông", "115", id="drowning"),
        pytest.param("hai nhà đánh nhau, có dao", "113", id="violence"),
        pytest.param("chồng tôi đánh tôi", "113", id="violence at home"),
        pytest.param("có trộm vào nhà", "113", id="burglars"),
    ],
)
async def test_danger_gets_the_number_at_once_and_nothing_else(
    text: str, number: str, language: str
) -> None:
    reply = await said(message(text), scene(), language)
    assert reply.urgent
    assert reply.stay
    words = shipped().words(language)
    assert reply.text.startswith(words("warnings.call"))
    assert f"📞 {number} – " in reply.text
    assert reply.text.endswith(words("warnings.calm"))


@pytest.mark.parametrize(
    ("incoming", "where"),
    [
        pytest.param(message(FIRE, group=True, addressed=False), {}, id="group, not addressed"),
        pytest.param(message(FIRE, group=True), {}, id="group, addressed"),
        pytest.param(Edit(PRIVATE, SOMEBODY, "5", FIRE), {}, id="a corrected message"),
        pytest.param(Edit(PRIVATE, SOMEBODY, "5", FIRE), REPORT, id="corrected, in a report"),
    ],
)
async def test_danger_is_heard_everywhere(incoming: Incoming, where: dict[str, Any]) -> None:
    reply = await said(incoming, scene(**where))
    assert (reply.urgent, reply.stay, reply.lead) == (True, True, ())
    assert "114" in reply.text


async def test_danger_told_in_a_report_gets_the_number_first_and_is_kept_as_the_answer() -> None:
    outcome = await heard(message(FIRE), scene(**REPORT))
    reply = outcome.say(()) if isinstance(outcome, Effect) else outcome
    assert isinstance(reply, Reply)
    assert reply.urgent
    assert "114" in reply.lead[0]
    assert reply.keep["what"] == FIRE
    assert reply.keep["media"] == [4]


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(message("bán bình chữa cháy"), id="a fire extinguisher"),
        pytest.param(message("hôm nay họp thôn", group=True, addressed=False), id="talk"),
        pytest.param(Edit(PRIVATE, SOMEBODY, "5", BRIBE), id="a denunciation as a correction"),
        pytest.param(message(BRIBE, group=True, addressed=False), id="denouncing, not to us"),
    ],
)
async def test_what_is_no_warning_draws_none(incoming: Incoming) -> None:
    outcome = await heard(incoming, scene())
    if isinstance(outcome, Effect):
        outcome = outcome.say(1)
    assert outcome is None or (isinstance(outcome, Reply) and not outcome.urgent)
    assert outcome is None or "Luật Tố cáo" not in outcome.text


@pytest.mark.parametrize(
    "where",
    [
        pytest.param({}, id="idle"),
        pytest.param(REPORT, id="in a report"),
        pytest.param({"step": "feedback.confirm", "keep": {"what": "x"}}, id="at the end of one"),
        pytest.param(interrupted("feedback.where", {"what": "x"}), id="asked"),
        pytest.param({"step": "faq.ask", "free_text": True}, id="in a question"),
    ],
)
async def test_a_denunciation_is_shown_its_road_and_nothing_of_it_stays(
    where: dict[str, Any],
) -> None:
    outcome = await heard(message(BRIBE), scene(**where))
    reply = outcome.say(None) if isinstance(outcome, Effect) else outcome
    assert isinstance(reply, Reply)
    assert reply.text == shipped().words("vi")("warnings.denunciation")
    assert (reply.step, dict(reply.keep), reply.stay, reply.notices) == (None, {}, False, ())
    assert [button.action for button in reply.buttons] == ["start.menu"]


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(REPORT, id="in a report"),
        pytest.param(interrupted("feedback.where", {"what": "x", "media": [4]}), id="asked"),
    ],
)
async def test_the_files_that_came_with_a_denunciation_are_let_go(where: dict[str, Any]) -> None:
    outcome = await heard(message(BRIBE), scene(**where))
    assert isinstance(outcome, Effect)
    assert (outcome.verb, outcome.arguments) == (media.discard, {"files": (4,)})


async def test_who_is_asked_whether_to_give_up_an_announcement_may_name_denunciations() -> None:
    body = {"body": "Mai tiếp công dân"}
    where = interrupted("announcements.text", body)
    reply = await said(message("mang theo đơn tố cáo"), scene(**where, grants=CADRE))
    assert (reply.step, reply.keep["keep"]) == ("start.interrupted", body)


async def test_a_denunciation_in_a_group_gets_no_buttons() -> None:
    reply = await said(message(BRIBE, group=True), scene(chat_kind="group"))
    assert reply == Reply(shipped().words("vi")("warnings.denunciation"))


async def test_the_road_of_a_denunciation_names_no_number_and_says_what_the_law_says() -> None:
    for language, kept in (("vi", "không giữ lại"), ("en", "do not keep")):
        text = shipped().words(language)("warnings.denunciation")
        assert not any(sign.isdigit() for sign in text)
        assert kept in text


STAFF = ("announcements", "bulletins", "exports", "groups", "publishing", "roles", "tickets")
RESIDENTS = {"faq", "feedback", "linking", "people", "start"}
STEPS = [step for router in routers() for step in router.steps]
STAFF_STEPS = [step for step in STEPS if step.partition(".")[0] in STAFF]


def test_every_conversation_is_known_to_be_of_staff_or_of_residents() -> None:
    assert {step.partition(".")[0] for step in STEPS} <= {*STAFF, *RESIDENTS}


def desk(step: str) -> Dispatcher:
    """Where staff write, and the message is taken as it is."""
    router = Router()

    @router.step(step)
    async def written(message: Message, context: Context) -> Outcome:
        return Reply("đã nhận", step=step, keep={"body": message.text})

    return Dispatcher(
        [warnings.router, router],
        fallback=faq.question,
        stale=start.stale,
        ask_first=start.ask_first,
    )


@pytest.mark.parametrize("step", STAFF_STEPS)
async def test_what_staff_write_for_others_may_speak_of_denunciations(step: str) -> None:
    text = "Lịch tiếp công dân về khiếu nại, tố cáo"
    context = Stage(shipped()).context(scene(step=step, grants=CADRE))
    outcome = await desk(step).dispatch(message(text), context)
    assert outcome == Reply("đã nhận", step=step, keep={"body": text})


@pytest.mark.parametrize("step", STAFF_STEPS)
async def test_what_staff_write_of_danger_is_taken_after_the_number(step: str) -> None:
    context = Stage(shipped()).context(scene(step=step, grants=CADRE))
    outcome = await desk(step).dispatch(message(FIRE), context)
    assert isinstance(outcome, Reply)
    assert "114" in outcome.lead[0]
    assert outcome.keep == {"body": FIRE}


async def test_a_press_is_no_warning() -> None:
    reply = await said(replace(press("start.menu"), menu=FIRE), scene())
    assert not reply.urgent
