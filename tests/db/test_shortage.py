"""What is told of a month that runs short: each thing once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from db import outbox, quota, shortage
from db.outbox import Settled
from db.quota import Allowance
from db.shortage import Shortage
from tests.db.post import put
from tests.db.village import NOW, Village

pytest_plugins = "tests.db.ground_fixtures"

PLAN = Allowance(1000)
GROUP = "ben households zalo"


def use(session: Session, village: Village, count: int, now: datetime = NOW) -> None:
    quota.sent(session, village.bots["zalo"], count, now)


def tell(session: Session, village: Village, now: datetime = NOW) -> Shortage | None:
    bot_id = village.bots["zalo"]
    untold = shortage.untold(session, bot_id, PLAN, now)
    told = shortage.tell(session, bot_id, PLAN, now)
    assert untold or told is None
    assert not shortage.untold(session, bot_id, PLAN, now)
    return told


def refuse(session: Session, village: Village, times: int, now: datetime = NOW) -> datetime:
    for _ in range(times):
        now = quota.refuse(session, village.bots["zalo"], now)
    return now


def send(session: Session, village: Village, now: datetime) -> None:
    bot_id = village.bots["zalo"]
    put(session, village, group=GROUP, due_at=now)
    (claimed,) = outbox.exchange(session, bot_id, (), (), now, 9, list, plan=PLAN)
    outbox.settle(session, [Settled(claimed.id, "sent", "m1")], now, bot_id)


def test_nothing_is_told_of_a_month_with_enough_left(session: Session, village: Village) -> None:
    assert tell(session, village) is None
    use(session, village, 799)
    assert tell(session, village) is None


def test_most_of_a_month_is_told_once(session: Session, village: Village) -> None:
    use(session, village, 800)
    turn = quota.turn(NOW)
    assert tell(session, village) == Shortage(
        "most", "zalo", village.commune.id, 800, 1000, 100, 50, turn
    )
    use(session, village, 89)
    assert tell(session, village) is None
    use(session, village, 800, now=turn)
    assert tell(session, village, now=turn) is not None, "another month"


def test_that_only_urgent_messages_leave_is_told_while_it_can_be(
    session: Session, village: Village
) -> None:
    use(session, village, 850)
    assert tell(session, village) is not None
    use(session, village, 40)
    told = tell(session, village)
    assert told is not None
    assert (told.kind, told.used, told.until) == ("spent", 890, quota.turn(NOW))
    assert quota.entry(session, village.bots["zalo"], NOW).left(PLAN).bulk == 10
    use(session, village, 100)
    assert tell(session, village) is None


def test_who_hears_that_it_is_spent_need_not_hear_that_most_is(
    session: Session, village: Village
) -> None:
    use(session, village, 1200)
    told = tell(session, village)
    assert told is not None
    assert (told.kind, told.used) == ("spent", 1000)
    assert tell(session, village) is None


def test_short_refusals_are_nobodys_matter(session: Session, village: Village) -> None:
    refuse(session, village, 4)
    assert tell(session, village) is None


def test_a_refusal_that_lasts_is_told_once_and_again_after_it_was_over(
    session: Session, village: Village
) -> None:
    until = refuse(session, village, 5)
    told = tell(session, village)
    assert told is not None
    assert (told.kind, told.until) == ("refused", until)
    until = refuse(session, village, 3, until)
    assert tell(session, village, until) is None
    send(session, village, until)
    assert tell(session, village, until) is None
    until = refuse(session, village, 5, until)
    assert tell(session, village, until) is not None


def test_a_refusal_that_passes_does_not_make_the_end_of_a_month_news(
    session: Session, village: Village
) -> None:
    use(session, village, 945)
    assert tell(session, village) is not None
    until = refuse(session, village, 5, NOW + timedelta(hours=1))
    assert tell(session, village, until) is None
    send(session, village, until)
    assert tell(session, village, until) is None
