"""Each rule of the pacer by itself; what they add up to is in test_pacer_simulation."""

from __future__ import annotations

import pytest

from bot.pacer import Head, Pacer, Priority
from bot.platforms.base import Pace

TELEGRAM = Pace(per_second=29, burst=10, private_interval=1.0, group_interval=3.0)
ROUNDING = 1e-6


def heads_of(count: int, priority: Priority) -> list[Head]:
    return [Head(number, number, "private", priority) for number in range(1, count + 1)]


def test_urgent_goes_before_replies_and_replies_before_bulk() -> None:
    pacer = Pacer(TELEGRAM)
    heads = [
        Head(1, 1, "private", Priority.BULK),
        Head(2, 2, "private", Priority.REPLY),
        Head(3, 3, "group", Priority.URGENT),
        Head(4, 4, "private", Priority.REPLY),
    ]
    assert [head.id for head in pacer.choose(0.0, heads)] == [3, 2, 4, 1]
    for head in heads:
        pacer.push(head)
    started = [pacer.pop(0.0) for _ in heads]
    assert [head.id for head in started if head] == [3, 2, 4, 1]


def burst(pacer: Pacer, now: float, heads: list[Head]) -> int:
    """How many of the heads start at once."""
    for head in heads:
        pacer.push(head)
    count = 0
    while pacer.pop(now + count * ROUNDING):
        count += 1
    return count


def test_bulk_leaves_one_message_of_a_burst_to_a_reply() -> None:
    pacer = Pacer(TELEGRAM)
    assert burst(pacer, 0.0, heads_of(20, Priority.BULK)) == TELEGRAM.burst - 1
    pacer.push(Head(100, 100, "private", Priority.REPLY))
    assert pacer.pop(0.001) == Head(100, 100, "private", Priority.REPLY)
    assert pacer.pop(0.001) is None


@pytest.mark.parametrize(
    ("waited_for", "seconds_ago", "at_once"),
    [(0, 0.9, 9), (1, 0.9, 8), (3, 0.9, 6), (7, 0.9, 2), (10, 0.9, 2), (10, 1.1, 9)],
)
@pytest.mark.parametrize("priority", [Priority.URGENT, Priority.REPLY])
def test_bulk_leaves_as_many_more_as_were_waited_for_in_the_last_second(
    waited_for: int, seconds_ago: float, at_once: int, priority: Priority
) -> None:
    pacer = Pacer(TELEGRAM)
    assert burst(pacer, 5 - seconds_ago, heads_of(waited_for, priority)) == waited_for
    bulk = [Head(n, n, "private", Priority.BULK) for n in range(100, 120)]
    assert burst(pacer, 5.0, bulk) == at_once


def test_replies_that_need_not_wait_leave_bulk_its_place_behind_them() -> None:
    """Only while replies queue may bulk use what is kept for them, once in ten."""
    pacer = Pacer(TELEGRAM)
    assert burst(pacer, 0.0, heads_of(9, Priority.BULK)) == 9
    now = 0.0
    for number in range(100, 140):
        now = 0.1 + (number - 100) / 28
        pacer.push(Head(number, number, "private", Priority.REPLY))
        pacer.push(Head(number + 1000, number + 1000, "private", Priority.BULK))
        assert pacer.pop(now) == Head(number, number, "private", Priority.REPLY)
        assert pacer.pop(now) is None
    replies = [Head(n, n, "private", Priority.REPLY) for n in range(200, 240)]
    for head in replies:
        pacer.push(head)
    order: list[int] = []
    while len(order) < 40:
        now = pacer.next_time(now) or now
        if started := pacer.pop(now):
            order.append(started.priority)
    assert all(Priority.BULK in order[first : first + 10] for first in range(30))


def test_choosing_records_nothing() -> None:
    pacer = Pacer(TELEGRAM)
    heads = heads_of(100, Priority.BULK)
    assert pacer.choose(0.0, heads) == pacer.choose(0.0, heads)
    assert pacer.held == 0


