"""Whatever comes at any step of a report or its answer, nothing is lost and there is a way on."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from content.folding import normalize
from content.schedule import Schedule
from db import announcements, bulletins, handover, links, people, places, tickets
from handlers.announcements.taking import CONTENT
from handlers.interjection import INTERRUPTED
from handlers.messages import Attachment, Location
from handlers.people import is_name, says
from handlers.router import Context
from handlers.tickets.reports import apart, stray
from tests.handlers.board import CADRE, PLAN, making
from tests.handlers.desk import WORDS, progress
from tests.handlers.desk import at as writing
from tests.handlers.reporting import BEN_DO, GATE, GO_SEN, HEAD, LAMP, desk, opened, ready, reporter
from tests.handlers.talk import anything

KEPT = {"what": LAMP, "where": GATE, "media": [5], "place": 2, "village": "Thôn Bến Đò"}
STEPS: dict[str, dict[str, Any]] = {
    "offered": {"what": LAMP, "media": []},
    "consent": {"what": LAMP},
    "what": {"media": [5]},
    "village": {"what": LAMP},
    "where": {"what": LAMP, "place": 2},
    "photo": {"what": LAMP, "where": GATE, "place": 2},
    "confirm": KEPT,
}
ASKED = {step: {**STEPS[step], "question": 5} for step in ("consent", "what", "confirm")}


def nothing_there(actor: object, number: int) -> tickets.Report:
    raise tickets.NoSuchReport


@settings(max_examples=150, deadline=None)
@given(
    step=st.sampled_from(list(STEPS)),
    place=st.sampled_from([None, 1, 2]),
    said=st.lists(anything, min_size=1, max_size=4),
)
def test_no_message_loses_a_word_of_a_report_or_leaves_a_dead_end(
    step: str, place: int | None, said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    asyncio.run(tell(step, STEPS[step], place, said))


@settings(max_examples=75, deadline=None)
@given(step=st.sampled_from(list(ASKED)), said=st.lists(anything, min_size=1, max_size=4))
def test_no_message_loses_a_word_of_a_question_for_the_staff(
    step: str, said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    asyncio.run(tell(step, ASKED[step], 2, said))


async def tell(
    step: str,
    keep: dict[str, Any],
    place: int | None,
    said: list[tuple[str, list[Attachment], Location | None]],
) -> None:
    stage = ready()
    stage.answers[tickets.read] = nothing_there
    free_text = step in ("what", "where")
    told = reporter(stage, place_id=place, step=f"feedback.{step}", keep=keep, free_text=free_text)
    told.results[tickets.open_report] = told.results[handover.hand_over] = opened
    for text, attachments, location in said:
        before, scene = told.keep, told.scene
        reply = await told.say(text, *attachments, location=location)
        assert reply.stay or reply.step or reply.buttons
        if reply.stay:
            assert told.keep == before
            continue
        if not reply.step:
            return  # refused, cancelled or sent, as the person said
        assert reply.buttons
        if reply.step == INTERRUPTED:
            assert told.keep["keep"] == before
            return
        assert told.keep["what"].startswith(before.get("what", ""))
        assert told.keep["where"].startswith(before.get("where", ""))
        assert len(told.keep["media"]) == len(before.get("media", [])) + len(attachments)
        words = normalize(text).strip()
        kept = words in told.keep["what"] or words in told.keep["where"]
        assert kept or await is_answer(words, stage.context(scene))


async def is_answer(words: str, context: Context) -> bool:
    """Whether the words answer a question, and are no part of the report. To an offer, only
    a complaint is more than that; and what tells something has letters."""
    return (
        context.scene.step == "feedback.offered"
        or (
            context.scene.step in ("feedback.what", "feedback.where")
            and not any(map(str.isalpha, words))
        )
        or bool(await apart(words, context))
        or says(context, "people.yes_words", words)
        or says(context, "people.no_words", words)
        or says(context, "people.done_words", words)
        or any(is_name(words, spot) for spot in (BEN_DO, GO_SEN))
    )


@settings(max_examples=100, deadline=None)
@given(
    at=st.sampled_from([("answering", ""), ("answering", "Đã sửa"), ("confirm", "Đã sửa")]),
    said=st.lists(anything, min_size=1, max_size=4),
)
def test_no_message_loses_a_word_of_an_answer_or_leaves_a_dead_end(
    at: tuple[str, str], said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    asyncio.run(answer(*at, said))


async def answer(
    step: str, body: str, said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    keep = {"number": 12, "body": body, "media": []}
    free_text = step == "answering"
    told = desk(HEAD, step=f"tickets.{step}", keep=keep, free_text=free_text)
    for text, attachments, location in said:
        before = told.keep
        reply = await told.say(text, *attachments, location=location)
        if reply.stay:
            assert told.keep == before
            continue
        if not reply.step:
            assert told.verbs()[-1] is tickets.answer
            return
        assert reply.buttons
        if reply.step == INTERRUPTED:
            assert told.keep["keep"] == before
            return
        assert told.keep["number"] == 12
        assert len(told.keep["media"]) == len(before["media"]) + len(attachments)
        words = normalize(text).strip()
        context = told.stage.context(told.scene)
        kept = words in told.keep["body"]
        assert kept or says(context, "people.no_words", words) or stray(words)


@settings(max_examples=100, deadline=None)
@given(
    step=st.sampled_from(["places", "segments", "preview"]),
    said=st.lists(anything, min_size=1, max_size=4),
)
def test_no_message_loses_a_word_of_an_announcement_or_adds_one_unasked(
    step: str, said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    asyncio.run(announce(step, said))


async def announce(step: str, said: list[tuple[str, list[Attachment], Location | None]]) -> None:
    told = writing(step)
    told.results[announcements.release] = progress()
    for text, attachments, location in said:
        before, words = told.keep, text.strip()
        reply = await told.say(text, *attachments, location=location)
        after = told.keep
        if reply.text == "unfinished":  # what the desk asks first, for a command
            assert after == before
            return
        if reply.step == INTERRUPTED:
            assert after["keep"] == before
            return
        assert reply.buttons
        if not reply.step:
            assert told.done[-1].verb is announcements.release
            return  # sent, as the person said
        if reply.step == "announcements.text":
            return  # whatever is said there is its content
        if reply.text.startswith(WORDS("announcements.undone")):
            continue
        assert after["body"].startswith(before["body"])
        assert after["media"][: len(before["media"])] == before["media"]
        assert len(after["media"]) == len(before["media"]) + len(attachments)
        if reply.step == "announcements.doubt":
            assert words in after["doubt"] or reply.text.startswith(WORDS("announcements.choose"))
        if after["body"] != before["body"]:
            assert before.get("doubt") or attachments or len(words) >= CONTENT or "\n" in words


@settings(max_examples=150, deadline=None)
@given(
    step=st.sampled_from(["places", "segments", "when", "short", "text", "preview"]),
    said=st.lists(anything, min_size=1, max_size=4),
)
def test_no_message_loses_what_was_decided_of_a_bulletin_or_leaves_a_dead_end(
    step: str, said: list[tuple[str, list[Attachment], Location | None]]
) -> None:
    asyncio.run(plan(step, said))


async def plan(step: str, said: list[tuple[str, list[Attachment], Location | None]]) -> None:
    monthly = Schedule("monthly", 7, day=31)
    board = making(step, PLAN.at(monthly) if step == "short" else PLAN, CADRE)
    board.stage.answers[tickets.read] = nothing_there
    board.stage.answers[people.consented] = True
    board.stage.answers |= {tickets.mine: [], places.villages_of_bot: []}
    board.stage.answers |= {links.waiting: None, links.accounts: []}
    board.results[links.ask] = "7KQM-3XRT"
    for text, attachments, location in said:
        before, kept, at = board.plan, board.keep, board.scene.step
        reply = await board.say(text, *attachments, location=location)
        assert reply.stay or reply.step or reply.buttons
        if reply.stay:
            assert board.plan == before
            continue
        if not reply.step:
            assert board.done[-1].verb is bulletins.make
            return
        assert reply.buttons
        if reply.step == INTERRUPTED:
            assert board.keep["keep"] == kept
            return
        after = board.plan
        assert (after.title, after.sections) == (before.title, before.sections)
        if at not in ("bulletins.text", "bulletins.doubt"):
            assert after.text == before.text
        if at not in ("bulletins.places", "bulletins.segments"):
            assert (after.places, after.segments) == (before.places, before.segments)
        assert after.schedule or at == "bulletins.when"
