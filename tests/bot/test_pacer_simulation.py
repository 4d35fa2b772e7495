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
        self.under_way: deque[tuple[float, Head]] = deque()
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
                self.under_way.append((now + self.trip, head))
            now = self._later(now)
        return self.starts

    def _arrive(self, now: float) -> None:
        while self.under_way and self.under_way[0][0] <= now:
            self._settle(now, self.under_way.popleft()[1])
        while self.arrivals and self.arrivals[0][0] <= now:
            head = self.arrivals.popleft()[1]
            self.outbox[head.chat].append(head)
            if len(self.outbox[head.chat]) == 1:
                self._offer(head)

    def _settle(self, now: float, head: Head) -> None:
        chat = self.outbox[head.chat]
        chat.popleft()
        if chat:
            self._offer(chat[0])

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


class Outage(Sender):
    """The platform is out of reach for a while: whatever leaves then comes back, and everything
    is held for half a second, then twice as long each time."""

    def __init__(self, arrivals: Iterable[tuple[float, Head]], begin: float, end: float) -> None:
        super().__init__(TELEGRAM, arrivals)
        self.begin, self.end = begin, end
        self.pause, self.held_until = 0.25, 0.0

    @property
    def attempts(self) -> list[Start]:
        return [start for start in self.starts if self._lost(start.at)]

    @property
    def sent(self) -> list[Start]:
        return [start for start in self.starts if not self._lost(start.at)]

    def _lost(self, at: float) -> bool:
        return self.begin <= at < self.end

    def _settle(self, now: float, head: Head) -> None:
        if not self._lost(now - self.trip):
            return super()._settle(now, head)
        if now >= self.held_until:
            self.pause = min(60.0, 2 * self.pause)
            self.held_until = now + self.pause
        for other in [head, *self.pacer.drain()]:
            self._offer(other)
        self.pacer.hold(now, self.held_until)


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


def at_random(
    seconds: float,
    per_second: float,
    priority: Priority = Priority.REPLY,
    first: int = 100_000,
    seed: int = 2,
) -> list[tuple[float, Head]]:
    """Messages that come independently of each other, each for a private chat of its own."""
    chance = random.Random(seed)
    arrivals: list[tuple[float, Head]] = []
    at = chance.expovariate(per_second)
    while at < seconds:
        number = first + len(arrivals)
        arrivals.append((at, Head(number, number, "private", priority)))
        at += chance.expovariate(per_second)
    return arrivals


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


def test_a_broadcast_of_3000_beside_replies_goes_out_at_the_limit_as_well() -> None:
    starts = Sender(TELEGRAM, [*messages(3000), *at_random(seconds=120, per_second=3)]).run()
    check_platform_limits(starts)
    end = of(starts, Priority.BULK)[-1].at
    count = sum(start.at <= end for start in starts)
    assert count > 3200
    assert end <= 1.045 * (count - 30) / 30


@pytest.mark.parametrize("per_second", [1, 5, 10, 20])
def test_a_reply_during_a_broadcast_waits_hardly_longer_than_without(per_second: int) -> None:
    idle: list[Start] = []
    busy: list[Start] = []
    for seed in range(5):
        replies = at_random(seconds=20, per_second=per_second, seed=seed)
        idle += Sender(TELEGRAM, replies).run()
        starts = Sender(TELEGRAM, [*messages(600), *replies]).run()
        check_platform_limits(starts)
        assert len(starts) == 600 + len(replies)
        busy += of(starts, Priority.REPLY)
    assert percentile_99(busy) <= percentile_99(idle) + 0.05


def test_urgent_messages_and_replies_together_wait_hardly_longer_beside_a_broadcast() -> None:
    urgent = at_random(20, per_second=3, priority=Priority.URGENT, first=200_000, seed=3)
    awaited = [*urgent, *at_random(20, per_second=15)]
    idle = Sender(TELEGRAM, awaited).run()
    busy = Sender(TELEGRAM, [*messages(600), *awaited]).run()
    check_platform_limits(busy)
    for priority in (Priority.URGENT, Priority.REPLY):
        assert percentile_99(of(busy, priority)) <= percentile_99(of(idle, priority)) + 0.05


