"""What the preview says an announcement will cost."""

from __future__ import annotations

from typing import Any

import pytest

from db import costs
from db.costs import Purse
from db.permissions import NotAllowed
from db.quota import Allowance
from handlers.announcements.costs import said
from tests.handlers.desk import APPROVER, WORDS, Desk, at
from tests.handlers.inputs import shipped

ENOUGH = Purse("lang-1", "sandbox-zalo", 3, 3000, 2391, 2241, 2391)
SHORT = Purse("lang-2", "sandbox-zalo", 3, 3000, 155, 5, 155)


def with_purses(*purses: Purse, **more: Any) -> Desk:
    """At the choice of segments; in two messages on Zalo."""
    desk = at("segments", **more)
    desk.stage.plans = {1: Allowance(3000)}
    desk.stage.answers[costs.purses] = list(purses)
    return desk


async def test_the_cost_stands_below_the_groups() -> None:
    reply = await with_purses(ENOUGH).press("announcements.segments_done")
    lines = reply.text.splitlines()
    zalo = next(number for number, line in enumerate(lines) if line.startswith("Zalo: "))
    assert lines[zalo + 1] == "Zalo: tốn 6 tin; tháng này còn 2.391/3.000 tin."


async def test_of_several_bots_each_is_named_and_what_goes_by_hand_is_counted() -> None:
    reply = await with_purses(ENOUGH, SHORT).press("announcements.segments_done")
    lines = reply.text.splitlines()
    first = lines.index("Zalo (bot lang-1): tốn 6 tin; tháng này còn 2.391/3.000 tin.")
    assert lines[first + 1 : first + 3] == [
        "Zalo (bot lang-2): tốn 4 tin; tháng này còn 155/3.000 tin.",
        WORDS("announcements.cost_by_hand", count=1),
    ]


async def test_an_urgent_announcement_may_take_what_is_kept() -> None:
    desk = with_purses(SHORT, grants=APPROVER)
    assert "Không đủ tin" in (await desk.press("announcements.segments_done")).text
    urgent = await desk.press("announcements.urgent")
    assert "tốn 6 tin" in urgent.text
    assert "Không đủ tin" not in urgent.text


async def test_nothing_is_said_where_no_bot_is_limited() -> None:
    reply = await at("segments").press("announcements.segments_done")
    assert "tốn" not in reply.text


async def test_what_is_asked_of_keepers_by_that_bot_counts_among_it() -> None:
    """Two keepers, each with the announcement's two messages and what is asked of them."""
    reply = await with_purses(ENOUGH._replace(errands=2)).press("announcements.segments_done")
    assert (
        "Zalo: tốn khoảng 12 tin, kể cả tin nhờ chuyển; tháng này còn 2.391/3.000 tin."
        in reply.text.splitlines()
    )


@pytest.mark.parametrize(
    ("platform", "media", "said"),
    [("sandbox-zalo", [41], True), ("sandbox-zalo", [], False), ("elsewhere", [41], False)],
)
async def test_it_is_said_where_photos_will_not_arrive(
    platform: str, media: list[int], said: bool
) -> None:
    desk = at("segments", media=media)
    desk.stage.blind = frozenset({platform})
    reply = await desk.press("announcements.segments_done")
    assert (WORDS("announcements.photos_unseen", platform="Zalo") in reply.text) == said


async def test_files_cost_a_message_each() -> None:
    reply = await with_purses(ENOUGH, media=[41]).press("announcements.segments_done")
    assert "tốn 9 tin" in reply.text


@pytest.mark.parametrize(("language", "number"), [("vi", "12.391"), ("en", "12,391")])
def test_large_numbers_are_written_as_the_language_does(language: str, number: str) -> None:
    (line,) = said(shipped().words(language), [ENOUGH._replace(left=12391)], {}, False)
    assert f" {number}" in line


async def test_who_lost_the_right_meanwhile_stands_at_the_places() -> None:
    desk = with_purses()

    def refused(*_: object) -> None:
        raise NotAllowed("announcement:send")

    desk.stage.answers[costs.purses] = refused
    reply = await desk.press("announcements.segments_done")
    assert reply.step == "announcements.places"
