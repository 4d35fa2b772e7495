"""From "Hỏi cán bộ" to the cadre's answer: the road of a report, in friendlier words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from content.loader import Content
from db import handover, people, places, tickets
from db.handover import Asked
from handlers import warnings
from handlers.messages import Reply
from handlers.tickets import reports
from tests.handlers.reporting import (
    BEN_DO,
    BY_HEAD,
    ENGLISH,
    HEAD,
    REPORT,
    WORDS,
    desk,
    opened,
    ready,
)
from tests.handlers.stage import message, scene
from tests.handlers.talk import PHOTO, RIVER, Talk, actions

MASKED = "con cua ••• sinh o nuoc ngoai thi khai sinh the nao"
WHOLE = "Con em sinh ở Đài Loan thì làm giấy khai sinh thế nào ạ?"
KEPT = Asked(MASKED, None)
HAND = "questions.hand:5"
QUESTION = replace(REPORT, what=WHOLE, category="question", address="", media=())


def asker(asked: Asked | None = KEPT, *, consented: bool = True, **more: Any) -> Talk:
    """Who asked question 5, at home in Bến Đò unless `place_id` says otherwise."""
    stage = ready(consented=consented)
    stage.answers[handover.asked] = lambda actor, number: asked if number == 5 else None
    told = Talk(stage, scene(**more))
    told.results[handover.hand_over] = opened
    return told


def of_song_trang(content: Content) -> str:
    return content.local.of(("song-trang",))["gio_lam_viec"]


async def test_what_is_kept_of_it_is_shown_and_sent_with_one_press() -> None:
    told = asker()
    shown = await told.press_elsewhere(HAND)
    assert f"\n\n{MASKED}\n\n" in shown.text
    assert WORDS("handing.recorded") in shown.text
    assert actions(shown) == ["feedback.send", "feedback.cancel"]
    assert shown.buttons[0].label == WORDS("handing.send")
    done = await told.press("feedback.send")
    assert told.verbs() == [handover.hand_over]
    assert told.done[0].arguments == {
        "number": 5,
        "place_id": BEN_DO.id,
        "what": MASKED,
        "location": None,
        "files": (),
        "language": "vi",
    }
    assert WORDS("handing.received", code="PA-12", place="Thôn Bến Đò") in done.text
    assert done.step is None
    assert (done.buttons[0].label, done.buttons[0].action) == (
        WORDS("handing.follow"),
        "tickets.mine",
    )
    assert "hản ánh" not in done.text + str(done.buttons)


async def test_ones_own_words_take_the_place_of_what_was_kept() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    shown = await told.say(WHOLE)
    assert MASKED not in shown.text
    assert shown.lead == ()
    assert WORDS("handing.confirm") in shown.text
    more = await told.say("Bố cháu là người nước ngoài")
    assert f"{WHOLE}\nBố cháu là người nước ngoài" in more.text
    assert more.lead == (WORDS("handing.got_more"),)
    await told.press("feedback.rewrite")
    assert (await told.say("Hỏi lại cho rõ: khai sinh muộn")).step == "feedback.confirm"
    await told.press("feedback.send")
    assert told.done[-1].arguments["what"] == "Hỏi lại cho rõ: khai sinh muộn"
    assert told.done[-1].arguments["number"] == 5


async def test_a_question_about_a_procedure_is_part_of_it_and_not_answered_again() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    shown = await told.say("làm giấy khai sinh cần gì")
    assert (shown.step, shown.lead) == ("feedback.confirm", ())
    assert "làm giấy khai sinh cần gì" in shown.text


async def test_a_yes_in_words_sends_it_and_a_no_does_not() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    shown = await told.say("không ạ")
    assert (shown.step, told.done) == ("feedback.confirm", [])
    await told.say("gửi đi")
    assert told.verbs() == [handover.hand_over]


async def test_photos_and_a_place_go_along() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    shown = await told.say("", PHOTO)
    assert MASKED in shown.text
    await told.say("", location=RIVER)
    await told.say(WHOLE)
    await told.press("feedback.send")
    given = told.done[-1].arguments
    assert (given["what"], given["files"]) == (WHOLE, (40,))
    assert given["location"] == (RIVER.latitude, RIVER.longitude)


async def test_consent_comes_first_and_speaks_of_questions_too() -> None:
    told = asker(consented=False)
    asked = await told.press_elsewhere(HAND)
    assert asked.text == WORDS("people.consent")
    assert "câu hỏi" in asked.text.split("\n")[0]
    told.stage.answers[people.consented] = True
    shown = await told.press("feedback.agree")
    assert told.verbs() == [people.agree]
    assert MASKED in shown.text


async def test_without_consent_nothing_is_passed_on() -> None:
    told = asker(consented=False)
    await told.press_elsewhere(HAND)
    refused = await told.press("feedback.refuse")
    assert refused.text == WORDS("handing.refused")
    assert (told.done, told.keep) == ([], {})


async def test_a_question_that_is_kept_no_more_is_asked_for() -> None:
    told = asker(asked=None)
    asked = await told.press_elsewhere(HAND)
    assert (asked.text, asked.free_text) == (WORDS("handing.what"), True)
    await told.say(WHOLE)
    await told.press("feedback.send")
    assert told.done[-1].arguments["what"] == WHOLE


async def test_once_handed_over_its_code_is_told() -> None:
    told = asker(asked=Asked(MASKED, 12))
    said = await told.press_elsewhere(HAND)
    assert said.text == WORDS("handing.already", code="PA-12")
    assert (said.step, told.done) == (None, [])


async def test_in_a_group_it_is_asked_to_come_in_private() -> None:
    told = asker(chat_kind="group")
    said = await told.press_elsewhere(HAND)
    assert (said.text, said.stay) == (WORDS("handing.private_only"), True)


async def test_given_up_it_is_not_called_a_report() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    assert (await told.press("feedback.cancel")).text == WORDS("handing.cancelled")
    assert told.keep == {}


async def test_a_report_begun_beside_it_asks_first() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    await told.say(WHOLE)
    asked = await told.say("/phananh đèn đường hỏng")
    assert asked.text == WORDS("start.unfinished")
    await told.press("start.resume")
    assert (told.scene.step, told.keep["what"]) == ("feedback.confirm", WHOLE)


async def test_a_denunciation_is_not_taken_this_way_either() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    context = told.stage.context(told.scene)
    said = message("tôi muốn tố cáo ông chủ tịch xã nhận tiền")
    road = await warnings.denunciation(said, context)
    assert isinstance(road, Reply)
    assert road.step is None


async def test_office_hours_are_told_where_the_place_has_entered_them() -> None:
    told = asker()
    told.stage.answers[places.chain] = lambda place_id, bot_id: ("ben-do", "song-trang")
    await told.press_elsewhere(HAND)
    done = await told.press("feedback.send")
    assert WORDS("handing.hours", hours=of_song_trang(told.stage.content)) in done.text


async def test_where_nobody_entered_them_none_are_made_up() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    done = await told.press("feedback.send")
    assert WORDS("handing.hours_unknown") in done.text


async def test_staff_hear_a_question_and_can_answer_it_there() -> None:
    told = asker()
    await told.press_elsewhere(HAND)
    await told.say(WHOLE, PHOTO)
    (notice,) = (await told.press("feedback.send")).notices
    assert notice.people == (21, 22)
    said = WORDS("handing.staff_notice", code="PA-12", place="Thôn Bến Đò", who="Bà Lúa")
    assert notice.text.startswith(f"{said}\n\n{WHOLE}")
    assert (notice.code, notice.media) == ("PA-12", (40,))
    assert [button.action for button in notice.buttons] == ["tickets.answer:12", "tickets.show:12"]


@pytest.mark.parametrize(("language", "words"), [("vi", WORDS), ("en", ENGLISH)])
async def test_the_answer_comes_back_as_one_to_a_question(language: str, words: Any) -> None:
    told = desk(HEAD, report=replace(QUESTION, language=language))
    await told.press_elsewhere("tickets.answer:12")
    await told.say("Anh/chị ra sở tư pháp ạ.")
    reply = await told.press("tickets.send")
    (notice,) = reply.notices
    by = {"vi": "Trưởng thôn Bến Đò", "en": "The head of thôn Bến Đò"}[language]
    assert notice.text == words(
        "handing.notice",
        by=by,
        code="PA-12",
        date="22/11/2026",
        quote=reports.quote(WHOLE),
        answer="Anh/chị ra sở tư pháp ạ.",
    )
    assert [button.label for button in notice.buttons] == [
        words("handing.thanks"),
        words("handing.again"),
    ]
    assert [one.action for one in notice.buttons] == ["tickets.thanks", "tickets.again:12"]
    assert actions(reply) == ["tickets.inbox", "drafts.keep:12", "start.menu"]


async def test_answered_once_more_it_is_still_a_question() -> None:
    answered = replace(QUESTION, state="answered", answer="Em hỏi lại", answerer="Cô Mận")
    told = desk(HEAD, report=answered)
    told.results[tickets.answer] = tickets.Answered(answered, BY_HEAD)
    await told.press_elsewhere("tickets.answer:12")
    await told.say("Ra sở tư pháp ạ.")
    (notice,) = (await told.press("tickets.send")).notices
    assert notice.text.startswith("Trưởng thôn Bến Đò trả lời thêm câu hỏi PA-12")


async def test_in_lists_it_is_told_from_a_report() -> None:
    told = desk(HEAD, report=QUESTION)
    shown = await told.press_elsewhere("tickets.show:12")
    assert shown.text.startswith("PA-12 (câu hỏi) · 22/11/2026 · chờ trả lời")
