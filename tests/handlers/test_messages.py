"""The vocabulary, and drafts made of it, as they would look in a log."""

from __future__ import annotations

import pytest

from db import tickets
from handlers.announcements.draft import Draft
from handlers.feedback import telling
from handlers.messages import (
    Attachment,
    Button,
    Chat,
    Edit,
    Location,
    Message,
    Notice,
    Reply,
    Sender,
    effect,
)
from handlers.tickets.talk import Answer
from tests.handlers.reporting import REPORT
from tests.handlers.stage import PRIVATE
from tests.living import ROOT

WORDS = "Chị Kín"
WHO = Sender("u1", WORDS)
FILE = Attachment("ref", "photo", WORDS)
BUTTON = Button(WORDS, "start.menu")


def tell(session: object, actor: object, *, what: str) -> str:
    return what


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Chat("1", "group", WORDS), id="chat"),
        pytest.param(Message(PRIVATE, WHO, WORDS, (FILE,)), id="message"),
        pytest.param(Edit(PRIVATE, WHO, "5", WORDS), id="edit"),
        pytest.param(Notice(WORDS, buttons=(BUTTON,)), id="notice"),
        pytest.param(Reply(WORDS, (BUTTON,), "x", {"w": WORDS}, lead=(WORDS,)), id="reply"),
        pytest.param(effect(tell, what=WORDS), id="bound"),
        pytest.param(effect(tell, what=WORDS).then(Reply), id="effect"),
        pytest.param(Draft(WORDS), id="announcement"),
        pytest.param(telling.Draft(WORDS, WORDS), id="report"),
        pytest.param(Answer(12, WORDS), id="answer"),
        pytest.param(tickets.Opened(1, "", 2, "", WORDS, 0, ()), id="opened"),
    ],
)
def test_what_people_say_and_are_called_is_in_no_repr(value: object) -> None:
    assert WORDS not in repr(value)


def test_a_report_is_shown_without_its_words_its_person_and_its_place() -> None:
    shown = repr(REPORT)
    assert "id=12" in shown
    assert REPORT.who not in shown
    assert REPORT.what not in shown
    assert REPORT.address not in shown
    assert "20.5" not in repr(Location(20.5, 106.25))


def test_only_one_sentence_is_said_in_a_way_that_may_lose_it() -> None:
    """What else may be lost without harm is to be thought over anew."""
    found = [
        line.strip()
        for path in (ROOT / "handlers").rglob("*.py")
        for line in path.read_text().splitlines()
        if "whisper=" in line and "`" not in line
    ]
    assert found == ['return Reply(words("questions.just_told"), stay=True, whisper=True)']
