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
from bot.pacer import Head, Pacer
from bot.platforms import base
from bot.platforms.base import File, Outgoing, OutgoingEdit, OutgoingMessage, Platform
from bot.platforms.rendering import utf16_length
from content.words import Words
from db import outbox, outcomes
from db.engine import Database, DatabaseError
from db.outbox import Claimed, Settled
from handlers.messages import FileKind

log = logging.getLogger(__name__)

SWEEP: Final = 1.0  # seconds: another process may have queued something
LAST_WORDS: Final = 5.0  # seconds a stop waits for sends under way
LONGEST_BACKOFF: Final = 300.0  # seconds between tries of one message
LOCKED_OUT: Final = 60.0  # seconds before a refused token is tried again


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
    ) -> None:
        self._bot_id = bot_id
        self._platform = platform
        self._database = database
        self._clock = clock
        self._media = media
        self._words = words
        self._pacer = Pacer(platform.limits.pace)
        self._in_hand: dict[int, Claimed] = {}  # by outbox id: claimed and not settled
        self._settled: list[Settled] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._woken = True
        self._answer_lost = False  # of a claim that may have been saved
        self._last_seen: datetime | None = None  # what the clock said

    async def run(self) -> None:
        self._database.on_commit("outbox", self._wake.set)
        self._clock.on_move(self._wake.set)
        try:
            await self._recover()
            while True:
                await self._turn()
        finally:
            await self._stop()

    async def _recover(self) -> None:
        """Whatever was in hand at the last stop is in doubt."""
        while True:
            try:
                rows = await self._database.write(outbox.recover, self._bot_id, self._clock.now())
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
            if self._woken or self._settled or await self._anything():
                # A stop must not forget what was claimed in that moment.
                await asyncio.shield(self._begin(self._exchange()))
        except DatabaseError as error:
            log.error("the outbox waits: %s", error)
            await wait(self._wake, SWEEP)
            return
        self._start_ready()
        self._woken = bool(self._settled) or await wait(self._wake, self._rest())

    async def _mend(self) -> None:
        """Take up what a lost answer, or a clock that was ahead, would leave lying."""
        now = self._clock.now()
        await self._release_unheard()
        if self._last_seen is None or now < self._last_seen:
            latest = now + timedelta(seconds=LONGEST_BACKOFF)
            await self._database.write(outcomes.hasten, self._bot_id, latest)
        self._last_seen = now

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
        return bool(await self._database.read(outbox.heads, self._bot_id, blocked, now, 1))

    async def _exchange(self) -> None:
        """Settle and claim in one write; results stay here until it has succeeded."""
        settled = list(self._settled)
        self._answer_lost = True
        claims = await self._database.write(
            outbox.exchange,
            self._bot_id,
            settled,
            self._blocked(),
            self._clock.now(),
            self._pacer.capacity(time.monotonic()),
            self._choose,
        )
        self._answer_lost = False
        for claimed in claims:
            self._in_hand[claimed.id] = claimed
            self._pacer.push(_head(claimed))
        del self._settled[: len(settled)]

    def _choose(self, heads: Sequence[outbox.Head]) -> list[outbox.Head]:
        chosen = self._pacer.choose(time.monotonic(), [Head(*head) for head in heads])
        ids = {head.id for head in chosen}
        return [head for head in heads if head.id in ids]

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
        times = [now + SWEEP]
        for moment in (self._pacer.next_time(now), self._pacer.release_time(now)):
            if moment is not None:
                times.append(moment)
        if self._pacer.held:
            times.append(self._pacer.refill_time(now))
        return max(0.001, min(times) - now)

    async def _send(self, claimed: Claimed) -> None:
        """One message, to its end, whatever that is."""
        try:
            result = await self._attempt(claimed)
        except Exception as error:
            log.error("message %d: outcome unknown: %s", claimed.id, type(error).__name__)
            result = Settled(claimed.id, "unknown", error=type(error).__name__)
        del self._in_hand[claimed.id]
        self._settled.append(result)
        self._wake.set()

    async def _attempt(self, claimed: Claimed) -> Settled:
        now = self._clock.now()
        try:
            ids = await self._platform.send(self._outgoing(claimed))
        except base.TooManyRequests as error:
            self._pacer.too_many(time.monotonic(), claimed.chat, error.retry_after)
            return _again(claimed, error, now + timedelta(seconds=error.retry_after))
        except base.Unreachable as error:
            backoff = min(LONGEST_BACKOFF, 2.0 ** min(claimed.attempts, 10))
            return _again(claimed, error, now + timedelta(seconds=backoff))
        except base.BadToken as error:
            log.error("bot %d is not let in: check its token", self._bot_id)
            return _again(claimed, error, now + timedelta(seconds=LOCKED_OUT))
        except base.ChatMoved as error:
            return Settled(claimed.id, "moved", moved_to=error.new_id)
        except (base.ChatGone, base.Rejected) as error:
            log.warning("message %d failed: %s", claimed.id, type(error).__name__)
            return Settled(claimed.id, "failed", error=type(error).__name__)
        return Settled(claimed.id, "sent", external_id=ids[-1] if ids else None)

    def _outgoing(self, claimed: Claimed) -> Outgoing:
        menu = claimed.ref_id if claimed.kind == "edit" else claimed.id
        buttons = tuple(
            (label, f"{menu}.{number}") for number, (label, _) in enumerate(claimed.buttons)
        )
        if not self._platform.limits.buttons:
            buttons = ()
        if claimed.kind == "edit":
            return OutgoingEdit(claimed.chat_external_id, claimed.ref or "", claimed.body, buttons)
        file = self._file(claimed)
        return OutgoingMessage(claimed.chat_external_id, self._text(claimed, file), buttons, file)

    def _file(self, claimed: Claimed) -> File | None:
        if not claimed.media_digest:
            return None
        kind: FileKind = "photo" if claimed.media_kind == "photo" else "document"
        if kind == "document" and not self._platform.limits.files:
            return None
        return File(self._media / claimed.media_digest, claimed.media_name or kind, kind)

    def _text(self, claimed: Claimed, file: File | None) -> str:
        text = claimed.body
        if claimed.media_digest and file is None:
            text = self._words("system.file_left_out", name=claimed.media_name or "")
        if claimed.announcement and claimed.doubts and text:
            return self._marked(text)
        return text

    def _marked(self, text: str) -> str:
        """As a repetition, unless the platform would refuse it for its length."""
        marked = f"{text}\n{self._words('system.sent_again')}"
        return marked if utf16_length(marked) <= self._platform.limits.max_text else text

    async def _stop(self) -> None:
        """Let what is under way finish, then write down what is known."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORDS)
        for task in self._under_way:
            task.cancel()
        held = [head.id for head in self._pacer.drain()]
        try:
            await self._database.write(outbox.settle, self._settled, self._clock.now())
            await self._database.write(outbox.release, held, self._clock.now())
            await self._release_unheard()
        except DatabaseError as error:
            log.error("the outbox could not be settled: %s", error)


def _head(claimed: Claimed) -> Head:
    return Head(claimed.id, claimed.chat, claimed.chat_kind, claimed.priority)


def _again(claimed: Claimed, error: Exception, at: datetime) -> Settled:
    return Settled(claimed.id, "again", error=type(error).__name__, again_at=at)
