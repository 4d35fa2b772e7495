"""A cadre's answer, kept with one press as the draft of an entry; and the list of such drafts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import drafts, tickets
from db.drafts import Draft
from db.permissions import NotAllowed
from db.scene import Grant
from db.tickets import NoSuchReport
from handlers.messages import Effect
from handlers.questions.drafts import MOST, kept, without_numbers
from tests.handlers.reporting import HEAD, REPORT, WORDS, desk
from tests.handlers.stage import NOW, press
from tests.handlers.talk import Talk, actions

ADMIN = Grant("admin", 1, "1.")
ANSWERED = replace(
    REPORT,
    what="Em tên là Nguyễn Thị Bưởi, số 0900000001, con sinh muộn thì khai sinh sao ạ?",
    category="question",
    state="answered",
    answer="Chị ra xã, mang giấy chứng sinh.",
)
DRAFT = Draft(4, "con sinh muộn thì khai sinh sao", "Ra xã\nnhé.", "", "Thôn Bến Đò", NOW)


def staff(report: tickets.Report = ANSWERED, *grants: Grant) -> Talk:
    told = desk(*(grants or (HEAD,)), report=report)
    told.results[drafts.keep] = None
    return told


def admin(*waiting: Draft, grant: Grant = ADMIN, **more: Any) -> Talk:
    told = desk(grant, **more)
    told.stage.answers[drafts.of] = list(waiting)
    return told


async def test_one_press_keeps_the_answer_and_nothing_of_who_asked() -> None:
    told = staff()
    done = await told.press_elsewhere("drafts.keep:12")
    assert told.verbs() == [drafts.keep]
    given = told.done[0].arguments
    assert given["number"] == 12
    assert "khai sinh sao" in given["text"]
    for private in ("Nguyễn", "Bưởi", "0900", "00001"):
        assert private not in given["text"]
    assert done.text == WORDS("handing.draft_kept", code="PA-12")


@pytest.mark.parametrize("refusal", [NoSuchReport(), NotAllowed("ticket:answer")])
async def test_what_may_not_be_kept_is_declined_in_words(refusal: Exception) -> None:
    told = staff()
    context = told.stage.context(told.scene)
    outcome = await kept(press("drafts.keep:12"), context, "12")
    assert isinstance(outcome, Effect)
    assert outcome.refusals[type(refusal)].text == WORDS("handing.draft_refused", code="PA-12")


async def test_a_report_that_is_not_there_is_declined_too() -> None:
    told = staff()
    said = await told.press_elsewhere("drafts.keep:99")
    assert (said.text, told.done) == (WORDS("handing.draft_refused", code="PA-99"), [])


async def test_the_button_stands_under_an_answered_question_and_under_no_report() -> None:
    shown = await staff().press_elsewhere("tickets.show:12")
    assert "drafts.keep:12" in actions(shown)
    assert "tickets.publish:12" not in actions(shown)
    lamp = await staff(replace(ANSWERED, category="light")).press_elsewhere("tickets.show:12")
    assert "drafts.keep:12" not in actions(lamp)
    assert "tickets.publish:12" in actions(lamp)
    waiting = await staff(replace(ANSWERED, state="open")).press_elsewhere("tickets.show:12")
    assert "drafts.keep:12" not in actions(waiting)


async def test_admins_read_what_waits_and_how_it_becomes_a_file() -> None:
    shown = await admin(DRAFT).press_elsewhere("drafts.list")
    one = WORDS(
        "handing.drafts_one",
        date="22/11/2026",
        place="Thôn Bến Đò",
        question=DRAFT.question,
        answer="Ra xã nhé.",
    )
    assert shown.text == "\n\n".join(
        [WORDS("handing.drafts", count=1), one, WORDS("handing.drafts_next")]
    )


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("Chị gọi 0900 000 001 nhé", "Chị gọi [số …] nhé"),
        ("số +84.900.000.001.", "số [số …]."),
        ("căn cước 001000000001, thẻ 0000-0000-0000-0001", "căn cước [số …], thẻ [số …]"),
        ("phí 1.500.000.000 đồng từ 01/7/2025", "phí 1.500.000.000 đồng từ 01/7/2025"),
        ("Nghị định 123/2015/NĐ-CP, 8.000 đồng", "Nghị định 123/2015/NĐ-CP, 8.000 đồng"),
    ],
)
async def test_numbers_of_people_are_hidden_and_sums_and_dates_are_not(
    answer: str, shown: str
) -> None:
    assert without_numbers(answer) == shown
    assert shown in (await admin(replace(DRAFT, answer=answer)).press_elsewhere("drafts.list")).text


async def test_names_of_people_are_hidden_in_a_model_answer() -> None:
    answer = "Chị Hoa Mai gặp ông Nguyễn Văn Tít nhé"
    shown = "Chị [tên …] gặp ông [tên …] nhé"
    assert shown in (await admin(replace(DRAFT, answer=answer)).press_elsewhere("drafts.list")).text


async def test_of_very_many_the_oldest_are_shown_and_the_others_counted() -> None:
    many = [replace(DRAFT, id=number, question=f"câu {number}?") for number in range(MOST + 3)]
    shown = await admin(*many).press_elsewhere("drafts.list")
    assert WORDS("handing.drafts", count=MOST + 3) in shown.text
    assert f"câu {MOST - 1}?" in shown.text
    assert f"câu {MOST}?" not in shown.text
    assert WORDS("handing.drafts_more", count=3) in shown.text


async def test_without_any_that_is_said() -> None:
    assert (await admin().press_elsewhere("drafts.list")).text == WORDS("handing.drafts_none")


async def test_they_are_for_admins_in_private_only() -> None:
    refused = WORDS("handing.drafts_refused")
    assert (await admin(DRAFT, grant=HEAD).press_elsewhere("drafts.list")).text == refused
    assert (await admin(DRAFT, chat_kind="group").press_elsewhere("drafts.list")).text == refused
