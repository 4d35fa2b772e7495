"""No limit is ever passed, nobody starves, and speed is as promised: all in simulated time."""

from __future__ import annotations

import random
from bisect import insort
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.pacer import Head, Pacer, Priority
from bot.platforms.base import Pace
from handlers.messages import ChatKind

TELEGRAM = Pace(per_second=29, burst=10, private_interval=1.0, group_interval=3.0)
ZALO = Pace(per_second=1, burst=1, private_interval=3.0, group_interval=3.0)
ROUNDING = 1e-6


@dataclass
class Bucket:
    """A platform's own limit, written apart from ours."""

    per_second: float
    burst: float
    tokens: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def left(self, now: float) -> float:
        return min(self.burst, self.tokens + (now - self.at) * self.per_second)

    def take(self, now: float) -> None:
        self.tokens, self.at = self.left(now) - 1, now
        assert self.tokens >= -ROUNDING, "the platform would have refused this message"


@dataclass(frozen=True, order=True)
class Start:
    at: float
    head: Head
    queued: float
    claimed: float

    @property
    def delay(self) -> float:
        return self.at - self.queued


class Sender:
    """Drives a pacer as the sender does, against an outbox in memory and a round trip."""

    def __init__(self, pace: Pace, arrivals: Iterable[tuple[float, Head]], trip: float = 0.05):
        self.pacer = Pacer(pace)
        self.trip = trip
        self.arrivals = deque(sorted(arrivals))
        self.queued = dict((head.id, at) for at, head in self.arrivals)
        self.outbox: dict[int, deque[Head]] = defaultdict(deque)
        self.heads: dict[int, list[Head]] = {level: [] for level in Priority}
        self.under_way: deque[tuple[float, int]] = deque()
        self.claimed: dict[int, float] = {}
        self.starts: list[Start] = []
        self.most_held = 0
        self.more = False

    def run(self) -> list[Start]:
        now = 0.0
        while self.arrivals or self.under_way or self.pacer.held or any(self.heads.values()):
            self._arrive(now)
            self._claim(now)
            while head := self.pacer.pop(now):
                self.starts.append(Start(now, head, self.queued[head.id], self.claimed[head.id]))
                self.under_way.append((now + self.trip, head.chat))
            now = self._later(now)
        return self.starts

    def _arrive(self, now: float) -> None:
        while self.under_way and self.under_way[0][0] <= now:
            chat = self.under_way.popleft()[1]
            self.outbox[chat].popleft()
            if self.outbox[chat]:
                self._offer(self.outbox[chat][0])
        while self.arrivals and self.arrivals[0][0] <= now:
            head = self.arrivals.popleft()[1]
            self.outbox[head.chat].append(head)
            if len(self.outbox[head.chat]) == 1:
                self._offer(head)

    def _offer(self, head: Head) -> None:
        insort(self.heads[head.priority], head)

    def _claim(self, now: float) -> None:
        room, blocked = self.pacer.capacity(now), self.pacer.blocked(now)
        candidates: list[Head] = []
        for heads in self.heads.values():
            open_heads = (head for head in heads if head.chat not in blocked)
            candidates.extend(head for head, _ in zip(open_heads, range(room), strict=False))
        chosen = self.pacer.choose(now, candidates)
        self.more = not room or len(candidates) > len(chosen)
        for head in chosen:
            self.heads[head.priority].remove(head)
            self.claimed[head.id] = now
            self.pacer.push(head)
        self.most_held = max(self.most_held, self.pacer.held)

    def _later(self, now: float) -> float:
        times = [self.pacer.next_time(now), self.pacer.release_time(now)]
        if self.more and any(self.heads.values()):
            times.append(self.pacer.refill_time(now))
        times.extend(queue[0][0] for queue in (self.arrivals, self.under_way) if queue)
        return max(now + 0.001, min((time for time in times if time is not None), default=now))


def messages(
    count: int,
    priority: Priority = Priority.BULK,
    kind: ChatKind = "private",
    first: int = 1,
    chats: int = 0,
    every: float = 0.0,
) -> list[tuple[float, Head]]:
    """`count` messages with ids from `first`, spread over `chats` (0: a chat each)."""
    ids = range(first, first + count)
    return [
        ((n - first) * every, Head(n, first + (n - first) % (chats or count), kind, priority))
        for n in ids
    ]


