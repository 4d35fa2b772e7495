"""Reports after they are sent: followed by their people, read and answered by staff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import media, tickets
from db.permissions import NotAllowed
from db.scene import Actor, Grant
from handlers.messages import Effect, Reply
from handlers.tickets import reports
from handlers.tickets.talk import MOST_MINE, MOST_OPEN, answer_confirmed
from tests.handlers.reporting import BY_HEAD, ELSEWHERE, ENGLISH, HEAD, REPORT, WORDS, desk, own
from tests.handlers.stage import press
from tests.handlers.talk import PHOTO, RIVER, actions


async def test_an_answer_reaches_the_resident_with_the_code_the_report_and_the_date() -> None:
    told = desk(HEAD)
    asked = await told.press_elsewhere("tickets.answer:12")
    assert asked.step == "tickets.answering"
    assert asked.free_text
    shown = await told.say("Thợ sẽ sửa trong tuần.")
    assert shown.step == "tickets.confirm"
    reply = await told.press("tickets.send")
    assert told.done[-1].verb is tickets.answer
    assert told.done[-1].arguments == {"number": 12, "body": "Thợ sẽ sửa trong tuần."}
    (notice,) = reply.notices
    assert (notice.people, notice.chat) == ((REPORT.person_id,), None)
    assert notice.code == "PA-12"
    assert notice.text == WORDS(
        "tickets.notice",
        by="Trưởng thôn Bến Đò",
        code="PA-12",
        date="22/11/2026",
        quote=reports.quote(REPORT.what),
        answer="Thợ sẽ sửa trong tuần.",
    )
    assert notice.text in shown.text
    assert reply.text == WORDS("tickets.sent", code="PA-12", who="Bác Mít")
    assert reply.step is None


async def test_a_report_made_in_a_group_is_answered_there() -> None:
    told = desk(HEAD, report=replace(REPORT, in_group=True))
    await told.press_elsewhere("tickets.answer:12")
    await told.say("Đã sửa xong")
    (notice,) = (await told.press("tickets.send")).notices
    assert (notice.people, notice.chat) == ((), 32)


async def test_the_answer_is_written_in_the_language_of_the_report() -> None:
    told = desk(HEAD, report=replace(REPORT, language="en"))
    await told.press_elsewhere("tickets.answer:12")
    shown = await told.say("It will be repaired.")
    (notice,) = (await told.press("tickets.send")).notices
    assert notice.text in shown.text
    assert notice.text == ENGLISH(
        "tickets.notice",
        by="The head of thôn Bến Đò",
        code="PA-12",
        date="22/11/2026",
        quote=reports.quote(REPORT.what),
        answer="It will be repaired.",
    )


async def test_a_second_answer_is_called_a_further_one() -> None:
    before = replace(REPORT, state="answered", answer="Mai sửa", answerer="Cô Mận")
    told = desk(HEAD, report=before)
    asked = await told.press_elsewhere("tickets.answer:12")
    quote = reports.quote(REPORT.what)
    assert asked.text == WORDS(
        "tickets.write_more", code="PA-12", who="Bác Mít", by="Cô Mận", answer="Mai sửa"
    )
    await told.say("Đã sửa xong")
    reply = await told.press("tickets.send")
    assert reply.text == WORDS("tickets.sent_more", code="PA-12", who="Bác Mít")
    (notice,) = reply.notices
    assert notice.text == WORDS(
        "tickets.notice_more",
        by="Trưởng thôn Bến Đò",
        code="PA-12",
        date="22/11/2026",
        quote=quote,
        answer="Đã sửa xong",
    )


async def test_others_who_were_asked_to_answer_hear_that_it_is_done() -> None:
    told = desk(HEAD)
    told.results[tickets.answer] = tickets.Answered(REPORT, BY_HEAD, (21, 22))
    await told.press_elsewhere("tickets.answer:12")
    await told.say("Đã sửa xong")
    resident, others = (await told.press("tickets.send")).notices
    assert resident.people == (REPORT.person_id,)
    assert (others.people, others.buttons) == ((21, 22), ())
    by, who = "Trưởng thôn Bến Đò", told.scene.name
    assert others.text == WORDS("tickets.answered_by", code="PA-12", by=by, who=who)


async def test_an_answer_can_be_thanked_for_or_written_to_again() -> None:
    told = desk(HEAD)
    await told.press_elsewhere("tickets.answer:12")
    await told.say("Đã sửa xong")
    (notice,) = (await told.press("tickets.send")).notices
    offered = [button.action for button in notice.buttons]
    assert offered == ["tickets.thanks", "tickets.again:12"]
    assert notice.code == "PA-12"


@pytest.mark.parametrize("text", ["trả lời PA-12", "tra loi pa12", "trả lời phản ánh PA-12"])
async def test_answer_and_a_code_begins_the_answer(text: str) -> None:
    assert (await desk(HEAD).say(text)).step == "tickets.answering"


@pytest.mark.parametrize(
    ("text", "body"),
    [("sua lai: chieu mai", "chieu mai"), ("Nhầm, mai mới xong", "mai mới xong")],
)
async def test_a_correction_takes_the_place_of_the_answer(text: str, body: str) -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Cũ", "media": [40]})
    reply = await told.say(text)
    assert reply.lead == (WORDS("tickets.replaced"),)
    assert told.keep == {"number": 12, "body": body, "media": [40]}


@pytest.mark.parametrize("text", ["sửa lại", "viết lại giúp tôi", "nhầm rồi"])
async def test_the_wish_to_correct_asks_for_new_words(text: str) -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Cũ", "media": []})
    assert (await told.say(text)).text == WORDS("tickets.write_again")
    assert told.keep["body"] == "Cũ"


async def test_what_only_begins_like_a_correction_is_part_of_the_answer() -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Cũ", "media": []})
    await told.say("Sửa lại dây điện rồi")
    assert told.keep["body"] == "Cũ\nSửa lại dây điện rồi"


async def test_a_photo_goes_along_with_the_answer() -> None:
    told = desk(HEAD)
    await told.press_elsewhere("tickets.answer:12")
    asked = await told.say("", PHOTO)
    assert asked.step == "tickets.answering"
    assert asked.text == WORDS("tickets.words_after_files")
    await told.say("Đã sửa xong", PHOTO)
    (notice,) = (await told.press("tickets.send")).notices
    assert notice.media == (40, 41)


async def test_a_location_becomes_a_line_of_the_answer() -> None:
    told = desk(HEAD, step="tickets.answering", keep={"number": 12})
    await told.say("Bà con đến đây", location=RIVER)
    line = WORDS("tickets.location", point="20.50000, 106.25000")
    assert told.keep["body"] == f"Bà con đến đây\n{line}"


async def test_words_at_the_preview_are_added_to_the_answer() -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Đã sửa", "media": []})
    reply = await told.say("Cảm ơn bác")
    assert reply.step == "tickets.confirm"
    assert told.keep["body"] == "Đã sửa\nCảm ơn bác"
    assert actions(reply) == ["tickets.send", "tickets.rewrite", "tickets.cancel"]


@pytest.mark.parametrize(
    ("text", "sent"),
    [("vâng", True), ("gửi đi", True), ("không", False), ("", False), ("9", False), ("👍", False)],
)
async def test_only_a_yes_sends(text: str, sent: bool) -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Đã sửa", "media": []})
    reply = await told.say(text)
    assert sent or told.keep["body"] == "Đã sửa"
    assert (tickets.answer in told.verbs()) is sent
    assert (reply.step == "tickets.confirm") is not sent


async def test_a_rewritten_answer_takes_the_place_of_the_old_one() -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Cũ", "media": [40]})
    await told.say("")
    await told.press("tickets.rewrite")
    await told.say("")
    assert told.keep["body"] == "Cũ"
    await told.say("Mới")
    assert told.keep == {"number": 12, "body": "Mới", "media": [40]}


async def test_a_cancelled_answer_leaves_nothing() -> None:
    told = desk(HEAD, step="tickets.answering", keep={"number": 12})
    await told.say("", PHOTO)
    reply = await told.press("tickets.cancel")
    assert reply.text == WORDS("tickets.cancelled")
    assert reply.step is None
    assert told.verbs() == [media.want, media.discard]


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("thông báo", "/thongbao"),
        ("MENU", "/menu"),
        ("trợ giúp", "/trogiup"),
        ("/hỏi", "/hoi"),
        ("Phản ánh của tôi", "tickets.mine"),
        ("danh sách việc", "start.menu"),
    ],
)
async def test_a_command_typed_as_an_answer_asks_first(typed: str, wish: str) -> None:
    told = desk(HEAD)
    await told.press_elsewhere("tickets.answer:12")
    await told.say("", PHOTO)
    told.scene = replace(told.scene, free_text=True)
    before = told.keep
    reply = await told.say(typed)
    assert reply.text == WORDS("start.unfinished")
    assert actions(reply) == ["start.resume", "start.leave"]
    assert reply.keep["wish"] == wish
    await told.press("start.resume")
    assert told.scene.step == "tickets.answering"
    assert told.keep == before


async def test_a_sentence_with_a_command_in_it_is_the_answer() -> None:
    told = desk(HEAD, step="tickets.answering", keep={"number": 12}, free_text=True)
    await told.say("Thông báo: mai thợ đến")
    assert told.keep["body"] == "Thông báo: mai thợ đến"


async def test_who_may_not_answer_any_more_is_told_before_the_preview() -> None:
    told = desk(HEAD, step="tickets.answering", keep={"number": 12}, free_text=True)

    def gone(actor: Actor, path: str) -> tickets.Signature:
        raise NotAllowed("ticket:answer")

    told.stage.answers[tickets.signature] = gone
    reply = await told.say("Đã sửa")
    assert reply.text == WORDS("tickets.not_yours", code="PA-12")


async def test_a_right_lost_meanwhile_is_said_kindly() -> None:
    told = desk(HEAD, step="tickets.confirm", keep={"number": 12, "body": "Đã sửa"})
    outcome = await answer_confirmed(press("tickets.send"), told.stage.context(told.scene), "")
    assert isinstance(outcome, Effect)
    said = {error: reply.text for error, reply in outcome.refusals.items()}
    assert said == {
        tickets.NoSuchReport: WORDS("tickets.no_such", code="PA-12"),
        NotAllowed: WORDS("tickets.not_yours", code="PA-12"),
    }


@pytest.mark.parametrize(
    ("grants", "key"),
    [((ELSEWHERE,), "tickets.no_such"), ((), "tickets.no_such")],
    ids=["another village's head", "a resident"],
)
async def test_nobody_else_begins_an_answer(grants: tuple[Grant, ...], key: str) -> None:
    reply = await desk(*grants).press_elsewhere("tickets.answer:12")
    assert reply.text == WORDS(key, code="PA-12")
    assert reply.step is None


async def test_a_resident_may_read_but_not_answer_the_own_report() -> None:
    reply = await own(desk()).press_elsewhere("tickets.answer:12")
    assert reply.text == WORDS("tickets.not_yours", code="PA-12")


async def test_beginning_an_answer_never_throws_away_another_one() -> None:
    keep = {"number": 13, "body": "Đang viết", "media": []}
    told = desk(HEAD, step="tickets.confirm", keep=keep)
    reply = await told.press_elsewhere("tickets.answer:12")
    assert reply.step == "start.interrupted"
    await told.press("start.resume")
    assert told.scene.step == "tickets.confirm"
    assert told.keep == keep


async def test_the_inbox_lists_what_waits_and_opens_each() -> None:
    told = desk(HEAD)
    told.stage.answers[tickets.unanswered] = [REPORT, replace(REPORT, id=15)]
    reply = await told.press_elsewhere("tickets.inbox")
    assert actions(reply) == ["tickets.show:12", "tickets.show:15", "start.menu"]
    assert reply.text.startswith(WORDS("tickets.inbox", count=2))
    assert reply.buttons[0].label.startswith("PA-12 · Đèn đường")


async def test_a_long_inbox_says_that_there_is_more() -> None:
    told = desk(HEAD)
    told.stage.answers[tickets.unanswered] = [replace(REPORT, id=n) for n in range(MOST_OPEN + 1)]
    reply = await told.press_elsewhere("tickets.inbox")
    assert reply.text.startswith(WORDS("tickets.inbox_more", count=MOST_OPEN))
    assert len(reply.buttons) == MOST_OPEN + 1


async def test_an_empty_inbox_says_so() -> None:
    told = desk(HEAD)
    told.stage.answers[tickets.unanswered] = []
    assert (await told.press_elsewhere("tickets.inbox")).text == WORDS("tickets.inbox_empty")


@pytest.mark.parametrize(
    ("grants", "kind"), [((), "private"), ((HEAD,), "group")], ids=["a resident", "in a group"]
)
async def test_the_inbox_is_for_staff_in_private(grants: tuple[Grant, ...], kind: str) -> None:
    reply = await desk(*grants, chat_kind=kind).press_elsewhere("tickets.inbox")
    assert reply.text == WORDS("tickets.staff_only")


async def test_staff_see_the_whole_report_with_its_photos() -> None:
    reply = await desk(HEAD).press_elsewhere("tickets.show:12")
    assert reply.text == reports.full(WORDS, REPORT, staff=True)
    assert reply.media == (40,)
    assert actions(reply) == ["tickets.answer:12", "start.menu"]


async def test_its_own_person_sees_the_report_without_getting_the_photos_again() -> None:
    reply = await own(desk()).press_elsewhere("tickets.show:12")
    assert reply.text == reports.full(WORDS, REPORT, staff=False)
    assert reply.media == ()
    assert actions(reply) == ["start.menu"]


@pytest.mark.parametrize("text", ["PA-12", "pa12", "Pa 12", " pa–12 ", "PA-0012"])
async def test_a_bare_code_shows_how_the_report_stands(text: str) -> None:
    reply = await own(desk()).say(text)
    assert reply.text == reports.full(WORDS, REPORT, staff=False)


@pytest.mark.parametrize(
    "text", ["PA-12 sao rồi", "xpa12", "pa", "PA-1234567890", "pa12" + " " * 40 + "x"]
)
async def test_only_a_bare_code_does(text: str) -> None:
    reply = await own(desk()).say(text)
    assert reply.text == "nobody claims this"


async def test_a_code_of_somebody_else_tells_nothing() -> None:
    reply = await desk(ELSEWHERE).say("PA-12")
    assert reply.text == WORDS("tickets.no_such", code="PA-12")


async def test_a_code_in_a_group_tells_nothing() -> None:
    reply = await own(desk(chat_kind="group")).say("PA-12")
    assert reply == Reply(WORDS("tickets.private_only"), stay=True)


async def test_a_code_in_the_middle_of_something_leaves_it_alone() -> None:
    keep = {"what": "Cống tắc", "where": "đầu thôn"}
    for number in (12, 999):
        told = own(desk(step="feedback.photo", keep=keep))
        reply = await told.say(f"PA-{number}")
        assert reply.stay
        assert told.keep == keep


async def test_looking_at_a_report_ends_no_question_that_is_open() -> None:
    told = own(desk(step="people.village"))
    assert (await told.say("PA-12")).stay
    assert told.scene.step == "people.village"


async def test_a_question_without_answers_gives_way_to_what_is_asked_for() -> None:
    told = desk(step="faq.ask", free_text=True)
    told.stage.answers[tickets.mine] = [REPORT]
    reply = await told.press_elsewhere("tickets.mine")
    assert actions(reply) == ["tickets.show:12", "feedback.new", "start.menu"]
    assert told.scene.step == ""


async def test_a_code_is_an_answer_where_words_are_awaited() -> None:
    told = desk(HEAD, step="tickets.answering", keep={"number": 12}, free_text=True)
    await told.say("PA-12")
    assert told.keep["body"] == "PA-12"


async def test_a_resident_follows_the_own_reports() -> None:
    told = desk()
    answered = replace(REPORT, id=15, state="answered", answer="Đã sửa " * 100)
    asked: list[object] = []

    def mine(actor: Actor, limit: int) -> list[tickets.Report]:
        asked.append((actor.person_id, limit))
        return [answered, REPORT]

    told.stage.answers[tickets.mine] = mine
    reply = await told.say("phản ánh của tôi")
    assert asked == [(7, MOST_MINE)]
    assert reply.text == "\n\n".join(
        [WORDS("tickets.mine"), reports.summary(WORDS, answered), reports.summary(WORDS, REPORT)]
    )
    assert "đã trả lời" in reply.text
    assert "22/11/2026" in reply.text
    assert actions(reply) == ["tickets.show:15", "tickets.show:12", "feedback.new", "start.menu"]


async def test_who_has_no_reports_is_invited_to_send_one() -> None:
    told = desk()
    told.stage.answers[tickets.mine] = []
    reply = await told.press_elsewhere("tickets.mine")
    assert reply.text == WORDS("tickets.none")
    assert actions(reply) == ["feedback.new", "start.menu"]


async def test_a_group_does_not_see_anybodys_reports() -> None:
    reply = await desk(chat_kind="group").say("/phananhcuatoi")
    assert reply == Reply(WORDS("tickets.private_only"), stay=True)
