"""What people ask and find no answer to, on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import drafts, questions
from db.questions import WRONG, Asked
from db.scene import Actor, Grant
from handlers.messages import Reply
from handlers.questions import listing
from tests.handlers.inputs import shipped
from tests.handlers.stage import NOW, Stage, message, press, scene

WORDS = shipped().words("vi")
ADMIN = (Grant("admin", 2, "1.2."),)


async def listed(*found: Asked, waiting: int = 0, by: str = "press", **more: Any) -> Reply:
    def wanting(actor: Actor, since: datetime, until: datetime) -> list[Asked]:
        assert (since, until) == (NOW - timedelta(days=7), NOW)
        return list(found)

    stage = Stage(shipped())
    stage.answers |= {questions.wanting: wanting, drafts.count: waiting}
    context = stage.context(scene(**({"grants": ADMIN} | more)))
    outcome = (
        await listing.pressed(press("questions.list"), context, "")
        if by == "press"
        else await listing.command(message(), context)
    )
    assert isinstance(outcome, Reply)
    return outcome


@pytest.mark.parametrize("by", ["press", "command"])
async def test_what_is_asked_most_comes_first_with_its_places(by: str) -> None:
    ben, dong, tay, xa = "Thôn Bến", "Thôn Đông", "Thôn Tây", "Xã Mẫu"
    found = [
        Asked("tien dien thang nay", ben, ""),
        Asked("xin so nha o dau", dong, ""),
        Asked("xin so nha o dau a", ben, WRONG),
        *(Asked("so nha xin o dau", place, "") for place in (dong, tay, xa)),
    ]
    reply = await listed(*found, by=by)
    places = "Thôn Đông, Thôn Bến, Thôn Tây…"
    assert reply.text.splitlines() == [
        WORDS("questions.list", first="15/11", last="22/11"),
        WORDS("questions.line_wrong", count=5, text="so nha xin o dau", places=places, wrong=1),
        WORDS("questions.line", count=1, text="tien dien thang nay", places=ben),
        WORDS("questions.list_advice"),
    ]
    assert [button.action for button in reply.buttons] == ["start.menu"]


async def test_a_long_question_is_cut() -> None:
    reply = await listed(Asked("rat dai " * 70, "Thôn Bến", ""))
    assert max(map(len, reply.text.splitlines())) < 200
    assert "…" in reply.text


async def test_where_there_is_none_that_is_said() -> None:
    reply = await listed()
    assert reply.text == WORDS("questions.list_none", first="15/11", last="22/11")


async def test_answers_that_wait_to_become_entries_are_counted_with_the_way_to_them() -> None:
    reply = await listed(waiting=3)
    assert WORDS("questions.list_drafts", count=3) in reply.text
    assert [button.action for button in reply.buttons] == ["drafts.list", "start.menu"]


@pytest.mark.parametrize("role", ["village_head", "cadre", "approver", ""])
async def test_only_an_admin_reads_it(role: str) -> None:
    grants = (Grant(role, 2, "1.2."),) if role else ()
    reply = await listed(grants=grants)
    assert reply.text == WORDS("start.not_allowed")


async def test_in_a_group_nothing_is_listed() -> None:
    reply = await listed(chat_kind="group")
    assert reply == Reply(WORDS("questions.list_in_private"), stay=True)


def test_entries_that_will_soon_not_be_told_are_named_with_who_answers_for_them() -> None:
    content = shipped()
    until = datetime(2026, 12, 20, 1, tzinfo=UTC)
    text = listing.told([], until - listing.WEEK, until, 0, content, WORDS)
    entry = content.entry("can_cuoc")
    assert entry is not None
    day = f"{entry.review_by:%d/%m/%Y}"
    line = WORDS("questions.review", title=entry.title["vi"], owner=entry.owner, day=day)
    assert [WORDS("questions.list_reviews"), line] == text.splitlines()[1:3]
    assert listing.reviews(content, NOW) == []


def test_of_many_entries_to_be_looked_at_the_first_ten_are_named() -> None:
    content, until = shipped(), datetime(2028, 1, 1, tzinfo=UTC)
    lines = listing.told([], until - listing.WEEK, until, 0, content, WORDS).splitlines()
    assert len(lines) == listing.MOST + 3
    assert lines[-1] == WORDS("questions.list_more_reviews", count=len(content.faq) - listing.MOST)
