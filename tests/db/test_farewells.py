"""A group that nobody ties is left after a while, once; whoever ties it keeps us."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session

from db import chats, groups, outbox
from db.chats import PATIENCE
from db.outbox import REPLY, Draft
from db.tables import Outbox, table
from tests.db.company import BEN, forsaken, here, known, tie
from tests.db.village import NOW, Village, acting

pytest_plugins = "tests.db.ground_fixtures"

rows = table(Outbox)
LATER = NOW + PATIENCE


def met(session: Session, village: Village, **more: Any) -> int:
    return known(session, village, "-1", **{"met_at": NOW, **more})


KEPT: list[tuple[str, dict[str, Any], datetime]] = [
    ("a second before its time", {}, LATER - timedelta(seconds=1)),
    ("never seen to begin", {"met_at": None}, LATER),
    ("out already", {"standing": "out"}, LATER),
    ("private", {"kind": "private"}, LATER),
    ("a topic", {"external_id": "-1/45"}, LATER),
]


@pytest.mark.parametrize(("more", "now"), [pytest.param(*case[1:], id=case[0]) for case in KEPT])
def test_what_is_not_to_be_left(
    session: Session, village: Village, more: dict[str, Any], now: datetime
) -> None:
    group = known(session, village, **{"external_id": "-1", "met_at": NOW, **more})
    assert forsaken(session, village, now) == []
    assert chats.forsake(session, group, now) is None


@pytest.mark.parametrize("tied", ["-1", "-1/45"], ids=["the group", "one of its topics"])
def test_a_group_that_somebody_ties_is_not_left(
    session: Session, village: Village, tied: str
) -> None:
    group = met(session, village)
    topic = known(session, village, "-1/45")
    assert forsaken(session, village, LATER) == [group]
    chosen = {"-1": group, "-1/45": topic}[tied]
    tie(session, village, chosen)
    assert forsaken(session, village, LATER) == []
    assert chats.forsake(session, group, LATER) is None


@pytest.mark.parametrize("standing", ["member", "admin", "muted"])
def test_a_group_that_nobody_ties_is_left_once(
    session: Session, village: Village, standing: str
) -> None:
    group = met(session, village, standing=standing)
    assert chats.forsake(session, group, LATER) == village.bots["telegram"]
    assert chats.forsake(session, group, LATER) is None
    assert forsaken(session, village, LATER + PATIENCE) == []
    assert here(session, group).standing == "out"


@pytest.mark.parametrize("topic", [False, True], ids=["the group", "one of its topics"])
def test_whoever_ties_the_group_before_we_have_left_keeps_us(
    session: Session, village: Village, topic: bool
) -> None:
    group = met(session, village)
    inside = known(session, village, "-1/45")
    bot = village.bots["telegram"]
    assert chats.forsake(session, group, LATER) == bot
    outbox.put(session, [Draft(bot, group, "notice", REPLY, "goodbye", LATER)])
    outbox.put_leave(session, bot, group, LATER)
    tie(session, village, inside if topic else group)
    left = select(rows.c.state).where(rows.c.kind == "leave")
    assert list(session.execute(left).scalars()) == ["cancelled"]
    assert here(session, group).standing == "member"


def test_an_untied_group_has_its_time_again(session: Session, village: Village) -> None:
    group = met(session, village)
    tie(session, village, group)
    seen_here = village.groups[BEN]
    for one in (group, seen_here):
        head = acting(session, village, "head", now=LATER)
        groups.untie(session, head, chat_id=one)
    assert forsaken(session, village, LATER) == []
    assert forsaken(session, village, LATER + PATIENCE) == [group]


def test_a_group_whose_last_topic_is_untied_has_its_time_again(
    session: Session, village: Village
) -> None:
    group, topic = met(session, village), known(session, village, "-1/45")
    tie(session, village, topic)
    groups.untie(session, acting(session, village, "head", now=LATER), chat_id=topic)
    assert forsaken(session, village, LATER) == []
    assert forsaken(session, village, LATER + PATIENCE) == [group]
    assert here(session, topic).met_at is None


def test_only_the_bots_that_are_there_can_leave(session: Session, village: Village) -> None:
    group = met(session, village)
    assert chats.forsaken(session, [village.bots["zalo"]], LATER) == []
    assert chats.forsaken(session, [village.bots["telegram"]], LATER) == [group]


def test_groups_we_are_out_of_and_topics_are_not_waiting_to_be_tied(
    session: Session, village: Village
) -> None:
    known(session, village, "-1", title="Nhóm mới")
    known(session, village, "-1/45", title="Nhóm mới · Chuyện khác")
    known(session, village, "-2", title="Nhóm cũ", standing="out")
    known(session, village, "-3", title="Nhóm có chủ đề")
    tie(session, village, known(session, village, "-3/9"))
    assert groups.loose(session, acting(session, village, "cadre")) == ["Nhóm mới"]
