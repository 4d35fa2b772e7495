"""A month that a platform limits: what counts, what is left, and what may still leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import Session

from db import inbox, outbox, outcomes, quota
from db.announcements import Part
from db.outbox import BULK, REPLY, URGENT, Result, Settled
from db.quota import FIRST_PAUSE, Allowance, Left
from db.tables import Delivery, Outbox, table
from tests.db.post import put
from tests.db.spending import BEN, DONG, OTHERS, PLAN, bodies, exchange, use
from tests.db.village import NOW, Village, released, tied_group

pytest_plugins = "tests.db.ground_fixtures"

delivery, rows = table(Delivery), table(Outbox)


def left(
    session: Session, village: Village, plan: Allowance = PLAN, now: datetime = NOW
) -> tuple[int, int]:
    """For what is urgent, and for what people wait for."""
    everything, ordinary, _ = quota.entry(session, village.bots["zalo"], now).left(plan)
    return everything, ordinary


@pytest.mark.parametrize(
    ("at", "month"),
    [
        pytest.param(datetime(2026, 11, 30, 16, 59, tzinfo=UTC), "2026-11", id="before midnight"),
        pytest.param(datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "2026-12", id="midnight there"),
        pytest.param(datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "2027-01", id="a new year"),
    ],
)
def test_a_month_is_one_of_the_village(at: datetime, month: str) -> None:
    assert quota.month(at) == month
    assert quota.month(quota.turn(at) - timedelta(seconds=1)) == month
    assert quota.month(quota.turn(at)) != month
    assert quota.turn(at).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("monthly", "ordinary", "bulk"),
    [(3000, 2850, 2700), (100, 95, 90), (1100, 1045, 990), (20, 19, 18), (1, 0, 0)],
)
def test_a_twentieth_is_kept_for_what_is_urgent_and_one_for_answers(
    monthly: int, ordinary: int, bulk: int
) -> None:
    plan = Allowance(monthly)
    assert (plan.ordinary, plan.bulk) == (ordinary, bulk)


BANDS = [
    ("there is room for all", 89, ["urgent", "reply", "bulk"]),
    ("announcements stop", 90, ["urgent", "reply"]),
    ("and answers", 95, ["urgent"]),
    ("and everything", 100, []),
]


@pytest.mark.parametrize(
    ("used", "leave"), [case[1:] for case in BANDS], ids=[case[0] for case in BANDS]
)
def test_a_month_ends_for_announcements_before_it_ends_for_answers_and_for_urgent_ones_last(
    session: Session, village: Village, used: int, leave: list[str]
) -> None:
    for words, priority in {"urgent": URGENT, "reply": REPLY, "bulk": BULK}.items():
        put(session, village, words, group=BEN, priority=priority)
    use(session, village, used)
    left: list[str] = []
    settled: list[Settled] = []
    while claims := exchange(session, village, settled):
        left += bodies(claims)
        settled = [Settled(one.id, "failed", error="Rejected") for one in claims]
    assert left == leave


def test_an_urgent_announcement_goes_by_hand_from_the_second_refusal_on(
    session: Session, village: Village
) -> None:
    bot_id = village.bots["zalo"]
    released(session, village, name="approver", urgent=True)
    until = quota.refuse(session, bot_id, NOW)
    assert quota.stuck(session, bot_id, PLAN, NOW) == []
    again = quota.refuse(session, bot_id, until)
    assert len(quota.stuck(session, bot_id, PLAN, until)) > 0
    assert quota.stuck(session, bot_id, PLAN, again) == [], "it is asked again"


def test_a_long_pause_is_long_to_its_end(session: Session, village: Village) -> None:
    bot_id, now = village.bots["zalo"], NOW
    released(session, village)
    for _ in range(5):
        now = quota.refuse(session, bot_id, now)
    assert len(quota.stuck(session, bot_id, PLAN, now - timedelta(seconds=1))) == 2


def test_only_new_updates_are_counted(session: Session, village: Village) -> None:
    bot_id = village.bots["zalo"]
    both, one = [("1", "an", b"{}"), ("2", "an", b"{}")], [("3", "an", b"{}")]
    inbox.receive(session, bot_id, both, NOW, metered=True)
    assert left(session, village) == (98, 93)
    inbox.receive(session, bot_id, [*both, *one], NOW, again=True, metered=True)
    assert left(session, village) == (97, 92)
    inbox.receive(session, bot_id, [("4", "an", b"{}")], NOW)
    assert left(session, village) == (97, 92)


def test_received_messages_count_only_where_the_platform_counts_them(
    session: Session, village: Village
) -> None:
    quota.received(session, village.bots["zalo"], 7, NOW)
    use(session, village, 2)
    assert left(session, village) == (91, 86)
    assert left(session, village, Allowance(100, counts_received=False)) == (98, 93)


@pytest.mark.parametrize(
    ("result", "counted"),
    [("sent", 1), ("unknown", 1), ("again", 0), ("failed", 0), ("untried", 0), ("moved", 0)],
)
def test_what_left_or_may_have_left_counts_once(
    session: Session, village: Village, result: Result, counted: int
) -> None:
    message = put(session, village, group=BEN)
    exchange(session, village)
    assert left(session, village) == (99, 94), "in hand"
    settled = Settled(message, result, "m1", again_at=NOW + timedelta(days=1))
    bot_id = village.bots["zalo"]
    for _ in range(2):  # the answer to the first was lost
        outbox.settle(session, [settled], NOW, bot_id)
    assert left(session, village) == (100 - counted, 95 - counted)


def test_what_was_in_hand_at_a_stop_counts(session: Session, village: Village) -> None:
    put(session, village, group=BEN)
    exchange(session, village)
    outcomes.recover(session, village.bots["zalo"], NOW, metered=True)
    assert quota.entry(session, village.bots["zalo"], NOW).sent == 1
    assert left(session, village) == (99, 94)


def test_every_month_and_every_bot_counts_for_itself(session: Session, village: Village) -> None:
    use(session, village, 40)
    quota.sent(session, village.bots["telegram"], 5, NOW)
    assert left(session, village) == (60, 55)
    assert left(session, village, now=quota.turn(NOW)) == (100, 95)


def test_nothing_is_counted_for_a_bot_that_may_say_what_it_likes(
    session: Session, village: Village
) -> None:
    put(session, village, group=BEN)
    bot_id = village.bots["zalo"]
    (claimed,) = outbox.exchange(session, bot_id, (), (), NOW, 9, list)
    outbox.exchange(session, bot_id, [Settled(claimed.id, "sent", "m1")], (), NOW, 9, list)
    assert quota.entry(session, bot_id, NOW) == quota.Entry()


def test_nothing_is_claimed_beyond_what_is_left(session: Session, village: Village) -> None:
    for number, group in enumerate(OTHERS):
        put(session, village, f"{number}", group=group)
    use(session, village, 93)
    assert bodies(exchange(session, village)) == ["0", "1"]
    assert exchange(session, village) == []
    assert left(session, village) == (5, 0)


def test_the_last_part_is_for_what_is_urgent(session: Session, village: Village) -> None:
    put(session, village, "reply", group=BEN, priority=REPLY)
    put(session, village, "bulk", group=DONG, priority=BULK)
    for number in range(3):
        released(session, village, name="approver", urgent=True, body=f"{number}")
    use(session, village, 95)
    claims = exchange(session, village)
    assert {claimed.priority for claimed in claims} == {URGENT}
    assert not left(session, village)[1]


def test_the_number_to_call_in_danger_leaves_as_long_as_anything_may(
    session: Session, village: Village
) -> None:
    put(session, village, "114", group=BEN, priority=URGENT)
    put(session, village, "reply", group=DONG)
    use(session, village, 99)
    assert bodies(exchange(session, village)) == ["114"]


def test_at_the_turn_of_the_month_it_goes_on(session: Session, village: Village) -> None:
    put(session, village, "late", group=BEN)
    use(session, village, 100)
    assert exchange(session, village) == []
    assert bodies(exchange(session, village, now=quota.turn(NOW))) == ["late"]


def send_all(session: Session, village: Village, plan: Allowance = PLAN) -> list[str]:
    """Until nothing may leave any more; the states of all messages of announcements, by part."""
    settled: list[Settled] = []
    while claims := exchange(session, village, settled, plan):
        settled = [Settled(claimed.id, "sent", f"m{claimed.id}") for claimed in claims]
    states = select(rows.c.state).where(rows.c.delivery_id.is_not(None))
    of_zalo = states.where(rows.c.bot_id == village.bots["zalo"])
    return list(session.execute(of_zalo.order_by(rows.c.delivery_id, rows.c.part)).scalars())


def test_a_delivery_that_would_not_fit_is_not_begun(session: Session, village: Village) -> None:
    """Three groups, two parts each, and room for five."""
    tied_group(session, village, "tay", "households", "zalo")
    released(session, village, ("ben", "dong", "tay"), name="approver")
    use(session, village, 85)
    (stuck,) = quota.stuck(session, village.bots["zalo"], PLAN, NOW)
    assert send_all(session, village) == ["sent", "sent", "sent", "sent", "queued", "queued"]
    assert quota.stuck(session, village.bots["zalo"], PLAN, NOW) == [stuck]
    assert exchange(session, village) == []


def test_who_carries_by_hand_is_woken_for_what_is_stuck(session: Session, village: Village) -> None:
    released(session, village)
    session.info.clear()
    exchange(session, village)
    assert "relay" not in session.info.get("topics", ())
    use(session, village, 95)
    exchange(session, village)
    assert "relay" in session.info["topics"]


def test_a_short_announcement_passes_a_long_one_that_does_not_fit(
    session: Session, village: Village
) -> None:
    released(session, village, ("ben",))
    released(session, village, ("dong",), parts={"zalo": [Part("một")], "telegram": []})
    use(session, village, 89)
    assert send_all(session, village) == ["queued", "queued", "sent"]


def test_what_is_ahead_leaves_less_for_announcements(session: Session, village: Village) -> None:
    released(session, village, ("ben",))
    use(session, village, 88)
    bot_id = village.bots["zalo"]
    assert quota.stuck(session, bot_id, PLAN, NOW) == []
    put(session, village, "reply", group=DONG)
    assert len(quota.stuck(session, bot_id, PLAN, NOW)) == 1


def test_urgent_announcements_go_by_hand_when_nothing_is_left(
    session: Session, village: Village
) -> None:
    bot_id = village.bots["zalo"]
    released(session, village, name="approver", urgent=True)
    use(session, village, 96)
    assert quota.stuck(session, bot_id, PLAN, NOW) == []
    use(session, village, 1)
    assert len(quota.stuck(session, bot_id, PLAN, NOW)) == 1
    use(session, village, 2)
    assert len(quota.stuck(session, bot_id, PLAN, NOW)) == 2


def test_only_announcements_that_wait_are_stuck(session: Session, village: Village) -> None:
    put(session, village, group=BEN)
    released(session, village, ("ben",))
    released(session, village, ("dong",))
    session.execute(
        update(rows).where(rows.c.delivery_id.is_not(None), rows.c.part == 1).values(state="sent")
    )
    dong = village.groups[DONG]
    session.execute(update(rows).where(rows.c.chat_id == dong).values(state="handed"))
    use(session, village, 100)
    found = quota.stuck(session, village.bots["zalo"], PLAN, NOW)
    chats = select(delivery.c.chat_id).where(delivery.c.id.in_(found))
    assert list(session.execute(chats).scalars()) == [village.groups[BEN]]


MINUTES = [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_platform_that_refuses_is_left_alone_longer_each_time(
    session: Session, village: Village
) -> None:
    bot_id, now = village.bots["zalo"], NOW
    put(session, village, "late", group=BEN)
    for minutes in MINUTES:
        until = quota.refuse(session, bot_id, now)
        assert until == now + timedelta(minutes=minutes)
        assert quota.refuse(session, bot_id, now + timedelta(seconds=9)) == until, "together"
        assert exchange(session, village, now=until - timedelta(seconds=1)) == []
        assert quota.entry(session, bot_id, until).refused(until) is None
        now = until
    assert bodies(exchange(session, village, now=now)) == ["late"]


def test_once_something_was_taken_the_pauses_are_short_again(
    session: Session, village: Village
) -> None:
    bot_id = village.bots["zalo"]
    message = put(session, village, group=BEN)
    exchange(session, village)
    until = quota.refuse(session, bot_id, NOW)
    outbox.settle(session, [Settled(message, "sent", "m1")], NOW, bot_id)
    assert quota.entry(session, bot_id, NOW).refused(NOW) == until, "it left before the refusal"
    until = quota.refuse(session, bot_id, until)
    message = put(session, village, group=BEN)
    exchange(session, village, now=until)
    outbox.settle(session, [Settled(message, "sent", "m2")], until, bot_id)
    assert quota.refuse(session, bot_id, until) == until + FIRST_PAUSE


def test_a_refusal_does_not_outlast_its_month(session: Session, village: Village) -> None:
    bot_id, turn = village.bots["zalo"], quota.turn(NOW)
    assert quota.refuse(session, bot_id, turn - timedelta(seconds=20)) == turn
    assert quota.entry(session, bot_id, turn).refused(turn) is None


def test_a_pause_by_a_clock_that_was_ahead_does_not_hold(
    session: Session, village: Village
) -> None:
    bot_id = village.bots["zalo"]
    quota.refuse(session, bot_id, NOW + timedelta(hours=3))
    assert quota.entry(session, bot_id, NOW).refused(NOW) is None


def test_what_is_refused_for_long_is_stuck(session: Session, village: Village) -> None:
    bot_id, now = village.bots["zalo"], NOW
    put(session, village, group=BEN)
    released(session, village)
    for _ in MINUTES[:4]:
        now = quota.refuse(session, bot_id, now)
        assert quota.stuck(session, bot_id, PLAN, now - timedelta(seconds=1)) == []
    quota.refuse(session, bot_id, now)
    assert len(quota.stuck(session, bot_id, PLAN, now)) == 2


def test_it_is_told_how_much_of_a_month_is_spent(session: Session, village: Village) -> None:
    bots = village.bots
    quota.received(session, bots["zalo"], 7, NOW)
    use(session, village, 4)
    until = quota.refuse(session, bots["telegram"], NOW)
    plans = {bots["zalo"]: PLAN, bots["telegram"]: Allowance(50, counts_received=False)}
    telegram, zalo = quota.spent(session, plans, NOW)
    assert (zalo.name, zalo.month, zalo.received, zalo.sent) == ("zalo", "2026-11", 7, 4)
    assert (zalo.used, zalo.monthly, zalo.refused_until) == (11, 100, None)
    assert (telegram.used, telegram.monthly, telegram.refused_until) == (0, 50, until)


def test_more_received_than_fits_leaves_nothing(session: Session, village: Village) -> None:
    quota.received(session, village.bots["zalo"], 130, NOW)
    assert quota.entry(session, village.bots["zalo"], NOW).left(PLAN) == Left(0, 0, 0)
