"""The only way out: claims rows of the outbox, paces them, sends them, settles them.

A row is claimed at most a second before it may start, so that a crash leaves little in doubt.
Nothing is kept here that the database does not know, but results not saved yet: if those are
lost, their rows are in doubt and treated so at the next start.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.clock import Clock, wait
from bot.logs import Seldom, where
from bot.outage import Outage
from bot.pacer import Head, Pacer
from bot.packer import Packer, PhotoUrl
from bot.platforms import base
from bot.platforms.base import Outgoing, Platform
from bot.quotas import allowance
from content.words import Words
from db import outbox, outcomes, quota
from db.engine import Database, DatabaseError
from db.outbox import Claimed, Settled

log = logging.getLogger(__name__)

# A chat must wait before it is written to again: for a part of that time its result may wait for
# others to be saved with. A sudden end leaves them in doubt.
TOGETHER: Final = 0.25
SHORTLY: Final = 0.01  # seconds, where no chat must wait
SWEEP: Final = 1.0  # seconds: another process may have queued something
LAST_WORDS: Final = 5.0  # seconds a stop waits for sends under way
LONGEST_WAIT: Final = 3600.0  # seconds that a platform may ask for
LOCKED_OUT: Final = 60.0  # seconds before a refused token is tried again

_FAILED: Final = "message %d failed: %s"
_UNKNOWN: Final = "message %d: outcome unknown: %s"


class Sender:
    """One bot's way out: `run` sends until cancelled. `words` are those of the marks it adds."""

    def __init__(
        self,
        bot_id: int,
        platform: Platform,
        database: Database,
        clock: Clock,
        media: Path,
        words: Words,
        photo_url: PhotoUrl | None = None,
    ) -> None:
        self._bot_id = bot_id
        self._platform = platform
        self._database = database
        self._clock = clock
        self._month = allowance(platform.limits)
        self._packer = Packer(platform.limits, media, words, photo_url)
        self._failures = Seldom(log)
        self._outage = Outage()
        self._held_until: datetime | None = None  # while the platform is out of reach
        self._pacer = Pacer(platform.limits.pace)
        self._together = max(SHORTLY, TOGETHER * min(1.0, platform.limits.pace.private_interval))
        self._in_hand: dict[int, Claimed] = {}  # by outbox id: claimed and not settled
        self._settled: list[Settled] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._news = True  # something may have been queued
        self._more = False  # than was claimed last
        self._claim_at = 0.0  # when to look without news
        self._settle_by = 0.0
        self._answer_lost = False  # of a claim that may have been saved
        self._last_seen: datetime | None = None  # what the clock said

    async def run(self) -> None:
        self._database.on_commit("outbox", self._hear)
        self._clock.on_move(self._hear)
        try:
            await self._recover()
            while True:
                await self._turn()
        finally:
            await self._stop()

    def _hear(self) -> None:
        self._news = True
        self._wake.set()

    async def _recover(self) -> None:
        """Whatever was in hand at the last stop is in doubt."""
        while True:
            try:
                rows = await self._database.write(
                    outbox.recover, self._bot_id, self._clock.now(), self._month is not None
                )
            except DatabaseError as error:
                log.error("the outbox waits: %s", error)
                await wait(self._wake, SWEEP)
                continue
            if rows:
                log.warning("%d messages were in hand at the last stop", rows)
            return

    async def _turn(self) -> None:
        try:
            await self._mend()
            if await self._worth_it(time.monotonic()):
                # A stop must not forget what was claimed in that moment.
                await asyncio.shield(self._begin(self._exchange()))
        except DatabaseError as error:
            log.error("the outbox waits: %s", error)
            await wait(self._wake, SWEEP)
            return
        self._start_ready()
        await wait(self._wake, self._rest())

    async def _worth_it(self, now: float) -> bool:
        """Whether to write: results wait a moment for each other, or for the next claim."""
        if self._news or (self._settled and now >= self._settle_by):
            return True
        if now < self._claim_at:
            return False
        if self._more or await self._anything():
            return True
        self._plan(now)
        return False

    def _plan(self, now: float) -> None:
        """When to look again for something to claim. Chats are released some time before they
        open, so several can be waited for."""
        times = [now + SWEEP]
        if not self._held_until:
            if self._more:
                times.append(self._pacer.refill_time(now))
            if (release := self._pacer.release_time(now)) is not None:
                times.append(max(release, now + self._together))
        self._claim_at = min(times)

    async def _mend(self) -> None:
        """Take up what a lost answer, or a clock that was ahead, would leave lying."""
        now = self._clock.now()
        await self._release_unheard()
        if self._last_seen is None or now < self._last_seen:
            self._held_until = None  # by a clock that was ahead
            latest = now + timedelta(seconds=LONGEST_WAIT)
            await self._database.write(outcomes.hasten, self._bot_id, latest)
        self._last_seen = now
        if self._held_until is not None and now >= self._held_until:
            self._held_until, moment = None, time.monotonic()
            self._pacer.hold(moment, moment + 0.001)  # one asks for all whether it is there again

    async def _release_unheard(self) -> None:
        """Rows that a claim took without our hearing of it were never tried."""
        if self._answer_lost:
            known = [*self._in_hand, *(result.id for result in self._settled)]
            now = self._clock.now()
            await self._database.write(outcomes.release_others, self._bot_id, known, now)
            self._answer_lost = False

    async def _anything(self) -> bool:
        """Whether a write is worth it: nothing woke us, time has only passed."""
        now, blocked = self._clock.now(), self._blocked()
        if self._month:
            return await self._database.read(
                outbox.affordable, self._bot_id, blocked, now, self._month
            )
        return bool(await self._database.read(outbox.heads, self._bot_id, blocked, now, 1))

    async def _exchange(self) -> None:
        """Settle and claim in one write; results stay here until it has succeeded."""
        settled, limit = list(self._settled), self._capacity()
        self._news, self._more = False, not limit
        self._plan(time.monotonic())
        if not (settled or limit):
            return
        self._answer_lost = True
        claims = await self._database.write(
            outbox.exchange,
            self._bot_id,
            settled,
            self._blocked(),
            self._clock.now(),
            limit,
            self._choose,
            self._uploading(),
            self._month,
        )
        self._answer_lost = False
        del self._settled[: len(settled)]
        for claimed in claims:
            if self._held_until:  # meanwhile
                self._settled.append(Settled(claimed.id, "untried"))
            else:
                self._in_hand[claimed.id] = claimed
                self._pacer.push(_head(claimed))
        self._plan(time.monotonic())

    def _capacity(self) -> int:
        return 0 if self._held_until else self._pacer.capacity(time.monotonic())

    def _choose(self, heads: Sequence[outbox.Head]) -> list[outbox.Head]:
        """A file goes up once: whoever else sends it waits for what the platform calls it."""
        if self._platform.limits.keeps_files:
            first = {head.upload: head for head in reversed(heads)}
            heads = [head for head in heads if head.upload is None or first[head.upload] is head]
        chosen = self._pacer.choose(time.monotonic(), [Head(*head[:4]) for head in heads])
        self._more = len(chosen) < len(heads)
        ids = {head.id for head in chosen}
        return [head for head in heads if head.id in ids]

    def _uploading(self) -> frozenset[int]:
        if not self._platform.limits.keeps_files:
            return frozenset()
        return frozenset(
            claimed.media_id
            for claimed in self._in_hand.values()
            if claimed.media_id is not None and not claimed.media_ref
        )

    def _blocked(self) -> frozenset[int]:
        return self._pacer.blocked(time.monotonic()) | {
            claimed.chat for claimed in self._in_hand.values()
        }

    def _start_ready(self) -> None:
        while (head := self._pacer.pop(time.monotonic())) is not None:
            self._begin(self._send(self._in_hand[head.id]))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _rest(self) -> float:
        """Seconds until there is something to do that nothing else wakes us for."""
        now = time.monotonic()
        times = [self._claim_at]
        if (start := self._pacer.next_time(now)) is not None:
            times.append(start)
        if self._settled:
            times.append(self._settle_by)
        return max(0.001, min(times) - now)

    async def _send(self, claimed: Claimed) -> None:
        """One message, to its end, whatever that is."""
        result = await self._result(claimed)
        del self._in_hand[claimed.id]
        if not self._settled:
            self._settle_by = time.monotonic() + self._together
        self._settled.append(result)
        self._wake.set()

    async def _result(self, claimed: Claimed) -> Settled:
        try:
            outgoing = self._packer.outgoing(claimed)
        except Exception as error:  # nothing has left, and never will
            log.error("message %d cannot be packed: %s", claimed.id, where(error))
            return Settled(claimed.id, "failed", error=type(error).__name__)
        try:
            return await self._attempt(claimed, outgoing)
        except Exception as error:
            self._failures.log(logging.ERROR, _UNKNOWN, claimed.id, type(error).__name__)
            return Settled(claimed.id, "unknown", error=type(error).__name__)

    async def _attempt(self, claimed: Claimed, outgoing: Outgoing) -> Settled:
        try:
            sent = await self._platform.send(outgoing)
        except base.TooManyRequests as error:
            if error.whole:
                return _again(claimed, error, await self._refused())
            self._pacer.too_many(time.monotonic(), claimed.chat, error.retry_after)
            return _again(claimed, error, self._in(error.retry_after))
        except base.Unreachable as error:
            return _again(claimed, error, self._hold(self._outage.lasts(self._clock.now())))
        except base.BadToken as error:
            return _again(claimed, error, self._hold(timedelta(seconds=LOCKED_OUT)))
        except base.ChatMoved as error:
            there = error.new_id if error.new_id != claimed.chat_external_id else None
            return Settled(claimed.id, "moved", moved_to=there)
        except (base.ChatGone, base.Rejected) as error:
            self._failures.log(logging.WARNING, _FAILED, claimed.id, type(error).__name__)
            return Settled(claimed.id, "failed", error=type(error).__name__)
        self._outage.over()
        there = sent.ids[-1] if sent.ids else None
        new = sent.refs[0] if sent.refs and sent.refs[0] != claimed.media_ref else None
        return Settled(claimed.id, "sent", external_id=there, ref=new, back=claimed.out)

    async def _refused(self) -> datetime:
        """The bot may write to nobody: until when, as a restart will know too."""
        now = self._clock.now()
        self._hold(quota.FIRST_PAUSE)
        try:
            self._held_until = await self._database.write(quota.refuse, self._bot_id, now)
        except DatabaseError as error:
            log.error("a pause of the outbox is not kept: %s", error)
        return self._held_until or now

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _hold(self, pause: timedelta) -> datetime:
        """Nothing starts for so long; what was only waiting for its turn goes back."""
        for head in self._pacer.drain():
            del self._in_hand[head.id]
            self._settled.append(Settled(head.id, "untried"))
        self._held_until = self._clock.now() + pause
        return self._held_until

    async def _stop(self) -> None:
        """Let what is under way finish, then write down what is known."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORDS)
        for task in self._under_way:
            task.cancel()
        held = [head.id for head in self._pacer.drain()]
        try:
            now, metered = self._clock.now(), self._bot_id if self._month else None
            await self._database.write(outbox.settle, self._settled, now, metered)
            await self._database.write(outbox.release, held, self._clock.now())
            await self._release_unheard()
        except DatabaseError as error:
            log.error("the outbox could not be settled: %s", error)


def _head(claimed: Claimed) -> Head:
    return Head(claimed.id, claimed.chat, claimed.chat_kind, claimed.priority)


def _again(claimed: Claimed, error: Exception, at: datetime) -> Settled:
    return Settled(claimed.id, "again", error=type(error).__name__, again_at=at)
