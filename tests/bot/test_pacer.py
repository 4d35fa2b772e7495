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


def test_bulk_leaves_one_message_of_a_burst_to_a_reply() -> None:
    pacer = Pacer(TELEGRAM)
    for head in heads_of(20, Priority.BULK):
        pacer.push(head)
    burst = 0
    while pacer.pop(burst * ROUNDING):
        burst += 1
    assert burst == TELEGRAM.burst - 1
    pacer.push(Head(100, 100, "private", Priority.REPLY))
    assert pacer.pop(0.001) == Head(100, 100, "private", Priority.REPLY)
    assert pacer.pop(0.001) is None


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
