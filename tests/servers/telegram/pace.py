"""How fast a bot may speak. Telegram publishes no algorithm; this one has a bucket for the whole
token and one for each chat, and whoever draws from an empty one is blocked for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from tests.servers.telegram.refusals import too_many


@dataclass(frozen=True, slots=True)
class Pace:
    """Rates are messages a second, bursts what passes at once, `block` the least seconds a 429
    lasts. An album weighs `album_item` a file, an edit `edit` messages."""

    rate: float = 30.0
    burst: float = 30.0
    private_rate: float = 1.0
    private_burst: float = 3.0
    group_rate: float = 20 / 60
    group_burst: float = 20.0
    block: float = 3.0
    album_item: float = 0.0
    edit: float = 1.0


@dataclass(slots=True)
class Bucket:
    rate: float
    burst: float
    level: float
    at: float
    blocked_until: float = 0.0

    def lacking(self, weight: float, now: float) -> float:
        """Seconds until `weight` could be drawn; 0.0 when it can be. More than a full bucket is
        drawn from a full one, which then owes the rest."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, min(weight, self.burst) - self.level) / self.rate


@dataclass(slots=True)
class Meter:
    """The buckets of one bot."""

    pace: Pace | None
    whole: Bucket | None = None
    chats: dict[int, Bucket] = field(default_factory=dict)

    def draw(self, chat: int, weight: float, now: float) -> None:
        """Raises a 429 while the bot or this chat is blocked, and when it is too fast."""
        if self.pace is None or weight <= 0:
            return
        buckets = (self._whole(self.pace, now), self._chat(self.pace, chat, now))
        for bucket in buckets:
            if bucket.blocked_until > now:
                raise too_many(ceil(bucket.blocked_until - now))
        for bucket in buckets:
            if lacking := bucket.lacking(weight, now):
                pause = ceil(max(self.pace.block, lacking))
                bucket.blocked_until = now + pause
                raise too_many(pause)
        for bucket in buckets:
            bucket.level -= weight

    def _whole(self, pace: Pace, now: float) -> Bucket:
        if self.whole is None:
            self.whole = Bucket(pace.rate, pace.burst, pace.burst, now)
        return self.whole

    def _chat(self, pace: Pace, chat: int, now: float) -> Bucket:
        bucket = self.chats.get(chat)
        if bucket is None:
            rate, burst = (
                (pace.private_rate, pace.private_burst)
                if chat > 0
                else (pace.group_rate, pace.group_burst)
            )
            bucket = self.chats[chat] = Bucket(rate, burst, burst, now)
        return bucket
