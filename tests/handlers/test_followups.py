"""After a report is sent: how far it is, thanks for an answer, and that it is not done yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import tickets
from db.media import Seen
from handlers.tickets import reports
from tests.handlers.reporting import LAMP, REPORT, WORDS, ready, reporter
from tests.handlers.talk import PHOTO, Talk, actions

ANSWERED = replace(REPORT, person_id=7, state="answered", answer="Mai sửa")
QUOTE = reports.quote(ANSWERED.what)


def resident(*own: tickets.Report, **more: object) -> Talk:
    """Whose reports are `own`, newest first."""
    stage = ready()
    stage.answers[tickets.mine] = list(own)
    stage.answers[tickets.read] = lambda actor, number: ANSWERED
    told = reporter(stage, **more)
    told.results[tickets.reopen] = lambda **said: tickets.Reopened(ANSWERED, (50,), (21, 22))
    return told


@pytest.mark.parametrize("step", ["", "feedback.offered"])
@pytest.mark.parametrize(
    "text",
    [
        "phan anh cua toi den dau roi",
        "bao gio sua xong",
        "đến đâu rồi cháu ơi",
        "có ai trả lời chưa",
        "phản ánh của bà thế nào rồi",
    ],
)
async def test_asking_how_far_it_is_shows_the_own_reports(step: str, text: str) -> None:
    told = resident(REPORT, step=step, keep={"what": LAMP, "media": []} if step else {})
    reply = await told.say(text)
    assert reply.text.startswith(WORDS("tickets.mine"))
    assert WORDS("tickets.state_open") in reply.text
    assert told.scene.step == ""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("làm căn cước bao giờ xong", id="of a procedure"),
        pytest.param("Phản ánh của tôi: đèn đường hỏng", id="a report"),
        pytest.param("đèn đường hỏng bao giờ cũng tối", id="no question of how far"),
    ],
)
async def test_what_asks_something_else_is_left_to_others(text: str) -> None:
    assert (await resident(REPORT).say(text)).text == "nobody claims this"


async def test_who_has_reported_nothing_is_not_asking_after_a_report() -> None:
    assert (await resident().say("bao giờ sửa xong")).text == "nobody claims this"


async def test_in_the_middle_of_a_report_such_words_belong_to_it() -> None:
    told = resident(ANSWERED, step="feedback.what", keep={"media": []}, free_text=True)
    await told.say("vẫn chưa sửa xong cái cống")
    assert told.keep["what"] == "vẫn chưa sửa xong cái cống"


@pytest.mark.parametrize("text", ["den van chua sang ong oi", "chưa xong", "vẫn thế"])
async def test_a_sigh_after_an_answer_is_offered_to_the_staff_again(text: str) -> None:
    told = resident(ANSWERED)
    reply = await told.say(text)
    assert reply.text == WORDS("tickets.again_or_new", code="PA-12", quote=QUOTE)
    assert actions(reply) == ["tickets.again_send", "feedback.from_text", "tickets.again.cancel"]
    sent = await told.say("ừ gửi đi")
    assert told.done[-1].arguments == {"number": 12, "body": text, "files": []}
    assert sent.text == WORDS("tickets.again_sent", code="PA-12")
    (notice,) = sent.notices
    assert notice.people == (21, 22)
    assert notice.text == WORDS("tickets.again_notice", code="PA-12", who="Bác Mít", text=text)
    assert [button.action for button in notice.buttons] == ["tickets.answer:12", "tickets.show:12"]


@pytest.mark.parametrize("text", ["hai ngay roi khong ai den", "mấy hôm rồi chưa thấy ai xuống"])
async def test_a_sigh_before_there_is_an_answer_is_offered_to_the_staff_again(text: str) -> None:
    told = resident(REPORT)
    reply = await told.say(text)
    assert reply.text == WORDS("tickets.again_or_new", code="PA-12", quote=QUOTE)


async def test_a_longer_complaint_is_one_of_its_own() -> None:
    told = resident(REPORT)
    await told.say("rác ngoài bờ mương chất đống ba ngày nay không thấy ai dọn")
    assert told.scene.step != "tickets.offered"


async def test_a_sigh_can_be_a_new_report() -> None:
    told = resident(ANSWERED)
    await told.say("đèn vẫn chưa sáng")
    assert (await told.press("feedback.from_text")).step == "feedback.where"
    assert told.keep["what"] == "đèn vẫn chưa sáng"


async def test_a_sigh_can_be_nothing_or_give_way_to_something_else() -> None:
    told = resident(ANSWERED)
    await told.say("vẫn thế")
    assert (await told.say("không")).text == WORDS("tickets.again_cancelled")
    await told.say("vẫn thế")
    assert (await told.say("menu")).text == WORDS("start.hello")
    assert told.done == []


async def test_under_an_answer_one_writes_again_with_a_photo() -> None:
    told = resident(ANSWERED)
    asked = await told.press_elsewhere("tickets.again:12")
    assert asked.text == WORDS("tickets.again_write", code="PA-12", quote=QUOTE)
    assert (await told.say("")).text == WORDS("tickets.again_words_please")
    sent = await told.say("Vẫn tối", PHOTO)
    files = [Seen(PHOTO.ref, PHOTO.kind, PHOTO.name)]
    assert told.done[-1].arguments == {"number": 12, "body": "Vẫn tối", "files": files}
    assert sent.notices[0].media == (50,)


async def test_a_command_while_writing_again_asks_first() -> None:
    told = resident(ANSWERED)
    await told.press_elsewhere("tickets.again:12")
    assert (await told.say("menu")).text == WORDS("start.unfinished")


async def test_thanks_under_an_answer_are_answered_warmly() -> None:
    reply = await resident(ANSWERED).press_elsewhere("tickets.thanks")
    assert (reply.text, reply.stay) == (WORDS("tickets.thanked"), True)


def test_a_report_shows_what_was_said_again_before_or_after_the_answer() -> None:
    again = replace(ANSWERED, state="open", again="Vẫn tối")
    answer = WORDS("tickets.answered", answer="Mai sửa")
    said = WORDS("tickets.said_again", text="Vẫn tối")
    assert reports.full(WORDS, again, staff=True).endswith(f"{answer}\n\n{said}")
    closed = replace(again, state="answered")
    assert reports.full(WORDS, closed, staff=False).endswith(f"{said}\n\n{answer}")
