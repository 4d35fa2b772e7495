"""Groups and keepers that are closed to the bot: what cannot arrive is carried by somebody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import announcements, chats, errands, people, relay
from db.tables import Account, Chat, table
from tests.db.carrying import announced, deliveries, seen, states, tell, told
from tests.db.company import stand
from tests.db.linked import met
from tests.db.village import LATER, NOW, Village, acting, set_states

pytest_plugins = "tests.db.ground_fixtures"

account, chat = table(Account), table(Chat)


def closed(
    session: Session, chat_id: int, standing: str = "out", keeper: int | None = None
) -> None:
    """The bot may not write there; `keeper`: who may."""
    values = {"standing": standing, "keeper_id": keeper}
    session.execute(update(chat).where(chat.c.id == chat_id).values(**values))


@pytest.mark.parametrize("standing", ["out", "muted"])
@pytest.mark.parametrize("kept", [True, False])
def test_a_group_closed_to_its_bot_is_its_keepers_if_it_has_one(
    session: Session, village: Village, standing: str, kept: bool
) -> None:
    head = village.people["head"]
    closed(session, village.groups["ben households zalo"], standing, head if kept else None)
    version_id = announced(session, village, segments=("households",)).version_id
    assert dict(seen(session, version_id).counts) == (
        {"queued": 1, "handed": 1} if kept else {"queued": 2}
    )
    expected = [(head, ["ben households zalo"])] if kept else []
    assert tell(session, version_id) == expected


@pytest.mark.parametrize("kept", [True, False])
def test_what_did_not_arrive_in_a_closed_group_is_sent_again_by_hand_if_it_has_a_keeper(
    session: Session, village: Village, kept: bool
) -> None:
    version_id = announced(session, village, segments=("households",)).version_id
    group = village.groups["ben households zalo"]
    set_states(session, group, part_1="failed")
    closed(session, group, keeper=village.people["head"] if kept else None)
    author = acting(session, village, "approver", now=LATER)
    again, touched = announcements.resend(
        session, author, version_id=version_id, states=("failed",)
    )
    assert (touched, again.count("handed"), again.count("queued")) == (1, kept, 2 - kept)
    assert bool(tell(session, version_id)) == kept


def test_a_group_that_its_bot_is_back_in_is_its_bots_again(
    session: Session, village: Village
) -> None:
    group = village.groups["ben households zalo"]
    closed(session, group, "member", village.people["head"])
    announced(session, village, segments=("households",))
    assert states(session) == ["queued", "queued"]


def home_of(session: Session, village: Village, name: str) -> int:
    found = select(chat.c.id).where(chat.c.external_id == f"private {name}")
    return int(session.execute(found).scalar_one())


def test_who_has_blocked_the_bot_is_not_asked_and_the_next_in_line_is(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    assert errands.pending(session, NOW, daytime=True) == 0
    chats.close(session, home_of(session, village, "head"), NOW)
    assert errands.pending(session, NOW, daytime=True) == 1
    assert tell(session, version_id) == [(village.people["approver"], ["A"])]
    chats.close(session, home_of(session, village, "head"), NOW)
    assert errands.untold(session, NOW) == []
    chats.close(session, home_of(session, village, "approver"), NOW)
    assert tell(session, version_id) == [(village.people["cadre"], ["A"])]


def test_who_blocks_the_bot_before_the_message_has_left_is_not_asked_either(
    session: Session, village: Village
) -> None:
    version_id = told(session, village, "A").version_id
    home = home_of(session, village, "head")
    stand(session, village, home, "out")
    assert tell(session, version_id) == [(village.people["approver"], ["A"])]
    stand(session, village, home, "out")
    assert errands.untold(session, NOW) == []


def test_who_has_another_account_is_asked_there(session: Session, village: Village) -> None:
    version_id = told(session, village, "A").version_id
    other = met(session, village, "zalo")
    mine = update(account).where(account.c.id == other.account_id)
    session.execute(mine.values(person_id=village.people["head"]))
    chats.close(session, home_of(session, village, "head"), NOW)
    assert tell(session, version_id) == [(village.people["head"], ["A"])]
    (box,) = people.mailboxes(session, (village.people["head"],), NOW)
    assert box.chat_id == other.chat_id


def test_what_was_carried_is_not_asked_of_anybody_else(session: Session, village: Village) -> None:
    told(session, village, "A")
    relay.done(session, acting(session, village, "head"), deliveries=deliveries(session))
    chats.close(session, home_of(session, village, "head"), NOW)
    assert errands.untold(session, NOW) == []
