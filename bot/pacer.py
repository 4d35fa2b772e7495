"""When the next message of one bot may start, and whose it is.

A platform limits a bot as a whole, each private chat and each group. The bot's messages start on an
absolute schedule, so lateness never adds up; within it an urgent message goes before a reply and a
reply before bulk, but while they crowd nobody is passed over more than nine times in a row. Bulk
may start in bursts too, yet leaves more of each the more replies there were in the last second:
others will come. All times are monotonic seconds handed in by the caller; nothing here waits, and
nothing survives a restart.

    heads = candidates outside `blocked`   ->  `choose`  ->  claimed in the database  ->  `push`
    a send begins                          <-  `pop`, again at `next_time`
    more is queued than was chosen: again at `refill_time`; all was chosen: at `release_time`
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence, Sized
from enum import IntEnum
from math import ceil
from typing import NamedTuple

from bot.platforms.base import Pace
from handlers.messages import ChatKind

_CLAIM_AHEAD = 1.0  # seconds: nobody claims what could not start within them
_BULK_AHEAD = 0.5  # seconds: bulk claims less, so that a reply always finds room
_REFILL_AHEAD = 0.25  # seconds of messages left in hand when bulk is claimed again
_LATELY = 1.0  # seconds: as many as people waited for in them are expected again
_BULK_SLACK = 1  # step at least, so that a turn somewhat late costs bulk nothing
_CHAT_AHEAD = 0.25  # seconds: a chat that opens later would only keep room from others
_LARGEST_CLAIM = 500  # heads, however fast the platform
_PASSED_OVER = 9  # starts of higher priorities in a row
_TOGETHER = 2.0  # seconds within which refusals in two chats mean the whole bot
_SHORTEST_PAUSE = 1.0  # seconds: longer than requests under way need to come back
_SLOWEST = 0.05  # of the pace
_RECOVERY = 0.05  # of the pace, per second
_ROUNDING = 1e-9


class Priority(IntEnum):
    URGENT = 0
    REPLY = 1
    BULK = 2


class Head(NamedTuple):
    """The next message of its chat: its outbox id, the chat's id, and its `Priority`."""

    id: int
    chat: int
    kind: ChatKind
    priority: int


