"""What keepers are sent: it arrives whole or is asked of the next in line, and nothing is sent of
what is not to be carried any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlmodel import Session

from db import announcements, errands, groups, keepers, media, outbox, relay, requests
from db.carriers import Content
from db.errands import NO_KEEPER, STALE
from db.ledger import Unwritten
from db.outbox import REPLY, Draft, Settled
from db.people import Mailbox
from db.permissions import NotAllowed
from db.relay import FORGOTTEN, NoSuchErrand
from db.tables import Account, Chat, Media, Outbox, Relay, Role, table
from tests.db.carrying import announced, carried, deliveries, seen, states, tell, told
from tests.db.village import LATER, NOW, Village, acting

pytest_plugins = "tests.db.ground_fixtures"

account, chat, files = table(Account), table(Chat), table(Media)
carries, role, rows = table(Relay), table(Role), table(Outbox)
OLD = NOW + FORGOTTEN


def asked(session: Session, village: Village, *titles: str) -> tuple[int, list[int]]:
    """The head is told of these groups: the version, and the words and the request on their way."""
    version_id = told(session, village, *titles).version_id
    return version_id, put(session, village, "head")


def put(session: Session, village: Village, name: str) -> list[int]:
    """The words and the request for the errand of which they were just told."""
    home = select(account.c.chat_id).where(account.c.person_id == village.people[name])
    there = village.bots["telegram"], session.execute(home).scalar_one()
    code = requests.code(deliveries(session)[0])
    drafts = [Draft(*there, "notice", REPLY, words, NOW, code=code) for words in ("tin", "nhờ")]
    return outbox.put(session, drafts)


def ends(session: Session, ids: list[int]) -> list[str]:
    found = select(rows.c.state).where(rows.c.id.in_(ids)).order_by(rows.c.id)
    return list(session.execute(found).scalars())


def settle(session: Session, village: Village, result: str, error: str | None = None) -> None:
    (claimed,) = outbox.claim(session, village.bots["telegram"], (), NOW, 9, list)
    outbox.settle(session, [Settled(claimed.id, result, "m1", error=error)], NOW)  # type: ignore[arg-type]


def test_a_request_does_not_arrive_without_its_words_and_the_next_in_line_is_asked(
    session: Session, village: Village
) -> None:
    version_id, sent = asked(session, village, "A")
    settle(session, village, "failed", "Rejected")
    assert ends(session, sent) == ["failed", "cancelled"]
    assert tell(session, version_id) == [(village.people["approver"], ["A"])]
    assert errands.untold(session, NOW) == []


def test_words_of_which_nobody_knows_whether_they_arrived_are_the_next_ones_too(
    session: Session, village: Village
) -> None:
    version_id, sent = asked(session, village, "A")
    for _ in range(2):
        settle(session, village, "unknown")
    assert ends(session, sent) == ["uncertain", "cancelled"]
    assert tell(session, version_id) == [(village.people["approver"], ["A"])]


def test_everybody_in_line_is_tried_once(session: Session, village: Village) -> None:
    version_id, _ = asked(session, village, "A")
    settle(session, village, "failed", "Rejected")
    for name in ("approver", "cadre"):
        assert tell(session, version_id) == [(village.people[name], ["A"])]
        put(session, village, name)
        settle(session, village, "failed", "Rejected")
    assert tell(session, version_id) == []


def test_a_reminder_that_does_not_arrive_changes_nothing(
    session: Session, village: Village
) -> None:
    version_id, _ = asked(session, village, "A")
    for _ in range(2):
        settle(session, village, "sent")
    assert errands.remind(session, version_id, NOW + errands.REMIND, daytime=True)
    put(session, village, "head")
    settle(session, village, "failed", "Rejected")
    assert errands.untold(session, NOW) == []


def test_of_what_has_not_left_nobody_is_called_back(session: Session, village: Village) -> None:
    version_id, sent = asked(session, village, "A")
    approver = acting(session, village, "approver")
    announcements.stop(session, approver, version_id=version_id)
    assert errands.recall(session, version_id, NOW) == []
    assert ends(session, sent) == ["cancelled", "cancelled"]
    assert errands.recalled(session, NOW) == []


def test_who_has_the_words_but_not_the_request_hears_that_it_is_off(
    session: Session, village: Village
) -> None:
    version_id, sent = asked(session, village, "A")
    settle(session, village, "sent")
    approver = acting(session, village, "approver")
    announcements.stop(session, approver, version_id=version_id)
    (errand,) = errands.recall(session, version_id, NOW)
    assert errand.keeper_id == village.people["head"]
    assert ends(session, sent) == ["sent", "cancelled"]


def test_when_one_group_is_untied_before_the_request_left_the_others_are_asked_for_anew(
    session: Session, village: Village
) -> None:
    version_id, sent = asked(session, village, "A", "B")
    group = select(chat.c.id).where(chat.c.title == "A")
    approver = acting(session, village, "approver")
    groups.untie(session, approver, chat_id=session.execute(group).scalar_one())
    assert errands.recall(session, version_id, NOW) == []
    assert ends(session, sent) == ["cancelled", "cancelled"]
    assert tell(session, version_id) == [(village.people["head"], ["B"])]


def test_nobody_is_reminded_of_what_has_not_left(session: Session, village: Village) -> None:
    version_id, _ = asked(session, village, "A")
    late = NOW + errands.REMIND
    assert errands.remind(session, version_id, late, daytime=True) == []
    for _ in range(2):
        settle(session, village, "sent")
    assert len(errands.remind(session, version_id, late, daytime=True)) == 1


def test_a_request_that_waited_a_day_is_not_sent_and_the_delivery_has_failed(
    session: Session, village: Village
) -> None:
    version_id, sent = asked(session, village, "A")
    requests.given_up(session, sent)
    assert ends(session, sent) == ["cancelled", "cancelled"]
    assert not errands.stale(session, NOW + STALE - timedelta(seconds=1))
    assert errands.untold(session, NOW + STALE) == []
    assert errands.stale(session, NOW + STALE)
    assert errands.forsake(session, NOW + STALE) == 1
    assert dict(seen(session, version_id).counts) == {"failed": 1}
    failed = session.execute(select(rows.c.error).where(rows.c.state == "failed")).scalar_one()
    assert failed == NO_KEEPER
    assert not errands.stale(session, NOW + STALE)


def test_what_somebody_was_told_in_time_is_theirs_after_a_day(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    assert errands.forsake(session, NOW + STALE, version_id) == 0
    assert seen(session, version_id).count("handed") == 1


def nothing(box: Mailbox, content: Content, urgent: bool) -> bool:
    return False


def test_who_cannot_be_written_to_is_named(session: Session, village: Village) -> None:
    carried(session, village, "A")
    version_id = announced(session, village).version_id
    before = seen(session, version_id)
    assert (before.sought, before.unasked, before.unwritten) == (False, 1, ())
    assert errands.tell(session, version_id, NOW, nothing) == []
    after = seen(session, version_id)
    assert (after.sought, after.unasked, after.unwritten) == (True, 1, (Unwritten("head", True),))
    assert before.mark != after.mark
    assert tell(session, version_id) == [(village.people["head"], ["A"])]
    assert seen(session, version_id).unwritten == ()


def test_the_next_in_line_is_asked_while_the_keepers_mailbox_takes_nothing(
    session: Session, village: Village
) -> None:
    carried(session, village, "A")
    carried(session, village, "B")
    version_id = announced(session, village).version_id
    home = select(account.c.chat_id).where(account.c.person_id == village.people["head"])
    closed = int(session.execute(home).scalar_one())
    offered: list[int] = []

    def takes(box: Mailbox, content: Content, urgent: bool) -> bool:
        offered.append(box.chat_id)
        return box.chat_id != closed

    (errand,) = errands.tell(session, version_id, NOW, takes)
    assert errand.keeper_id == village.people["approver"]
    assert errand.box is not None
    assert offered == [closed, errand.box.chat_id], "once for the same messages"


@pytest.mark.parametrize("keeper", ["head", "resident", "other_head"])
def test_a_keeper_counts_only_while_they_may_announce_there(
    session: Session, village: Village, keeper: str
) -> None:
    carried(session, village, "A", keeper=keeper)
    session.execute(delete(role).where(role.c.person_id == village.people["head"]))
    version_id = announced(session, village).version_id
    assert tell(session, version_id) == [(village.people["approver"], ["A"])]


def test_what_was_handed_a_week_ago_is_left_as_it_is(session: Session, village: Village) -> None:
    version_id, _ = asked(session, village, "A")
    (group,) = session.execute(select(chat.c.id).where(chat.c.title == "A")).scalars()
    approver = acting(session, village, "approver", now=OLD)
    assert errands.mine(session, acting(session, village, "head", now=OLD)) == []
    cadre = village.people["cadre"]
    keepers.appoint(session, approver, chat_id=group, keeper_id=cadre)
    relay.shut_out(session, 1, OLD)
    assert errands.untold(session, OLD) == []
    groups.untie(session, approver, chat_id=group)
    assert states(session) == ["handed"]
    announcements.stop(session, approver, version_id=version_id)
    assert errands.recalled(session, OLD) == []
    assert errands.pending(session, OLD, daytime=True) == 0


@pytest.mark.parametrize("state", ["lost", "refused"])
@pytest.mark.parametrize("late", [True, False])
def test_a_file_that_will_never_come_is_not_carried(
    session: Session, village: Village, state: str, late: bool
) -> None:
    values = {"bot_id": 1, "chat_id": village.groups["ben households telegram"], "ref": "r"}
    row = insert(files).values(**values, kind="photo", name="", state="wanted", due_at=NOW)
    file = session.execute(row.values(attempts=0).returning(files.c.id)).scalar_one()
    if not late:
        media.drop(session, file, state)
    carried(session, village, "A")
    version_id = announced(session, village, files=[file]).version_id
    if late:
        media.drop(session, file, state)
    assert states(session) == ["handed", "cancelled"]
    (errand,) = errands.tell(session, version_id, NOW)
    assert errand.files == ()


def test_only_who_may_announce_there_hears_of_what_nobody_carries(
    session: Session, village: Village
) -> None:
    announced(session, village, segments=("households",))
    found = select(rows.c.delivery_id).where(rows.c.delivery_id.is_not(None)).limit(1)
    ids = [session.execute(found).scalar_one()]
    with pytest.raises(NotAllowed):
        relay.done(session, acting(session, village, "resident"), deliveries=ids)
    assert relay.done(session, acting(session, village, "head"), deliveries=ids).off


def test_who_was_called_back_may_still_say_that_it_was_carried(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    (group,) = session.execute(select(chat.c.id).where(chat.c.title == "A")).scalars()
    groups.untie(session, acting(session, village, "approver"), chat_id=group)
    assert len(errands.recall(session, version_id, NOW)) == 1
    head, ids = acting(session, village, "head", now=LATER), deliveries(session)
    assert [stop.title for stop in relay.done(session, head, deliveries=ids).off] == ["A"]
    with pytest.raises(NotAllowed):
        relay.done(session, acting(session, village, "resident"), deliveries=ids)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, 0, -1])
def test_a_number_that_no_row_can_have_is_no_errand(
    session: Session, village: Village, number: int
) -> None:
    for verb in (relay.done, relay.undo, errands.confirm, errands.reopen):
        with pytest.raises(NoSuchErrand):
            verb(session, acting(session, village, "head"), deliveries=[number])


def test_what_is_carried_after_the_report_is_news_for_its_author(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    announcements.reported(session, version_id, LATER)
    assert announcements.unreported(session) == []
    relay.done(session, acting(session, village, "head"), deliveries=deliveries(session))
    assert announcements.unreported(session) == [version_id]
    announcements.showed(session, version_id, seen(session, version_id).mark)
    assert announcements.unreported(session) == []
