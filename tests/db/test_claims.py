"""Which messages may be taken in hand, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from db import outbox
from db.outbox import BULK, REPLY, URGENT, Head, Settled
from tests.db.ground import Ground, undone
from tests.db.post import claim, put, put_in, row, statements
from tests.db.village import LATER, NOW, Village

pytest_plugins = "tests.db.ground_fixtures"

BEN, DONG = "ben households telegram", "dong households telegram"
INDEXES = ("outbox_queued", "outbox_line", "outbox_sending")  # of what waits or is in hand
OTHERS = ["ben party_members telegram", "dong party_members telegram", "xa households telegram"]


def heads(session: Session, village: Village, limit: int = 99, blocked: str = "") -> list[int]:
    closed = [village.groups[blocked]] if blocked else []
    found = outbox.heads(session, village.bots["telegram"], closed, NOW, limit)
    return [head.id for head in found]


def test_a_head_tells_what_the_pacer_needs(session: Session, village: Village) -> None:
    message = put(session, village, priority=BULK)
    assert outbox.heads(session, village.bots["telegram"], (), NOW, 1) == [
        Head(message, village.groups[BEN], "group", BULK)
    ]


def test_each_chat_offers_its_most_urgent_message(session: Session, village: Village) -> None:
    put(session, village, group=BEN, priority=BULK)
    put(session, village, group=BEN, priority=REPLY)
    urgent = put(session, village, group=BEN, priority=URGENT)
    bulk = put(session, village, group=DONG, priority=BULK)
    assert heads(session, village) == [urgent, bulk]


def test_bulk_is_offered_however_many_replies_wait(session: Session, village: Village) -> None:
    bulk = [put(session, village, group=group, priority=BULK) for group in OTHERS]
    replies = [put(session, village, group=group) for group in (BEN, DONG)]
    assert heads(session, village, limit=1) == [bulk[0], replies[0]]
    assert heads(session, village, limit=2) == [*bulk[:2], *replies]


def test_within_a_priority_the_oldest_is_first(session: Session, village: Village) -> None:
    first = put(session, village)
    put(session, village)
    assert heads(session, village) == [first]


def test_a_message_that_waits_for_its_time_holds_back_those_behind_it(
    session: Session, village: Village
) -> None:
    first = put(session, village, due_at=LATER)
    put(session, village)
    elsewhere = put(session, village, group=DONG)
    bulk = put(session, village, priority=BULK)
    assert heads(session, village) == [elsewhere, bulk]
    assert [claimed.id for claimed in claim(session, village, LATER)] == [first, elsewhere]


def test_a_held_message_holds_back_nothing(session: Session, village: Village) -> None:
    put(session, village, due_at=None)
    second = put(session, village)
    assert heads(session, village) == [second]


@pytest.mark.parametrize("kind", ["message", "edit"])
def test_a_blocked_chat_offers_nothing(session: Session, village: Village, kind: str) -> None:
    message = put(session, village)
    if kind == "edit":
        put_in(session, message, "sent")
        outbox.put_edit(session, message, "new", [], NOW)
    elsewhere = put(session, village, group=DONG)
    assert heads(session, village, blocked=BEN) == [elsewhere]


@pytest.mark.parametrize("kind", ["message", "edit"])
def test_a_chat_with_a_message_in_hand_offers_nothing(
    session: Session, village: Village, kind: str
) -> None:
    in_hand = put(session, village)
    put(session, village)
    assert [claimed.id for claimed in claim(session, village)] == [in_hand]
    if kind == "edit":
        outbox.put_edit(session, in_hand, "new", [], NOW)
    assert heads(session, village) == []


def test_a_bot_sees_only_its_own(session: Session, village: Village) -> None:
    put(session, village, group="ben households zalo")
    assert heads(session, village) == []


def test_edits_of_a_busy_chat_hide_no_others(session: Session, village: Village) -> None:
    busy, quiet = put(session, village, group=BEN), put(session, village, group=DONG)
    for message in (busy, quiet):
        put_in(session, message, "sent")
        outbox.put_edit(session, message, "new", [], NOW)
    reply = put(session, village, group=BEN)
    found = outbox.heads(session, village.bots["telegram"], (), NOW, 1)
    assert [head.chat for head in found] == [village.groups[DONG], village.groups[BEN]]
    assert found[1].id == reply


def test_an_edit_follows_its_message(session: Session, village: Village) -> None:
    message = put(session, village)
    claim(session, village)
    outbox.put_edit(session, message, "new", [], NOW)
    assert heads(session, village) == []
    outbox.settle(session, [Settled(message, "sent", "m1")], NOW)
    assert [claimed.ref for claimed in claim(session, village)] == ["m1"]


def test_only_what_is_chosen_is_taken_in_hand(session: Session, village: Village) -> None:
    here, there = put(session, village, group=BEN), put(session, village, group=DONG)
    bot = village.bots["telegram"]
    claimed = outbox.claim(session, bot, (), NOW, 99, lambda heads: heads[:1])
    assert [(one.id, one.chat_external_id) for one in claimed] == [(here, f"{BEN} 1")]
    assert [row(session, row_id).state for row_id in (here, there)] == ["sending", "queued"]


def test_without_room_nothing_is_looked_at(session: Session, village: Village) -> None:
    put(session, village)
    with statements(session) as sent:
        assert outbox.claim(session, village.bots["telegram"], (), NOW, 0, list) == []
    assert sent == []


def send_all(session: Session, village: Village) -> list[Settled]:
    sent = [Settled(claimed.id, "sent", "m") for claimed in claim(session, village)]
    outbox.settle(session, sent, NOW)
    return sent


@pytest.mark.parametrize(
    ("arrange", "waiting"),
    [
        pytest.param(lambda s, v: None, 0, id="nothing there"),
        pytest.param(lambda s, v: put(s, v), 1, id="due"),
        pytest.param(lambda s, v: put(s, v, due_at=LATER), 0, id="due later"),
        pytest.param(lambda s, v: put(s, v, due_at=None), 0, id="held"),
        pytest.param(lambda s, v: (put(s, v), claim(s, v)), 1, id="in hand"),
        pytest.param(lambda s, v: (put(s, v), send_all(s, v)), 0, id="sent"),
        pytest.param(
            lambda s, v: (put(s, v, due_at=LATER), put(s, v)), 0, id="behind one due later"
        ),
        pytest.param(
            lambda s, v: (put(s, v, due_at=LATER), put(s, v, priority=BULK)), 1, id="beside it"
        ),
        pytest.param(
            lambda s, v: outbox.put_edit(s, _there(s, v), "new", [], NOW), 1, id="an edit"
        ),
        pytest.param(
            lambda s, v: outbox.put_edit(s, _there(s, v), "new", [], LATER), 0, id="a later edit"
        ),
    ],
)
def test_what_is_due_or_in_hand_is_unsettled(
    session: Session, village: Village, arrange: Callable[[Session, Village], Any], waiting: int
) -> None:
    arrange(session, village)
    assert outbox.unsettled(session, NOW) == waiting


def _there(session: Session, village: Village) -> int:
    message = put(session, village)
    put_in(session, message, "sent")
    return message


def test_looking_for_work_never_reads_the_whole_outbox(sqlite_ground: Ground) -> None:
    """Most of it has been sent long ago: the planner must take the indexes of what waits."""
    village = sqlite_ground.village
    with sqlite_ground.engine.connect() as connection, undone(connection) as session:
        with statements(session) as sent:
            heads(session, village)
            outbox.unsettled(session, NOW)
            outbox.recover(session, village.bots["telegram"], NOW)
        plans = [
            [str(step[-1]) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", how)]
            for sql, how in sent
        ]
    assert len(plans) == 6
    for plan in plans:
        assert any(index in step for index in INDEXES for step in plan), plan
        assert not [step for step in plan if step.startswith("SCAN outbox") and "USING" not in step]