class Pacer:
    """One bot's turnstile. Heads that were pushed and not yet popped are held."""

    def __init__(self, pace: Pace) -> None:
        self._schedule = _Schedule(pace)
        self._chats = _Chats(pace)
        self._turns = _Turns()
        self._ready: tuple[list[Head], ...] = tuple([] for _ in Priority)
        self._waiting: list[tuple[float, Head]] = []  # for their chat, by the time it opens
        self._refused: dict[int, tuple[float, float]] = {}  # just now: when, and until when

    @property
    def held(self) -> int:
        return sum(map(len, self._ready)) + len(self._waiting)

    def capacity(self, now: float, horizon: float = _CLAIM_AHEAD) -> int:
        """How many more heads could start before `now + horizon`."""
        return max(0, self._schedule.starts(now, horizon, Priority.URGENT) - self.held)

    def blocked(self, now: float, horizon: float = _CHAT_AHEAD) -> frozenset[int]:
        """The chats whose next message may not start before `now + horizon`."""
        return self._chats.closed(now, now + horizon)

    def choose(self, now: float, heads: Iterable[Head]) -> list[Head]:
        """Those to claim now, in the order in which they may start: within a priority the lowest
        ids first. `heads` has at most one of each chat, and some of each priority that waits.
        Nothing is recorded: `push` those whose claim was committed."""
        queues: tuple[deque[Head], ...] = (deque(), deque(), deque())
        for head in sorted(heads):
            queues[head.priority].append(head)
        room, bulk = self.capacity(now), self._bulk_room(now)
        turns = self._turns.after(self._held_by_priority())
        chosen: list[Head] = []
        while len(chosen) < room:
            level = turns.whose(queues)
            full = level == Priority.BULK and len(chosen) >= bulk and not turns.due(level)
            if level is None or full:
                break
            chosen.append(queues[level].popleft())
            turns.took(level)
        return chosen

    def push(self, head: Head) -> None:
        """Hold a claimed head until its turn."""
        heapq.heappush(self._ready[head.priority], head)

    def pop(self, now: float) -> Head | None:
        """The head that starts now, if one may; its start is recorded."""
        level = self._level(now)
        if level is None or now < self._opens(level, now):
            return None
        head = heapq.heappop(self._ready[level])
        self._schedule.start(now, level)
        crowded = any(self._ready[: level + 1]) or now < self._schedule.opens(level, now)
        self._turns.took(level, 1 if crowded else 0)
        self._chats.start(now, head)
        return head

    def drain(self) -> list[Head]:
        """Let go of all that is held: certainly not sent, to be queued again."""
        held = [head for _, head in self._waiting]
        held.extend(head for ready in self._ready for head in ready)
        self._waiting.clear()
        for ready in self._ready:
            ready.clear()
        return sorted(held)

    def next_time(self, now: float) -> float | None:
        """When to `pop` again; None while nothing is held."""
        level = self._level(now)
        times = [] if level is None else [max(now, self._opens(level, now))]
        if self._waiting:
            times.append(max(self._waiting[0][0], self._schedule.opens(Priority.URGENT, now)))
        return min(times, default=None)

    def refill_time(self, now: float) -> float:
        """When to claim again if more is queued: shortly before what is held has started."""
        time = self._refill_at(now)
        return time if time > now else now + _REFILL_AHEAD

    def release_time(self, now: float, horizon: float = _CHAT_AHEAD) -> float | None:
        """When the first of the `blocked` chats leaves them; None if there are none."""
        opens = self._chats.first_opening(now + horizon)
        return None if opens is None else opens - horizon

    def too_many(self, now: float, chat: int | None, retry_after: float) -> None:
        """The platform refused (429) for `retry_after` seconds: that chat is parked. Refusals in
        two chats at once, or outside any chat, stop the whole bot and halve its pace, which then
        recovers by a twentieth each second."""
        until = now + max(0.0, retry_after)
        recent = {
            other: (at, end) for other, (at, end) in self._refused.items() if now - at <= _TOGETHER
        }
        if chat is not None:
            self._chats.close(chat, until)
            recent[chat] = (now, until)
        self._refused = recent
        if chat is None or len(recent) > 1:
            self._schedule.pause(now, max([until, *(end for _, end in recent.values())]))

    def hold(self, now: float, until: float) -> None:
        """The platform is out of reach: nothing of the whole bot starts before `until`, and then
        one at a time, at the same pace as before."""
        if until > now:
            self._schedule.hold(until)

    def _level(self, now: float) -> int | None:
        """Whose turn it is among the heads whose chat is open."""
        while self._waiting and self._waiting[0][0] <= now:
            self.push(heapq.heappop(self._waiting)[1])
        for ready in self._ready:
            while ready and (opens := self._chats.opens(ready[0].chat, now)) > now:
                heapq.heappush(self._waiting, (opens, heapq.heappop(ready)))
        return self._turns.whose(self._ready)

    def _opens(self, level: int, now: float) -> float:
        return self._schedule.opens(Priority.URGENT if self._turns.due(level) else level, now)

    def _bulk_room(self, now: float) -> int:
        """How much more bulk to claim: in lots, when little is left in hand."""
        if self.held and now < self._refill_at(now) - _ROUNDING:
            return 0
        return self._schedule.starts(now, _BULK_AHEAD, Priority.BULK) - self.held

    def _refill_at(self, now: float) -> float:
        return self._schedule.after(now, self.held) - _REFILL_AHEAD

    def _held_by_priority(self) -> list[int]:
        held = [len(ready) for ready in self._ready]
        for _, head in self._waiting:
            held[head.priority] += 1
        return held


class _Turns:
    """How often in a row each priority was passed over by higher ones that had to wait too."""

    def __init__(self, passed: Sequence[int] = (0, 0, 0)) -> None:
        self._passed = list(passed)

    def due(self, level: int) -> bool:
        return self._passed[level] >= _PASSED_OVER

    def whose(self, waiting: Sequence[Sized]) -> int | None:
        """The lowest priority that was passed over long enough, else the highest, of those of
        whom any wait."""
        turn = None
        for level, heads in enumerate(waiting):
            if heads and (turn is None or self.due(level)):
                turn = level
        return turn

    def took(self, level: int, passed: int = 1) -> None:
        """Its turn passed the lower ones over so often; 0: nobody else was waiting."""
        self._passed[level] = 0
        for lower in range(level + 1, len(self._passed)):
            self._passed[lower] = self._passed[lower] + passed if passed else 0

    def after(self, held: Sequence[int]) -> _Turns:
        """As it will stand when so many of each priority have had their turns."""
        later = _Turns(self._passed)
        for level, times in enumerate(held):
            if times:
                later.took(level, passed=times)
        return later


