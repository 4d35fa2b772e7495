"""Updates are kept once, in order, and settled once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlmodel import Session

from db import inbox
from db.inbox import MAX_CRASHES, MAX_FAILURES, AlreadyDone
from db.tables import Inbox, table
from tests.db.ground import Ground, undone
from tests.db.post import statements
from tests.db.village import LATER, NOW, Village

pytest_plugins = "tests.db.ground_fixtures"

rows = table(Inbox)


def receive(session: Session, village: Village, *keys: str, bot: str = "telegram") -> list[int]:
    """The ids of those that are new."""
    updates = [(key, "lane", f"body of {key}".encode()) for key in keys]
    return [kept.id for kept in inbox.receive(session, village.bots[bot], updates, NOW)]


def row(session: Session, inbox_id: int) -> Row[Any]:
    return session.execute(select(rows).where(rows.c.id == inbox_id)).one()


def resumed(session: Session, village: Village, bot: str = "telegram") -> list[int]:
    return [received.id for received in inbox.resume(session, village.bots[bot]).waiting]


def test_updates_are_kept_in_their_order(session: Session, village: Village) -> None:
    keys = [str(number) for number in range(300, 0, -1)]
    bot = village.bots["telegram"]
    kept = inbox.receive(session, bot, [(key, "lane", b"") for key in keys], NOW)
    assert [received.key for received in kept] == keys
    assert inbox.resume(session, bot).waiting == kept


def test_an_update_that_comes_again_is_kept_once(session: Session, village: Village) -> None:
    (first,) = receive(session, village, "1")
    (second,) = receive(session, village, "1", "2")
    assert receive(session, village, "1", "2") == []
    assert resumed(session, village) == [first, second]


def test_tried_again_all_that_still_wait_are_told(session: Session, village: Village) -> None:
    """Nobody heard whether the first try was saved."""
    done, waits = receive(session, village, "1", "2")
    receive(session, village, "1", "2", bot="zalo")
    inbox.finish(session, done, NOW)
    updates = [(key, "lane", b"") for key in ("3", "2", "1")]
    kept = inbox.receive(session, village.bots["telegram"], updates, NOW, again=True)
    assert [received.key for received in kept] == ["2", "3"]
    assert kept[0].id == waits


def test_twice_in_one_batch_counts_once(session: Session, village: Village) -> None:
    assert len(receive(session, village, "1", "1", "2")) == 2


def test_the_same_key_of_another_bot_is_another_update(session: Session, village: Village) -> None:
    (here,) = receive(session, village, "1")
    (there,) = receive(session, village, "1", bot="zalo")
    assert resumed(session, village) == [here]
    assert resumed(session, village, "zalo") == [there]


def test_an_update_done_long_ago_is_still_known(session: Session, village: Village) -> None:
    (update,) = receive(session, village, "1")
    inbox.finish(session, update, NOW)
    assert receive(session, village, "1") == []
    assert resumed(session, village) == []


def test_what_waits_is_read_back_as_received(session: Session, village: Village) -> None:
    (update,) = receive(session, village, "1")
    assert inbox.load(session, update) == inbox.Waiting(update, "1", "lane", b"body of 1")
    inbox.finish(session, update, NOW)
    assert inbox.load(session, update) is None
    assert inbox.load(session, update + 1) is None


def test_an_update_done_leaves_no_words_behind(session: Session, village: Village) -> None:
    (update,) = receive(session, village, "1")
    inbox.finish(session, update, LATER)
    found = row(session, update)
    assert (found.state, bytes(found.body), found.done_at) == ("done", b"", LATER)


def test_an_update_set_aside_keeps_its_body_for_a_look(session: Session, village: Village) -> None:
    (update,) = receive(session, village, "1")
    inbox.set_aside(session, update, "NotUnderstood")
    found = row(session, update)
    assert (found.state, found.error) == ("aside", "NotUnderstood")
    assert bytes(found.body) == b"body of 1"
    assert resumed(session, village) == []


@pytest.mark.parametrize("first", ["done", "aside"])
@pytest.mark.parametrize("then", ["done", "aside"])
def test_an_update_is_settled_only_once(
    session: Session, village: Village, first: str, then: str
) -> None:
    (update,) = receive(session, village, "1")

    def settle(end: str) -> None:
        if end == "done":
            inbox.finish(session, update, NOW)
        else:
            inbox.set_aside(session, update, "KeyError")

    settle(first)
    with pytest.raises(AlreadyDone):
        settle(then)
    assert row(session, update).state == first


def test_after_so_many_failures_it_is_time_to_set_it_aside(
    session: Session, village: Village
) -> None:
    (update,) = receive(session, village, "1")
    told = [inbox.fail(session, update, "KeyError") for _ in range(MAX_FAILURES)]
    assert told == [False] * (MAX_FAILURES - 1) + [True]
    assert (row(session, update).error, row(session, update).state) == ("KeyError", "received")


def test_who_is_first_in_its_lane_at_too_many_stops_is_set_aside(
    session: Session, village: Village
) -> None:
    """It may be what stops us. Those behind it were never in hand."""
    bot = village.bots["telegram"]
    old, behind = receive(session, village, "1", "2")
    for _ in range(MAX_CRASHES):
        assert resumed(session, village) == [old, behind]
    found = inbox.resume(session, bot)
    assert ([received.id for received in found.waiting], found.aside) == ([behind], [old])
    assert (row(session, old).state, row(session, old).error) == ("aside", "Crashed")
    assert row(session, behind).crashes == 0
    assert inbox.resume(session, bot).aside == []


def test_the_first_of_every_lane_may_have_been_in_hand(session: Session, village: Village) -> None:
    bot = village.bots["telegram"]
    updates = [("1", "an", b""), ("2", "bình", b""), ("3", "an", b"")]
    kept = inbox.receive(session, bot, updates, NOW)
    inbox.resume(session, bot)
    assert [row(session, received.id).crashes for received in kept] == [1, 1, 0]


def test_failures_and_stops_are_counted_apart(session: Session, village: Village) -> None:
    (update,) = receive(session, village, "1")
    for _ in range(MAX_FAILURES):
        resumed(session, village)
    assert not inbox.fail(session, update, "KeyError")


def test_what_waits_is_counted(session: Session, village: Village) -> None:
    first, second, _ = receive(session, village, "1", "2", "3")
    inbox.finish(session, first, NOW)
    inbox.set_aside(session, second, "KeyError")
    assert inbox.waiting(session) == 1


def test_a_batch_is_one_statement(session: Session, village: Village) -> None:
    with statements(session) as sent:
        receive(session, village, *map(str, range(50)))
    assert len(sent) == 1


def test_looking_for_what_waits_never_reads_the_whole_inbox(sqlite_ground: Ground) -> None:
    with sqlite_ground.engine.connect() as connection, undone(connection) as session:
        with statements(session) as sent:
            inbox.waiting(session)
            resumed(session, sqlite_ground.village)
        plans = [
            [str(step[-1]) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", how)]
            for sql, how in sent
        ]
    assert len(plans) == 4
    for plan in plans:
        assert any("inbox_received" in step for step in plan), plan
        assert not [step for step in plan if step.startswith("SCAN") and "USING" not in step], plan