def replies_at_random(seconds: float, per_second: float) -> list[tuple[float, Head]]:
    chance = random.Random(2)
    times = sorted(chance.uniform(0, seconds) for _ in range(int(seconds * per_second)))
    return [(at, Head(n, n, "private", Priority.REPLY)) for n, at in enumerate(times, 100_000)]


def percentile_99(starts: Iterable[Start]) -> float:
    delays = sorted(start.delay for start in starts)
    return delays[int(0.99 * (len(delays) - 1))]


def of(starts: Iterable[Start], priority: Priority) -> list[Start]:
    return [start for start in starts if start.head.priority == priority]


def check_platform_limits(starts: list[Start]) -> None:
    """30/s with bursts of 30 for the bot, 1/s in a private chat, 20/min in a group."""
    bot = Bucket(30, 30)
    chats: dict[int, Bucket] = {}
    for start in starts:
        bot.take(start.at)
        rate = 1.0 if start.head.kind == "private" else 20 / 60
        chats.setdefault(start.head.chat, Bucket(rate, 1)).take(start.at)


def test_a_broadcast_of_3000_goes_out_within_5_percent_of_the_limit() -> None:
    starts = Sender(TELEGRAM, messages(3000)).run()
    check_platform_limits(starts)
    assert [start.head.id for start in starts] == list(range(1, 3001))
    assert starts[-1].at <= 1.045 * (3000 - 30) / 30


def test_a_reply_during_a_broadcast_waits_hardly_longer_than_without() -> None:
    replies = replies_at_random(seconds=20, per_second=5)
    idle = Sender(TELEGRAM, replies).run()
    busy = Sender(TELEGRAM, [*messages(600), *replies]).run()
    check_platform_limits(busy)
    assert percentile_99(of(busy, Priority.REPLY)) <= percentile_99(idle) + 0.05


def test_a_reply_on_a_slow_platform_waits_for_one_bulk_message_at_most() -> None:
    replies = messages(10, Priority.REPLY, first=1000, every=6.3)
    starts = Sender(ZALO, [*messages(120), *replies]).run()
    assert len(starts) == 130
    assert max(start.delay for start in of(starts, Priority.REPLY)) <= 1.5 + 0.01
    assert starts[-1].at <= 129 * 1.01


def test_60_groups_hear_an_announcement_within_1_8_seconds() -> None:
    starts = Sender(TELEGRAM, messages(60, kind="group")).run()
    check_platform_limits(starts)
    assert starts[-1].at <= 1.8


def test_parts_reach_each_chat_in_order_at_its_own_pace() -> None:
    starts = Sender(TELEGRAM, messages(90, kind="group", chats=30)).run()
    check_platform_limits(starts)
    for chat in range(1, 31):
        ids = [start.head.id for start in starts if start.head.chat == chat]
        assert ids == sorted(ids)
        assert len(ids) == 3
    assert starts[-1].at <= 2 * 3.0 + 30 / 29 + 0.3


@pytest.mark.parametrize("hot_first", [True, False], ids=["queued before", "queued after"])
def test_one_hot_group_does_not_delay_the_others(hot_first: bool) -> None:
    others = messages(600, first=1000)
    hot = messages(40, kind="group", chats=1, first=1 if hot_first else 5000)
    alone = Sender(TELEGRAM, others).run()
    starts = Sender(TELEGRAM, [*hot, *others]).run()
    check_platform_limits(starts)
    assert len(starts) == 640
    last_other = max(start.at for start in starts if start.head.kind == "private")
    assert last_other <= 1.02 * alone[-1].at


@pytest.mark.parametrize("pace", [TELEGRAM, ZALO], ids=["fast", "slow"])
@pytest.mark.parametrize(
    "flood", [Priority.URGENT, Priority.REPLY], ids=["urgent flood", "flood of replies"]
)
def test_bulk_keeps_one_slot_in_ten_while_others_wait(pace: Pace, flood: Priority) -> None:
    starts = Sender(pace, [*messages(300, flood, first=1000), *messages(20)]).run()
    order = [start.head.priority for start in starts]
    last_bulk = max(n for n, level in enumerate(order) if level == Priority.BULK)
    assert last_bulk < 220
    for begin in range(last_bulk - 9):
        assert Priority.BULK in order[begin : begin + 10]
    assert order.count(Priority.BULK) == 20