def test_nothing_more_is_chosen_while_a_second_of_messages_is_held() -> None:
    pacer = Pacer(TELEGRAM)
    urgent = heads_of(100, Priority.URGENT)
    for head in pacer.choose(0.0, urgent):
        pacer.push(head)
    assert 29 <= pacer.held <= 29 + TELEGRAM.burst
    assert pacer.capacity(0.0) == 0
    assert pacer.choose(0.0, urgent) == []


def test_bulk_is_claimed_in_lots_shortly_before_the_last_one_has_started() -> None:
    pacer = Pacer(TELEGRAM)
    heads = heads_of(100, Priority.BULK)
    assert burst(pacer, 0.0, pacer.choose(0.0, heads)) == 9
    later = pacer.refill_time(0.0)
    assert pacer.choose(later - 0.01, heads[30:]) == []
    while (now := pacer.next_time(0.0) or later) < later:
        assert pacer.pop(now)
    assert len(pacer.choose(later, heads[30:])) == 8


def test_bulk_claims_less_where_replies_will_start_before_it() -> None:
    alone, beside = Pacer(TELEGRAM), Pacer(TELEGRAM)
    assert burst(beside, 4.5, heads_of(10, Priority.REPLY)) == 10
    heads = heads_of(100, Priority.BULK)
    assert len(alone.choose(5.0, heads)) == 23
    assert len(beside.choose(5.0, heads)) == 11


def test_there_is_always_a_while_to_the_next_claim() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.push(Head(1, 1, "private", Priority.BULK))
    assert pacer.refill_time(7.0) == 7.25


def test_a_chat_is_blocked_until_its_interval_has_passed_and_then_forgotten() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.push(Head(1, 7, "group", Priority.BULK))
    assert pacer.pop(100.0) == Head(1, 7, "group", Priority.BULK)
    assert pacer.blocked(100.0, horizon=0) == {7}
    assert pacer.release_time(100.0, horizon=0.5) == 102.5
    assert pacer.blocked(102.5, horizon=0.5) == frozenset()
    assert pacer.blocked(102.0, horizon=0.5) == {7}
    assert pacer.blocked(103.0, horizon=0) == frozenset()
    assert pacer.release_time(103.0) is None


def test_a_held_message_for_a_busy_chat_lets_the_others_pass() -> None:
    pacer = Pacer(TELEGRAM)
    for head in [Head(1, 7, "group", 2), Head(2, 7, "group", 2), Head(3, 8, "group", 2)]:
        pacer.push(head)
    assert [head.id for head in (pacer.pop(0.0), pacer.pop(0.0)) if head] == [1, 3]
    assert pacer.pop(2.9) is None
    assert pacer.next_time(2.9) == 3.0
    assert pacer.pop(3.0) == Head(2, 7, "group", 2)
    assert pacer.next_time(3.0) is None


def test_a_refusal_parks_only_its_chat() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.too_many(0.0, chat=7, retry_after=30)
    pacer.push(Head(1, 7, "private", Priority.URGENT))
    pacer.push(Head(2, 8, "private", Priority.BULK))
    assert pacer.blocked(0.0) == {7}
    assert pacer.pop(0.0) == Head(2, 8, "private", Priority.BULK)
    assert pacer.pop(29.9) is None
    assert pacer.next_time(29.9) == 30.0
    assert pacer.pop(30.0) == Head(1, 7, "private", Priority.URGENT)


def test_refusals_of_one_chat_or_far_apart_do_not_stop_the_bot() -> None:
    pacer = Pacer(TELEGRAM)
    for at, chat in [(0.0, 7), (1.0, 7), (4.0, 8), (7.0, 9)]:
        pacer.too_many(at, chat, retry_after=3)
    pacer.push(Head(1, 1, "private", Priority.BULK))
    assert pacer.pop(7.0) is not None


def _starts_between(pacer: Pacer, begin: float, end: float, first: int) -> list[float]:
    """When heads for ever new chats start, always enough of them held."""
    times: list[float] = []
    for number in range(first, first + 200):
        pacer.push(Head(number, number, "private", Priority.BULK))
    now = begin
    while now < end:
        if pacer.pop(now):
            times.append(now)
        now = max(now, pacer.next_time(now) or end)
    pacer.drain()
    return times


