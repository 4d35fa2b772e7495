"""What becomes of messages in hand: settled, tried again, in doubt, moved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import announcements, outbox, outcomes
from db.outbox import BULK, REPLY, Result, Settled
from db.outcomes import MAX_EDIT_DOUBTS
from db.tables import Chat, Outbox, table
from tests.db.post import announce, claim, edits, put, put_in, row
from tests.db.village import LATER, NOW, Village, acting

pytest_plugins = "tests.db.ground_fixtures"

chats, rows = table(Chat), table(Outbox)
BEN = "ben households telegram"


def settle(session: Session, row_id: int, result: Result, moved_to: str | None = None) -> str:
    """Its state then."""
    settled = Settled(row_id, result, "m2", error="Unreachable", moved_to=moved_to)
    outbox.settle(session, [settled], NOW)
    return str(row(session, row_id).state)


def in_hand(session: Session, village: Village, what: str) -> int:
    """A message of that kind, being sent."""
    if what == "edit":
        message = put(session, village)
        put_in(session, message, "sent")
        outbox.put_edit(session, message, "new", [], NOW)
    elif what == "reply":
        put(session, village, priority=REPLY)
    elif what == "bulk notice":
        put(session, village, priority=BULK)
    else:
        announce(session, village, urgent=what == "urgent")
    (claimed,) = claim(session, village)
    return claimed.id


def test_what_was_sent_is_kept_with_its_id_and_time(session: Session, village: Village) -> None:
    message = in_hand(session, village, "reply")
    outbox.settle(session, [Settled(message, "sent", "m5")], NOW)
    found = row(session, message)
    assert (found.state, found.external_id, found.sent_at) == ("sent", "m5", NOW)
    assert claim(session, village, LATER) == []


def test_what_is_to_be_tried_again_waits_for_its_time(session: Session, village: Village) -> None:
    message = in_hand(session, village, "reply")
    outbox.settle(session, [Settled(message, "again", again_at=LATER)], NOW)
    assert claim(session, village) == []
    (claimed,) = claim(session, village, LATER)
    assert (claimed.id, claimed.attempts, claimed.doubts) == (message, 1, 0)


@pytest.mark.parametrize(
    ("what", "tries", "end"),
    [
        pytest.param("ordinary", 1, "uncertain", id="an announcement is held and shown"),
        pytest.param("urgent", 2, "uncertain", id="an urgent one is repeated once"),
        pytest.param("reply", 2, "uncertain", id="a reply is repeated once"),
        pytest.param("bulk notice", 2, "uncertain", id="so is what only waits with the bulk"),
        pytest.param("edit", MAX_EDIT_DOUBTS + 1, "failed", id="an edit is repeated"),
    ],
)
def test_in_doubt_it_is_repeated_as_often_as_does_no_harm(
    session: Session, village: Village, what: str, tries: int, end: str
) -> None:
    message = in_hand(session, village, what)
    for number in range(1, tries):
        assert settle(session, message, "unknown") == "queued"
        (claimed,) = claim(session, village)
        assert (claimed.id, claimed.doubts) == (message, number)
    assert settle(session, message, "unknown") == end
    assert claim(session, village, LATER) == []


@pytest.mark.parametrize(
    ("what", "state"),
    [("ordinary", "uncertain"), ("urgent", "queued"), ("reply", "queued"), ("edit", "queued")],
)
def test_what_was_in_hand_at_a_crash_is_in_doubt(
    session: Session, village: Village, what: str, state: str
) -> None:
    message = in_hand(session, village, what)
    assert outbox.recover(session, village.bots["zalo"], NOW) == 0
    assert outbox.recover(session, village.bots["telegram"], NOW) == 1
    assert (row(session, message).state, row(session, message).error) == (state, "Interrupted")
    assert outbox.recover(session, village.bots["telegram"], NOW) == 0


@pytest.mark.parametrize("what", ["ordinary", "urgent", "reply", "edit"])
def test_what_was_not_tried_goes_back_as_it_was(
    session: Session, village: Village, what: str
) -> None:
    message = in_hand(session, village, what)
    outbox.release(session, [message], NOW)
    (claimed,) = claim(session, village)
    assert (claimed.id, claimed.attempts, claimed.doubts) == (message, 0, 0)


@pytest.mark.parametrize("result", ["sent", "again", "failed", "unknown", "untried"])
def test_what_is_no_longer_in_hand_stays_as_it_is(
    session: Session, village: Village, result: Result
) -> None:
    """The same results may be written twice, when nobody knows whether they were saved."""
    message = in_hand(session, village, "reply")
    outbox.settle(session, [Settled(message, "sent", "m1")], NOW)
    before = row(session, message)
    settle(session, message, result)
    assert row(session, message) == before


@pytest.mark.parametrize(
    ("result", "state"),
    [("failed", "uncertain"), ("again", "queued"), ("sent", "sent")],
)
def test_a_repetition_that_fails_leaves_the_doubt(
    session: Session, village: Village, result: Result, state: str
) -> None:
    message = in_hand(session, village, "urgent")
    settle(session, message, "unknown")
    claim(session, village)
    assert settle(session, message, result) == state


@pytest.mark.parametrize(
    ("result", "state"),
    [
        pytest.param("again", "cancelled", id="it did not go out"),
        pytest.param("untried", "cancelled", id="it was not tried"),
        pytest.param("unknown", "uncertain", id="it may have gone out"),
        pytest.param("sent", "sent", id="it did go out"),
    ],
)
def test_a_stopped_announcement_that_was_in_hand_does_not_go_out_later(
    session: Session, village: Village, result: Result, state: str
) -> None:
    version, message = announce(session, village, urgent=True)
    claim(session, village)
    announcements.stop(session, acting(session, village, "approver"), version_id=version)
    assert settle(session, message, result) == state


@pytest.mark.parametrize("result", ["again", "unknown", "untried"])
def test_an_edit_that_comes_back_gives_way_to_a_newer_one(
    session: Session, village: Village, result: Result
) -> None:
    edit = in_hand(session, village, "edit")
    message = row(session, edit).ref
    outbox.put_edit(session, message, "newest", [], NOW)
    assert settle(session, edit, result) == "cancelled"
    assert edits(session, message) == [("cancelled", "new"), ("queued", "newest")]


@pytest.mark.parametrize("result", ["again", "untried", "unknown", "failed"])
def test_a_message_that_did_not_go_out_holds_the_newest_words_itself(
    session: Session, village: Village, result: Result
) -> None:
    """An edit left behind would change the message back when a later one is made in place."""
    message = put(session, village, "old")
    claim(session, village)
    outbox.put_edit(session, message, "newer", [], NOW)
    settle(session, message, result)
    assert edits(session, message) == [("cancelled", "newer")]
    assert row(session, message).body == "newer"


def test_an_edit_of_a_message_sent_without_an_id_is_given_up(
    session: Session, village: Village
) -> None:
    message = put(session, village)
    claim(session, village)
    outbox.put_edit(session, message, "new", [], NOW)
    outbox.settle(session, [Settled(message, "sent", None)], NOW)
    assert edits(session, message) == [("cancelled", "new")]


def test_a_chat_that_moved_is_written_to_where_it_is(session: Session, village: Village) -> None:
    message = in_hand(session, village, "reply")
    assert settle(session, message, "moved", "new home") == "queued"
    (claimed,) = claim(session, village)
    assert (claimed.id, claimed.chat_external_id) == (message, "new home")


def test_what_was_sent_before_the_move_is_not_changed_any_more(
    session: Session, village: Village
) -> None:
    """Its number may be that of another message there."""
    before = put(session, village)
    put_in(session, before, "sent")
    message = in_hand(session, village, "reply")
    outbox.put_edit(session, before, "waits", [], NOW)
    settle(session, message, "moved", "new home")
    outbox.put_edit(session, before, "comes later", [], NOW)
    assert edits(session, before) == [("cancelled", "waits")]


def test_an_edit_whose_chat_moved_is_given_up(session: Session, village: Village) -> None:
    edit = in_hand(session, village, "edit")
    assert settle(session, edit, "moved", "new home") == "cancelled"


@pytest.mark.parametrize(
    ("moved_to", "state"),
    [
        pytest.param(None, "failed", id="to nowhere but where it was sent"),
        pytest.param(f"{BEN} 1", "queued", id="to where we know meanwhile that it is"),
    ],
)
def test_a_message_follows_a_chat_that_has_moved_already(
    session: Session, village: Village, moved_to: str | None, state: str
) -> None:
    message = in_hand(session, village, "reply")
    assert settle(session, message, "moved", moved_to) == state


@pytest.mark.parametrize("tied", [True, False])
def test_a_chat_that_moved_to_where_we_are_already_takes_everything_along(
    session: Session, village: Village, tied: bool
) -> None:
    """A group may speak to us from its new id before we write to its old one."""
    old, new = village.groups[BEN], village.groups["dong households telegram"]
    if not tied:
        session.execute(update(chats).where(chats.c.id == new).values(place_id=None, title=""))
    message = in_hand(session, village, "reply")
    behind = put(session, village)
    settle(session, message, "moved", "dong households telegram 1")
    assert [row(session, row_id).chat_id for row_id in (message, behind)] == [new, new]
    places = select(chats.c.id, chats.c.place_id).where(chats.c.id.in_([old, new]))
    homes = {found.id: found.place_id for found in session.execute(places)}
    assert homes[old] is None
    assert homes[new] == village.spots["dong" if tied else "ben"].id


def test_settling_says_so_once(session: Session, village: Village) -> None:
    message = in_hand(session, village, "reply")
    session.info.clear()
    outbox.settle(session, [], NOW)
    assert "topics" not in session.info
    settle(session, message, "sent")
    assert session.info["topics"] == {"settled"}


def test_a_message_tried_in_vain_many_times_is_still_there(
    session: Session, village: Village
) -> None:
    message = in_hand(session, village, "ordinary")
    for hour in range(1, 30):
        assert settle(session, message, "again") == "queued"
        (claimed,) = claim(session, village, NOW + timedelta(hours=hour))
        assert claimed.attempts == hour


def test_nothing_waits_beyond_a_time_but_what_is_held(session: Session, village: Village) -> None:
    far, held = put(session, village, due_at=LATER), put(session, village, due_at=None)
    other = put(session, village, group="ben households zalo", due_at=LATER)
    outcomes.hasten(session, village.bots["telegram"], NOW)
    assert [row(session, one).due_at for one in (far, held, other)] == [NOW, None, LATER]


def test_rows_in_hand_that_nobody_knows_of_go_back_as_they_were(
    session: Session, village: Village
) -> None:
    known = put(session, village)
    unknown = put(session, village, group="dong households telegram")
    other = put(session, village, group="ben households zalo")
    for one in (known, unknown, other):
        put_in(session, one, "sending")
    outcomes.release_others(session, village.bots["telegram"], [known], NOW)
    states = [row(session, one).state for one in (known, unknown, other)]
    assert states == ["sending", "queued", "sending"]
    assert (row(session, unknown).attempts, row(session, unknown).doubts) == (0, 0)


def test_a_row_in_hand_shows_no_words(session: Session, village: Village) -> None:
    put(session, village, "họp thôn", buttons=(("Bấm", "act:1"),))
    (claimed,) = claim(session, village)
    assert claimed.body == "họp thôn"
    assert not any(words in repr(claimed) for words in ("họp thôn", "Bấm"))