def test_replies_are_not_starved_by_an_urgent_broadcast() -> None:
    replies = messages(20, Priority.REPLY, first=9000)
    starts = Sender(
        TELEGRAM, [*messages(900, Priority.URGENT), *replies, *messages(50, first=5000)]
    )
    order = [start.head.priority for start in starts.run()]
    assert max(n for n, level in enumerate(order) if level == Priority.REPLY) < 240


@pytest.mark.parametrize("pace", [TELEGRAM, ZALO], ids=["fast", "slow"])
def test_what_is_claimed_starts_within_a_second(pace: Pace) -> None:
    starts = Sender(pace, [*messages(200), *messages(20, Priority.URGENT, first=1000)]).run()
    assert max(start.at - start.claimed for start in starts) <= 1.0 + ROUNDING


def test_preempted_bulk_keeps_the_claims_within_a_second_of_messages() -> None:
    replies = replies_at_random(seconds=10, per_second=20)
    sender = Sender(TELEGRAM, [*messages(200), *replies])
    assert len(sender.run()) == 400
    assert sender.most_held <= 29 + 10


class PacerMachine(RuleBasedStateMachine):
    """Anything may happen in any order: the model below is the platform and the chats."""

    def __init__(self) -> None:
        super().__init__()
        self.pacer = Pacer(TELEGRAM)
        self.bucket = Bucket(29, 10)
        self.now = 0.0
        self.held: set[Head] = set()
        self.opens: dict[int, float] = {}
        self.paused_until = 0.0
        self.slowed = False
        self.refused: dict[int, tuple[float, float]] = {}
        self.next_id = 0

    @rule(chat=st.integers(0, 6), priority=st.sampled_from(Priority), count=st.integers(1, 12))
    def push(self, chat: int, priority: Priority, count: int) -> None:
        for step in range(count):
            other = chat + step % 3
            head = Head(self.next_id, other, "group" if other % 2 else "private", priority)
            self.next_id += 1
            self.held.add(head)
            self.pacer.push(head)

    @rule(seconds=st.floats(0, 4))
    def advance(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def pop(self) -> None:
        while head := self.pacer.pop(self.now):
            self._started(head)
        if not self.slowed and self.bucket.left(self.now) >= 2:
            assert all(self.opens.get(head.chat, 0) > self.now for head in self.held)

    @rule(chat=st.integers(0, 6), retry_after=st.floats(-1, 40))
    def refuse(self, chat: int, retry_after: float) -> None:
        until = self.now + max(0.0, retry_after)
        self.opens[chat] = max(self.opens.get(chat, 0.0), until)
        self.refused = {c: (at, end) for c, (at, end) in self.refused.items() if self.now - at <= 2}
        self.refused[chat] = (self.now, until)
        if len(self.refused) > 1:
            self._paused(max(end for _, end in self.refused.values()))
        self.pacer.too_many(self.now, chat, retry_after)

    @rule(retry_after=st.floats(0, 10))
    def refuse_bot(self, retry_after: float) -> None:
        self._paused(self.now + retry_after)
        self.pacer.too_many(self.now, None, retry_after)

    @invariant()
    def holds_what_was_pushed_and_not_started(self) -> None:
        assert self.pacer.held == len(self.held)
        assert (self.pacer.next_time(self.now) is None) == (not self.held)

    @invariant()
    def blocks_exactly_the_chats_that_are_closed(self) -> None:
        closed = {chat for chat, opens in self.opens.items() if opens > self.now}
        assert self.pacer.blocked(self.now, horizon=0) == closed

    def teardown(self) -> None:
        """Everything pushed starts in the end, each time when it was foretold."""
        for _ in range(20 * len(self.held) + 20):
            time = self.pacer.next_time(self.now)
            if time is None:
                break
            self.now = max(self.now, time)
            if head := self.pacer.pop(self.now):
                self._started(head)
        assert not self.held

    def _paused(self, until: float) -> None:
        self.paused_until = max(self.paused_until, until)
        self.slowed = True

    def _started(self, head: Head) -> None:
        self.bucket.take(self.now)
        assert self.now >= self.paused_until
        assert self.now >= self.opens.get(head.chat, 0.0)
        earlier = [other for other in self.held if other < head and other.chat == head.chat]
        assert all(other.priority != head.priority for other in earlier)
        self.held.remove(head)
        self.opens[head.chat] = self.now + (3.0 if head.kind == "group" else 1.0)


TestPacerMachine = PacerMachine.TestCase
TestPacerMachine.settings = settings(deadline=None, max_examples=60, stateful_step_count=30)