@pytest.mark.parametrize("whole_bot", [True, False], ids=["outside any chat", "in two chats"])
def test_a_refused_bot_pauses_then_speaks_at_half_pace_and_recovers(whole_bot: bool) -> None:
    pacer = Pacer(TELEGRAM)
    if whole_bot:
        pacer.too_many(0.0, chat=None, retry_after=5)
    else:
        pacer.too_many(0.0, chat=1, retry_after=5)
        pacer.too_many(1.0, chat=2, retry_after=3)
        pacer.too_many(1.1, chat=3, retry_after=3)
    times = _starts_between(pacer, 1.1, 7.0, first=100)
    assert times[0] >= 5.0
    in_first_second = sum(time < 6.0 for time in times)
    assert 13 <= in_first_second <= 16
    later = _starts_between(pacer, 20.0, 22.0, first=1000)
    assert sum(21.0 <= time < 22.0 for time in later) in (29, 30)


def test_while_the_platform_is_out_of_reach_nothing_starts_and_nothing_is_forgotten() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.too_many(0.0, chat=7, retry_after=60)
    pacer.hold(0.0, until=30.0)
    for number, priority in enumerate(Priority):
        pacer.push(Head(number, number, "private", priority))
    assert pacer.pop(29.9) is None
    assert pacer.next_time(1.0) == pytest.approx(30.0)
    assert pacer.capacity(28.9) == 0
    assert pacer.blocked(29.9) == {7}
    assert pacer.held == len(Priority)
    assert pacer.pop(30.0 + ROUNDING) == Head(0, 0, "private", Priority.URGENT)
    assert pacer.pop(30.0 + ROUNDING) is None


def test_after_a_hold_the_bot_speaks_one_by_one_and_at_its_usual_pace() -> None:
    pacer = Pacer(TELEGRAM)
    for until in (1.0, 3.0, 7.0, 5.0):
        pacer.hold(0.5, until)
    times = _starts_between(pacer, 0.5, 9.0, first=100)
    assert 7.0 <= times[0] <= 7.1
    assert sum(7.5 <= time < 8.5 for time in times) in (29, 30)


def test_a_hold_that_is_over_changes_nothing() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.hold(5.0, until=5.0)
    assert burst(pacer, 5.0, heads_of(20, Priority.REPLY)) == TELEGRAM.burst


def test_a_hold_cannot_shorten_a_pause() -> None:
    pacer = Pacer(TELEGRAM)
    pacer.too_many(0.0, chat=None, retry_after=10)
    pacer.hold(1.0, until=2.0)
    assert _starts_between(pacer, 1.0, 11.0, first=1)[0] >= 10.0


def test_the_pace_never_falls_to_nothing() -> None:
    pacer = Pacer(TELEGRAM)
    for at in range(0, 40, 2):
        pacer.too_many(float(at), chat=None, retry_after=1)
    assert len(_starts_between(pacer, 40.0, 42.0, first=1)) >= 2


def test_what_is_held_can_be_given_back() -> None:
    pacer = Pacer(TELEGRAM)
    heads = [Head(1, 7, "group", 2), Head(2, 7, "group", 0), Head(3, 7, "group", 1)]
    for head in heads:
        pacer.push(head)
    assert pacer.pop(0.0) == heads[1]
    assert pacer.drain() == [heads[0], heads[2]]
    assert pacer.held == 0
    assert pacer.next_time(0.0) is None


@pytest.mark.parametrize("per_second", [1e9, float("inf")])
def test_without_limits_everything_starts_at_once_and_no_chat_is_remembered(
    per_second: float,
) -> None:
    pacer = Pacer(Pace(per_second, burst=1, private_interval=0, group_interval=0))
    now = 1_000_000.0
    for number in range(2000):
        assert pacer.capacity(now) > 0
        pacer.push(Head(number, number % 5, "group", number % 3))
        now = pacer.next_time(now) or 0
        assert pacer.pop(now) is not None
    assert now == pytest.approx(1_000_000.0, abs=1e-3)
    assert pacer.blocked(now, horizon=0) == frozenset()
    pacer.too_many(now, chat=None, retry_after=2)
    assert pacer.capacity(now) == 0
    assert pacer.capacity(now + 3) > 0
