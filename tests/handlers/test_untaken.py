"""What people send that is not taken here: a polite line, and what is open stays open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import invitations, media, questions
from handlers import dispatcher
from handlers.interjection import unfinished
from handlers.messages import Attachment, Effect, Location, Message, Outcome, Reply, Untaken
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message, scene

WORDS = shipped().words("vi")
KEYS: list[tuple[Untaken, str]] = [
    ("contact", "start.untaken_contact"),
    ("voice", "start.untaken_voice"),
    ("video", "start.untaken_video"),
    ("other", "start.unsupported"),
]
UNTAKEN = pytest.mark.parametrize(("kind", "key"), KEYS, ids=[kind for kind, _ in KEYS])
WRITING: dict[str, Any] = {
    "step": "feedback.where",
    "keep": {"what": "Đèn đường tắt", "where": "", "media": []},
    "free_text": True,
    "menu_id": 1,
    "buttons": (("Thôi", "feedback.cancel"),),
}


async def heard(said: Message, **more: Any) -> Outcome:
    here = Stage(shipped())
    here.answers[invitations.open_among] = ""
    return await dispatcher().dispatch(said, here.context(scene(**more)))


@UNTAKEN
@pytest.mark.parametrize("step", ["nothing is open", "a report is being written"])
async def test_what_is_not_taken_is_said_beside_whatever_is_open(
    kind: Untaken, key: str, step: str
) -> None:
    more = WRITING if step == "a report is being written" else {}
    assert unfinished(scene(**more)) == bool(more)
    outcome = await heard(replace(message(), untaken=kind), **more)
    assert outcome == Reply(WORDS(key), stay=True)


@UNTAKEN
async def test_in_a_group_it_is_answered_only_where_it_is_said_to_the_bot(
    kind: Untaken, key: str
) -> None:
    said = replace(message(group=True), untaken=kind)
    assert await heard(said, chat_kind="group") == Reply(WORDS(key), stay=True)
    assert await heard(replace(said, addressed=False), chat_kind="group") is None


@pytest.mark.parametrize("kind", [kind for kind, _ in KEYS])
async def test_words_beside_it_are_taken_as_if_they_came_alone(kind: Untaken) -> None:
    said = message("làm giấy khai sinh cần gì")
    told = []
    for one in (replace(said, untaken=kind), said):
        outcome = await heard(one)
        assert isinstance(outcome, Effect)
        assert outcome.verb is questions.keep
        told.append((outcome.arguments, outcome.say(1)))
    assert told[0] == told[1]


async def test_a_photo_or_a_place_beside_it_is_taken() -> None:
    with_photo = replace(message("", Attachment("ref", "photo")), untaken="other")
    outcome = await heard(with_photo)
    assert isinstance(outcome, Effect)
    assert outcome.verb is media.want
    there = message(location=Location(20.5, 106.2))
    assert await heard(replace(there, untaken="other")) == await heard(there)