def test_an_urgent_announcement_goes_before_replies_and_bulk() -> None:
    urgent = [(5 + at, head) for at, head in messages(60, Priority.URGENT, "group", first=5000)]
    replies = at_random(seconds=20, per_second=10)
    starts = Sender(TELEGRAM, [*messages(600), *urgent, *replies]).run()
    check_platform_limits(starts)
    assert of(starts, Priority.URGENT)[-1].at <= 5 + 60 / 29 * 10 / 9
    assert max(start.delay for start in of(starts, Priority.REPLY)) <= 3.0


@pytest.mark.parametrize(
    ("seconds", "attempts"), [(0.3, 40), (10.0, 60), (3600.0, 200)], ids=["short", "long", "hour"]
)
def test_after_an_outage_everything_goes_out_once_and_at_the_usual_pace(
    seconds: float, attempts: int
) -> None:
    arrivals = [*messages(600), *at_random(seconds=20, per_second=5)]
    sender = Outage(arrivals, begin=3.0, end=3.0 + seconds)
    sender.run()
    check_platform_limits(sender.starts)
    ids = sorted(start.head.id for start in sender.sent)
    assert ids == sorted(head.id for _, head in arrivals)
    assert 0 < len(sender.attempts) <= attempts
    back = max(sender.held_until, sender.end)
    later = [start for start in sender.sent if start.at >= back]
    assert back <= sender.end + min(60.0, seconds + 1)
    assert later[-1].at <= max(20.0, back + len(later) / 29) + 0.5


def test_a_reply_on_a_slow_platform_waits_for_one_bulk_message_at_most() -> None:
    replies = messages(10, Priority.REPLY, first=1000, every=6.3)
    starts = Sender(ZALO, [*messages(120), *replies]).run()
    assert len(starts) == 130
    assert max(start.delay for start in of(starts, Priority.REPLY)) <= 1.5 + 0.01
    assert starts[-1].at <= 129 * 1.01


def test_60_groups_hear_an_announcement_within_1_8_seconds() -> None:
    starts = Sender(TELEGRAM, messages(60, kind="group")).run()
    check_platform_limits(starts)
    assert starts[-1].at <= 1.76


def test_60_groups_hear_an_announcement_as_fast_while_its_progress_is_told() -> None:
    progress = messages(3, Priority.REPLY, first=1000, chats=1, every=3.0)
    starts = Sender(TELEGRAM, [*progress, *messages(60, kind="group")]).run()
    check_platform_limits(starts)
    assert of(starts, Priority.BULK)[-1].at <= 1.76 + 1 / 29


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
    replies = at_random(seconds=10, per_second=20)
    sender = Sender(TELEGRAM, [*messages(200), *replies])
    assert len(sender.run()) == 200 + len(replies)
    assert sender.most_held <= 29


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
        self.awaited: list[float] = []
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
        if not self.slowed:
            left = self.bucket.left(self.now)
            kept = min(1 + sum(self.now - at < 1 for at in self.awaited), 8)
            for head in self.held:
                enough = left >= (2 if head.priority < Priority.BULK else 1 + kept + ROUNDING)
                assert not enough or self.opens.get(head.chat, 0) > self.now

    @rule(seconds=st.floats(-1, 8))
    def hold(self, seconds: float) -> None:
        until = self.now + seconds
        self.pacer.hold(self.now, until)
        if until > self.now:
            self.paused_until = max(self.paused_until, until)
            self.bucket.tokens, self.bucket.at = min(1.0, self.bucket.left(until)), until

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
        assert self.now >= self.paused_until - ROUNDING
        assert self.now >= self.opens.get(head.chat, 0.0)
        earlier = [other for other in self.held if other < head and other.chat == head.chat]
        assert all(other.priority != head.priority for other in earlier)
        self.held.remove(head)
        if head.priority < Priority.BULK:
            self.awaited.append(self.now)
        self.opens[head.chat] = self.now + (3.0 if head.kind == "group" else 1.0)


TestPacerMachine = PacerMachine.TestCase
TestPacerMachine.settings = settings(deadline=None, max_examples=60, stateful_step_count=30)