class _Schedule:
    """The whole bot's token bucket, kept as one time: when it would be full again.

    A start moves that time by one step; a burst may run ahead of it by `burst` steps in all. Bulk
    leaves one of them unused, and one more for each message that people waited for lately.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._full_at = float("-inf")
        self._paused_until = float("-inf")
        self._share = 1.0  # of the pace, when the last pause ended
        self._awaited: deque[float] = deque(maxlen=_LARGEST_CLAIM)  # their starts, lately

    def opens(self, level: int, now: float) -> float:
        """From when on one message of that priority may start."""
        return self._full_at - self._slack(level, now)

    def start(self, now: float, level: int) -> None:
        self._full_at = max(self._full_at, now) + self._step(now)
        if level < Priority.BULK:
            self._awaited.append(now)

    def starts(self, now: float, horizon: float, level: int) -> int:
        """How many of one priority could start before `now + horizon`; of bulk, beside as many
        of the others as lately."""
        span = horizon + self._slack(level, now) - max(0.0, self._full_at - now)
        step = self._step(now)
        if span <= 0:
            return 0
        count = _LARGEST_CLAIM if span >= _LARGEST_CLAIM * step else ceil(span / step - _ROUNDING)
        if level < Priority.BULK:
            return count
        return max(1, count - ceil(self._lately(now) / _LATELY * horizon))

    def after(self, now: float, count: int) -> float:
        """When one more bulk message could start after `count` others."""
        return max(now, self.opens(Priority.BULK, now)) + count * self._step(now)

    def pause(self, now: float, until: float) -> None:
        """Nothing starts before `until`, and no burst follows. What is refused during a pause
        had left before it, and does not slow the bot further."""
        if now >= self._paused_until:
            self._share = max(_SLOWEST, self._share_at(now) / 2)
        self._paused_until = max(self._paused_until, until, now + _SHORTEST_PAUSE)
        self.hold(self._paused_until)

    def hold(self, until: float) -> None:
        """Nothing starts before `until`, and no burst follows."""
        self._full_at = max(self._full_at, until + self._slack(Priority.URGENT, until))

    def _slack(self, level: int, now: float) -> float:
        """Seconds by which a burst may run ahead."""
        steps = self._pace.burst - 1
        if level == Priority.BULK:
            steps -= min(1 + self._lately(now), max(1, steps - _BULK_SLACK))
        return max(0, steps) / self._pace.per_second

    def _lately(self, now: float) -> int:
        while self._awaited and self._awaited[0] <= now - _LATELY:
            self._awaited.popleft()
        return len(self._awaited)

    def _step(self, now: float) -> float:
        return 1 / (self._pace.per_second * self._share_at(now))

    def _share_at(self, now: float) -> float:
        return min(1.0, self._share + _RECOVERY * max(0.0, now - self._paused_until))


class _Chats:
    """When each chat opens again; an open chat is forgotten."""

    def __init__(self, pace: Pace) -> None:
        self._intervals = {"private": pace.private_interval, "group": pace.group_interval}
        self._opens: dict[int, float] = {}
        self._by_time: list[tuple[float, int]] = []

    def opens(self, chat: int, now: float) -> float:
        return self._opens.get(chat, now)

    def start(self, now: float, head: Head) -> None:
        self._forget(now)
        interval = self._intervals[head.kind]
        if interval > 0:
            self.close(head.chat, now + interval)

    def close(self, chat: int, until: float) -> None:
        """Closed until then at least."""
        if until > self._opens.get(chat, float("-inf")):
            self._opens[chat] = until
            heapq.heappush(self._by_time, (until, chat))

    def closed(self, now: float, until: float) -> frozenset[int]:
        """The chats that open after `until`."""
        self._forget(now)
        return frozenset(chat for chat, opens in self._opens.items() if opens > until)

    def first_opening(self, after: float) -> float | None:
        return min((opens for opens in self._opens.values() if opens > after), default=None)

    def _forget(self, now: float) -> None:
        while self._by_time and self._by_time[0][0] <= now:
            opens, chat = heapq.heappop(self._by_time)
            if self._opens.get(chat) == opens:
                del self._opens[chat]
