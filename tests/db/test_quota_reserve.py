"""When little is left of a month: who is answered still, and what is waited for no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import outbox, overdue, quota
from db.announcements import Part
from db.outbox import REPLY, Draft, Settled
from db.quota import FIRST_PAUSE
from db.tables import Chat, Outbox, Role, table
from tests.db.post import put
from tests.db.spending import BEN, PLAN, bodies, exchange, use
from tests.db.village import NOW, Village, released

pytest_plugins = "tests.db.ground_fixtures"

chat, role, rows = table(Chat), table(Role), table(Outbox)


def said_to(session: Session, village: Village, name: str, origin: str = "reply") -> int:
    """Something for a person in private, by the bot whose month is limited."""
    home = select(chat.c.id).where(chat.c.external_id == f"private {name}")
    chat_id = session.execute(home).scalar_one()
    bot_id = village.bots["zalo"]
    session.execute(update(chat).where(chat.c.id == chat_id).values(bot_id=bot_id))
    draft = Draft(bot_id, chat_id, origin, REPLY, f"{origin} {name}", NOW)
    return outbox.put(session, [draft])[0]


def test_whoever_may_announce_urgently_is_answered_from_the_reserve(
    session: Session, village: Village
) -> None:
    """However many others wait before them."""
    for name in ("resident", "head", "cadre"):
        said_to(session, village, name)
    said_to(session, village, "approver")
    use(session, village, 95)
    bot_id = village.bots["zalo"]
    assert outbox.affordable(session, bot_id, (), NOW, PLAN)
    assert bodies(exchange(session, village, limit=1)) == ["reply approver"]
    assert exchange(session, village) == []
    assert not outbox.affordable(session, bot_id, (), NOW, PLAN)


def test_a_notice_that_stands_before_the_answer_leaves_with_it(
    session: Session, village: Village
) -> None:
    notice = said_to(session, village, "approver", "notice")
    said_to(session, village, "approver")
    use(session, village, 95)
    (first,) = exchange(session, village)
    sent = [Settled(notice, "sent", "m1")]
    assert (first.id, bodies(exchange(session, village, sent))) == (notice, ["reply approver"])


def test_the_reserve_is_not_for_notices_nor_for_a_role_that_has_ended(
    session: Session, village: Village
) -> None:
    said_to(session, village, "approver", "notice")
    said_to(session, village, "stranger")
    session.execute(
        update(role)
        .where(role.c.person_id == village.people["stranger"])
        .values(ends_at=NOW - timedelta(days=1))
    )
    use(session, village, 95)
    assert exchange(session, village) == []


def test_when_nothing_is_left_nobody_is_answered(session: Session, village: Village) -> None:
    said_to(session, village, "approver")
    use(session, village, 100)
    assert exchange(session, village) == []


@pytest.mark.parametrize(
    ("used", "after", "given_up"),
    [
        pytest.param(95, overdue.OLD, True, id="a day in a month that is spent"),
        pytest.param(95, overdue.OLD - timedelta(seconds=1), False, id="less than a day"),
        pytest.param(94, overdue.OLD, False, id="it will leave"),
    ],
)
def test_replies_that_waited_a_day_for_a_spent_month_are_given_up_and_notices_are_not(
    session: Session, village: Village, used: int, after: timedelta, given_up: bool
) -> None:
    reply = said_to(session, village, "resident")
    doubtful = said_to(session, village, "head")
    session.execute(update(rows).where(rows.c.id == doubtful).values(doubts=1))
    notice = said_to(session, village, "cadre", "notice")
    use(session, village, used)
    stale = overdue.stale(session, village.bots["zalo"], PLAN, NOW + after)
    assert sorted(stale) == ([reply, doubtful] if given_up else [])
    overdue.give_up(session, stale)
    found = select(rows.c.id, rows.c.state).where(rows.c.id.in_([reply, doubtful, notice]))
    became = {row.id: row.state for row in session.execute(found)}
    ends = ("cancelled", "uncertain") if given_up else ("queued", "queued")
    assert became == {reply: ends[0], doubtful: ends[1], notice: "queued"}


def test_what_may_not_leave_now_is_not_waited_for(session: Session, village: Village) -> None:
    bot_id, plans = village.bots["zalo"], {village.bots["zalo"]: PLAN}
    put(session, village, group=BEN)
    assert outbox.waiting(session, NOW, plans) == 1
    quota.refuse(session, bot_id, NOW)
    assert outbox.waiting(session, NOW, plans) == 0
    assert outbox.waiting(session, NOW + FIRST_PAUSE, plans) == 1
    use(session, village, 95)
    assert outbox.waiting(session, NOW + FIRST_PAUSE, plans) == 0
    assert outbox.waiting(session, quota.turn(NOW), plans) == 1
    put(session, village)
    assert outbox.waiting(session, NOW, plans) == 1, "the other bot's"


def test_what_others_are_to_carry_is_waited_for(session: Session, village: Village) -> None:
    released(session, village, ("ben",), parts={"zalo": [Part("một")], "telegram": []})
    use(session, village, 95)
    assert outbox.waiting(session, NOW, {village.bots["zalo"]: PLAN}) == 1
