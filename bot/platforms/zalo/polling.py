"""Updates fetched by long polling. Zalo gives each away once and keeps none: what is in hand is
stored before the next poll, and between polls there is no pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bot.platforms.base import (
    BadToken,
    RawUpdate,
    SendError,
    Store,
    Taken,
    TooManyRequests,
    Unreachable,
)
from bot.platforms.parsing import parsed
from bot.platforms.zalo import facts
from bot.platforms.zalo.updates import events_in, is_event, raw, unread
from bot.platforms.zalo.webhook import webhook_url
from bot.platforms.zalo.wire import Idle, Wire, result_of

ON_ITS_WAY: Final = 0.25  # seconds a stop gives to what has left Zalo already
LAST_WORD: Final = 5.0  # … and to the database that keeps it
# Who answers at once that there is nothing, again and again, is not Zalo, and is not asked in a
# circle without a rest.
SOON: Final = 0.5  # seconds
FRUITLESS: Final = 20  # times in a row
REST: Final = 0.2  # seconds

Signal = Callable[[Any], None]


class Poller:
    """`signal` is told of each event once it is stored."""

    def __init__(self, wire: Wire, signal: Signal) -> None:
        self._wire = wire
        self._signal = signal
        self._in_hand: Sequence[RawUpdate] = ()
        self._last: Sequence[str] = ()  # the keys of what came last
        self._fruitless = 0

    async def turn(self, store: Store) -> None:
        """One poll, and what it brought is stored. A stop in the midst of it still keeps what has
        arrived. Raises Unreachable, TooManyRequests, OutcomeUnknown, BadToken."""
        polling = asyncio.create_task(self._turn(store))
        try:
            await asyncio.shield(polling)
        except asyncio.CancelledError:
            await self._finish(polling)
            raise
        if self._fruitless >= FRUITLESS:
            await asyncio.sleep(REST)

    async def _finish(self, polling: asyncio.Task[None]) -> None:
        try:
            await asyncio.wait([polling], timeout=ON_ITS_WAY)
            if self._in_hand:
                await asyncio.wait([polling], timeout=LAST_WORD)
        finally:
            polling.cancel()
            polling.add_done_callback(_heeded)
            await asyncio.wait([polling])

    async def _turn(self, store: Store) -> None:
        if self._in_hand:  # a store broke
            await self._keep(store)
        asked_at = asyncio.get_running_loop().time()
        status, body = await self._wire.post(
            facts.POLL, {"timeout": str(facts.HOLD)}, facts.HOLD + facts.MARGIN
        )
        events = await self._events(status, body, store)
        self._in_hand = [raw(event) for event in events]
        self._note(asyncio.get_running_loop().time() - asked_at)
        await self._keep(store)
        for event in events:
            self._signal(event)

    async def _events(self, status: int, body: bytes, store: Store) -> list[Any]:
        answer = parsed(body)
        if status == 200 and any(is_event(one) for one in events_in(answer)):
            return events_in(answer)
        try:
            with heard():
                return events_in({"result": result_of(status, answer)})
        except Idle:
            return []
        except Unreachable:
            if status == 200 and answer is None and body.lstrip()[:1] in (b"{", b"["):
                self._in_hand = [unread(body)]  # somebody's words, perhaps
                await self._keep(store)
            raise

    async def _keep(self, store: Store) -> None:
        await store(self._in_hand)
        self._in_hand = ()

    def _note(self, seconds: float) -> None:
        keys = [update.key for update in self._in_hand]
        soon = seconds < SOON and (not keys or keys == self._last)
        self._fruitless = self._fruitless + 1 if soon else 0
        self._last = keys


@contextmanager
def heard() -> Iterator[None]:
    """Around calls that are for hearing: what is no word about this bot is an absence."""
    try:
        yield
    except TooManyRequests:
        raise TooManyRequests(facts.POLL_PAUSE) from None
    except (BadToken, Idle, Unreachable):
        raise
    except SendError as error:
        raise Unreachable(f"nothing to hear: {error}") from None


def _heeded(task: asyncio.Task[None]) -> None:
    """Its error is nobody's any more."""
    if not task.cancelled():
        task.exception()


async def free_ear(wire: Wire, ours: str) -> None:
    """Polling goes only without a webhook: our own is taken back, `ours` being its address ("" for
    none); another's is left. Raises Taken and what `turn` does."""
    with heard():
        found = await webhook_url(wire)
        if found and found != ours:
            raise Taken("webhook")
        if found:
            await wire.call(facts.DELETE_WEBHOOK)
